"""All brands, each by the week of its main search. The number of questions to the database does not grow with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlmodel import Session, col, func, select

from app.kept import Kept
from app.models import Brand, Hit, Result, Search, Snapshot
from app.queries.brands import brands as read_brands
from app.queries.history import Look, day_points
from app.queries.numbers import Figures, Week
from app.queries.revisions import brand_revisions
from app.queries.rows import COUNTED, BrandRow, History, SearchRow
from app.queries.searches import search_row
from app.queries.share import ENOUGH
from app.queries.week import GOOD, figures_of, quality, week_points
from app.schedule import planned, slot_of, week_start, weeks
from app.scoring.reputation import Page
from app.types import Label

Group = Literal["worse", "unknown", "young", "steady", "never"]
Sort = Literal["worse", "name", "score", "good"]
GROUPS: tuple[Group, ...] = ("worse", "unknown", "young", "steady", "never")
SORTS: tuple[Sort, ...] = ("worse", "name", "score", "good")
DAYS = 91
AT_ONCE = 500  # brands


@dataclass(frozen=True, slots=True)
class BrandLine:
    """A brand in the list, by its main search (None when it has none).

    good: owned and positive of the first 20 on each day of history; None on a gap or where too few were seen.
    history: states, reasons and looks of whole weeks, without ranks. last_good: local slot of the last good look.
    """

    brand: BrandRow
    search: SearchRow | None
    history: History
    good: tuple[int | None, ...]
    week: Week
    last_good: datetime | None

    @property
    def group(self) -> Group:
        """Worse: the score fell; or, with no other score, fewer results are good or a negative stands higher.

        Unknown: fewer than 4 of 7 planned days observed, or as small a part of fewer. Young: no week
        before to compare with.
        """
        if self.last_good is None and not any(self.history.states):
            return "never"
        if self.week.now is None or not self.week.quality.known:
            return "unknown"
        if self.week.before is None:
            return "young"
        score, good = self.week.score_change or 0, self.week.good_change or 0
        fell = score < 0 or (score == 0 and (good < 0 or self.week.negative_tone == "worse"))
        return "worse" if fell else "steady"

    @property
    def compared(self) -> bool:
        """Whether a weekly change may be said."""
        return self.group in ("worse", "steady")


LINES: Kept[tuple[int, int, date], BrandLine] = Kept(5000)
"""(brand, its revision, its today) -> its line: of 500 brands few have changed since the list was last asked for."""


@dataclass(frozen=True, slots=True)
class _Record:
    """What was read of one brand: its days, each day's parse, and the two days its week is about."""

    brand: BrandRow
    history: History
    parses: tuple[int | None, ...]
    now: int | None
    before: int | None


def all_brands(
    session: Session, now: datetime, workspace: int | None = None, sort: Sort = "worse"
) -> tuple[BrandLine, ...]:
    """Every brand of a workspace in the order asked for. now: aware; each brand's today is that of its home market."""
    brands = read_brands(session, workspace)
    revisions = brand_revisions(session, [brand.id for brand in brands])
    todays = {brand.id: now.astimezone(ZoneInfo(brand.zone)).date() for brand in brands}
    searches = _main_searches(session, workspace)
    found: dict[int, BrandLine] = {}
    for brand in brands:
        if kept := LINES.get((brand.id, revisions.get(brand.id, 0), todays[brand.id])):
            found[brand.id] = replace(kept, brand=brand, search=searches.get(brand.main_search or 0))
    new = [brand for brand in brands if brand.id not in found]
    for start in range(0, len(new), AT_ONCE):
        for line in _lines(session, new[start : start + AT_ONCE], searches, todays):
            found[line.brand.id] = line
            if revision := revisions.get(line.brand.id):
                LINES.put((line.brand.id, revision, todays[line.brand.id]), line)
    return tuple(sorted(found.values(), key=ORDER[sort]))


