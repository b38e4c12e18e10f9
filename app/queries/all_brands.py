"""All brands, each by the week of its main search. The number of questions to the database does not grow with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlmodel import Session, col, func, select

from app.kept import Kept
from app.models import Hit, Result, Search, Snapshot
from app.queries.brands import brands_of
from app.queries.history import Look, day_points
from app.queries.numbers import Figures, Week
from app.queries.revisions import workspace_revisions
from app.queries.rows import COUNTED, BrandRow, History, SearchRow
from app.queries.searches import search_row
from app.queries.share import ENOUGH
from app.queries.week import GOOD, figures_of, quality, week_points
from app.schedule import planned, slot_of, week_start, weeks
from app.scoring.markets import market
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
    group: worse: the score fell; or, with no other score, fewer results are good or a negative stands higher. unknown:
    fewer than 4 of 7 planned days observed, or as small a part of fewer. young: no week before to compare with.
    revision: the brand's, under which what is made of the line may be kept; 0 when it may not.
    """

    brand: BrandRow
    search: SearchRow | None
    history: History
    good: tuple[int | None, ...]
    week: Week
    last_good: datetime | None
    group: Group
    revision: int = field(compare=False)

    @property
    def compared(self) -> bool:
        """Whether a weekly change may be said."""
        return self.group in ("worse", "steady")


LINES: Kept[tuple[int, int, date], BrandLine] = Kept(5000)
"""(brand, its revision, its today) -> its line: of 500 brands few have changed since the list was last asked for. The
revision covers all that a line holds but the search's next slot."""


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
    found: list[BrandLine] = []
    new: dict[int, tuple[int, date]] = {}
    for brand, revision, home in workspace_revisions(session, workspace):
        today = now.astimezone(ZoneInfo(market(home).zone)).date()
        if kept := LINES.get((brand, revision, today)):
            found.append(kept)
        else:
            new[brand] = revision, today
    asked = list(new)
    for start in range(0, len(asked), AT_ONCE):
        found += _lines(session, asked[start : start + AT_ONCE], new)
    return tuple(sorted(found, key=ORDER[sort]))


def _lines(session: Session, ids: Sequence[int], of: Mapping[int, tuple[int, date]]) -> Iterator[BrandLine]:
    """The lines of some brands, read anew. of: each one's revision and today."""
    brands = brands_of(session, ids)
    mains = [brand.main_search for brand in brands if brand.main_search]
    searches = _main_searches(session, mains)
    earliest = min(weeks(DAYS, of[b.id][1], b.week_start) for b in brands)
    looks, hits = _looks(session, mains, earliest)
    records = [
        _record(brand, searches.get(brand.main_search or 0), looks.get(brand.main_search or 0, ()), of[brand.id][1])
        for brand in brands
    ]
    good = _good_hits(session, mains)
    pages = _pages(session, [r.parses[day] for r in records for day in (r.now, r.before) if day is not None])
    last = _last_good(session, [r.brand.main_search for r in records if r.now is None and r.brand.main_search])
    for record in records:
        revision, today = of[record.brand.id]
        last_good = _slot(record, looks) or last.get(record.brand.main_search or 0)
        week = _week(record, pages, today)
        line = BrandLine(
            brand=record.brand,
            search=searches.get(record.brand.main_search or 0),
            history=record.history,
            good=tuple(_good(hits.get(parse or 0), good) for parse in record.parses),
            week=week,
            last_good=last_good,
            group="never" if last_good is None and not any(record.history.states) else _group(week),
            revision=revision,
        )
        if revision:
            LINES.put((line.brand.id, revision, today), line)
        yield line


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


def _group(week: Week) -> Group:
    """Where a brand that was looked at stands in the list."""
    if week.now is None or not week.quality.known:
        return "unknown"
    if week.before is None:
        return "young"
    score, good = week.score_change or 0, week.good_change or 0
    fell = score < 0 or (score == 0 and (good < 0 or week.negative_tone == "worse"))
    return "worse" if fell else "steady"


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


def _good(hits: str | None, good: frozenset[str]) -> int | None:
    """A day's good results, under the rule of every share of 20."""
    found = hits.split(",") if hits else []
    return sum(map(good.__contains__, found)) if len(found) >= ENOUGH[20] else None


def _main_searches(session: Session, ids: Sequence[int]) -> dict[int, SearchRow]:
    """Without the next slot, which would be kept for longer than it is so."""
    query = select(Search).where(col(Search.id).in_(ids))
    return {found.id or 0: replace(search_row(found), next_due=None) for found in session.exec(query).all()}


def _looks(session: Session, searches: Sequence[int], earliest: date) -> tuple[dict[int, list[Look]], dict[int, str]]:
    """The finished looks of some searches, by search; and parse -> the hits of its first 20 results, as one text: a
    row a look, where a row a result would cost more than all that is then done with it."""
    hits = (
        sqlalchemy.select(_as_text(col(Result.hit_id)))
        .where(col(Result.parse_id) == col(Snapshot.current_parse), col(Result.rank) <= 20)
        .scalar_subquery()
    )
    query = sqlalchemy.select(
        col(Snapshot.search_id), hits, col(Snapshot.id), col(Snapshot.slot), col(Snapshot.purpose),
        col(Snapshot.state), col(Snapshot.reason), col(Snapshot.current_parse), sqlalchemy.literal(""),
    ).where(
        col(Snapshot.search_id).in_(searches), col(Snapshot.state).is_not(None),
        col(Snapshot.slot) >= earliest.isoformat(),
    )  # fmt: skip
    found: dict[int, list[Look]] = {}
    shown: dict[int, str] = {}
    cursor: Any = session.connection().execute(query).cursor
    for row in cursor.fetchall():  # as the driver gives them: there are 91 a brand
        search, text, look = row[0], row[1], cast("Look", row[2:])
        found.setdefault(search, []).append(look)
        if text:  # of its parse, which is there
            shown[look[5] or 0] = text
    return found, shown


def _good_hits(session: Session, searches: Sequence[int]) -> frozenset[str]:
    """Every hit of these searches that is labelled owned or positive now, as it stands in a text of hits: one text too,
    since a year of a search has hundreds."""
    query = sqlalchemy.select(_as_text(col(Hit.id))).where(
        col(Hit.search_id).in_(searches), col(Hit.label).in_(GOOD)
    )  # fmt: skip
    return frozenset((session.connection().execute(query).scalar() or "").split(","))


def _as_text(column: Any) -> Any:
    """All numbers of a column as one text."""
    return func.aggregate_strings(sqlalchemy.cast(column, sqlalchemy.Text), ",")


def _pages(session: Session, parses: Sequence[int | None]) -> dict[int, dict[int, tuple[int, Label]]]:
    """parse -> what stood where: rank -> (link, label)."""
    query = (
        sqlalchemy.select(col(Result.parse_id), col(Result.rank), col(Hit.link_id), col(Hit.label))
        .join(Hit, col(Hit.id) == col(Result.hit_id))
        .where(col(Result.parse_id).in_([parse for parse in parses if parse]), col(Result.rank) <= 20)
    )
    found: dict[int, dict[int, tuple[int, Label]]] = {}
    for parse, rank, link, label in session.connection().execute(query).all():
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
