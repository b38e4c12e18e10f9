"""What has to be known before a source is asked: whether it rests, what was spent today, who looked already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, func, select

from app.models import Attempt, Canary, Fetch, Parse, Snapshot, SourceState
from app.models.source_state import HERE
from app.queries.due import twin


@dataclass(frozen=True, slots=True)
class Rest:
    """A source is not asked before `until`, for a reason (a code of errors.BY_CODE, or "HTTP 503")."""

    until: datetime
    reason: str


def resting(session: Session, now: datetime) -> dict[tuple[str, str], Rest]:
    """The rests that are taken at a moment, by source and engine; who has none may be asked."""
    query = select(SourceState).where(SourceState.exit == HERE, col(SourceState.suspended_until) > now)
    return {
        (one.source, one.engine): Rest(one.suspended_until, one.reason)
        for one in session.exec(query).all() if one.suspended_until is not None
    }  # fmt: skip


def spent(session: Session, now: datetime) -> float:
    """US dollars spent since midnight UTC, canaries included."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return spent_between(session, midnight, midnight + timedelta(days=1))


def spent_between(session: Session, first: datetime, until: datetime) -> float:
    """US dollars spent from a moment up to another."""
    tries = select(func.sum(Attempt.cost)).where(col(Attempt.started) >= first, col(Attempt.started) < until)
    canaries = select(func.sum(Canary.cost)).where(col(Canary.at) >= first, col(Canary.at) < until)
    return float(sum(session.exec(query).one() or 0.0 for query in (tries, canaries)))


def looked_from(session: Session, snapshot: Snapshot) -> str | None:
    """The source whose page a look shows, None while it shows none."""
    query = select(Attempt.source).join(Parse, col(Parse.attempt_id) == col(Attempt.id))
    return session.exec(query.where(Parse.id == snapshot.current_parse)).first()


def first_looked_from(session: Session, snapshot: Snapshot) -> str | None:
    """Of a second look: the source of the first. None for any other look."""
    first = twin(session, snapshot) if snapshot.purpose == "second" else None
    return looked_from(session, first) if first else None


def last_asked(session: Session, snapshot_id: int, since: datetime) -> str | None:
    """The source that was asked last for a look, and answered; None when nobody was since that moment."""
    query = (
        select(Attempt.source)
        .join(Fetch, col(Fetch.attempt_id) == col(Attempt.id))
        .where(Attempt.snapshot_id == snapshot_id, col(Attempt.ended) >= since)
    )
    return session.exec(query.order_by(col(Attempt.no).desc())).first()
