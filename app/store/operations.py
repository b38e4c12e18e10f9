"""Writes how far long work is."""

from __future__ import annotations

import os
import platform
from datetime import timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from app.models import Operation
from app.store.workers import server_time
from app.types import LONGEST_REASON

KEPT = timedelta(days=30)


def begin(session: Session, kind: str) -> int:
    """A new one, of this process; those of a month ago are forgotten."""
    now = server_time(session)
    session.connection().execute(delete(Operation).where(col(Operation.beat) < now - KEPT))
    begun = Operation(kind=kind, host=platform.node(), pid=os.getpid(), started=now, beat=now)
    session.add(begun)
    session.flush()
    return begun.id or 0


def advance(session: Session, number: int, done: int, total: int) -> None:
    """It lives, and is so far."""
    one = session.get_one(Operation, number)
    one.done, one.total, one.beat = done, total, server_time(session)


def end(session: Session, number: int, outcome: str, reason: str) -> None:
    """It ended: "done", "failed" or "stopped", and why."""
    one = session.get_one(Operation, number)
    one.outcome, one.reason = outcome, reason[:LONGEST_REASON]