def _lines(
    session: Session, brands: Sequence[BrandRow], searches: Mapping[int, SearchRow], todays: Mapping[int, date]
) -> Iterator[BrandLine]:
    """The lines of some brands, read anew."""
    mains = [brand.main_search for brand in brands if brand.main_search]
    earliest = min(weeks(DAYS, todays[b.id], b.week_start) for b in brands)
    looks = _looks(session, mains, earliest)
    records = [
        _record(brand, searches.get(brand.main_search or 0), looks.get(brand.main_search or 0, ()), todays[brand.id])
        for brand in brands
    ]
    counts = _counts(session, mains, earliest)
    pages = _pages(session, [r.parses[day] for r in records for day in (r.now, r.before) if day is not None])
    last = _last_good(session, [r.brand.main_search for r in records if r.now is None and r.brand.main_search])
    for record in records:
        yield BrandLine(
            brand=record.brand,
            search=searches.get(record.brand.main_search or 0),
            history=record.history,
            good=tuple(_good(counts.get(parse or 0)) for parse in record.parses),
            week=_week(record, pages, todays[record.brand.id]),
            last_good=_slot(record, looks) or last.get(record.brand.main_search or 0),
        )


def _by_loss(line: BrandLine) -> tuple[Any, ...]:
    """The groups in their order, in each the greatest drop of the score first, then that of the good results."""
    lost = (line.week.score_change or 0.0, line.week.good_change or 0) if line.compared else (0.0, 0)
    return GROUPS.index(line.group), lost, line.brand.name


def _by_score(line: BrandLine) -> tuple[Any, ...]:
    return _lowest_first(line, line.week.now.score if line.week.now else None)


def _by_good(line: BrandLine) -> tuple[Any, ...]:
    return _lowest_first(line, line.week.now.good if line.week.now else None)


def _lowest_first(line: BrandLine, value: float | None) -> tuple[Any, ...]:
    """The lowest number first; what is unknown stands below what is known, without any number last."""
    return line.group in ("unknown", "never"), value is None, value or 0, line.brand.name


ORDER: Mapping[Sort, Callable[[BrandLine], tuple[Any, ...]]] = {
    "worse": _by_loss,
    "name": lambda line: (line.brand.name.casefold(),),
    "score": _by_score,
    "good": _by_good,
}


def _record(brand: BrandRow, search: SearchRow | None, looks: Sequence[Look], today: date) -> _Record:
    """The whole weeks up to today, as the brand page reads them."""
    first = weeks(DAYS, today, brand.week_start)
    days = tuple(first + timedelta(days=i) for i in range((today - first).days + 1))
    points = day_points(looks)
    found = [points.get(day) for day in days]
    history = History(
        days=days,
        states=tuple((look[3] or "") if look else "" for look in found),
        reasons=tuple(look[4] if look and look[3] not in COUNTED else "" for look in found),
        snapshots=tuple(look[0] if look else None for look in found),
        parsers=("",) * len(days),
        ranks=(),
        hits={},
        planned=planned(search.schedule, brand.weekend, days) if search else (),
    )
    now, before = week_points(history, brand)
    return _Record(brand, history, tuple(_parse(look) for look in found), now, before)


def _parse(look: Look | None) -> int | None:
    return look[5] if look and look[3] in COUNTED else None


def _week(record: _Record, pages: Mapping[int, Page], until: date) -> Week:
    """The week's numbers; steps, actions and results belong to the brand's own page."""
    now, before = (_figures(record, day, pages) for day in (record.now, record.before))
    first = week_start(now.at if now else until, record.brand.week_start)
    return Week(first, now, before, (), (), (), (), quality(record.history, until))


def _figures(record: _Record, day: int | None, pages: Mapping[int, Page]) -> Figures | None:
    if day is None:
        return None
    page = pages.get(record.parses[day] or 0, {})
    return figures_of(page, record.history.days[day], record.history.snapshots[day] or 0, 10, record.brand.weights)


