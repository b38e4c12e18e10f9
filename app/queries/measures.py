"""What is measured of the work, for who watches over the installation: numbers, no names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from app.models import Attempt, Snapshot
from app.queries.work import missed_lately
from app.queries.workers import living

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Measures:
    """looks: by state, "open" of those that have none yet. queued, running: by source. attempts: of the last hour, by
    (source, outcome). late: seconds since the oldest open look came due. missed: planned looks of the last day."""

    looks: Mapping[str, int]
    queued: Mapping[str, int]
    running: Mapping[str, int]
    attempts: Mapping[tuple[str, str], int]
    late: float
    missed: int
    workers: int


def measures(session: Session, now: datetime, dead_after: float) -> Measures:
    """Of the whole installation."""
    looks = session.exec(select(Snapshot.state, func.count()).group_by(col(Snapshot.state))).all()
    still = col(Snapshot.state).is_(None)
    busy = select(Attempt.snapshot_id).where(Attempt.state == "running")
    queued = session.exec(
        select(Snapshot.queue, func.count())
        .where(still, col(Snapshot.queue).is_not(None), col(Snapshot.id).not_in(busy))
        .group_by(col(Snapshot.queue))
    ).all()
    running = session.exec(
        select(Attempt.source, func.count()).where(Attempt.state == "running").group_by(col(Attempt.source))
    ).all()
    attempts = session.exec(
        select(Attempt.source, Attempt.outcome, func.count())
        .where(Attempt.started > now - HOUR, col(Attempt.outcome).is_not(None))
        .group_by(col(Attempt.source), col(Attempt.outcome))
    ).all()
    first: datetime | None = session.exec(select(func.min(Snapshot.due)).where(still, Snapshot.due <= now)).one()
    return Measures(
        {state or "open": count for state, count in looks},
        {queue or "": count for queue, count in queued},
        dict(running),
        {(source, outcome or ""): count for source, outcome, count in attempts},
        (now - first).total_seconds() if first is not None else 0.0,
        missed_lately(session, now),
        len(living(session, dead_after)),
    )
