"""The readings of a search's page: promise gap, volatility, what it would take, who speaks, what left and where to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query

from app.api.access import SessionDep, WorkspaceDep
from app.api.weeks import DayQuery, Id
from app.queries.beside import Beside
from app.queries.brand_page import Asked, brand_page
from app.queries.numbers import Move
from app.queries.promise_gap import PromiseGap
from app.queries.reach import Reach
from app.queries.searches import counted_search, watched
from app.queries.voices import Voices
from app.queries.volatility import Volatility
from app.scoring.reputation import version

router = APIRouter(prefix="/searches/{search_id}", tags=["searches"])


@dataclass(frozen=True, slots=True)
class ReadingsAnswer:
    """Of the last good look (at), against that of the week before; null where there is none to read.

    promise_change: of the gap. reach: what it would take, its points by the weights. voices: over `weeks` whole weeks
    (0: the whole record), all sides. beside: questions and overviews, in no share or score; hit_id is what
    /label-rules corrects, by scope text. entered and left: since the week before; a negative that left has its fate.
    """

    search_id: int
    at: date | None
    score_version: str
    weights: tuple[int, ...]
    promise: PromiseGap | None
    promise_before: PromiseGap | None
    promise_change: int | None
    volatility: Volatility | None
    reach: Reach | None
    weeks: int
    voices: Voices
    beside: tuple[Beside, ...]
    entered: tuple[Move, ...]
    left: tuple[Move, ...]


@router.get("/readings")
def readings(
    search_id: Id, session: SessionDep, workspace: WorkspaceDep, day: DayQuery = None,
    weeks: Annotated[int, Query(ge=0, le=520, description="whole weeks that voices are of")] = 13,
) -> ReadingsAnswer:  # fmt: skip
    """As the brand page shows them."""
    counted_search(session, search_id, workspace)
    brand = watched(session, search_id, workspace).brand
    until = day or datetime.now(UTC).astimezone(ZoneInfo(brand.zone)).date()
    page = brand_page(session, brand.slug, Asked(search_id, weeks), until, workspace)
    week = page.week
    return ReadingsAnswer(
        search_id=search_id,
        at=week.now.at if week.now else None,
        score_version=version(brand.weights),
        weights=brand.weights,
        promise=week.promise,
        promise_before=week.promise_before,
        promise_change=week.promise_change,
        volatility=week.volatility,
        reach=week.reach,
        weeks=weeks,
        voices=page.voices,
        beside=page.beside,
        entered=page.compared.entered if page.compared else (),
        left=page.compared.left if page.compared else (),
    )
