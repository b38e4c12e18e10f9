"""Writes which workers there are: their beats, and that one ended or was given up."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, text, update
from sqlmodel import Session, col, func, select

from app.models import Worker
from app.store.upsert import insert_missing

REAPERS = 0x7368656D  # the lock's name on PostgreSQL: one number, ours


def server_time(session: Session) -> datetime:
    """Now, by the database's clock where it is a server: machines whose clocks differ agree on who is alive."""
    if session.get_bind().dialect.name != "postgresql":
        return datetime.now(UTC)
    now: datetime = session.exec(select(func.clock_timestamp())).one()
    return now


def beat(session: Session, name: str, host: str, pid: int, version: str) -> bool:
    """This worker lives; True when nobody knew it: it has just begun, or had been given up for dead."""
    now = server_time(session)
    statement = update(Worker).where(col(Worker.id) == name).values(beat=now)
    if cast("CursorResult[Any]", session.connection().execute(statement)).rowcount == 1:
        return False
    row = {"id": name, "host": host, "pid": pid, "version": version, "started": now, "beat": now}
    insert_missing(session, Worker.__table__, [row])  # type: ignore[attr-defined]
    return True


def forget_worker(session: Session, name: str) -> None:
    """It ended, in order."""
    session.connection().execute(delete(Worker).where(col(Worker.id) == name))


def forget_dead(session: Session, alive: Collection[str]) -> list[str]:
    """Take away the rows of all but the living; the names of those that were given up."""
    dead = list(session.exec(select(Worker.id).where(col(Worker.id).not_in(sorted(alive)))).all())
    session.connection().execute(delete(Worker).where(col(Worker.id).in_(dead)))
    return dead


def only_reaper(session: Session) -> bool:
    """Whether nobody else is clearing up after the dead right now; holds until the transaction ends."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.connection().execute(text(f"SELECT pg_try_advisory_xact_lock({REAPERS})")).scalar_one())
