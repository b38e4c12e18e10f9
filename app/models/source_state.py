"""The state of a source: whether it rests, since when it gives trouble, and why."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table

HERE = "here"


class SourceState(Table, table=True):
    """One row for each source, the engine whose page it shows, and the exit we ask it from. A refusal is meant for
    the exit, not for a language: there is no locale here.

    trouble: looks in a row that were refused or failed; since: the first of them. reason: why the last one was.
    suspended_until: it is not asked before; None when it may be.
    """

    __tablename__ = "source_state"

    source: str = Field(primary_key=True)
    engine: str = Field(primary_key=True)
    exit: str = Field(default=HERE, primary_key=True)
    suspended_until: datetime | None = None
    reason: str = ""
    since: datetime | None = None
    trouble: int = 0
