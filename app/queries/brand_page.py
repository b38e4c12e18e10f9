"""Everything the brand page of one search shows; the API, the report and the exports give the same numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.errors import NotFound
from app.models import Snapshot
from app.queries.beside import beside
from app.queries.brands import brand as find_brand
from app.queries.fates import fated
from app.queries.history import first_day
from app.queries.history import history as read_history
from app.queries.marks import marks
from app.queries.numbers import BrandPage, Compared, Week
from app.queries.rows import BrandRow, History, SearchRow
from app.queries.searches import searches as read_searches
from app.queries.searches import watched
from app.queries.share import share
from app.queries.snapshots import results, snapshot_row
from app.queries.voices import voices
from app.queries.week import compared, page_of, week, week_points
from app.schedule import weeks
from app.scoring import reputation
from app.scoring.reputation import Weights

MOST_DAYS = 3660
WEEKS = 13


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of the page. search: None for the brand's main one. weeks: whole weeks that end with this
    one, 0 for the whole record. first, last: two days to compare (default: the week before's last good, and now)."""

    search: int | None = None
    weeks: int = 13
    top: int = 10
    first: date | None = None
    last: date | None = None


def brand_page(session: Session, slug: str, asked: Asked, today: date, workspace: int | None = None) -> BrandPage:
    """The page of a brand's main search, or the one asked for."""
    brand, search, found = chosen(session, slug, asked.search, workspace)
    began = first_day(session, search.id, today)
    shown_from = max(began, today - timedelta(days=MOST_DAYS)) if not asked.weeks else whole(asked.weeks, today, brand)
    # The week's numbers are those of 13 weeks on record, as in the list, the API and the report, however few are shown.
    needed = min(shown_from, whole(WEEKS, today, brand), *([asked.first] if asked.first else []))
    history = read_history(session, search.id, max(needed, today - timedelta(days=MOST_DAYS)), today)
    this_week = week_of(session, history, brand, asked.top, today)
    shown = clip(history, shown_from)
    latest = session.get_one(Snapshot, this_week.now.snapshot) if this_week.now else None
    return BrandPage(
        brand=brand,
        search=search,
        searches=found,
        weeks=asked.weeks,
        top=asked.top,
        began=began if any(history.states) else None,
        week=this_week,
        history=shown,
        share=share(shown, asked.top),
        marks=marks(session, brand, search.id, shown),
        latest=snapshot_row(session, latest) if latest else None,
        compared=fated(session, brand, search, _compared(history, this_week, asked)),
        voices=voices(shown, brand.weights),
        beside=beside(session, latest.id if latest else None),
    )


def chosen(
    session: Session, slug: str, search_id: int | None, workspace: int | None = None
) -> tuple[BrandRow, SearchRow, tuple[SearchRow, ...]]:
    """The brand, the search asked for (or its main one), and all its searches."""
    brand = find_brand(session, slug, workspace)
    found = read_searches(session, brand.id)
    wanted = search_id or brand.main_search
    search = next((s for s in found if s.id == wanted), None)
    if search is None:
        raise NotFound(f"brand {brand.slug!r} has no search {wanted}")
    return brand, search, found


def whole(count: int, today: date, brand: BrandRow) -> date:
    """The first day of so many whole weeks that end with this one."""
    return weeks(7 * count, today, brand.week_start)


def week_of(session: Session, history: History, brand: BrandRow, top: int, until: date, by: date | None = None) -> Week:
    """The week of the last good look of a history (up to `by`), with that look's results."""
    now, _ = week_points(history, brand, by)
    latest = session.get_one(Snapshot, history.snapshots[now]) if now is not None else None
    return week(history, brand, top, results(session, latest, history.hits) if latest else (), until=until, by=by)


def week_by(
    session: Session, search_id: int, top: int, day: date | None, now: datetime, workspace: int | None = None
) -> tuple[SearchRow, BrandRow, Week]:
    """The week of the last good look up to a day (default: the brand's today), as its page showed it on that day."""
    about = watched(session, search_id, workspace)
    until = day or now.astimezone(ZoneInfo(about.brand.zone)).date()
    found = read_history(session, search_id, whole(WEEKS, until, about.brand), until)
    return about.search, about.brand, week_of(session, found, about.brand, top, until)


def scores(history: History, weights: Weights) -> tuple[float | None, ...]:
    """The reputation score of each day; None on a gap or where too few results were observed."""
    return tuple(
        reputation.score(page_of(history, day), weights) if history.counted(day) else None
        for day in range(len(history.days))
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
        planned=history.planned[skip:],
        ranks=ranks,
        hits={identity: hit for identity, hit in history.hits.items() if identity in seen},
    )


def _compared(history: History, this_week: Week, asked: Asked) -> Compared | None:
    """The days asked for; by default the two looks that the week's numbers come from."""
    first = asked.first or (this_week.before.at if this_week.before else None)
    last = asked.last or (this_week.now.at if this_week.now else None)
    return compared(history, first, last) if first and last else None
