"""Which workers live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.models import Worker
from app.store.workers import server_time


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A living worker; beat: when it was last heard of, by the database's clock."""

    id: str
    host: str
    pid: int
    version: str
    started: datetime
    beat: datetime


def living(session: Session, dead_after: float) -> tuple[WorkerRow, ...]:
    """The workers that were heard of within so many seconds, the oldest first."""
    since = server_time(session) - timedelta(seconds=dead_after)
    found = session.exec(select(Worker).where(col(Worker.beat) >= since).order_by(col(Worker.started))).all()
    return tuple(WorkerRow(one.id, one.host, one.pid, one.version, one.started, one.beat) for one in found)
