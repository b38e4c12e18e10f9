"""An agreement: how far two looks at one slot showed the same results, and where each came from."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.models.base import Table


class Agreement(Table, table=True):
    """shared: how many of the first `top` URLs stand on both pages, in whatever order."""

    __table_args__ = (CheckConstraint("shared BETWEEN 0 AND top", name="shared"),)

    second_id: int = Field(foreign_key="snapshot.id", primary_key=True, ondelete="CASCADE")
    first_id: int = Field(foreign_key="snapshot.id", index=True, ondelete="CASCADE")
    first_source: str
    second_source: str
    shared: int
    top: int
