"""A search day by day: the one source of every chart, share, tile and export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, cast

import sqlalchemy
from sqlmodel import Session, col, func, select

from app.models import Brand, Hit, Link, Parse, Result, Search, Snapshot
from app.queries.rows import COUNTED, History, HitRow
from app.queries.trust import Trust, search_trust, trusted
from app.schedule import planned
from app.scoring.markets import market
from app.types import Evidence

Look = tuple[int, str, str, str | None, str, int | None, str | None]


def history(
    session: Session, search_id: int, first: date, last: date, depth: int = 20, link: int | None = None
) -> History:
    """Every day from first to last with its point and, where it counts, its results down to depth; with a link, only
    that one's."""
    found, at = points(session, search_id, first, last)
    ranks: list[list[int | None]] = [[None] * len(found.days) for _ in range(depth)]
    seen: set[int] = set()
    for parse_id, rank, hit in _results(session, list(at), depth, link):
        ranks[rank - 1][at[parse_id]] = hit
        seen.add(hit)
    return replace(found, ranks=tuple(tuple(row) for row in ranks), hits=hit_rows(session, search_id, seen))


def points(session: Session, search_id: int, first: date, last: date) -> tuple[History, Mapping[int, int]]:
    """The days alone, without results; and of each that counts the parse its results are of: parse -> index of day."""
    chosen = day_points(looks(session, search_id, first, last))
    days = tuple(first + timedelta(days=i) for i in range((last - first).days + 1))
    found = [chosen.get(day) for day in days]
    history = History(
        days=days,
        states=tuple((look[3] or "") if look else "" for look in found),
        reasons=tuple(look[4] if look and look[3] not in COUNTED else "" for look in found),
        snapshots=tuple(look[0] if look else None for look in found),
        parsers=tuple((look[6] or "") if look and look[3] in COUNTED else "" for look in found),
        ranks=(),
        hits={},
        planned=planned_days(session, search_id, days),
    )
    return history, {look[5]: i for i, look in enumerate(found) if look and look[3] in COUNTED and look[5]}


def planned_days(session: Session, search_id: int, days: tuple[date, ...]) -> tuple[bool, ...]:
    """On which days the search's schedule, as it stands today, has a slot."""
    schedule, home = session.exec(
        select(Search.schedule, Brand.home_market)
        .join(Brand, col(Brand.id) == col(Search.brand_id))
        .where(Search.id == search_id)
    ).one()
    return planned(schedule, market(home).weekend, days)


def looks(session: Session, search_id: int, first: date, last: date) -> Sequence[Look]:
    """(id, slot, purpose, state, reason, parse, parser version) of the finished looks of a range, by slot."""
    query = (
        sqlalchemy.select(
            col(Snapshot.id), col(Snapshot.slot), col(Snapshot.purpose), col(Snapshot.state), col(Snapshot.reason),
            col(Snapshot.current_parse), col(Parse.parser_version),
        )
        .outerjoin(Parse, col(Parse.id) == col(Snapshot.current_parse))
        .where(
            col(Snapshot.search_id) == search_id,
            col(Snapshot.state).is_not(None),
            col(Snapshot.slot) >= first.isoformat(),
            col(Snapshot.slot) < (last + timedelta(days=1)).isoformat(),
        )
        .order_by(col(Snapshot.slot), col(Snapshot.fold), col(Snapshot.id))
    )  # fmt: skip
    return [cast("Look", tuple(row)) for row in session.connection().execute(query)]


def first_day(session: Session, search_id: int, otherwise: date) -> date:
    """The local day of a search's first look, or another day when there was none."""
    slot = session.exec(select(func.min(Snapshot.slot)).where(Snapshot.search_id == search_id)).one()
    return date.fromisoformat(slot[:10]) if slot else otherwise


def day_points(found: Sequence[Look]) -> dict[date, Look]:
    """Each day's point: its last ok scheduled look, else its last ok look, else the gap of its last scheduled look."""
    by_day: dict[date, list[Look]] = {}
    for look in found:
        by_day.setdefault(date.fromisoformat(look[1][:10]), []).append(look)
    return {day: max(of_day, key=_weight) for day, of_day in by_day.items()}


def _weight(look: Look) -> tuple[bool, bool, str, int]:
    return look[3] in COUNTED, look[2] == "scheduled", look[1], look[0]


def _results(session: Session, parses: list[int], depth: int, link: int | None) -> Sequence[tuple[int, int, int]]:
    """(parse, rank, hit) as the driver gives them, numbers in plain tuples: a year holds thousands."""
    query = sqlalchemy.select(col(Result.parse_id), col(Result.rank), col(Result.hit_id)).where(
        col(Result.parse_id).in_(parses), col(Result.rank) <= depth
    )
    if link is not None:
        query = query.join(Hit, col(Hit.id) == col(Result.hit_id)).where(col(Hit.link_id) == link)
    cursor: Any = session.connection().execute(query).cursor
    return cast("Sequence[tuple[int, int, int]]", cursor.fetchall())


def hit_rows(session: Session, search_id: int, ids: set[int]) -> Mapping[int, HitRow]:
    """The hits of those ids with their current verdict, as sure as audits let it be, and the day their link was first
    seen here."""
    trust = search_trust(session, search_id)
    query = (
        sqlalchemy.select(
            col(Hit.id), col(Hit.link_id), col(Hit.url), col(Link.url), col(Link.host), col(Hit.title),
            col(Hit.snippet), col(Hit.label), col(Hit.evidence_kind), col(Hit.rule), col(Hit.confidence),
            col(Hit.evidence), col(Hit.rating), col(Hit.scale), col(Link.unresolved), col(Hit.version),
        )
        .join(Link, col(Link.id) == col(Hit.link_id))
        .where(col(Hit.search_id) == search_id)
    )  # fmt: skip
    rows = [tuple(row) for row in session.connection().execute(query)]
    first = _first_seen(session, search_id, {row[0]: row[1] for row in rows})
    return {row[0]: _hit_row(row, first, trust) for row in rows if row[0] in ids}


def _hit_row(row: tuple[Any, ...], first: Mapping[int, date], trust: Trust) -> HitRow:
    return HitRow(
        id=row[0], link_id=row[1], url=row[2], link=row[3], host=row[4], title=row[5], snippet=row[6],
        label=row[7] or "neutral", kind=row[8] or "none", rule=row[9] or "",
        confidence=trusted(trust, row[10] or 0.0, row[8] or "none", row[9] or "", row[15] or ""),
        evidence=tuple(Evidence(**piece) for piece in row[11]), rating=row[12], scale=row[13],
        first_seen=first.get(row[1]), unresolved=row[14],
    )  # fmt: skip


def _first_seen(session: Session, search_id: int, links: Mapping[int, int]) -> dict[int, date]:
    """The local day each link was first seen in a look that counts. links: hit -> link, of all hits of the search.

    By the hit, in the database, and by the link here: with the hits in the question too, a database that knows how
    many rows it holds begins with them, and asks for each of them at each look.
    """
    query = (
        sqlalchemy.select(col(Result.hit_id), func.min(Snapshot.slot))
        .join(Snapshot, col(Snapshot.current_parse) == col(Result.parse_id))
        .where(col(Snapshot.search_id) == search_id, col(Snapshot.state).in_(COUNTED))
        .group_by(col(Result.hit_id))
    )
    first: dict[int, str] = {}
    for hit, slot in session.connection().execute(query):
        link = links.get(hit, 0)
        first[link] = min(first.get(link, slot), slot)
    return {link: date.fromisoformat(slot[:10]) for link, slot in first.items()}
