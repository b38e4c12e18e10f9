"""The good looks next to a look in time, and their results as compare needs them."""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlmodel import Session, col, select, tuple_

from app.models import Hit, Link, Result, Search, Snapshot
from app.queries.rows import COUNTED
from app.types import LABELS, Label, ScoredResult


def good_before(session: Session, snapshot: Snapshot) -> Snapshot | None:
    """The last look before this one that counts."""
    return _neighbour(session, snapshot, before=True)


def quiet_before(session: Session, snapshot: Snapshot) -> bool:
    """Whether a watch search, for which finding nothing is ordinary, was confirmed empty at its last good look."""
    search, before = session.get_one(Search, snapshot.search_id), good_before(session, snapshot)
    return search.purpose == "watch" and before is not None and before.state == "empty_confirmed"


def good_after(session: Session, snapshot: Snapshot) -> Snapshot | None:
    """The first look after this one that counts."""
    return _neighbour(session, snapshot, before=False)


def _neighbour(session: Session, snapshot: Snapshot, *, before: bool) -> Snapshot | None:
    place: Any = tuple_(col(Snapshot.slot), col(Snapshot.fold), col(Snapshot.id))
    here = (snapshot.slot, snapshot.fold, snapshot.id)
    order = [col(Snapshot.slot), col(Snapshot.fold), col(Snapshot.id)]
    query = select(Snapshot).where(
        Snapshot.search_id == snapshot.search_id,
        col(Snapshot.state).in_(COUNTED),
        place < here if before else place > here,
    )
    return session.exec(query.order_by(*(o.desc() if before else o.asc() for o in order))).first()


def scored(session: Session, parse_id: int | None) -> tuple[ScoredResult, ...]:
    """The results of a parse with their current labels, by rank; empty without a parse."""
    query = (
        sqlalchemy.select(col(Result.rank), col(Hit.id), col(Link.url), col(Hit.label), col(Hit.title))
        .join(Hit, col(Hit.id) == col(Result.hit_id))
        .join(Link, col(Link.id) == col(Hit.link_id))
        .where(col(Result.parse_id) == parse_id)
        .order_by(col(Result.rank))
    )
    return tuple(
        ScoredResult(row[0], row[1] or 0, row[2], _label(row[3]), row[4]) for row in session.connection().execute(query)
    )


def _label(word: str | None) -> Label:
    return next((label for label in LABELS if label == word), "neutral")
