"""A result's life on a search: where it stood each day, how it looked, what was said of it, where else it is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from app.errors import NotFound
from app.models import Hit, Result, Search, Snapshot, VerdictEvent
from app.queries.history import first_day, hit_rows
from app.queries.history import history as read_history
from app.queries.rows import COUNTED, BrandRow, History, HitRow, SearchRow
from app.queries.searches import search_row, watched
from app.types import Evidence


@dataclass(frozen=True, slots=True)
class SeenDay:
    """A day that counts and shows the result. hit: which of its appearances."""

    at: date
    rank: int
    hit: int
    snapshot: int


@dataclass(frozen=True, slots=True)
class Appearance:
    """A hit of the result; first and last are None when no look that speaks for a day shows it."""

    hit: HitRow
    first: date | None
    last: date | None
    days: int


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """A verdict as it was given, at a local moment. old: None for a hit's first one; actor: "rules", or a person."""

    at: datetime
    hit: int
    old: str | None
    new: str
    kind: str
    rule: str
    version: str
    confidence: float
    evidence: tuple[Evidence, ...]
    actor: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The result on another search of the brand: local days and ranks of its looks that count. now: in the last one."""

    search: SearchRow
    first: date
    last: date
    best: int
    worst: int
    now: int | None


@dataclass(frozen=True, slots=True)
class Life:
    """Everything about one result of a search. hit: as it looked last. history: every day on record with its rank only.

    now, best, worst: ranks, None where it was absent. days: those that show it, out of `counted` days that count.
    first, last: local days of the looks that count, None when none of them shows it.
    """

    brand: BrandRow
    search: SearchRow
    hit: HitRow
    history: History
    now: int | None
    best: int | None
    worst: int | None
    first: date | None
    last: date | None
    counted: int
    days: tuple[SeenDay, ...]
    appearances: tuple[Appearance, ...]
    events: tuple[LabelEvent, ...]
    elsewhere: tuple[Elsewhere, ...]


def life(session: Session, search_id: int, link_id: int, now: datetime, workspace: int | None = None) -> Life:
    """The life of a link on a search up to now; NotFound when the search never showed it."""
    about = watched(session, search_id, workspace)
    query = select(Hit.id).where(Hit.search_id == search_id, Hit.link_id == link_id, Hit.kind == "organic")
    ids = [identity or 0 for identity in session.exec(query.order_by(col(Hit.id))).all()]
    if not ids:
        raise NotFound(f"search {search_id} has shown no result {link_id}")
    today = now.astimezone(ZoneInfo(about.brand.zone)).date()
    began = min(first_day(session, search_id, today), today)
    found = read_history(session, search_id, began, today, about.search.depth, link_id)
    hits = hit_rows(session, search_id, set(ids))
    days = seen_days(found)
    good = [day for day in range(len(found.days)) if found.counted(day)]
    ranks = [day.rank for day in days]
    return Life(
        brand=about.brand,
        search=about.search,
        hit=hits[days[-1].hit if days else ids[-1]],
        history=found,
        now=days[-1].rank if days and good and days[-1].at == found.days[good[-1]] else None,
        best=min(ranks, default=None),
        worst=max(ranks, default=None),
        first=next((hit.first_seen for hit in hits.values() if hit.first_seen), None),
        last=_last_seen(session, ids),
        counted=len(good),
        days=days,
        appearances=_appearances(hits, days),
        events=_events(session, ids, about.brand.zone),
        elsewhere=_elsewhere(session, about.search, link_id),
    )


def seen_days(history: History) -> tuple[SeenDay, ...]:
    """The days of a history of one link that show it, the oldest first."""
    places = sorted((day, rank, hit) for rank, row in enumerate(history.ranks, 1) for day, hit in enumerate(row) if hit)
    return tuple(SeenDay(history.days[day], rank, hit, history.snapshots[day] or 0) for day, rank, hit in places)


def _appearances(hits: Mapping[int, HitRow], days: tuple[SeenDay, ...]) -> tuple[Appearance, ...]:
    """In the order of time; those that no day shows come last."""
    found = []
    for identity, hit in hits.items():
        its = [day.at for day in days if day.hit == identity]
        found.append(Appearance(hit, its[0] if its else None, its[-1] if its else None, len(its)))
    return tuple(sorted(found, key=lambda one: (one.first or date.max, one.hit.id)))


def _events(session: Session, ids: list[int], zone: str) -> tuple[LabelEvent, ...]:
    """Every verdict its appearances ever had, the newest first."""
    query = select(VerdictEvent).where(col(VerdictEvent.hit_id).in_(ids))
    rows = session.exec(query.order_by(col(VerdictEvent.at).desc(), col(VerdictEvent.id).desc())).all()
    return tuple(
        LabelEvent(
            _local(row.at, zone), row.hit_id, row.old, row.new, row.evidence_kind, row.rule, row.version,
            row.confidence, tuple(Evidence(**piece) for piece in row.evidence), row.actor,
        )
        for row in rows
    )  # fmt: skip


def _last_seen(session: Session, ids: list[int]) -> date | None:
    query = (
        select(func.max(Snapshot.slot))
        .join(Result, col(Result.parse_id) == col(Snapshot.current_parse))
        .where(col(Result.hit_id).in_(ids), col(Snapshot.state).in_(COUNTED))
    )
    slot = session.exec(query).one()
    return date.fromisoformat(slot[:10]) if slot else None


def _elsewhere(session: Session, here: SearchRow, link_id: int) -> tuple[Elsewhere, ...]:
    """By search, in the order they were made."""
    query = (
        select(Search, Snapshot.id, Snapshot.slot, Result.rank)
        .join(Hit, col(Hit.search_id) == col(Search.id))
        .join(Result, col(Result.hit_id) == col(Hit.id))
        .join(Snapshot, col(Snapshot.current_parse) == col(Result.parse_id))
        .where(
            Search.brand_id == here.brand_id, Search.id != here.id, Hit.link_id == link_id,
            col(Snapshot.state).in_(COUNTED),
        )
        .order_by(col(Search.id), col(Snapshot.slot))
    )  # fmt: skip
    looks: dict[int, list[tuple[int, str, int]]] = {}
    searches: dict[int, SearchRow] = {}
    for search, snapshot, slot, rank in session.exec(query).all():
        searches.setdefault(search.id or 0, search_row(search))
        looks.setdefault(search.id or 0, []).append((snapshot or 0, slot, rank))
    return tuple(_on(session, search, looks[identity]) for identity, search in searches.items())


def _on(session: Session, search: SearchRow, looks: list[tuple[int, str, int]]) -> Elsewhere:
    last_good = session.exec(
        select(Snapshot.id)
        .where(Snapshot.search_id == search.id, col(Snapshot.state).in_(COUNTED))
        .order_by(col(Snapshot.slot).desc(), col(Snapshot.fold).desc(), col(Snapshot.id).desc())
        .limit(1)
    ).first()
    ranks = [rank for _, _, rank in looks]
    return Elsewhere(
        search, date.fromisoformat(looks[0][1][:10]), date.fromisoformat(looks[-1][1][:10]), min(ranks), max(ranks),
        next((rank for snapshot, _, rank in looks if snapshot == last_good), None),
    )  # fmt: skip


def _local(at: datetime, zone: str) -> datetime:
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
