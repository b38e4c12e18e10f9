"""A snapshot: what was seen at a slot, with its state; its attempts; their fetches."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlmodel import Field

from app.models.base import Table, one_of

PURPOSES = ("scheduled", "now", "second", "crisis", "import")
STATES = ("ok", "empty_confirmed", "partial", "blocked", "consent", "suspect", "error")


# The few that have no state yet, alone: an index of all by their state draws every question about good looks to it.
OPEN = text("state IS NULL")
WAITING = text("state IS NULL AND queue IS NULL")


class Snapshot(Table, table=True):
    """slot: local wall-clock time in the brand's zone, "2026-11-21T06:00:00", with its fold; due: its instant.

    state is None while planned; it gets its final one once. queue: the source in whose queue it waits or runs, since
    queued_at; both None of one that is in no queue. runs: how often it was put into one.
    """

    __table_args__ = (
        UniqueConstraint("search_id", "slot", "fold", "purpose"),
        Index("ix_snapshot_open", "due", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_snapshot_waiting", "due", sqlite_where=WAITING, postgresql_where=WAITING),
        one_of("purpose", PURPOSES),
        one_of("state", STATES, nullable=True),
    )

    id: int | None = Field(default=None, primary_key=True)
    search_id: int = Field(foreign_key="search.id", ondelete="CASCADE")
    slot: str
    fold: int = 0
    purpose: str
    due: datetime
    state: str | None = None
    reason: str = ""
    queue: str | None = None
    queued_at: datetime | None = None
    runs: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    current_parse: int | None = Field(
        default=None,
        sa_column=Column(Integer, ForeignKey("parse.id", use_alter=True, name="fk_snapshot_current_parse")),
    )


class Attempt(Table, table=True):
    """One try at a snapshot, at one source. cost: US dollars, by the source's price and the requests made.
    worker: whose try it is; None of a command's own."""

    __table_args__ = (UniqueConstraint("snapshot_id", "no"), one_of("state", ("queued", "running", "done")))

    id: int | None = Field(default=None, primary_key=True)
    snapshot_id: int = Field(foreign_key="snapshot.id", ondelete="CASCADE")
    no: int
    source: str
    state: str = Field(default="running", index=True)
    worker: str | None = None
    started: datetime = Field(index=True)
    deadline: datetime
    ended: datetime | None = None
    outcome: str | None = None
    reason: str | None = None
    cost: float = 0.0


class Fetch(Table, table=True):
    """One request of an attempt: its raw answer, where it ended, what the transport said.

    clean_blob_id: what stays of the answer once retention was here; the answer itself where no copy reads the same.
    """

    id: int | None = Field(default=None, primary_key=True)
    attempt_id: int = Field(foreign_key="attempt.id", index=True, ondelete="CASCADE")
    page_no: int
    blob_id: int = Field(foreign_key="blob.id", index=True)
    clean_blob_id: int | None = Field(default=None, foreign_key="blob.id", index=True)
    final_url: str | None = None
    http_status: int | None = None
    content_type: str | None = None
    complete: bool = True
    failure: str | None = None
    bytes: int
    at: datetime
