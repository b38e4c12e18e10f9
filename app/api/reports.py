"""Weekly reports: printed once, then read as facts or as the paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field, ValidationError

from app.api.access import SessionDep, WorkspaceDep
from app.api.problems import MEDIA, Problem
from app.clock import clock
from app.db import engine
from app.errors import AppError
from app.printing import last_week, paper, paper_language, print_week
from app.queries import brands as brand_queries
from app.queries.brand_page import chosen
from app.queries.reports import Difference, ReportRow, locale, printed, printed_facts, report, week_differences
from app.queries.weekly import WeeklyFacts, week_today
from app.settings import settings

router = APIRouter(tags=["reports"])
AtDep = Annotated[datetime, Depends(clock)]
ReportId = Annotated[int, Path(ge=1, le=2**31)]
UNPRINTED: dict[int | str, dict[str, Any]] = {
    503: {"model": Problem, "content": {MEDIA: {}}, "description": "No Chromium prints at the moment"}
}


class Wanted(BaseModel):
    """Which report to print. Defaults: the last finished week of the main search, in the search's own language."""

    week: date | None = Field(None, description="any day of the week")
    search: int | None = Field(None, ge=1, le=2**31)
    lang: Literal["he", "pl", "en"] | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """A report with the facts it was printed from, and where the same week's numbers are others today."""

    report: ReportRow
    facts: WeeklyFacts
    differences: list[Difference]


@router.get("/brands/{slug}/reports")
def list_reports(slug: str, session: SessionDep, workspace: WorkspaceDep) -> list[ReportRow]:
    """What was printed, newest week first."""
    return list(printed(session, brand_queries.brand(session, slug, workspace).id))


@router.post("/brands/{slug}/reports", responses={201: {"model": ReportRow}, **UNPRINTED})
def print_report(
    slug: str, session: SessionDep, workspace: WorkspaceDep, at: AtDep, response: Response, wanted: Wanted | None = None
) -> ReportRow:
    """Print the report of a finished week: 201 the first time; 200 with the stored one from then on."""
    asked = wanted or Wanted()
    brand, search, _ = chosen(session, slug, asked.search, workspace)
    lang = asked.lang or paper_language(search, locale(session, brand.workspace_id))
    day = asked.week or last_week(brand, at)
    made = print_week(engine(), settings().blobs, search.id, day, lang, at, final=True, workspace=workspace)
    if made.report is None:
        raise RuntimeError("a final report is kept")
    response.status_code = 201 if made.new else 200
    return made.report


@router.get("/reports/{report_id}")
def one_report(report_id: ReportId, session: SessionDep, workspace: WorkspaceDep) -> Printed:
    """The frozen facts of a report, and how today's numbers of that week differ."""
    row = report(session, report_id, workspace)
    try:
        facts = printed_facts(session, row.id)
    except (ValidationError, KeyError) as broken:
        raise AppError(f"the facts of report {row.id} cannot be read, shemtov verify tells more") from broken
    return Printed(row, facts, week_differences(facts.week, week_today(session, row.search_id, row.week)))


@router.get("/reports/{report_id}/pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
def report_pdf(report_id: ReportId, session: SessionDep, workspace: WorkspaceDep) -> Response:
    """The paper as it was printed, byte for byte."""
    row = report(session, report_id, workspace)
    return Response(paper(settings().blobs, row), media_type="application/pdf", headers=named(row.file_name))


def named(file_name: str) -> dict[str, str]:
    """Saved under that name, whatever letters it has (RFC 5987)."""
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"}
