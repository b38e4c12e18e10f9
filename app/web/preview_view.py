"""The page between a click and a saved label: what the correction would change in the past, and this week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from app.clock import clock
from app.corrections import correct
from app.preview import preview
from app.queries import brands as brand_queries
from app.scoring.markets import market
from app.texts import language
from app.types import Label, Scope
from app.web.access import EditorDep, Lang, SessionDep
from app.web.render import render
from app.web.saying import ours

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class Wish:
    """A correction as a form asks for it. path: which, for scope path; everywhere: "1" for all brands."""

    hit: Annotated[int, Query(ge=1, le=2**31)]
    scope: Scope
    label: Label
    path: Annotated[str, Query(max_length=2000)] = ""
    everywhere: Annotated[str, Query(max_length=1)] = ""
    back: Annotated[str, Query(max_length=2000)] = ""


@router.get("/brands/{slug}/labels/preview")
def preview_label(
    slug: str, session: SessionDep, viewer: EditorDep, wish: Annotated[Wish, Depends()], lang: Lang = None
) -> str:
    """What would change; nothing is saved."""
    brand, at = brand_queries.brand(session, slug, viewer.workspace), clock()
    session.close()  # the trial writes: a reader that waits for it would only be in its way
    found = preview(
        lambda trial: correct(
            trial, brand.id, wish.hit, wish.scope, wish.label, viewer.name, at,
            everywhere=bool(wish.everywhere), path=wish.path,
        ),
        at,
    )  # fmt: skip
    asked = {name: getattr(wish, name) for name in ("hit", "scope", "label", "path", "everywhere", "back")}
    back = wish.back if ours(wish.back) else f"/brands/{quote(brand.slug, safe='')}"
    return render(
        "preview.html", language(lang, market(brand.home_market).hl), viewer, brand=brand, found=found, asked=asked,
        back=back, here="?" + urlencode(asked),
    )  # fmt: skip
