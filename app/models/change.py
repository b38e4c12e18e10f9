"""A change: born from comparing two good snapshots (`unconfirmed` from one); the outbox for alerts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.models.base import Table, one_of

KINDS = (
    "entered", "negative_entered", "left", "negative_left", "owned_lost", "climbed", "fell", "displaced", "unconfirmed",
)  # fmt: skip


class Change(Table, table=True):
    __table_args__ = (UniqueConstraint("snapshot_id", "kind", "hit_id"), one_of("kind", KINDS))

    id: int | None = Field(default=None, primary_key=True)
    search_id: int = Field(foreign_key="search.id", index=True, ondelete="CASCADE")
    snapshot_id: int = Field(foreign_key="snapshot.id", ondelete="CASCADE")
    kind: str
    hit_id: int | None = Field(default=None, foreign_key="hit.id", index=True)
    from_rank: int | None = None
    to_rank: int | None = None
    claimed_at: datetime | None = None
    sent_at: datetime | None = None
