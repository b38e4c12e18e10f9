"""What was printed: the weekly reports, their frozen facts, and how today's numbers differ from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import Blob, Brand, Report, Search, Workspace
from app.queries.numbers import Week
from app.queries.weekly import WeeklyFacts, thawed
from app.types import LABELS


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A printed report. week: its first day. at: the instant of printing. sha256, size: of the PDF, None and 0 once it
    was taken away."""

    id: int
    brand_id: int
    brand: str
    search_id: int
    phrase: str
    week: date
    lang: str
    at: datetime
    sha256: str | None
    size: int

    @property
    def file_name(self) -> str:
        """For whoever keeps it: "nativ-telecom-2026-11-15-he.pdf"."""
        return f"{self.brand}-{self.week.isoformat()}-{self.lang}.pdf"


@dataclass(frozen=True, slots=True)
class Brandmarks:
    """What a workspace's reports wear: "" for our own name and colour, logo: SHA-256 of its picture or ""."""

    name: str
    accent: str
    logo: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that was printed and is another today. what: good, score, highest_negative, observed, a label (its
    share in per cent), or labels (how many results of the look carry another label; printed is 0)."""

    what: str
    printed: float | None
    today: float | None


def printed(
    session: Session, brand_id: int | None = None, search_id: int | None = None, limit: int | None = 1000, *,
    until: date | None = None,
) -> tuple[ReportRow, ...]:  # fmt: skip
    """The reports of a brand or a search (or all), newest week first, so many at most (None: all); until: of that week
    or an earlier one."""
    query = _rows().order_by(col(Report.week).desc(), col(Report.search_id), col(Report.lang)).limit(limit)
    if brand_id is not None:
        query = query.where(Report.brand_id == brand_id)
    if search_id is not None:
        query = query.where(Report.search_id == search_id)
    if until is not None:
        query = query.where(Report.week <= until)
    return tuple(_row(*found) for found in session.exec(query).all())


def report(session: Session, report_id: int, workspace: int | None = None) -> ReportRow:
    """The report of that id; NotFound also when it belongs to another workspace."""
    query = _rows().where(Report.id == report_id)
    if workspace is not None:
        query = query.where(Brand.workspace_id == workspace)
    found = session.exec(query).first()
    if found is None:
        raise NotFound(f"no report {report_id}")
    return _row(*found)


def report_of(session: Session, search_id: int, week: date, lang: str) -> ReportRow | None:
    """The report of a week in a language, None while it was not printed."""
    query = _rows().where(Report.search_id == search_id, Report.week == week, Report.lang == lang)
    found = session.exec(query).first()
    return _row(*found) if found else None


def stored(session: Session, report_id: int) -> dict[str, Any]:
    """What was frozen with a report, as JSON."""
    return session.get_one(Report, report_id).data


def printed_facts(session: Session, report_id: int) -> WeeklyFacts:
    """The facts a report was printed from."""
    return thawed(stored(session, report_id)["facts"])


def brandmarks(session: Session, workspace: int) -> Brandmarks:
    """What the reports of a workspace wear today."""
    found = session.get_one(Workspace, workspace)
    logo = session.get(Blob, found.logo_id) if found.logo_id else None
    return Brandmarks(found.report_name or "", found.accent or "", logo.sha256 if logo else "")


def locale(session: Session, workspace: int) -> str:
    """The language a workspace speaks where nothing else says which."""
    return session.get_one(Workspace, workspace).locale


def differences(facts: WeeklyFacts, current: WeeklyFacts) -> list[Difference]:
    """Where the same week's numbers are others today than when it was printed: rules, corrections or a newer parser
    changed them, never the web."""
    return week_differences(facts.week, current.week)


def week_differences(was: Week, now: Week) -> list[Difference]:
    """The same, of the two weeks alone."""
    pairs = zip(_numbers(was), _numbers(now), strict=True)
    found = [Difference(what, before, today) for (what, before), (_, today) in pairs if before != today]
    labels = {row.hit.link_id: row.hit.label for row in was.results}
    other = sum(labels.get(row.hit.link_id, row.hit.label) != row.hit.label for row in now.results)
    return [*found, Difference("labels", 0, other)] if other else found


def _numbers(week: Week) -> Iterator[tuple[str, float | None]]:
    now = week.now
    yield "good", now.good if now else None
    yield "score", now.score if now else None
    yield "highest_negative", now.highest_negative if now else None
    for label in LABELS:
        yield label, now.shares[label].percent if now and now.shares else None
    yield "observed", week.quality.observed


def _rows() -> Any:
    return (
        select(Report, Brand.slug, Search.phrase, Blob)
        .join(Brand, col(Brand.id) == col(Report.brand_id))
        .join(Search, col(Search.id) == col(Report.search_id))
        .outerjoin(Blob, col(Blob.id) == col(Report.pdf_blob_id))
        .options(defer(Report.data))  # type: ignore[arg-type]  # 100 KB each, and no list needs them
    )


def _row(found: Report, slug: str, phrase: str, blob: Blob | None) -> ReportRow:
    return ReportRow(
        found.id or 0, found.brand_id, slug, found.search_id, phrase, found.week, found.lang, found.at,
        blob.sha256 if blob else None, blob.size if blob else 0,
    )  # fmt: skip
