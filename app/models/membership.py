"""A membership: what a person may do in a workspace."""

from __future__ import annotations

from sqlmodel import Field

from app.models.base import Table, one_of
from app.types import ROLES


class Membership(Table, table=True):
    __table_args__ = (one_of("role", ROLES),)

    person_id: int = Field(foreign_key="person.id", ondelete="CASCADE", primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id", ondelete="CASCADE", primary_key=True, index=True)
    role: str
