"""A removal: a person said that the page a link leads to is gone."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table


class Removal(Table, table=True):
    """Of a link, for one brand. One that was taken back stays on record."""

    id: int | None = Field(default=None, primary_key=True)
    brand_id: int = Field(foreign_key="brand.id", index=True, ondelete="CASCADE")
    link_id: int = Field(foreign_key="link.id", index=True, ondelete="CASCADE")
    actor: str
    created: datetime
    revoked: datetime | None = None
