"""Every day of a search: the table that stands beside the heat map, and the same rows as CSV and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, JSONResponse
from sqlmodel import Session

from app.queries import brands as brand_queries
from app.queries.brand_page import Asked, brand_page
from app.queries.days import COLUMNS, cells, day_rows
from app.queries.export import COLUMNS as RESULT_COLUMNS
from app.queries.export import export_rows
from app.queries.numbers import BrandPage
from app.texts import language
from app.web.access import Lang, SessionDep, Viewer, ViewerDep
from app.web.asking import AskedDep, today_in
from app.web.brand_view import RANGES, Address
from app.web.render import render
from app.web.tables import attachment, csv_answer

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def asked_page(session: Session, slug: str, asked: Asked, viewer: Viewer) -> BrandPage:
    """What the brand page shows for this question, today."""
    today = today_in(brand_queries.brand(session, slug, viewer.workspace).zone)
    return brand_page(session, slug, asked, today, viewer.workspace)


@router.get("/brands/{slug}/days")
def days(slug: str, session: SessionDep, viewer: ViewerDep, asked: AskedDep, lang: Lang = None) -> str:
    """A row a day, the newest first; days before the record began are left out."""
    page = asked_page(session, slug, asked, viewer)
    spoken = language(lang, page.search.hl)
    days = reversed(day_rows(page.history, page.top, page.brand.weights))
    rows = [row for row in days if page.began and row.date >= page.began]
    here = Address(page.brand.slug, page.search.id, page.weeks, page.top, spoken)
    return render(
        "days.html", spoken, viewer, page=page, rows=rows, here=here, ranges=RANGES, last=page.history.days[-1],
        unplanned={day for i, day in enumerate(page.history.days) if not page.history.expected(i)},
        practice="practice" in page.search.source_names,
    )  # fmt: skip


@router.get("/brands/{slug}/days.csv")
def days_csv(slug: str, session: SessionDep, viewer: ViewerDep, asked: AskedDep) -> Response:
    """The days for a spreadsheet, the oldest first; a gap has its state and empty cells."""
    page = asked_page(session, slug, asked, viewer)
    return csv_answer(_name(page, "days"), COLUMNS, _days(page))


@router.get("/brands/{slug}/days.json")
def days_json(slug: str, session: SessionDep, viewer: ViewerDep, asked: AskedDep) -> Response:
    """The same rows as a list; what a gap lacks is null."""
    page = asked_page(session, slug, asked, viewer)
    return JSONResponse([*_days(page)], headers=attachment(f"{_name(page, 'days')}.json"))


@router.get("/brands/{slug}/results.csv")
def results_csv(slug: str, session: SessionDep, viewer: ViewerDep, asked: AskedDep) -> Response:
    """A row for each rank of each day of the range, as shemtov export writes them."""
    page = asked_page(session, slug, asked, viewer)
    rows = export_rows(session, page.brand, page.search, page.history.days[0], page.history.days[-1])
    return csv_answer(_name(page, "results"), RESULT_COLUMNS, rows)


def _days(page: BrandPage) -> Iterator[dict[str, Any]]:
    return (cells(row) for row in day_rows(page.history, page.top, page.brand.weights))


def _name(page: BrandPage, what: str) -> str:
    """ "nativ-telecom-1-days": a brand has several searches, and files are kept side by side."""
    return f"{page.brand.slug}-{page.search.id}-{what}"
