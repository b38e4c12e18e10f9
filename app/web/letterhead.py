"""What the reports of a workspace wear: a name, a colour and a logo, set by its owners."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.db import writing
from app.errors import AppError, BadInput, NotFound
from app.files import picture_kind
from app.models import Workspace
from app.queries.blobs import BlobDamaged, content
from app.queries.reports import Brandmarks, brandmarks
from app.settings import settings
from app.store.workspaces import MOST_LOGO, sign
from app.texts import language, texts
from app.web.access import Lang, OwnerDep, SessionDep, Viewer
from app.web.render import render
from app.web.saying import Said, SaidDep
from app.web.security import SANDBOX

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Typed = Annotated[str, Form(max_length=200)]


@router.get("/letterhead")
def letterhead(session: SessionDep, viewer: OwnerDep, said: SaidDep, lang: Lang = None) -> str:
    """What is set, and the form that changes it."""
    return _page(viewer, language(lang, viewer.language), brandmarks(session, viewer.workspace), said=said)


@router.post("/letterhead")
def sign_reports(
    session: SessionDep, viewer: OwnerDep, name: Typed = "", accent: Typed = "", logo: UploadFile | None = None,
    no_logo: Annotated[bool, Form()] = False, lang: Lang = None,
) -> Response:  # fmt: skip
    """All of it, or nothing and the reason. Reports printed before keep what they wear."""
    picture = logo.file.read(MOST_LOGO + 1) if logo is not None and logo.filename else None
    try:
        with writing() as store:
            home = store.get_one(Workspace, viewer.workspace)
            sign(store, home, settings().blobs, name=name.strip(), accent=accent.strip(),
                 logo=b"" if no_logo and not picture else picture)  # fmt: skip
    except BadInput as refused:
        spoken, worn = language(lang, viewer.language), brandmarks(session, viewer.workspace)
        problem = texts(spoken).get(refused.key) or texts(spoken)["problem_400"]
        return HTMLResponse(_page(viewer, spoken, Brandmarks(name, accent, worn.logo), problem=problem), 400)
    return RedirectResponse(f"/letterhead?said=signed{f'&lang={lang}' if lang else ''}", 303)


@router.get("/letterhead/logo")
def logo_picture(session: SessionDep, viewer: OwnerDep) -> Response:
    """The logo as it was given."""
    worn = brandmarks(session, viewer.workspace)
    if not worn.logo:
        raise NotFound("there is no logo")
    try:
        body = content(settings().blobs, worn.logo)
    except BlobDamaged as damage:
        raise AppError(f"the archive is damaged, shemtov verify tells more: {damage}", "damaged") from damage
    headers = {"content-security-policy": SANDBOX, "cache-control": "no-store"}
    return Response(body, media_type=picture_kind(body) or "application/octet-stream", headers=headers)


def _page(viewer: Viewer, lang: str, worn: Brandmarks, *, said: Said | None = None, problem: str = "") -> str:
    return render("letterhead.html", lang, viewer, worn=worn, said=said or Said(), problem=problem)
