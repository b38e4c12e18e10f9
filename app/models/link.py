"""A link: a canonical URL."""

from __future__ import annotations

from sqlmodel import Field

from app.models.base import Table


class Link(Table, table=True):
    """url_hash: 16 bytes of SHA-256 of the URL, since a unique index on long text costs too much."""

    id: int | None = Field(default=None, primary_key=True)
    host: str = Field(index=True)
    url: str
    url_hash: bytes = Field(unique=True)
    unresolved: bool = False
