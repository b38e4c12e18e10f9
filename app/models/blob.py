"""A blob: content kept in a file named by its SHA-256."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from app.models.base import Table, one_of


class Blob(Table, table=True):
    """size: bytes of the content before compression. expired_at: from when on it is not kept any more, reason: why;
    removed_at: when its file was taken away, after that was on record."""

    __table_args__ = (
        one_of("kind", ("raw", "clean", "picture", "pdf", "logo")),
        one_of("reason", ("retention", "forgotten"), nullable=True),
        Index("ix_blob_leaving", "removed_at", "expired_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    sha256: str = Field(unique=True)
    kind: str = "raw"
    codec: str = "zstd"
    size: int
    expired_at: datetime | None = None
    reason: str | None = None
    removed_at: datetime | None = None
