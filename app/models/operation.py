"""An operation: long work that a command began, and how far it is."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table, one_of

OUTCOMES = ("done", "failed", "stopped")


class Operation(Table, table=True):
    """kind: the command. done of total: looks, searches, rows, as the kind counts them; total 0: not known yet.
    beat: when it was last heard of, by the database's clock. outcome None: it runs, or its process died."""

    __table_args__ = (one_of("outcome", OUTCOMES, nullable=True),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    host: str
    pid: int
    started: datetime
    beat: datetime = Field(index=True)
    done: int = 0
    total: int = 0
    outcome: str | None = None
    reason: str = ""
