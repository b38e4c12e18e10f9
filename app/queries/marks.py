"""What the charts mark on the days it happened: new parser versions, label rules, corrections, annotations."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlmodel import Session, col

from app.models import Hit, VerdictEvent
from app.queries.annotations import annotation_rows
from app.queries.numbers import Mark, MarkKind
from app.queries.rows import BrandRow, History
from app.scoring.by_hand import EVERYWHERE

RULES = "rules"  # who gave a verdict: the scorer; anybody else is a person who corrected, or took that back


def marks(session: Session, brand: BrandRow, search_id: int, history: History) -> tuple[Mark, ...]:
    """The marks of a history's days, oldest first."""
    noted = annotation_rows(session, brand.id, history.days[0], history.days[-1])
    found = [
        *_parsers(history),
        *_relabelled(session, brand, search_id, history),
        *(Mark(note.at, "annotation", note.text) for note in noted),
    ]
    return tuple(sorted(found, key=lambda mark: (mark.at, mark.kind, mark.text)))


def _parsers(history: History) -> list[Mark]:
    """Where a newer parser version began to read the page."""
    found, before = [], ""
    for day, version in zip(history.days, history.parsers, strict=True):
        if version and before and version != before:
            found.append(Mark(day, "parser", version))
        before = version or before
    return found


def _relabelled(session: Session, brand: BrandRow, search_id: int, history: History) -> list[Mark]:
    """Where labels changed that stood already: the chart's past was recoloured, not the web."""
    query = (
        sqlalchemy.select(
            col(VerdictEvent.at), col(VerdictEvent.actor), col(VerdictEvent.version), col(VerdictEvent.rule)
        )
        .join(Hit, col(Hit.id) == col(VerdictEvent.hit_id))
        .where(
            col(Hit.search_id) == search_id,
            col(Hit.kind) == "organic",  # what stands beside the results colours no chart
            col(VerdictEvent.old).is_not(None),
            col(VerdictEvent.old) != col(VerdictEvent.new),
        )
    )
    counts: Counter[tuple[date, MarkKind, str]] = Counter()
    for at, actor, version, rule in session.connection().execute(query):
        counts[_local(at, brand.zone), *_kind(actor, version, rule)] += 1
    first, last = history.days[0], history.days[-1]
    return [Mark(at, kind, text, count) for (at, kind, text), count in counts.items() if first <= at <= last]


def _kind(actor: str, version: str, rule: str) -> tuple[MarkKind, str]:
    """Whose doing a change of label was: today's rules, a person's word of this brand, or one of all brands."""
    if actor == RULES:
        return "rules", version
    return "everywhere" if rule.endswith(EVERYWHERE) else "correction", ""


def _local(at: datetime, zone: str) -> date:
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return aware.astimezone(ZoneInfo(zone)).date()
