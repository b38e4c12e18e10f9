"""What the newest verdicts changed: which labels of which brands, and on how many days that count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlmodel import Session, col, func, select

from app.models import Brand, Hit, Result, Search, Snapshot, VerdictEvent
from app.queries.rows import COUNTED

DEPTH = 20  # what pages and charts show


@dataclass(frozen=True, slots=True)
class OfBrand:
    """results: appearances with another label; days: local days whose counted page shows one of them."""

    id: int
    slug: str
    name: str
    main_search: int | None
    results: int
    days: int


@dataclass(frozen=True, slots=True)
class Relabelled:
    """pairs: (old, new) -> appearances, the most first; brands: the most changed first."""

    pairs: Mapping[tuple[str, str], int]
    brands: tuple[OfBrand, ...]


def newest_event(session: Session) -> int:
    """The number of the last verdict on record, 0 before the first."""
    return session.exec(select(func.max(col(VerdictEvent.id)))).one() or 0


def relabelled(session: Session, after: int) -> Relabelled:
    """What the verdicts after an event changed."""
    query = (
        sqlalchemy.select(
            col(Brand.id), col(Brand.slug), col(Brand.name), col(Brand.main_search), col(VerdictEvent.old),
            col(VerdictEvent.new), func.count(),
        )
        .join(Hit, col(Hit.id) == col(VerdictEvent.hit_id))
        .join(Search, col(Search.id) == col(Hit.search_id))
        .join(Brand, col(Brand.id) == col(Search.brand_id))
        .where(*_changed(after))
        .group_by(col(Brand.id), col(VerdictEvent.old), col(VerdictEvent.new))
    )  # fmt: skip
    pairs: Counter[tuple[str, str]] = Counter()
    results: Counter[tuple[Any, ...]] = Counter()
    rows: list[tuple[Any, ...]] = [tuple(row) for row in session.connection().execute(query)]
    for *brand, old, new, count in rows:
        pairs[old, new] += count
        results[tuple(brand)] += count
    days = Counter(brand for brand, _ in days_of(session, after))
    brands = tuple(
        OfBrand(identity, slug, name, main, count, days[identity])
        for (identity, slug, name, main), count in results.most_common()
    )
    return Relabelled(dict(pairs.most_common()), brands)


def days_of(session: Session, after: int) -> set[tuple[int, str]]:
    """(brand, local day) of every counted page that shows a result whose label the verdicts after an event changed.

    Search by search: results are found by their page and not by their hit, so that a page's rows are read once.
    """
    changed = sqlalchemy.select(col(Hit.search_id), col(Hit.id)).join(
        VerdictEvent, col(VerdictEvent.hit_id) == col(Hit.id)
    )  # fmt: skip
    hits: dict[int, set[int]] = {}
    for search, hit in session.connection().execute(changed.where(*_changed(after))):
        hits.setdefault(search, set()).add(hit or 0)
    return {day for search, of_search in hits.items() for day in _days(session, search, of_search)}


def _days(session: Session, search: int, hits: set[int]) -> set[tuple[int, str]]:
    query = (
        sqlalchemy.select(col(Search.brand_id), col(Snapshot.slot), col(Result.hit_id))
        .join(Search, col(Search.id) == col(Snapshot.search_id))
        .join(Result, col(Result.parse_id) == col(Snapshot.current_parse))
        .where(col(Snapshot.search_id) == search, col(Snapshot.state).in_(COUNTED), col(Result.rank) <= DEPTH)
    )
    return {(brand, slot[:10]) for brand, slot, hit in session.connection().execute(query) if hit in hits}


def _changed(after: int) -> tuple[sqlalchemy.ColumnElement[bool], ...]:
    return (
        col(VerdictEvent.id) > after,
        col(VerdictEvent.old).is_not(None),
        col(VerdictEvent.old) != col(VerdictEvent.new),
    )
