"""The searches of a brand: when each is looked at, from where, at what cost; changed with a preview before it is so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from app.clock import clock
from app.db import writing
from app.editing import Edit, plan_edit, save_edit
from app.errors import NotFound
from app.queries import brands as brand_queries
from app.queries.rows import SearchRow
from app.queries.searches import searches, watched
from app.scoring.markets import market
from app.settings import settings
from app.spoken import spoken
from app.texts import language, quoted, shown, texts
from app.web.access import EditorDep, Lang, SessionDep, Viewer, ViewerDep
from app.web.render import render
from app.web.saying import Id, Said, SaidDep

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class Typed:
    """The form of a search as it was typed."""

    schedule: str
    sources: str
    active: bool

    def names(self) -> list[str]:
        return self.sources.replace(",", " ").split()


def typed(
    schedule: Annotated[str, Form(max_length=2000)] = "", sources: Annotated[str, Form(max_length=2000)] = "",
    active: Annotated[str, Form(max_length=5)] = "",
) -> Typed:  # fmt: skip
    """The fields of the form; one that was left out is empty."""
    return Typed(schedule, sources, bool(active))


@dataclass(frozen=True, slots=True)
class Shown:
    """A search with its form; plan: as it is, or as it would be after `asked`; problems: in words, by field."""

    search: SearchRow
    form: Typed
    plan: Edit
    asked: bool = False
    problems: Mapping[str, list[str]] | None = None


@router.get("/brands/{slug}/searches")
def brand_searches(slug: str, session: SessionDep, viewer: ViewerDep, said: SaidDep, lang: Lang = None) -> str:
    """Every search of a brand, those that only listen too."""
    return _page(session, slug, viewer, lang, said=said)


@router.post("/brands/{slug}/searches/{number}")
def change(
    slug: str, number: Id, session: SessionDep, viewer: EditorDep, form: Annotated[Typed, Depends(typed)],
    act: Annotated[Literal["preview", "save"], Form()] = "preview", lang: Lang = None,
) -> Response:  # fmt: skip
    """What it would be, or the change itself."""
    about, now = watched(session, number, viewer.workspace), clock()
    if about.brand.id != brand_queries.brand(session, slug, viewer.workspace).id:
        raise NotFound(f"no search {number} of that brand")
    edit = plan_edit(about, settings(), now, schedule=form.schedule, sources=form.names(), active=form.active)
    if act == "save" and not edit.problems:
        with writing() as store:
            save_edit(store, about, edit, now)
        spoken_in = f"&lang={lang}" if lang else ""
        return RedirectResponse(f"/brands/{quote(about.brand.slug)}/searches?said=scheduled{spoken_in}#s{number}", 303)
    page = _page(session, slug, viewer, lang, asked=(number, form, edit))
    return HTMLResponse(page, 400 if edit.problems and act == "save" else 200)


def _page(
    session: Session, slug: str, viewer: Viewer, lang: str | None, *, said: Said | None = None,
    asked: tuple[int, Typed, Edit] | None = None,
) -> str:  # fmt: skip
    brand = brand_queries.brand(session, slug, viewer.workspace)
    tongue = language(lang, market(brand.home_market).hl)
    found = [_shown(session, one, tongue, asked) for one in searches(session, brand.id, purpose=None)]
    return render("searches.html", tongue, viewer, brand=brand, found=found, said=said or Said())


def _shown(session: Session, search: SearchRow, lang: str, asked: tuple[int, Typed, Edit] | None) -> Shown:
    if asked and asked[0] == search.id:
        return Shown(search, asked[1], asked[2], True, _problems(asked[2], texts(lang)))
    # What is said can be typed, but for a cron line.
    schedule = search.schedule if "cron" in search.schedule else spoken(search.schedule, lang)
    form = Typed(schedule, ", ".join(search.source_names), search.active)
    return Shown(search, form, plan_edit(watched(session, search.id), settings(), clock()))


def _problems(edit: Edit, words: Mapping[str, str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for problem in edit.problems:
        value = quoted(shown(problem.value))
        found[problem.field].append(words[f"problem_{problem.field}_{problem.code}"].format(value=value))
    return found
