"""Which long work runs, and how that of the last day ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.models import Operation
from app.store.workers import server_time

RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OperationRow:
    """state: "running", "done", "failed", "stopped", or "silent": it did not end and is not heard of any more.
    done of total (0: not known yet); heard: its last sign of life, or its end."""

    id: int
    kind: str
    host: str
    pid: int
    state: str
    reason: str
    done: int
    total: int
    started: datetime
    heard: datetime


def operations(session: Session, dead_after: float, *, reasons: bool) -> tuple[OperationRow, ...]:
    """The newest first, twenty at most. reasons: with why they failed, which may name files and brands of anybody."""
    now = server_time(session)
    alive = now - timedelta(seconds=dead_after)
    recent = select(Operation).where(col(Operation.beat) > now - RECENT).order_by(col(Operation.id).desc()).limit(20)
    return tuple(
        OperationRow(
            one.id or 0,
            one.kind,
            one.host,
            one.pid,
            one.outcome or ("running" if one.beat >= alive else "silent"),
            one.reason if reasons else "",
            one.done,
            one.total,
            one.started,
            one.beat,
        )
        for one in session.exec(recent).all()
    )
