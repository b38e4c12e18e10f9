"""The page of one look."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.db import engine
from app.errors import AppError, NotFound
from app.picturing import draw
from app.queries.archive import picture_of
from app.queries.blobs import BlobDamaged, content
from app.queries.diff import KINDS, diff
from app.queries.snapshots import snapshot
from app.settings import settings
from app.texts import language
from app.web.access import EditorDep, Lang, NowDep, SessionDep, ViewerDep
from app.web.render import render
from app.web.security import SANDBOX

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Id = Annotated[int, Path(ge=1, le=2**31)]
OtherId = Annotated[int | None, Query(alias="with", ge=1, le=2**31)]


@router.get("/snapshots/{snapshot_id}")
def one_snapshot(snapshot_id: Id, session: SessionDep, viewer: ViewerDep, lang: Lang = None) -> str:
    """The page of one look: its state, why, every try, the results."""
    brand, search, found, results = snapshot(session, snapshot_id, viewer.workspace)
    return render(
        "snapshot.html", language(lang, search.hl), viewer, brand=brand, search=search, snapshot=found,
        results=results, picture=picture_of(session, snapshot_id),
    )  # fmt: skip


@router.get("/snapshots/{snapshot_id}/picture.jpg")
def picture(snapshot_id: Id, session: SessionDep, viewer: ViewerDep) -> Response:
    """What the page looked like: a picture and nothing else, whatever somebody takes it for."""
    snapshot(session, snapshot_id, viewer.workspace)
    found = picture_of(session, snapshot_id)
    if found is None:
        raise NotFound(f"no picture of snapshot {snapshot_id}")
    try:
        jpeg = content(settings().blobs, found.sha256)
    except BlobDamaged as damage:
        raise AppError(f"the archive is damaged, shemtov verify tells more: {damage}", "damaged") from damage
    return Response(
        jpeg, media_type="image/jpeg", headers={"content-security-policy": SANDBOX, "cache-control": "no-store"}
    )


@router.post("/snapshots/{snapshot_id}/picture")
def draw_picture(snapshot_id: Id, viewer: EditorDep, at: NowDep, lang: Lang = None) -> RedirectResponse:
    """Draw it now, from the archived answer; drawn again, the newer one stays."""
    draw(engine(), settings().blobs, snapshot_id, at, viewer.workspace)
    return RedirectResponse(f"/snapshots/{snapshot_id}{f'?lang={lang}' if lang else ''}#picture", 303)


@router.get("/snapshots/{snapshot_id}/diff")
def two_snapshots(
    snapshot_id: Id, session: SessionDep, viewer: ViewerDep, other: OtherId = None, lang: Lang = None
) -> str:
    """A look beside another of its search, by default the last good one before it."""
    found = diff(session, snapshot_id, other, viewer.workspace)
    return render(
        "diff.html", language(lang, found.search.hl), viewer, diff=found, kinds=KINDS,
        counts={kind: sum(pair.kind == kind for pair in found.pairs) for kind in KINDS},
        relabelled=sum(pair.relabelled for pair in found.pairs),
        place=f"/snapshots/{snapshot_id}/diff", other=f"&with={other}" if other else "",
    )  # fmt: skip
