"""Everything the weekly report of one search shows, as one frozen value that survives JSON without loss.

The paper is a pure function of it, so what was printed once can be shown again, and compared with today's numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from app.errors import BadInput
from app.models import Hit, Snapshot
from app.queries.beside import Beside, beside
from app.queries.brand_page import scores, week_of
from app.queries.fates import fated
from app.queries.history import first_day
from app.queries.history import history as read_history
from app.queries.marks import marks
from app.queries.numbers import Compared, Mark, Quality, Week
from app.queries.rows import BrandRow, History, SearchRow, Share
from app.queries.searches import watched
from app.queries.share import share
from app.queries.voices import Voices, voices
from app.queries.week import SEVEN, compared, quality_of, week_points
from app.schedule import slot_of, week_start
from app.scoring.reputation import Weights, version

FORM = 1
DAY = timedelta(days=1)
WEEKS = 13
TOP = 10
DEPTH = 20


@dataclass(frozen=True, slots=True)
class WeekPoint:
    """A week's reputation score, that of its last good day `at`; None and None when no look of it counts."""

    first: date
    at: date | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Versions:
    """What read, labelled and weighed the week's page: parser ("" without a page), label rules, score weights."""

    parser: str
    rules: tuple[str, ...]
    score: str
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WeeklyFacts:
    """The facts of one week, first to last, both local days. form: of the stored shape; a new field has a default.

    week.now is None when no look of the week counts; last_good is then the last day before it that did. looked: the
    local moment of the week's look. history: 13 whole weeks that end with this one; share: of its top 10. compared:
    the week's look and that of the week before. began: the first day of the record. voices: who keeps appearing
    over the 13 weeks, None in what was printed before there were any. beside: questions and overviews of the look.
    """

    form: int
    lang: str
    brand: BrandRow
    search: SearchRow
    first: date
    last: date
    week: Week
    looked: datetime | None
    last_good: date | None
    history: History
    share: Share
    points: tuple[WeekPoint, ...]
    compared: Compared | None
    began: date | None
    marks: tuple[Mark, ...]
    versions: Versions
    voices: Voices | None = None
    beside: tuple[Beside, ...] = ()


def weekly(session: Session, search_id: int, day: date, lang: str, workspace: int | None = None) -> WeeklyFacts:
    """The facts of the week a day lies in; its value is its last good look, and there is none without one."""
    about = watched(session, search_id, workspace)
    brand = about.brand
    if about.search.purpose != "share":
        raise BadInput(
            f"search {search_id} only listens: its page is not counted, so it has no report", "report_listens"
        )
    first = week_start(day, brand.week_start)
    last = first + SEVEN - timedelta(days=1)
    found = read_history(session, search_id, first - (WEEKS - 1) * SEVEN, last, DEPTH)
    good = [one for i, one in enumerate(found.days) if found.counted(i)]
    began = first_day(session, search_id, last + SEVEN)
    this = _this_week(session, found, brand, first)
    look = session.get_one(Snapshot, this.now.snapshot) if this.now else None
    return WeeklyFacts(
        form=FORM,
        lang=lang,
        brand=brand,
        search=about.search,
        first=first,
        last=last,
        week=this,
        looked=slot_of(look.slot).local if look else None,
        last_good=good[-1] if good else None,
        history=found,
        share=share(found, TOP),
        points=week_scores(found, brand),
        compared=fated(session, brand, about.search, compared(found, this.before.at, this.now.at))
        if this.now and this.before else None,
        began=began if began <= last else None,
        marks=marks(session, brand, search_id, found),
        versions=_versions(session, found, this, brand.weights),
        voices=voices(found, brand.weights),
        beside=beside(session, look.id if look else None),
    )  # fmt: skip


def week_today(session: Session, search_id: int, first: date) -> Week:
    """The week of `weekly` alone, as the record has it today: two weeks of it are read instead of thirteen."""
    brand = watched(session, search_id).brand
    return _this_week(
        session, read_history(session, search_id, first - SEVEN, first + SEVEN - DAY, DEPTH), brand, first
    )


def week_scores(history: History, brand: BrandRow) -> tuple[WeekPoint, ...]:
    """Each week's score, oldest first; the history must hold whole weeks."""
    of_day = dict(zip(history.days, scores(history, brand.weights), strict=True))
    found = []
    for first in history.days[::7]:
        now, _ = week_points(history, brand, first + SEVEN - timedelta(days=1))
        at = history.days[now] if now is not None and history.days[now] >= first else None
        found.append(WeekPoint(first, at, of_day[at] if at else None))
    return tuple(found)


def frozen(facts: WeeklyFacts) -> dict[str, Any]:
    """The facts as JSON."""
    plain: dict[str, Any] = _adapter().dump_python(facts, mode="json")
    return plain


def thawed(data: dict[str, Any]) -> WeeklyFacts:
    """The facts that were frozen; pydantic's ValidationError when the JSON holds something else."""
    return _adapter().validate_python(data)


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[WeeklyFacts]:
    return TypeAdapter(WeeklyFacts)


def _this_week(session: Session, history: History, brand: BrandRow, first: date) -> Week:
    """The week's own value: what the last good look of an earlier week says belongs to that week."""
    last = first + SEVEN - timedelta(days=1)
    found = week_of(session, history, brand, TOP, last, by=last)
    if found.now is None or found.now.at < first:
        found = Week(first, None, None, (), (), (), (), found.quality)
    results = tuple(row for row in found.results if row.rank <= DEPTH)
    return replace(found, results=results, quality=_quality(history, first))


def _quality(history: History, first: date) -> Quality:
    """The week's own seven days, whatever was planned on them."""
    start = history.days.index(first)
    return quality_of(history, history.days[start : start + 7], range(start, start + 7))


def _versions(session: Session, history: History, week: Week, weights: Weights) -> Versions:
    """Those that the week's numbers come from; label rules of several versions stand beside each other."""
    shown = [row.hit.id for row in week.results]
    rules = session.exec(select(Hit.version).where(col(Hit.id).in_(shown)).distinct()).all()
    parser = history.parsers[history.days.index(week.now.at)] if week.now else ""
    return Versions(parser, tuple(sorted(filter(None, rules))), version(weights), weights)
