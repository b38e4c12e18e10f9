"""A blob: content kept in a file named by its SHA-256."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table, one_of


class Blob(Table, table=True):
    """size: bytes of the content before compression. expired_at: when retention took the file away."""

    __table_args__ = (one_of("kind", ("raw", "clean", "picture", "pdf", "logo")),)

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True)
    kind: str = "raw"
    codec: str = "zstd"
    size: int
    expired_at: datetime | None = None
