"""What is waiting: searches whose slot has come, looks that are planned, suspect looks nobody confirmed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import aliased
from sqlmodel import Session, case, col, func, select

from app.models import Attempt, Brand, Search, Snapshot


def due_searches(session: Session, now: datetime, limit: int | None = None) -> list[tuple[Search, str]]:
    """(search, home market) of active searches whose next slot has come. On PostgreSQL their rows are locked, and
    those that another clock has locked are left to it."""
    rows = session.exec(
        select(Search, Brand.home_market)
        .join(Brand, col(Brand.id) == col(Search.brand_id))
        .where(col(Search.active), col(Search.next_due) <= now)
        .order_by(col(Search.next_due), col(Search.id))
        .limit(limit)
        .with_for_update(of=Search, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    return [(search, market) for search, market in rows]


def open_snapshots(session: Session, now: datetime) -> list[int]:
    """Planned looks whose moment has come, the oldest first."""
    query = select(Snapshot.id).where(col(Snapshot.state).is_(None), col(Snapshot.due) <= now)
    return [found or 0 for found in session.exec(query.order_by(col(Snapshot.due), col(Snapshot.id))).all()]


def overtaken(session: Session, looks: Collection[int], now: datetime) -> set[int]:
    """Those of these looks of which a later slot of their search has come: a look taken now is that slot's, and one is
    enough."""
    later = aliased(Snapshot)
    query = (
        select(Snapshot.id)
        .join(later, col(later.search_id) == col(Snapshot.search_id))
        .where(
            col(Snapshot.id).in_(looks), Snapshot.purpose == "scheduled", later.purpose == "scheduled",
            later.slot > Snapshot.slot, col(later.due) <= now,
        )
    )  # fmt: skip
    return {found or 0 for found in session.exec(query).all()}


def anything_due(session: Session, now: datetime) -> bool:
    """Whether a slot has come, or an open look waits for its queue."""
    # In order, or PostgreSQL, which expects to find one soon, reads through the whole table when there is none.
    search = select(Search.id).where(col(Search.active), col(Search.next_due) <= now).order_by(col(Search.next_due))
    still = (col(Snapshot.state).is_(None), col(Snapshot.due) <= now, col(Snapshot.queue).is_(None))
    look = select(Snapshot.id).where(*still).order_by(col(Snapshot.due))
    return any(session.exec(one.limit(1)).first() is not None for one in (search, look))


def waiting(session: Session, now: datetime, limit: int) -> list[Snapshot]:
    """Planned looks whose moment has come, in no queue, with nobody at them; those asked for by hand first. Locked
    like due_searches."""
    somebody = select(Attempt.id).where(Attempt.snapshot_id == Snapshot.id, Attempt.state == "running").exists()
    query = (
        select(Snapshot)
        .where(col(Snapshot.state).is_(None), col(Snapshot.due) <= now, col(Snapshot.queue).is_(None), ~somebody)
        .order_by(case((col(Snapshot.purpose) == "now", 0), else_=1), col(Snapshot.due), col(Snapshot.id))
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list(session.exec(query).all())


def queued_before(session: Session, before: datetime) -> list[tuple[int, int]]:
    """(snapshot, run) of open looks that were put into a queue before a moment."""
    query = select(Snapshot.id, Snapshot.runs).where(col(Snapshot.state).is_(None), col(Snapshot.queued_at) < before)
    return [(found or 0, runs) for found, runs in session.exec(query.order_by(col(Snapshot.id))).all()]


def tried_by(session: Session, worker: str) -> list[int]:
    """Snapshots that a worker's tries are running at."""
    query = select(Attempt.snapshot_id).where(Attempt.state == "running", Attempt.worker == worker)
    return list(session.exec(query).all())


def deaths(session: Session, looks: Collection[int]) -> dict[int, int]:
    """How many tries at each of these looks ended with their worker; of those that had any."""
    query = select(Attempt.snapshot_id, func.count()).where(col(Attempt.snapshot_id).in_(looks))
    found = session.exec(query.where(Attempt.reason == "abandoned").group_by(col(Attempt.snapshot_id))).all()
    return dict(found)


def open_now(session: Session, search_id: int) -> Snapshot | None:
    """The look of a search that somebody asked for and that is still to be taken."""
    query = select(Snapshot).where(
        Snapshot.search_id == search_id, Snapshot.purpose == "now", col(Snapshot.state).is_(None)
    )
    return session.exec(query).first()


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
