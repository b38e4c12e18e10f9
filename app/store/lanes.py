"""Takes and leaves the lanes of a source: what all workers together may ask of it. now: by the database's clock, where
it is a server."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from app.models import Lane
from app.store.upsert import insert_missing

SOON = 0.2  # seconds until somebody who waits looks again: a request in a lane may end long before its time


@dataclass(frozen=True, slots=True)
class Entered:
    """A lane that was taken, and the so-manieth time that was."""

    source: str
    no: int
    turn: int


def enter(
    session: Session, now: datetime, source: str, many: int, pause: float, longest: float, worker: str | None
) -> Entered | float:
    """One of a source's lanes, taken for a request that is over within `longest` seconds; while none of so many is
    free, the seconds after which to ask again. pause: seconds between its answer and the next request there."""
    query = select(Lane).where(Lane.source == source, Lane.no <= many).order_by(col(Lane.no)).with_for_update()
    lanes = session.exec(query).all()
    if len(lanes) < many:
        rows = [{"source": source, "no": no, "pause": pause, "free": now} for no in range(1, many + 1)]
        insert_missing(session, Lane.__table__, rows)  # type: ignore[attr-defined]
        lanes = session.exec(query).all()
    first = min(lanes, key=lambda lane: lane.free)
    if first.free > now:
        return min((first.free - now).total_seconds(), SOON)
    first.worker, first.turn, first.pause = worker, first.turn + 1, pause
    first.free = now + timedelta(seconds=longest + pause)
    session.add(first)
    return Entered(source, first.no, first.turn)


def leave(session: Session, now: datetime, lane: Entered) -> None:
    """The answer is here: the lane is free after its pause. Whoever had it taken away meanwhile changes nothing."""
    query = select(Lane).where(Lane.source == lane.source, Lane.no == lane.no, Lane.turn == lane.turn)
    found = session.exec(query.with_for_update()).first()
    if found is not None:
        found.free = now + timedelta(seconds=found.pause)
        session.add(found)


def clear_lanes(session: Session, now: datetime, alive: Collection[str]) -> None:
    """What dead workers had under way has reached its source long ago, or never will: their lanes are free after their
    pause."""
    query = select(Lane).where(col(Lane.worker).is_not(None), col(Lane.worker).not_in(sorted(alive)))
    for lane in session.exec(query.with_for_update(skip_locked=True)).all():
        lane.free, lane.worker = min(lane.free, now + timedelta(seconds=lane.pause)), None
        lane.turn += 1
        session.add(lane)
