"""What workers do, and looks asked for outside the schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path

from app.api.access import SessionDep, WorkspaceDep
from app.db import writing
from app.errors import BadInput
from app.queries.searches import watched
from app.queries.work import WorkPage, work
from app.queries.workers import living
from app.runner import ask_now
from app.settings import settings
from app.sources import usable

router = APIRouter(tags=["work"])


@dataclass(frozen=True, slots=True)
class Asked:
    """A look that was asked for: /snapshots/{snapshot_id} says what comes of it. workers: how many live; with none it
    waits for one, or for the next `shemtov capture --due`."""

    snapshot_id: int
    slot: str
    workers: int


@router.get("/work")
def list_work(session: SessionDep, workspace: WorkspaceDep) -> WorkPage:
    """What runs, waits and failed in the last day, the first fifty of each; who takes it."""
    return work(session, datetime.now(UTC), settings().dead_after, workspace)


@router.post("/searches/{search_id}/look", status_code=202)
def look_now(search_id: Annotated[int, Path(ge=1, le=2**31)], session: SessionDep, workspace: WorkspaceDep) -> Asked:
    """Put a look at this search in front of the queue; one that waits already stands for it."""
    names, reasons = usable(watched(session, search_id, workspace).search.source_names, settings())
    if not names:
        raise BadInput("; ".join(reasons))
    with writing() as store:
        asked = ask_now(store, search_id, datetime.now(UTC))
        return Asked(asked.id or 0, asked.slot, len(living(store, settings().dead_after)))
