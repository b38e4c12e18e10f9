"""What people say on the pages: a label corrected or taken back, a day annotated. Each form leads back to its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from fastapi import APIRouter, Depends, Form, Path
from fastapi.responses import HTMLResponse, RedirectResponse

from app.clock import clock
from app.corrections import correct, undo
from app.db import writing
from app.errors import BadInput
from app.queries import brands as brand_queries
from app.queries.annotations import annotation_rows
from app.queries.label_rules import rule_rows
from app.scoring.markets import market
from app.store.annotations import add_annotation, remove_annotation
from app.texts import language
from app.types import Label, Scope
from app.web.access import EditorDep, Lang, SessionDep, ViewerDep
from app.web.asking import today_in
from app.web.render import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Id = Annotated[int, Path(ge=1, le=2**31)]
Back = Annotated[str, Form(max_length=2000)]
SAID = (
    "added",
    "corrected",
    "undone",
    "noted",
    "removed",
    "printed",
    "kept",
    "signed",
    "gone",
    "back",
    "weighed",
    "scheduled",
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a form has just done, for the page it leads back to; what: "" for nothing, rule: one that can be undone."""

    what: str = ""
    n: int = 0
    rule: int = 0


def said(said: str = "", n: str = "", rule: str = "") -> Said:
    """The message an address carries; one that is none of ours says nothing."""
    number, undoable = (int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0 for text in (n, rule))
    return Said(said, number, undoable) if said in SAID else Said()


SaidDep = Annotated[Said, Depends(said)]


@router.post("/brands/{slug}/labels")
def correct_label(
    slug: str, viewer: EditorDep, hit: Annotated[int, Form(ge=1, le=2**31)], scope: Annotated[Scope, Form()],
    label: Annotated[Label, Form()], path: Back = "", everywhere: Annotated[str, Form(max_length=1)] = "",
    back: Back = "",
) -> RedirectResponse:  # fmt: skip
    """A text, a result, a path or a whole host labelled by hand, for the brand or for all of them."""
    with writing() as session:
        brand = brand_queries.brand(session, slug, viewer.workspace)
        done = correct(
            session, brand.id, hit, scope, label, viewer.name, clock(), everywhere=bool(everywhere), path=path
        )
    return lead_back(back, brand.slug, "corrected", n=done.changed, rule=done.rule)


@router.post("/brands/{slug}/labels/{rule}/undo")
def undo_label(slug: str, rule: Id, viewer: EditorDep, back: Back = "") -> RedirectResponse:
    """A label rule taken back."""
    with writing() as session:
        brand = brand_queries.brand(session, slug, viewer.workspace)
        changed = undo(session, brand.id, rule, viewer.name, clock())
    return lead_back(back, brand.slug, "undone", n=changed)


@router.post("/brands/{slug}/annotations")
def annotate(
    slug: str, viewer: EditorDep, at: Annotated[date, Form()], text: Annotated[str, Form(max_length=2000)],
    back: Back = "",
) -> RedirectResponse:  # fmt: skip
    """What happened on a day."""
    with writing() as session:
        brand = brand_queries.brand(session, slug, viewer.workspace)
        try:
            add_annotation(session, brand.id, at, text, viewer.name, clock())
        except BadInput as refused:
            raise BadInput(refused.message, "annotation_refused") from refused
    return lead_back(back, brand.slug, "noted")


@router.post("/brands/{slug}/annotations/{annotation}/remove")
def remove(slug: str, annotation: Id, viewer: EditorDep, back: Back = "") -> RedirectResponse:
    """An annotation taken off the charts; doing it twice is no error."""
    with writing() as session:
        brand = brand_queries.brand(session, slug, viewer.workspace)
        remove_annotation(session, brand.id, annotation, clock())
    return lead_back(back, brand.slug, "removed")


@router.get("/brands/{slug}/rules")
def rules(slug: str, session: SessionDep, viewer: ViewerDep, said: SaidDep, lang: Lang = None) -> str:
    """The label rules in force and the annotations of a brand."""
    brand = brand_queries.brand(session, slug, viewer.workspace)
    return render(
        "rules.html", language(lang, market(brand.home_market).hl), viewer, brand=brand, said=said,
        rules=rule_rows(session, brand.id), annotations=annotation_rows(session, brand.id), today=today_in(brand.zone),
    )  # fmt: skip


def lead_back(back: str, slug: str, what: str, **numbers: int) -> RedirectResponse:
    """Back to the page the form stood on, or to the brand's; the address carries what was done."""
    parts = urlsplit(back if ours(back) else f"/brands/{slug}")
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("said", "n", "rule")]
    query = urlencode([*kept, ("said", what), *numbers.items()])
    place = f"#{parts.fragment}" if parts.fragment else ""
    return RedirectResponse(f"{parts.path}?{query}{place}", 303)


def ours(back: str) -> bool:
    """Only the address of a brand, a result or the queue here: no other host, nothing that climbs, nothing a browser
    bends."""
    plain = unquote(back)
    here = back.startswith(("/brands/", "/searches/", "/queue?"))
    return here and plain.isprintable() and "\\" not in plain and ".." not in plain
