"""The page of the sources: how often each was asked and with what success, whether it rests, what it costs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from app.db import writing
from app.errors import NotFound
from app.queries.sources_page import sources_page
from app.queries.work import missed_lately
from app.resting import ALERT
from app.settings import settings
from app.store.sources import wake
from app.texts import language
from app.web.access import Lang, NowDep, OwnerDep, SessionDep, ViewerDep
from app.web.render import render
from scrapers import registry

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
PLACED = (("week", "sources_7"), ("month", "sources_30"))


@router.get("/sources")
def sources(
    session: SessionDep, viewer: ViewerDep, now: NowDep, woken: Annotated[str, Query(max_length=40)] = "",
    lang: Lang = None,
) -> str:  # fmt: skip
    """Every source, the ones in use first."""
    page = sources_page(session, settings(), now, viewer.workspace)
    rows = sorted(page.sources, key=lambda row: (not row.locales, bool(row.why_not)))
    woken = woken if woken in registry.SOURCES else ""
    return render(
        "sources.html", language(lang, viewer.language), viewer, page=page, rows=rows, woken=woken, alert=ALERT,
        placed=PLACED, missed=missed_lately(session, now, viewer.workspace),
    )  # fmt: skip


@router.post("/sources/{source}/wake")
def end_rest(
    source: Annotated[str, Path(max_length=40)], viewer: OwnerDep, engine: Annotated[str, Form(max_length=40)],
    lang: Lang = None,
) -> RedirectResponse:  # fmt: skip
    """A rest ended early by an owner; ending it twice is no error."""
    if source not in registry.SOURCES or engine not in registry.ENGINES:
        raise NotFound("there is no such source")
    with writing() as session:
        wake(session, source, engine)
    spoken = language(lang, viewer.language)
    return RedirectResponse(f"/sources?woken={source}&lang={spoken}", 303)
