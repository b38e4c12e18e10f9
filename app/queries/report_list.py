"""What was printed of a brand, newest week first, and how today's numbers differ from each paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from pydantic import ValidationError
from sqlmodel import Session

from app.queries.history import first_day
from app.queries.reports import Difference, ReportRow, printed, printed_facts, week_differences
from app.queries.rows import SearchRow
from app.queries.searches import searches
from app.queries.week import SEVEN
from app.queries.weekly import week_today
from app.schedule import week_start

WEEKS = 13
MOST_CHOICES = 53


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A printed report. last: the week's last day. differences: None when its frozen facts cannot be read."""

    row: ReportRow
    last: date
    differences: tuple[Difference, ...] | None


def report_lines(session: Session, brand: int, until: date | None = None) -> tuple[list[ReportLine], date | None]:
    """(the reports of 13 weeks that were printed, the week from which older ones can be asked for, None at the end)."""
    rows = printed(session, brand, until=until)
    weeks = sorted({row.week for row in rows}, reverse=True)
    shown = [line(session, row) for row in rows if row.week in weeks[:WEEKS]]
    return shown, weeks[WEEKS] if len(weeks) > WEEKS else None


def line(session: Session, row: ReportRow) -> ReportLine:
    """A report against the same week as the record has it today."""
    last = row.week + SEVEN - timedelta(days=1)
    try:
        was = printed_facts(session, row.id).week
    except (ValidationError, KeyError):  # verify tells of it
        return ReportLine(row, last, None)
    return ReportLine(row, last, tuple(week_differences(was, week_today(session, row.search_id, row.week))))


def counted_searches(session: Session, brand: int) -> tuple[SearchRow, ...]:
    """The searches a report can speak of."""
    return tuple(search for search in searches(session, brand) if search.purpose == "share")


def finished_weeks(session: Session, found: tuple[SearchRow, ...], last: date, first_weekday: int) -> list[date]:
    """The first days of the weeks a report can be of, newest first: from `last` back to the record's first week."""
    began = min((first_day(session, search.id, last + SEVEN) for search in found), default=last + SEVEN)
    oldest = week_start(began, first_weekday)
    count = min((last - oldest).days // 7 + 1, MOST_CHOICES)
    return [last - back * SEVEN for back in range(count)]
