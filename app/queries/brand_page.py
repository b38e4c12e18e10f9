"""Everything the brand page of one search shows; the API and exports give the same rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from sqlmodel import Session

from app.errors import NotFound
from app.models import Snapshot
from app.queries.brands import brand as find_brand
from app.queries.changes import change_rows
from app.queries.history import history as read_history
from app.queries.rows import BrandPage, BrandRow, Headline, History, ResultRow
from app.queries.searches import searches as read_searches
from app.queries.share import ENOUGH, share
from app.queries.snapshots import results, snapshot_row
from app.schedule import week_start, weeks


def brand_page(
    session: Session, slug: str, search_id: int | None, weeks_shown: int, top: int, today: date
) -> BrandPage:
    """The page of a brand's main search (or the one asked for) over whole weeks that end with this one."""
    brand = find_brand(session, slug)
    found = read_searches(session, brand.id)
    wanted = search_id or brand.main_search
    search = next((s for s in found if s.id == wanted), None)
    if search is None:
        raise NotFound(f"brand {brand.slug!r} has no search {wanted}")
    first = weeks(7 * weeks_shown, today, brand.week_start)
    history = read_history(session, search.id, min(first, today - timedelta(days=20)), today)
    now, before = week_points(history, brand)
    latest = session.get_one(Snapshot, history.snapshots[now]) if now is not None else None
    shown = clip(history, first)
    return BrandPage(
        brand=brand,
        search=search,
        searches=found,
        top=top,
        headline=headline(history, brand, now, before),
        history=shown,
        share=share(shown, top),
        latest=snapshot_row(session, latest) if latest else None,
        results=_with_previous(results(session, latest) if latest else (), history, before),
        changes=change_rows(session, search.id, today - timedelta(days=6), today),
    )


def week_points(history: History, brand: BrandRow) -> tuple[int | None, int | None]:
    """Indexes of the last good day, and of the last good day of the week before that one's."""
    good = [day for day in range(len(history.days)) if history.counted(day)]
    if not good:
        return None, None
    now = good[-1]
    start = week_start(history.days[now], brand.week_start)
    week_before = [day for day in good if start - timedelta(days=7) <= history.days[day] < start]
    return now, week_before[-1] if week_before else None


def headline(history: History, brand: BrandRow, now: int | None, before: int | None) -> Headline:
    """The headline "14 of 20 are ours or good": from the last good look, with the one of the week before beside it."""
    labels = _labels(history, now) if now is not None else ()
    return Headline(
        good=_good(labels) if len(labels) >= ENOUGH[20] else None,
        n=len(labels),
        target=brand.target,
        last_week=_good(_labels(history, before)) if before is not None else None,
        labels=labels,
        at=history.days[now] if now is not None else None,
        snapshot=history.snapshots[now] if now is not None else None,
    )


def clip(history: History, first: date) -> History:
    """The history from a day on."""
    skip = max((first - history.days[0]).days, 0)
    ranks = tuple(row[skip:] for row in history.ranks)
    seen = {hit for row in ranks for hit in row if hit is not None}
    return replace(
        history,
        days=history.days[skip:],
        states=history.states[skip:],
        reasons=history.reasons[skip:],
        snapshots=history.snapshots[skip:],
        parsers=history.parsers[skip:],
        ranks=ranks,
        hits={identity: hit for identity, hit in history.hits.items() if identity in seen},
    )


def _labels(history: History, day: int) -> tuple:  # type: ignore[type-arg]
    found = (row[day] for row in history.ranks)
    return tuple(history.hits[hit].label for hit in found if hit is not None)


def _good(labels: tuple) -> int:  # type: ignore[type-arg]
    return sum(label in ("owned", "positive") for label in labels)


def _with_previous(rows: tuple[ResultRow, ...], history: History, before: int | None) -> tuple[ResultRow, ...]:
    if before is None:
        return rows
    past = {
        history.hits[row[before]].link_id: rank  # type: ignore[index]
        for rank, row in enumerate(history.ranks, 1)
        if row[before] is not None
    }
    return tuple(replace(row, previous_rank=past.get(row.hit.link_id)) for row in rows)
