"""What is waiting: searches whose slot has come, looks that are planned, suspect looks nobody confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from app.models import Attempt, Brand, Search, Snapshot


def due_searches(session: Session, now: datetime) -> list[tuple[int, str]]:
    """(search, home market) of active searches whose next slot has come."""
    rows = session.exec(
        select(Search.id, Brand.home_market)
        .join(Brand, col(Brand.id) == col(Search.brand_id))
        .where(col(Search.active), col(Search.next_due) <= now)
        .order_by(col(Search.next_due), col(Search.id))
    ).all()
    return [(search or 0, market) for search, market in rows]


def open_snapshots(session: Session, now: datetime) -> list[int]:
    """Planned looks whose moment has come, the oldest first."""
    query = select(Snapshot.id).where(col(Snapshot.state).is_(None), col(Snapshot.due) <= now)
    return [found or 0 for found in session.exec(query.order_by(col(Snapshot.due), col(Snapshot.id))).all()]


def overtaken(session: Session, snapshot: Snapshot, now: datetime) -> bool:
    """Whether a later slot of its search has come: a look taken now is that slot's, and one is enough."""
    later = select(Snapshot.id).where(
        Snapshot.search_id == snapshot.search_id, Snapshot.purpose == "scheduled", Snapshot.slot > snapshot.slot,
        col(Snapshot.due) <= now,
    )  # fmt: skip
    return snapshot.purpose == "scheduled" and session.exec(later.limit(1)).first() is not None


def tries(session: Session, snapshot_id: int) -> list[tuple[str, str | None]]:
    """(source, outcome) of each try at a snapshot, in order."""
    query = select(Attempt.source, Attempt.outcome).where(Attempt.snapshot_id == snapshot_id)
    return [(source, outcome) for source, outcome in session.exec(query.order_by(col(Attempt.no))).all()]


def twin(session: Session, snapshot: Snapshot) -> Snapshot | None:
    """The other look of the same slot: the first look of a second one, or the second of a first."""
    other = ("scheduled", "now") if snapshot.purpose == "second" else ("second",)
    return session.exec(
        select(Snapshot).where(
            Snapshot.search_id == snapshot.search_id,
            Snapshot.slot == snapshot.slot,
            Snapshot.fold == snapshot.fold,
            col(Snapshot.purpose).in_(other),
        )
    ).first()


def unconfirmed(session: Session, before: datetime) -> list[Snapshot]:
    """Suspect looks that were due before a moment, whose slot has no good look."""
    good = (
        select(Snapshot.search_id, Snapshot.slot).where(col(Snapshot.state).in_(("ok", "empty_confirmed"))).subquery()
    )
    query = (
        select(Snapshot)
        .outerjoin(good, (good.c.search_id == Snapshot.search_id) & (good.c.slot == Snapshot.slot))
        .where(
            Snapshot.state == "suspect",
            col(Snapshot.purpose).in_(("scheduled", "now")),
            col(Snapshot.due) < before,
            good.c.slot.is_(None),
        )
    )
    return list(session.exec(query).all())
