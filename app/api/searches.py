"""A search over time: looks, share of page, heat map, changes. Series are column arrays, one entry a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, Field, TypeAdapter

from app.api.access import SessionDep, WorkspaceDep
from app.api.answers import answer
from app.api.ranges import RangeDep, Top
from app.clock import clock
from app.db import writing
from app.editing import plan_edit, save_edit
from app.errors import BadInput
from app.queries.changes import change_rows
from app.queries.history import history
from app.queries.revisions import search_revision
from app.queries.rows import ChangeRow, History, SearchRow, Share
from app.queries.searches import counted_search, watched
from app.queries.share import share_series
from app.queries.snapshots import snapshots
from app.settings import settings

router = APIRouter(prefix="/searches/{search_id}", tags=["searches"])
AtDep = Annotated[datetime, Depends(clock)]
SearchId = Annotated[int, Path(ge=1, le=2**31)]


@dataclass(frozen=True, slots=True)
class Look:
    """A look in a list; /snapshots/{id} tells how it was confirmed."""

    id: int
    slot: str
    purpose: str
    state: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class ShareSeries:
    """Counts per label in the top N; null on a day that does not count. states and reasons say why."""

    share: Share
    states: tuple[str, ...]
    reasons: tuple[str, ...]
    parsers: tuple[str, ...]


SHARE, HISTORY = TypeAdapter(ShareSeries), TypeAdapter(History)
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "as named by If-None-Match"}}


class WantedSearch(BaseModel):
    """What is left out, or null, stays as it is."""

    schedule: str | None = Field(
        None, max_length=1000, description='"06:00 18:00", "weekdays 06:00", "cron 0 6 * * 1-5"'
    )
    sources: list[Annotated[str, Field(max_length=40)]] | None = Field(
        None, max_length=100, description="where looks come from, in order"
    )
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class SearchEdit:
    """A search as it is now, or would be. following: its next slots, local times of the brand. looks: a month; cost:
    US dollars a month by list prices at the first source that may be asked, second looks not counted."""

    id: int
    schedule: str
    sources: tuple[str, ...]
    active: bool
    following: list[str]
    looks: int
    cost: float
    saved: bool


@router.get("")
def one_search(search_id: SearchId, session: SessionDep, workspace: WorkspaceDep) -> SearchRow:
    """One search."""
    return watched(session, search_id, workspace).search


@router.patch("")
def change_search(
    search_id: SearchId, wanted: WantedSearch, session: SessionDep, workspace: WorkspaceDep, at: AtDep,
    only: Annotated[bool, Query(alias="preview", description="tell what it would be, and write nothing")] = False,
) -> SearchEdit:  # fmt: skip
    """Another schedule, other sources, or a pause; in force at the next tick. 400 with every problem of it."""
    about = watched(session, search_id, workspace)
    edit = plan_edit(
        about, settings(), at, schedule=wanted.schedule, sources=wanted.sources, active=wanted.active
    )  # fmt: skip
    if edit.problems:
        raise BadInput("; ".join(problem.message for problem in edit.problems))
    if not only:
        with writing() as store:
            save_edit(store, about, edit, at)
    following = [slot.text() for slot in edit.following]
    return SearchEdit(search_id, edit.schedule, edit.sources, edit.active, following, edit.looks, edit.cost, not only)


@router.get("/snapshots")
def list_snapshots(search_id: SearchId, days: RangeDep, session: SessionDep, workspace: WorkspaceDep) -> list[Look]:
    """Every look in a range, those that do not count included."""
    watched(session, search_id, workspace)
    found = snapshots(session, search_id, days.first, days.last)
    return [Look(s.id or 0, s.slot, s.purpose, s.state, s.reason) for s in found]


@router.get("/share", response_model=ShareSeries, responses=UNCHANGED)
def share_of_page(
    search_id: SearchId, days: RangeDep, request: Request, session: SessionDep, workspace: WorkspaceDep, top: Top = 10
) -> Response:
    """Share of page per day; 400 for a search that only listens. With an ETag: 304 when nothing has changed."""
    revision = search_revision(session, search_id, workspace)

    def made() -> ShareSeries:
        counted_search(session, search_id, workspace)
        found, counted = share_series(session, search_id, days.first, days.last, top)
        return ShareSeries(counted, found.states, found.reasons, found.parsers)

    return answer(request, session, revision, ("share", search_id, days.first, days.last, top), SHARE, made)


@router.get("/heatmap", response_model=History, responses=UNCHANGED)
def heatmap_series(
    search_id: SearchId, days: RangeDep, request: Request, session: SessionDep, workspace: WorkspaceDep
) -> Response:
    """Which hit stood at each rank on each day, with the hits themselves. With an ETag: 304 when nothing has
    changed."""
    revision = search_revision(session, search_id, workspace)

    def made() -> History:
        counted_search(session, search_id, workspace)
        return history(session, search_id, days.first, days.last)

    return answer(request, session, revision, ("heatmap", search_id, days.first, days.last), HISTORY, made)


@router.get("/changes")
def list_changes(search_id: SearchId, days: RangeDep, session: SessionDep, workspace: WorkspaceDep) -> list[ChangeRow]:
    """What entered, left and moved, newest first."""
    watched(session, search_id, workspace)
    return list(change_rows(session, search_id, days.first, days.last))
