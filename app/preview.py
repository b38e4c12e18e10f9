"""What a correction would change, before anybody saves it: it is made, looked at, and rolled back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from app.corrections import Corrected
from app.db import reading, writing
from app.models import LabelRule
from app.queries.brand_page import WEEKS, whole
from app.queries.history import history
from app.queries.label_rules import rule_of
from app.queries.numbers import Figures
from app.queries.relabelled import Relabelled, days_of, newest_event, relabelled
from app.queries.searches import watched
from app.queries.week import figures, week_points
from app.types import LabelRule as Rule

SHOWN = 5  # brands whose numbers are told; the rest are counted
TOP = 10


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes for one brand: results (appearances) and days, and the week of its main search before and after.

    before, after: None without a main search or a good look in 13 weeks.
    """

    slug: str
    name: str
    results: int
    days: int
    before: Figures | None
    after: Figures | None


@dataclass(frozen=True, slots=True)
class Pair:
    """So many appearances would change from one label to another."""

    old: str
    new: str
    count: int


@dataclass(frozen=True, slots=True)
class Preview:
    """rule: as it would stand. results: appearances whose label changes; days: of all brands that change; effects:
    of at most 5 brands, the most changed first."""

    rule: Rule
    results: int
    days: int
    brands: int
    pairs: tuple[Pair, ...]
    effects: tuple[Effect, ...]


class _Undo(Exception):
    """Ends the trial: nothing of it is kept."""


def preview(correct: Callable[[Session], Corrected], now: datetime, on: Engine | None = None) -> Preview:
    """What a correction would do. correct: makes it, in the session it gets."""
    found: list[Preview] = []
    mains: list[int | None] = []
    with suppress(_Undo), writing(on) as session:
        newest = newest_event(session)
        rule = rule_of(session.get_one(LabelRule, correct(session).rule))
        changed = relabelled(session, newest)
        shown = changed.brands[:SHOWN]
        mains = [brand.main_search for brand in shown]
        weeks = [_figures(session, main, now) for main in mains]
        effects = [
            Effect(brand.slug, brand.name, brand.results, brand.days, None, after)
            for brand, after in zip(shown, weeks, strict=True)
        ]
        found.append(_preview(session, rule, changed, effects, newest))
        raise _Undo
    with reading(on) as session:
        before = [_figures(session, main, now) for main in mains]
    told = tuple(replace(effect, before=was) for effect, was in zip(found[0].effects, before, strict=True))
    return replace(found[0], effects=told)


def _preview(session: Session, rule: Rule, changed: Relabelled, effects: list[Effect], after: int) -> Preview:
    pairs = tuple(Pair(old, new, count) for (old, new), count in changed.pairs.items())
    results = sum(pair.count for pair in pairs)
    days = len({day for _, day in days_of(session, after)})
    return Preview(rule, results, days, len(changed.brands), pairs, tuple(effects))


def _figures(session: Session, search: int | None, now: datetime) -> Figures | None:
    """The numbers of the last good day in 13 weeks, as the brand's page has them."""
    if search is None:
        return None
    brand = watched(session, search).brand
    today = now.astimezone(ZoneInfo(brand.zone)).date()
    found = history(session, search, whole(WEEKS, today, brand), today)
    day, _ = week_points(found, brand)
    return figures(found, day, TOP, brand.weights) if day is not None else None
