"""A brand added on a page: a form, what it would create, every problem beside its field; then all of it or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.clock import clock
from app.db import writing
from app.errors import Conflict
from app.models import Workspace
from app.onboarding import SCHEDULE, Plan, make_brand, plan_brand
from app.queries.brands import brands
from app.scoring.markets import markets
from app.settings import settings
from app.spoken import spoken as said_schedule
from app.texts import language, shown, texts
from app.types import Problem
from app.web.access import EditorDep, Lang, SessionDep, Viewer
from app.web.render import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
HOME = {"he": "il-he", "pl": "pl-pl", "en": "en-us"}


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was typed, shown again as it is."""

    name: str = ""
    owned: str = ""
    home: str = ""
    more: tuple[str, ...] = ()
    target: str = "18"
    watch: bool = False
    schedule: str = ""

    def plan(self) -> Plan:
        """What would be made of it."""
        number = int(self.target) if self.target.isascii() and self.target.isdigit() and len(self.target) < 5 else 0
        codes = [code for code in (self.home, *self.more) if code]
        return plan_brand(
            self.name,
            self.owned.splitlines(),
            codes,
            settings(),
            target=number,
            watch=self.watch,
            schedule=self.schedule,
        )


def typed(
    name: Annotated[str, Form(max_length=2000)] = "", owned: Annotated[str, Form(max_length=50_000)] = "",
    home: Annotated[str, Form(max_length=20)] = "", more: Annotated[list[str] | None, Form(max_length=50)] = None,
    target: Annotated[str, Form(max_length=20)] = "", watch: Annotated[str, Form(max_length=5)] = "",
    schedule: Annotated[str, Form(max_length=2000)] = SCHEDULE,
) -> Typed:  # fmt: skip
    """The fields of the form; one that was left out is empty."""
    return Typed(name, owned, home, tuple(more or ()), target.strip(), bool(watch), schedule)


@router.get("/add")
def form(viewer: EditorDep, lang: Lang = None) -> str:
    """The empty form."""
    spoken = language(lang, viewer.language)
    return _page(viewer, spoken, Typed(home=HOME[spoken], schedule=said_schedule(SCHEDULE, spoken)), None, {})


@router.post("/add")
def add(
    viewer: EditorDep, session: SessionDep, form: Annotated[Typed, Depends(typed)],
    act: Annotated[Literal["preview", "add"], Form()] = "preview", lang: Lang = None,
) -> Response:  # fmt: skip
    """What would be created, or the brand itself."""
    plan, spoken = form.plan(), language(lang, viewer.language)
    problems = list(plan.problems)
    if any(brand.name == plan.name for brand in brands(session, viewer.workspace)):
        problems.append(Problem("name", "taken", plan.name, ""))
    if act == "add" and not problems:
        try:
            return _make(viewer, plan)
        except Conflict as taken:  # somebody else was quicker
            problems.append(Problem("name", "taken", plan.name, taken.message))
    page = _page(viewer, spoken, form, plan, _by_field(problems, texts(spoken)))
    return HTMLResponse(page, 400 if problems and act == "add" else 200)


def _make(viewer: Viewer, plan: Plan) -> Response:
    with writing() as session:
        slug = make_brand(session, session.get_one(Workspace, viewer.workspace), plan, clock()).slug
    return RedirectResponse(f"/brands/{quote(slug)}?said=added&n={len(plan.searches)}", 303)


def _by_field(problems: list[Problem], words: Mapping[str, str]) -> dict[str, list[str]]:
    """What is wrong, in the reader's language, by the field it is wrong with."""
    found: dict[str, list[str]] = defaultdict(list)
    for problem in problems:
        value = f"\u2068{shown(problem.value)}\u2069"  # turned by its own letters, whatever language stands around it
        found[problem.field].append(words[f"problem_{problem.field}_{problem.code}"].format(value=value))
    return found


def _page(viewer: Viewer, lang: str, form: Typed, plan: Plan | None, problems: Mapping[str, list[str]]) -> str:
    return render("add.html", lang, viewer, typed=form, plan=plan, packs=tuple(markets()), problems=problems)
