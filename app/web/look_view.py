"""The page of one look."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse

from app.queries.diff import KINDS, diff
from app.queries.snapshots import snapshot
from app.texts import language
from app.web.access import Lang, SessionDep, ViewerDep
from app.web.render import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Id = Annotated[int, Path(ge=1, le=2**31)]
OtherId = Annotated[int | None, Query(alias="with", ge=1, le=2**31)]


@router.get("/snapshots/{snapshot_id}")
def one_snapshot(snapshot_id: Id, session: SessionDep, viewer: ViewerDep, lang: Lang = None) -> str:
    """The page of one look: its state, why, every try, the results."""
    brand, search, found, results = snapshot(session, snapshot_id, viewer.workspace)
    return render(
        "snapshot.html", language(lang, search.hl), viewer, brand=brand, search=search, snapshot=found, results=results
    )


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