def _slot(record: _Record, looks: Mapping[int, Sequence[Look]]) -> datetime | None:
    """When the last good look was, local."""
    if record.now is None:
        return None
    wanted = record.history.snapshots[record.now]
    return next(slot_of(look[1]).local for look in looks[record.brand.main_search or 0] if look[0] == wanted)


def _good(counted: tuple[int, int] | None) -> int | None:
    """A day's good results, under the rule of every share of 20."""
    return counted[1] if counted and counted[0] >= ENOUGH[20] else None


def _main_searches(session: Session, workspace: int | None) -> dict[int, SearchRow]:
    here = sqlalchemy.true() if workspace is None else col(Brand.workspace_id) == workspace
    query = select(Search).join(Brand, col(Brand.main_search) == col(Search.id)).where(here)
    return {found.id or 0: search_row(found) for found in session.exec(query).all()}


def _looks(session: Session, searches: Sequence[int], earliest: date) -> dict[int, list[Look]]:
    """The finished looks of some searches, by search."""
    query = sqlalchemy.select(
        col(Snapshot.search_id), col(Snapshot.id), col(Snapshot.slot), col(Snapshot.purpose), col(Snapshot.state),
        col(Snapshot.reason), col(Snapshot.current_parse), sqlalchemy.literal(""),
    ).where(
        col(Snapshot.search_id).in_(searches), col(Snapshot.state).is_not(None),
        col(Snapshot.slot) >= earliest.isoformat(),
    )  # fmt: skip
    found: dict[int, list[Look]] = {}
    for row in session.connection().execute(query):
        found.setdefault(row[0], []).append(cast("Look", tuple(row[1:])))
    return found


def _counts(session: Session, searches: Sequence[int], earliest: date) -> dict[int, tuple[int, int]]:
    """parse -> (results observed, owned and positive ones) of the first 20, for every look that counts."""
    good = sqlalchemy.case((col(Hit.label).in_(GOOD), 1), else_=0)
    query = (
        sqlalchemy.select(col(Snapshot.current_parse), func.count(), func.sum(good))
        .join(Result, col(Result.parse_id) == col(Snapshot.current_parse))
        .join(Hit, col(Hit.id) == col(Result.hit_id))
        .where(
            col(Snapshot.search_id).in_(searches), col(Snapshot.state).in_(COUNTED),
            col(Snapshot.slot) >= earliest.isoformat(), col(Result.rank) <= 20,
        )
        .group_by(col(Snapshot.current_parse))
    )  # fmt: skip
    return {parse: (n, count) for parse, n, count in session.connection().execute(query)}


def _pages(session: Session, parses: Sequence[int | None]) -> dict[int, dict[int, tuple[int, Label]]]:
    """parse -> what stood where: rank -> (link, label)."""
    query = (
        sqlalchemy.select(col(Result.parse_id), col(Result.rank), col(Hit.link_id), col(Hit.label))
        .join(Hit, col(Hit.id) == col(Result.hit_id))
        .where(col(Result.parse_id).in_([parse for parse in parses if parse]), col(Result.rank) <= 20)
    )
    found: dict[int, dict[int, tuple[int, Label]]] = {}
    for parse, rank, link, label in session.connection().execute(query):
        found.setdefault(parse, {})[rank] = (link or 0, cast("Label", label or "neutral"))
    return found


def _last_good(session: Session, searches: Sequence[int]) -> dict[int, datetime]:
    """The last good look of searches that had none in these weeks."""
    if not searches:
        return {}
    query = (
        select(Snapshot.search_id, func.max(Snapshot.slot))
        .where(col(Snapshot.search_id).in_(searches), col(Snapshot.state).in_(COUNTED))
        .group_by(col(Snapshot.search_id))
    )
    return {search: slot_of(slot).local for search, slot in session.exec(query).all()}
