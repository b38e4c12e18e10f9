"""The page of one look."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from app.queries.snapshots import snapshot
from app.texts import language
from app.web.access import Lang, SessionDep, ViewerDep
from app.web.render import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/snapshots/{snapshot_id}")
def one_snapshot(
    snapshot_id: Annotated[int, Path(ge=1, le=2**31)], session: SessionDep, viewer: ViewerDep, lang: Lang = None
) -> str:
    """The page of one look: its state, why, every try, the results."""
    brand, search, found, results = snapshot(session, snapshot_id, viewer.workspace)
    return render(
        "snapshot.html", language(lang, search.hl), viewer, brand=brand, search=search, snapshot=found, results=results
    )
