"""A workspace: everything below belongs to one."""

from __future__ import annotations

from sqlmodel import Field

from app.models.base import Table


class Workspace(Table, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str
    slug: str = Field(unique=True)
    locale: str = "en"
