"""A search's week, with the numbers its page and its report show; and the life of one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.api.access import SessionDep, WorkspaceDep
from app.api.ranges import Top
from app.queries.brand_page import week_by
from app.queries.life import Appearance, Elsewhere, LabelEvent, SeenDay, life
from app.queries.numbers import Action, Figures, Quality, Step
from app.queries.rows import HitRow
from app.scoring.reputation import version
from app.types import LABELS, Label

router = APIRouter(prefix="/searches/{search_id}", tags=["searches"])
Id = Annotated[int, Path(ge=1, le=2**31)]
DayQuery = Annotated[
    date | None,
    Query(ge=date(1990, 1, 1), le=date(2999, 12, 31), description="as it stood on this local day, default today"),
]


@dataclass(frozen=True, slots=True)
class WeekAnswer:
    """A week's value, that of its last good look (now), against the last good look of the week before (before).

    now is null without a good look in 13 weeks, before without one in the week before: then there are no changes, no
    steps and no actions. good and n20 are of the first 20, target too; shares and n of the first `top`; steps sum to
    score_change; share_changes are per cent points of the shown shares. weights: those of ranks 1 to 10 in the score.
    """

    search_id: int
    brand: str
    target: int
    score_version: str
    weights: tuple[int, ...]
    first: date
    now: Figures | None
    before: Figures | None
    good_change: int | None
    score_change: float | None
    share_changes: Mapping[Label, int | None]
    steps: tuple[Step, ...]
    actions: tuple[Action, ...]
    quality: Quality


@dataclass(frozen=True, slots=True)
class LinkLife:
    """One result of a search: hit as it looked last; ranks are null where it was absent."""

    search_id: int
    hit: HitRow
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


@router.get("/week")
def one_week(
    search_id: Id, session: SessionDep, workspace: WorkspaceDep, top: Top = 10, day: DayQuery = None
) -> WeekAnswer:
    """Headline, shares, score and its steps, the highest negative, what needs action, the days observed."""
    search, brand, week = week_by(session, search_id, top, day, datetime.now(UTC), workspace)
    return WeekAnswer(
        search_id=search.id,
        brand=brand.slug,
        target=brand.target,
        score_version=version(brand.weights),
        weights=brand.weights,
        first=week.first,
        now=week.now,
        before=week.before,
        good_change=week.good_change,
        score_change=week.score_change,
        share_changes={label: week.share_change(label) for label in LABELS},
        steps=week.steps,
        actions=week.actions,
        quality=week.quality,
    )


@router.get("/links/{link_id}")
def one_life(search_id: Id, link_id: Id, session: SessionDep, workspace: WorkspaceDep) -> LinkLife:
    """Where a result stood each day, how it appeared, every label it had, and the brand's other searches it is on."""
    found = life(session, search_id, link_id, datetime.now(UTC), workspace)
    return LinkLife(
        found.search.id, found.hit, found.now, found.best, found.worst, found.first, found.last, found.counted,
        found.days, found.appearances, found.events, found.elsewhere,
    )  # fmt: skip
