"""Keeps what was printed, once: the first report of a week in a language stays the report of that week."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from app.models import Report
from app.store.blobs import keep
from app.store.upsert import insert_missing


def keep_report(
    session: Session, blobs: Path, pdf: bytes, *, brand_id: int, search_id: int, week: date, lang: str, at: datetime,
    data: dict[str, Any],
) -> int:  # fmt: skip
    """Store a report with its paper and return its id; that of the stored one when somebody was quicker."""
    query = select(Report.id).where(
        col(Report.search_id) == search_id, col(Report.week) == week, col(Report.lang) == lang
    )
    found = session.exec(query).first()
    if found is None:
        row = {
            "brand_id": brand_id, "search_id": search_id, "week": week, "lang": lang, "at": at, "data": data,
            "pdf_blob_id": keep(session, blobs, pdf, "pdf"),
        }  # fmt: skip
        insert_missing(session, Report.__table__, [row])  # type: ignore[attr-defined]
        found = session.exec(query).one()
    return int(found or 0)
