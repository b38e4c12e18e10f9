"""The record as rows for other programs: one row per result seen, one per day that was not counted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from app.queries.history import history
from app.queries.rows import BrandRow, SearchRow

COLUMNS = (
    "brand", "search_id", "phrase", "engine", "hl", "gl", "device", "date", "state", "reason", "snapshot_id", "rank",
    "label", "confidence", "rule", "url", "host", "title", "snippet", "rating", "scale",
)  # fmt: skip

UNSEEN = ("Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me")
BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # letters by name, nothing to the eye
FORMULA = ("=", "+", "-", "@")


def export_rows(
    session: Session, brand: BrandRow, search: SearchRow, first: date, last: date
) -> Iterator[dict[str, Any]]:
    """A row for each rank of each day that counts; a day that does not count is one row with its state and reason."""
    about = {
        "brand": brand.name, "search_id": search.id, "phrase": search.phrase, "engine": search.engine,
        "hl": search.hl, "gl": search.gl, "device": search.device,
    }  # fmt: skip
    while first <= last:
        part = history(session, search.id, first, min(last, first + timedelta(days=364)))
        for i, day in enumerate(part.days):
            if not part.states[i]:
                continue
            look = about | {
                "date": day.isoformat(), "state": part.states[i], "reason": part.reasons[i],
                "snapshot_id": part.snapshots[i],
            }  # fmt: skip
            seen = [(rank, row[i]) for rank, row in enumerate(part.ranks, 1) if row[i] is not None]
            if not seen:
                yield dict.fromkeys(COLUMNS) | look
            for rank, hit_id in seen:
                hit = part.hits[hit_id]  # type: ignore[index]
                yield look | {
                    "rank": rank, "label": hit.label, "confidence": hit.confidence, "rule": hit.rule, "url": hit.url,
                    "host": hit.host, "title": hit.title, "snippet": hit.snippet, "rating": hit.rating,
                    "scale": hit.scale,
                }  # fmt: skip
        first = part.days[-1] + timedelta(days=1)


def csv_cell(value: Any) -> Any:
    """A cell no spreadsheet takes for a formula: text whose first visible character starts one gets an apostrophe.

    So does every part of it behind a semicolon, a tab or a line's end: where the comma is the decimal mark (Poland),
    spreadsheets cut there, in the middle of what we put in quotes.
    """
    if not isinstance(value, str):
        return value
    first, *others = re.split(r"(?<=[;\t\r\n])", value)
    risky = first.startswith(("\t", "\r")) or _starts_formula(value)
    parts = [(risky, first), *((_starts_formula(part, '"'), part) for part in others)]
    return "".join("'" + part if formula else part for formula, part in parts)


def _starts_formula(text: str, passed: str = "") -> bool:
    """Whether a spreadsheet that drops what cannot be seen, and the characters passed, would calculate."""
    for character in text:
        if character in passed or unicodedata.category(character) in UNSEEN or character in BLANK:
            if character in "\t\r":
                return True
            continue
        return unicodedata.normalize("NFKC", character) in FORMULA
    return False
