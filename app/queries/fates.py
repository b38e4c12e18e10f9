"""What became of the negatives that left: told only from what is known, never guessed.

removed: a person said that its page is gone, and no look has shown it since. unseen: the later look observed fewer
results than would show it. pushed_out: after it last stood here a look that counts has shown it on another search of
the brand, or here beyond the counted ranks, by the end of the later look's day. Otherwise nothing is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlmodel import Session, col, select

from app.models import Hit, Parse, Removal, Result, Search, Snapshot
from app.queries.numbers import Compared, Fate, Move
from app.queries.rows import COUNTED, BrandRow, SearchRow

DEPTH = 20


@dataclass(frozen=True, slots=True)
class _Sighting:
    slot: str
    rank: int
    search: int
    phrase: str


@dataclass(frozen=True, slots=True)
class _Known:
    """n: how many results the later look observed. By link: when it was said to be gone (local), where it was seen."""

    n: int
    removed: Mapping[int, datetime]
    seen: Mapping[int, _Sighting]


def fated(session: Session, brand: BrandRow, search: SearchRow, compared: Compared | None) -> Compared | None:
    """The comparison with the fate of each negative that left."""
    if compared is None:
        return None
    links = [move.hit.link_id for move in compared.left if move.hit.label == "negative"]
    if not links:
        return compared
    look = session.get_one(Snapshot, compared.last_snapshot)
    parse = session.get(Parse, look.current_parse) if look.current_parse else None
    known = _Known(
        parse.n if parse else 0, removals(session, brand, links), _seen(session, search, links, look.slot)
    )  # fmt: skip
    return replace(compared, left=tuple(_told(move, known) for move in compared.left))


def removals(session: Session, brand: BrandRow, links: Sequence[int]) -> dict[int, datetime]:
    """link -> the local moment a person said that its page is gone; what was taken back is not among them."""
    query = select(Removal.link_id, Removal.created).where(
        Removal.brand_id == brand.id, col(Removal.link_id).in_(links), col(Removal.revoked).is_(None)
    )
    zone = ZoneInfo(brand.zone)
    return {link: _local(created, zone) for link, created in session.exec(query.order_by(col(Removal.id))).all()}


def _told(move: Move, known: _Known) -> Move:
    return replace(move, fate=_fate(move, known)) if move.hit.label == "negative" else move


def _fate(move: Move, known: _Known) -> Fate:
    gone, seen = known.removed.get(move.hit.link_id), known.seen.get(move.hit.link_id)
    if gone is not None and (seen is None or seen.slot <= gone.isoformat()):
        return Fate("removed", gone.date())
    if (move.from_rank or 0) > known.n:
        return Fate("unseen")
    if seen is not None:
        return Fate("pushed_out", date.fromisoformat(seen.slot[:10]), seen.rank, seen.search, seen.phrase)
    return Fate("unknown")


def _seen(session: Session, here: SearchRow, links: Sequence[int], later: str) -> dict[int, _Sighting]:
    """link -> where it was seen last, after its last place among the counted ranks of this search."""
    looks = (
        sqlalchemy.select(
            col(Hit.link_id), col(Snapshot.slot), col(Result.rank), col(Search.id), col(Search.phrase)
        )
        .join(Result, col(Result.hit_id) == col(Hit.id))
        .join(Snapshot, col(Snapshot.current_parse) == col(Result.parse_id))
        .join(Search, col(Search.id) == col(Snapshot.search_id))
        .where(
            col(Search.brand_id) == here.brand_id, col(Hit.link_id).in_(links), col(Snapshot.state).in_(COUNTED),
            col(Snapshot.slot) < f"{later[:10]}T99",
        )
        .order_by(col(Snapshot.slot), col(Snapshot.id))
    )  # fmt: skip
    last_here: dict[int, str] = {}
    found: dict[int, _Sighting] = {}
    for row in session.connection().execute(looks):
        link, slot, rank, search, phrase = row[0] or 0, row[1], row[2], row[3] or 0, row[4]
        if search == here.id and rank <= DEPTH:
            if slot <= later:
                last_here[link] = slot
                found.pop(link, None)
        else:
            found[link] = _Sighting(slot, rank, search, phrase)
    return {link: one for link, one in found.items() if one.slot > last_here.get(link, "")}


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(zone).replace(tzinfo=None, microsecond=0)
