"""The page of the work: what runs, waits and failed, who takes it, and two buttons."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlmodel import Session

from app.db import writing
from app.errors import NotFound
from app.models import Snapshot
from app.queries.searches import watched
from app.queries.work import work
from app.room import full
from app.runner import ask_now, cancel
from app.settings import settings
from app.texts import language
from app.web.access import EditorDep, Lang, NowDep, SessionDep, Viewer, ViewerDep
from app.web.render import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Id = Annotated[int, Path(ge=1, le=2**31)]
Done = Annotated[Literal["", "cancelled", "asked"], Query()]


@router.get("/work")
def work_page(session: SessionDep, viewer: ViewerDep, now: NowDep, done: Done = "", lang: Lang = None) -> str:
    """What the viewer's workspace waits for."""
    page = work(session, now, settings().dead_after, viewer.workspace)
    return render(
        "work.html", language(lang, viewer.language), viewer, page=page, done=done, full=full(settings().data_dir)
    )


@router.post("/work/{snapshot_id}/cancel")
def call_off(snapshot_id: Id, viewer: EditorDep, now: NowDep, lang: Lang = None) -> RedirectResponse:
    """An open look ended by hand; one that has its state keeps it."""
    with writing() as session:
        _look(session, snapshot_id, viewer)
        cancel(session, snapshot_id, viewer.name, now)
    return _back("cancelled", viewer, lang)


@router.post("/work/{snapshot_id}/again")
def look_again(snapshot_id: Id, viewer: EditorDep, now: NowDep, lang: Lang = None) -> RedirectResponse:
    """Another look at the search of a finished one, now; the finished one stays as it is."""
    with writing() as session:
        ask_now(session, _look(session, snapshot_id, viewer).search_id, now)
    return _back("asked", viewer, lang)


@router.post("/searches/{search_id}/look")
def look_now(search_id: Id, viewer: EditorDep, now: NowDep, lang: Lang = None) -> RedirectResponse:
    """A look outside the schedule."""
    with writing() as session:
        watched(session, search_id, viewer.workspace)
        ask_now(session, search_id, now)
    return _back("asked", viewer, lang)


def _look(session: Session, snapshot_id: int, viewer: Viewer) -> Snapshot:
    found = session.get(Snapshot, snapshot_id)
    if found is None:
        raise NotFound(f"no snapshot {snapshot_id}")
    watched(session, found.search_id, viewer.workspace)
    return found


def _back(done: str, viewer: Viewer, lang: str | None) -> RedirectResponse:
    return RedirectResponse(f"/work?done={done}&lang={language(lang, viewer.language)}", 303)
