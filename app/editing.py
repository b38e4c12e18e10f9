"""A search changed: what is asked for is checked and told before anything is written; in force at the next tick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlmodel import Session

from app.errors import BadInput
from app.models import Search
from app.queries.searches import Watched
from app.schedule import FARTHEST, BadSchedule, Slot, looks_a_month, slots
from app.schedule_words import normalise
from app.settings import Settings
from app.sources import monthly_cost, usable
from app.store.slots import change_search
from app.types import Problem
from scrapers import registry
from scrapers.errors import SourceMissing

FORETOLD = 5
MOST_SOURCES = 20


@dataclass(frozen=True, slots=True)
class Edit:
    """A search as it would be: schedule as stored, sources in order. able: those that may be asked today, why_not: why
    the others may not. following: the next five slots, local, none of a search that is not active. looks: a month;
    cost: US dollars a month at the first able source, second looks not counted. With problems it is not saved."""

    schedule: str
    sources: tuple[str, ...]
    active: bool
    able: tuple[str, ...]
    why_not: tuple[str, ...]
    following: tuple[Slot, ...]
    looks: int
    cost: float
    problems: tuple[Problem, ...]


def plan_edit(
    about: Watched, chosen: Settings, now: datetime, *, schedule: str | None = None,
    sources: Sequence[str] | None = None, active: bool | None = None,
) -> Edit:  # fmt: skip
    """What a search would be with what was typed; None leaves a thing as it is. Writes nothing."""
    problems: list[Problem] = []
    search, home = about.search, about.brand
    stored = search.schedule if schedule is None else _schedule(schedule, search.schedule, home.weekend, problems)
    named = search.source_names if sources is None else tuple(dict.fromkeys(sources))
    if named != search.source_names:
        problems += _source_problems(about, named)
    able, why_not = usable([name for name in named if name in registry.SOURCES], chosen)
    kept = search.active if active is None else active
    looks = looks_a_month(stored, home.weekend) if kept else 0
    following = tuple(islice(slots(stored, home, now, now + FARTHEST), FORETOLD)) if kept else ()
    return Edit(
        stored, named, kept, tuple(able), tuple(why_not), following, looks, monthly_cost(looks, able, search.depth),
        tuple(problems),
    )  # fmt: skip


def save_edit(session: Session, about: Watched, edit: Edit, now: datetime) -> Search:
    """The search as planned, its next look reckoned from now; BadInput with every problem when there are any.

    Only what was changed is written: two people who change different things at once both have their way.
    """
    if edit.problems:
        raise BadInput("; ".join(problem.message for problem in edit.problems))
    search, seen = session.get_one(Search, about.search.id, with_for_update=True), about.search
    change_search(
        session, search, about.brand, now,
        schedule=search.schedule if edit.schedule == seen.schedule else edit.schedule,
        sources=search.sources if edit.sources == seen.source_names else edit.sources,
        active=search.active if edit.active == seen.active else edit.active,
    )  # fmt: skip
    return search


def _schedule(typed: str, before: str, weekend: tuple[int, ...], problems: list[Problem]) -> str:
    try:
        return normalise(typed, weekend)
    except BadSchedule as wrong:
        problems.append(Problem("schedule", wrong.code, wrong.value, str(wrong)))
        return before


def _source_problems(about: Watched, names: Sequence[str]) -> list[Problem]:
    """Why sources cannot serve the search: unknown ones, others' pages, other countries; none, or too many."""
    if not names or len(names) > MOST_SOURCES:
        return [
            Problem("source", "count", str(len(names)), f"a search has 1 to {MOST_SOURCES} sources, not {len(names)}")
        ]
    found = []
    for name in names:
        try:
            refusal = registry.refusal(name, about.request())
        except SourceMissing as unknown:
            found.append(Problem("source", "unknown", name, str(unknown)))
            continue
        if refusal:
            found.append(Problem("source", "refused", name, refusal))
    return found
