"""Prints the weekly report: the first print of a finished week is frozen, facts and paper, and stays its report.

1 find what was printed; 2 read the facts; 3 draw the paper; 4 print it; 5 keep it, unless somebody was quicker.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from app.db import reading, writing
from app.errors import AppError, BadInput, NotFound
from app.queries.blobs import BlobDamaged, content
from app.queries.reports import ReportRow, brandmarks, report, report_of, stored
from app.queries.rows import BrandRow, SearchRow
from app.queries.searches import watched
from app.queries.weekly import WeeklyFacts, frozen, thawed, weekly
from app.schedule import week_start
from app.scoring.markets import market
from app.settings import settings
from app.store.reports import keep_report
from app.texts import LANGUAGES
from reports.print import Printer, PrintFailed
from reports.weekly import ACCENT, Imprint, html, title

WEEK = timedelta(days=7)
YEARS = range(1990, 9000)  # the 13 weeks around a day must be days of the calendar too
MOST_WAITING = 5  # each holds a thread and a connection of the server while it waits for the one Chromium
_making = threading.Lock()
_waiting = threading.BoundedSemaphore(MOST_WAITING)


@dataclass(frozen=True, slots=True)
class Print:
    """A paper. report: what it is stored as; None for a draft, which is not kept. new: printed just now, by us."""

    report: ReportRow | None
    pdf: bytes
    file_name: str
    new: bool = False


def printer() -> Printer:
    """The one Chromium that prints in this process; it starts at the first print."""
    with _making:
        return _printer()


@lru_cache(maxsize=1)
def _printer() -> Printer:
    return Printer(settings().chromium or None)


def close_printer() -> None:
    """End it, if it ever started."""
    with _making:
        if _printer.cache_info().currsize:
            _printer().close()
            _printer.cache_clear()


@contextmanager
def in_turn() -> Iterator[Printer]:
    """The printer, for one of a few: whoever comes when they all wait is told so instead of waiting for minutes."""
    if not _waiting.acquire(blocking=False):
        raise PrintFailed("several reports are being printed; try again in a minute", "print_busy")
    try:
        yield printer()
    finally:
        _waiting.release()


def print_week(
    engine: Engine, blobs: Path, search_id: int, day: date, lang: str, at: datetime, *, again: bool = False,
    final: bool = False, workspace: int | None = None,
) -> Print:  # fmt: skip
    """The report of the week a day lies in: as it was printed, printed now, or a draft while the week runs.

    again: drawn anew from what was frozen, for comparison; what is stored stays. final: BadInput instead of a draft.
    Blocks: call it from a thread.
    """
    if lang not in LANGUAGES:
        raise BadInput(f"reports are printed in {', '.join(LANGUAGES)}, not in {lang!r}")
    if day.year not in YEARS:
        raise BadInput(f"no report is of {day}", "report_no_day")
    with reading(engine) as session:
        brand = watched(session, search_id, workspace).brand
        week = week_start(day, brand.week_start)
        found = report_of(session, search_id, week, lang)
        if found is not None:
            if not again:
                return Print(found, paper(blobs, found), found.file_name)
            kept = stored(session, found.id)
            pdf = _printed(thawed(kept["facts"]), _imprint(kept["imprint"], found.at, brand), found.at, blobs)
            return Print(found, pdf, found.file_name)
        if again:
            raise NotFound(f"the week of {week} was not printed in {lang!r} yet")
        facts, imprint = _now(session, search_id, week, lang, at, brand)
        if final and imprint.draft:
            raise BadInput(f"the week of {week} is not over: its report can be printed once it is", "report_running")
    pdf = _printed(facts, imprint, at, blobs)
    if imprint.draft:
        return Print(None, pdf, f"{brand.slug}-{week.isoformat()}-{lang}-draft.pdf")
    with writing(engine) as session:
        made = keep_report(
            session, blobs, pdf, brand_id=brand.id, search_id=search_id, week=week, lang=lang, at=at,
            data={"facts": frozen(facts), "imprint": _wearing(imprint)},
        )  # fmt: skip
    with reading(engine) as session:
        found = report(session, made)
    return Print(found, paper(blobs, found), found.file_name, new=found.at == at)


def paper(blobs: Path, found: ReportRow) -> bytes:
    """The stored paper of a report, byte for byte; AppError when it is gone or damaged."""
    if found.sha256 is None:
        raise NotFound(f"the paper of report {found.id} was taken away", "report_gone")
    try:
        return content(blobs, found.sha256)
    except BlobDamaged as damage:
        raise AppError(f"the archive is damaged, shemtov verify tells more: {damage}", "damaged") from damage


def paper_language(search: SearchRow, locale: str) -> str:
    """The language a report is in unless somebody says otherwise: the search's, its market's, the workspace's."""
    spoken = (search.hl.partition("-")[0].lower(), market(search.market).hl, locale)
    return next((code for code in spoken if code in LANGUAGES), "en")


def last_week(brand: BrandRow, at: datetime) -> date:
    """The first day of the last finished week in the brand's zone."""
    return week_start(at.astimezone(ZoneInfo(brand.zone)).date(), brand.week_start) - WEEK


def _now(
    session: Session, search_id: int, week: date, lang: str, at: datetime, brand: BrandRow
) -> tuple[WeeklyFacts, Imprint]:
    """What a print of this moment shows; BadInput for a week that nothing can be said about."""
    local = at.astimezone(ZoneInfo(brand.zone)).replace(tzinfo=None, microsecond=0)
    if local.date() < week:
        raise BadInput(f"the week of {week} has not begun", "report_not_begun")
    facts = weekly(session, search_id, week, lang)
    if facts.began is None:
        raise BadInput(
            f"search {search_id} was not looked at up to {facts.last}: it has no report of that week (another search: "
            "shemtov brand list)",
            "report_unseen",
        )
    marks = brandmarks(session, brand.workspace_id)
    draft = local.date() <= facts.last
    return facts, Imprint(local, marks.name, marks.accent or ACCENT, marks.logo, draft)


def _printed(facts: WeeklyFacts, imprint: Imprint, at: datetime, blobs: Path) -> bytes:
    try:
        logo = content(blobs, imprint.logo) if imprint.logo else b""
    except BlobDamaged as damage:
        raise AppError(f"the logo cannot be read, give it anew with shemtov sign: {damage}", "logo_gone") from damage
    with in_turn() as chromium:
        return chromium.pdf(html(facts, imprint, logo), title(facts), facts.lang, at)


def _wearing(imprint: Imprint) -> dict[str, Any]:
    """The imprint as JSON; its moment stands in the report's row."""
    return {name: value for name, value in asdict(imprint).items() if name in ("name", "accent", "logo")}


def _imprint(kept: dict[str, Any], at: datetime, brand: BrandRow) -> Imprint:
    return Imprint(at.astimezone(ZoneInfo(brand.zone)).replace(tzinfo=None, microsecond=0), **kept)
