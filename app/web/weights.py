"""The rank weights of a workspace's scores, set by its owners."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.db import writing
from app.errors import BadInput
from app.models import Workspace
from app.queries.weights import rank_weights
from app.scoring.reputation import WEIGHTS, Weights, version
from app.store.weights import read_weights, set_weights
from app.texts import language, texts
from app.web.access import Lang, OwnerDep, SessionDep, Viewer
from app.web.render import render
from app.web.saying import Said, SaidDep

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/weights")
def weights(session: SessionDep, viewer: OwnerDep, said: SaidDep, lang: Lang = None) -> str:
    """What is in force, and the form that changes it."""
    return _page(viewer, language(lang, viewer.language), rank_weights(session, viewer.workspace), said=said)


@router.post("/weights")
def weigh(
    session: SessionDep, viewer: OwnerDep, weights: Annotated[str, Form(max_length=300)] = "", lang: Lang = None
) -> Response:
    """Ten numbers, or nothing for ours; refused with the reason."""
    try:
        typed = read_weights(weights) if weights.strip() else None
        with writing() as store:
            set_weights(store, store.get_one(Workspace, viewer.workspace), typed)
    except BadInput as refused:
        spoken = language(lang, viewer.language)
        problem = texts(spoken).get(refused.key) or texts(spoken)["problem_400"]
        held = rank_weights(session, viewer.workspace)
        return HTMLResponse(_page(viewer, spoken, held, typed=weights, problem=problem), 400)
    return RedirectResponse(f"/weights?said=weighed{f'&lang={lang}' if lang else ''}", 303)


def _page(
    viewer: Viewer, lang: str, held: Weights, *, said: Said | None = None, typed: str | None = None, problem: str = ""
) -> str:
    return render(
        "weights.html", lang, viewer, said=said or Said(), problem=problem, ours=" ".join(map(str, WEIGHTS)),
        held=" ".join(map(str, held)), called=version(held), typed=typed,
    )  # fmt: skip
