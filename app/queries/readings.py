"""One reading of a look, and which looks were read at all: what reading the archive again starts from."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from app.models import Attempt, Hit, Link, Parse, Result, Search, Snapshot
from app.rereading import Reading, Row


def read_looks(session: Session, engine: str | None = None, since: date | None = None) -> list[list[int]]:
    """The looks that were ever read, the oldest first, those of one slot together: they are weighed together."""
    query = (
        select(Snapshot.id, Snapshot.search_id, Snapshot.slot, Snapshot.fold)
        .join(Search, col(Search.id) == col(Snapshot.search_id))
        .where(col(Snapshot.current_parse).is_not(None))
        .order_by(col(Snapshot.slot), col(Snapshot.fold), col(Snapshot.search_id), col(Snapshot.id))
    )
    if engine is not None:
        query = query.where(Search.engine == engine)
    if since is not None:
        query = query.where(Snapshot.slot >= since.isoformat())
    slots: dict[tuple[str, int, int], list[int]] = {}
    for identity, search, slot, fold in session.exec(query).all():
        slots.setdefault((slot, fold, search), []).append(identity or 0)
    return list(slots.values())


def reading_of(session: Session, snapshot_id: int) -> Reading:
    """What a look's current parse says, and what became of the look."""
    look = session.get_one(Snapshot, snapshot_id)
    parse = session.get_one(Parse, look.current_parse)
    source = session.get_one(Attempt, parse.attempt_id).source
    query = (
        select(Result.rank, Link.url, Hit.title, Hit.snippet)
        .join(Hit, col(Hit.id) == col(Result.hit_id))
        .join(Link, col(Link.id) == col(Hit.link_id))
        .where(Result.parse_id == parse.id)
        .order_by(col(Result.rank))
    )
    rows = tuple(Row(*row) for row in session.exec(query).all())
    return Reading(snapshot_id, source, parse.parser_version, look.state or "", look.reason, rows)
