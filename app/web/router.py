"""The pages and the files they need."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Annotated

import fontpkg_heebo
from fastapi import APIRouter, Depends, FastAPI, Path, Response
from fastapi.responses import FileResponse, HTMLResponse

from app.errors import AppError, NotFound
from app.queries import brand_page as page_queries
from app.queries import brands as brand_queries
from app.queries.blobs import BlobDamaged, raw_page
from app.texts import language
from app.web import (
    adding,
    day_view,
    fates,
    letterhead,
    life_view,
    list_view,
    look_view,
    pictures,
    preview_view,
    queue_view,
    reports_view,
    saying,
    searches_view,
    signin,
    sources_view,
    weights,
    work_view,
)
from app.web.access import Lang, SessionDep, ViewerDep, viewer
from app.web.asking import AskedDep, today_in
from app.web.brand_view import brand_view
from app.web.saying import SaidDep
from app.web.security import SANDBOX
from app.web.throttle import Tries

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
open_router = APIRouter(include_in_schema=False)
ROOMS = (
    adding,
    day_view,
    fates,
    letterhead,
    life_view,
    list_view,
    look_view,
    pictures,
    preview_view,
    queue_view,
    reports_view,
    saying,
    searches_view,
    sources_view,
    weights,
    work_view,
)
KEPT = {"cache-control": "max-age=600"}


def install(app: FastAPI) -> None:
    """The pages at /, each with the one stylesheet and the one script."""
    app.state.tries = Tries()
    for part in (router, *(room.router for room in ROOMS)):
        app.include_router(part, dependencies=[Depends(viewer)])
    for part in (open_router, signin.router):  # the only pages for people who are not signed in
        app.include_router(part)


@router.get("/brands/{slug}")
def one_brand(
    slug: str, session: SessionDep, viewer: ViewerDep, asked: AskedDep, said: SaidDep, lang: Lang = None
) -> str:
    """The page of a brand's main search, or the one asked for."""
    today = today_in(brand_queries.brand(session, slug, viewer.workspace).zone)
    page = page_queries.brand_page(session, slug, asked, today, viewer.workspace)
    return brand_view(page, language(lang, page.search.hl), viewer, said, today)


@router.get("/raw/{digest}")
def raw(digest: Annotated[str, Path(pattern="^[0-9a-f]{64}$")], session: SessionDep, viewer: ViewerDep) -> Response:
    """A raw answer as it came, where it can do nothing: sandboxed, no script, no request, no origin."""
    try:
        found = raw_page(session, digest, viewer.workspace)
    except BlobDamaged as damage:
        raise AppError(f"the archive is damaged, shemtov verify tells more: {damage}", "damaged") from damage
    if found is None:
        raise NotFound("there is no raw page of that name, or retention took it")
    body, kind = found
    html = kind.split(";")[0].strip().lower() in ("text/html", "application/xhtml+xml")
    headers = {"content-security-policy": SANDBOX, "cache-control": "no-store"}
    if not html:
        headers["content-disposition"] = f'attachment; filename="{digest[:12]}.json"'
    return Response(
        body, headers=headers, media_type="text/html; charset=utf-8" if html else "application/octet-stream"
    )


@lru_cache(maxsize=2)
def static(ending: str) -> str:
    """Everything of one kind as one file, in the order of the names."""
    folder = files("app.web") / "static" / ending
    parts = sorted((part for part in folder.iterdir() if part.name.endswith(ending)), key=lambda part: part.name)
    return "\n".join(part.read_text(encoding="utf-8") for part in parts)


@open_router.get("/shemtov.css")
def stylesheet() -> Response:
    """The one stylesheet."""
    return Response(static("css"), media_type="text/css", headers=KEPT)


@open_router.get("/shemtov.js")
def script() -> Response:
    """The one script; every page works without it."""
    return Response(static("js"), media_type="text/javascript", headers=KEPT)


@open_router.get("/favicon.ico")
def icon() -> Response:
    """No picture: the tab shows the name."""
    return Response(status_code=204)


@open_router.get("/heebo.ttf")
def heebo() -> FileResponse:
    """The typeface, from its package."""
    return FileResponse(
        fontpkg_heebo.ROOT / "files" / "Heebo[wght].ttf",
        media_type="font/ttf",
        headers={"cache-control": "max-age=604800"},
    )
