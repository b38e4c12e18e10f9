"""The weekly reports of a brand on a page: printed, downloaded, against today's numbers; drafts of the running week."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from app import texts as say
from app.db import engine
from app.errors import AppError, NotFound
from app.printing import Print, last_week, paper, paper_language, print_week
from app.queries import brands as brand_queries
from app.queries.brand_page import chosen
from app.queries.report_list import counted_searches, finished_weeks, report_lines
from app.queries.reports import Difference, locale
from app.queries.reports import report as report_row
from app.scoring.markets import market
from app.settings import settings
from app.types import LABELS
from app.web.access import EditorDep, Lang, NowDep, SessionDep, Viewer, ViewerDep
from app.web.render import render
from app.web.saying import Id, Said, SaidDep
from app.web.tables import attachment
from reports.svg import span

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
PaperLang = Literal["", "he", "pl", "en"]
SIX = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The paper a form asks for. lang: "" for that of the search; search: None for the main one."""

    search: int | None = None
    lang: PaperLang = ""
    week: date | None = None


def drafted(search: Annotated[int | None, Query(ge=1, le=2**31)] = None, paper: PaperLang = "") -> Wanted:
    """What the address of a draft asks for."""
    return Wanted(search, paper)


def typed(
    week: Annotated[date, Form()], search: Annotated[int | None, Form(ge=1, le=2**31)] = None,
    paper: Annotated[PaperLang, Form()] = "",
) -> Wanted:  # fmt: skip
    """What the form asks for."""
    return Wanted(search, paper, week)


@router.get("/brands/{slug}/reports")
def reports_page(
    slug: str, session: SessionDep, viewer: ViewerDep, at: NowDep, said: SaidDep, until: date | None = None,
    lang: Lang = None,
) -> str:  # fmt: skip
    """What was printed, newest week first, and the form that prints."""
    return _page(session, slug, viewer, at, lang, said=said, until=until)


@router.post("/brands/{slug}/reports")
def print_report(
    slug: str, session: SessionDep, viewer: EditorDep, at: NowDep, wanted: Annotated[Wanted, Depends(typed)],
    lang: Lang = None,
) -> Response:  # fmt: skip
    """A finished week printed, once; asked for again, its report stays as it is."""
    try:
        made = _printed(session, slug, viewer, at, wanted)
    except AppError as refused:
        return _refused(session, slug, viewer, at, lang, wanted, refused)
    query = urlencode({**({"lang": lang} if lang else {}), "said": "printed" if made.new else "kept"})
    place = f"#report-{made.report.id}" if made.report else ""
    return RedirectResponse(f"/brands/{quote(slug, safe='')}/reports?{query}{place}", 303)


@router.get("/brands/{slug}/reports/draft.pdf")
def draft(
    slug: str, session: SessionDep, viewer: ViewerDep, at: NowDep, wanted: Annotated[Wanted, Depends(drafted)],
    lang: Lang = None,
) -> Response:  # fmt: skip
    """The running week as it stands; nothing is kept, so whoever reads may have it."""
    try:
        made = _printed(session, slug, viewer, at, wanted)
    except AppError as refused:
        return _refused(session, slug, viewer, at, lang, wanted, refused)
    return pdf_answer(made.pdf, made.file_name)


@router.get("/brands/{slug}/reports/{report}.pdf")
def download(slug: str, report: Id, session: SessionDep, viewer: ViewerDep) -> Response:
    """A printed report, byte for byte."""
    brand = brand_queries.brand(session, slug, viewer.workspace)
    row = report_row(session, report, viewer.workspace)
    if row.brand_id != brand.id:
        raise NotFound(f"brand {brand.slug!r} has no report {report}")
    return pdf_answer(paper(settings().blobs, row), row.file_name)


def pdf_answer(pdf: bytes, name: str) -> Response:
    """A paper to be saved under its name; it belongs to a session, so no cache keeps it."""
    return Response(pdf, media_type="application/pdf", headers={**attachment(name), "cache-control": "no-store"})


def _printed(session: Session, slug: str, viewer: Viewer, at: datetime, wanted: Wanted) -> Print:
    brand, search, _ = chosen(session, slug, wanted.search, viewer.workspace)
    day = wanted.week or at.astimezone(ZoneInfo(brand.zone)).date()
    lang = wanted.lang or paper_language(search, locale(session, brand.workspace_id))
    return print_week(
        engine(), settings().blobs, search.id, day, lang, at, final=wanted.week is not None, workspace=viewer.workspace
    )


def _refused(
    session: Session, slug: str, viewer: Viewer, at: datetime, lang: Lang, wanted: Wanted, refused: AppError
) -> Response:
    """The page again, with one sentence that says why not."""
    page = _page(session, slug, viewer, at, lang, wanted=wanted, refused=refused)
    return HTMLResponse(page, refused.status)


def _page(
    session: Session, slug: str, viewer: Viewer, at: datetime, lang: Lang, *, said: Said | None = None,
    until: date | None = None, wanted: Wanted | None = None, refused: AppError | None = None,
) -> str:  # fmt: skip
    brand = brand_queries.brand(session, slug, viewer.workspace)
    spoken = say.language(lang, market(brand.home_market).hl)
    words = say.texts(spoken)
    lines, older = report_lines(session, brand.id, until)
    found = counted_searches(session, brand.id)
    weeks = finished_weeks(session, found, last_week(brand, at), brand.week_start)
    return render(
        "reports.html",
        spoken,
        viewer,
        brand=brand,
        said=said or Said(),
        problem=(words.get(refused.key) or words[f"problem_{refused.status}"]) if refused else "",
        wanted=wanted or Wanted(brand.main_search),
        lines=[(line, line.row.at.astimezone(ZoneInfo(brand.zone)), told(line.differences, words, spoken))
               for line in lines],
        older=older,
        searches=found,
        phrases=len({line.row.search_id for line in lines}) > 1,
        weeks=weeks,
        week_words=lambda first: span(first, first + SIX, words, spoken),
        next_week=last_week(brand, at) + 2 * (SIX + timedelta(days=1)),
    )  # fmt: skip


def told(found: tuple[Difference, ...] | None, words: Mapping[str, str], lang: str) -> list[str] | None:
    """How today's numbers differ, a sentence each."""
    return None if found is None else [_told(one, words, lang) for one in found]


def _told(one: Difference, words: Mapping[str, str], lang: str) -> str:
    if one.what == "labels":
        return words["diff_labels"].format(count=one.today)
    names = {"good": "list_good", "observed": "diff_observed"}
    was, now = (say.isolated(_value(one.what, value, words, lang)) for value in (one.printed, one.today))
    return words["diff_number"].format(what=words[names.get(one.what, one.what)], printed=was, today=now)


def _value(what: str, value: float | None, words: Mapping[str, str], lang: str) -> str:
    if value is None:
        return words["none"] if what == "highest_negative" else "–"
    if what == "score":
        return say.decimal(value, lang)
    return f"{value}%" if what in LABELS else str(value)
