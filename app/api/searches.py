"""A search over time: looks, share of page, heat map, changes. Series are column arrays, one entry a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path

from app.api.access import SessionDep, WorkspaceDep
from app.api.ranges import RangeDep, Top
from app.queries.changes import change_rows
from app.queries.history import history
from app.queries.rows import ChangeRow, History, SearchRow, Share
from app.queries.searches import counted_search, watched
from app.queries.share import share
from app.queries.snapshots import snapshots

router = APIRouter(prefix="/searches/{search_id}", tags=["searches"])
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


@router.get("")
def one_search(search_id: SearchId, session: SessionDep, workspace: WorkspaceDep) -> SearchRow:
    """One search."""
    return watched(session, search_id, workspace).search


@router.get("/snapshots")
def list_snapshots(search_id: SearchId, days: RangeDep, session: SessionDep, workspace: WorkspaceDep) -> list[Look]:
    """Every look in a range, those that do not count included."""
    watched(session, search_id, workspace)
    found = snapshots(session, search_id, days.first, days.last)
    return [Look(s.id or 0, s.slot, s.purpose, s.state, s.reason) for s in found]


@router.get("/share")
def share_series(
    search_id: SearchId, days: RangeDep, session: SessionDep, workspace: WorkspaceDep, top: Top = 10
) -> ShareSeries:
    """Share of page per day; 400 for a search that only listens."""
    counted_search(session, search_id, workspace)
    found = history(session, search_id, days.first, days.last)
    return ShareSeries(share(found, top), found.states, found.reasons, found.parsers)


@router.get("/heatmap")
def heatmap_series(search_id: SearchId, days: RangeDep, session: SessionDep, workspace: WorkspaceDep) -> History:
    """Which hit stood at each rank on each day, with the hits themselves."""
    counted_search(session, search_id, workspace)
    return history(session, search_id, days.first, days.last)


@router.get("/changes")
def list_changes(search_id: SearchId, days: RangeDep, session: SessionDep, workspace: WorkspaceDep) -> list[ChangeRow]:
    """What entered, left and moved, newest first."""
    watched(session, search_id, workspace)
    return list(change_rows(session, search_id, days.first, days.last))
