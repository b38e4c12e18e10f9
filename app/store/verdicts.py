"""Writes verdicts: the current one on the hit, every one ever as an event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert, literal, select, update
from sqlmodel import Session

from app.models import Hit, VerdictEvent
from app.store.rows import add_row, change_row
from app.types import Verdict

AT_ONCE = 5000  # databases take only so many values in one statement
GIVEN = ("evidence_kind", "rule", "evidence", "confidence", "version")


def set_verdict(session: Session, hit: Hit, verdict: Verdict, actor: str, now: datetime) -> bool:
    """Give a hit its verdict; False (and nothing written) when it has just that one already."""
    given = _given(verdict, [asdict(piece) for piece in verdict.evidence])
    if hit.label == verdict.label and all(getattr(hit, name) == value for name, value in given.items()):
        return False
    said = {"old": hit.label, "new": verdict.label, "actor": actor, "at": now}
    add_row(session, VerdictEvent, hit_id=hit.id, **said, **given)
    change_row(session, Hit, hit.id or 0, label=verdict.label, **given)
    return True


def _given(verdict: Verdict, evidence: list[dict[str, Any]]) -> dict[str, Any]:
    """What hit and event both hold of a verdict, beside its label. evidence: as stored."""
    return dict(zip(GIVEN, (verdict.kind, verdict.rule, evidence, verdict.confidence, verdict.version), strict=True))


def set_verdicts(
    session: Session, hits: Sequence[int], verdict: Verdict, evidence: list[dict[str, Any]], actor: str, now: datetime
) -> None:
    """Give many hits one verdict at once: an event for each, then the hits themselves. evidence: as stored.

    The caller leaves out those that have just that verdict already.
    """
    rows, events = Hit.__table__, VerdictEvent.__table__  # type: ignore[attr-defined]
    given = _given(verdict, evidence)
    event = {"new": verdict.label, **given, "actor": actor, "at": now}
    said = [literal(value, events.c[name].type).label(name) for name, value in event.items()]
    for start in range(0, len(hits), AT_ONCE):
        these = rows.c.id.in_(hits[start : start + AT_ONCE])
        of_hits = select(rows.c.id, rows.c.label, *said).where(these).order_by(rows.c.id)
        session.connection().execute(insert(events).from_select(["hit_id", "old", *event], of_hits))
        session.connection().execute(update(rows).where(these).values(label=verdict.label, **given))
    session.expire_all()


def give_back(session: Session, events: Sequence[int], actor: str, now: datetime) -> None:
    """Give hits a verdict they had, each that of one of these events, as a new event."""
    rows, past = Hit.__table__, VerdictEvent.__table__  # type: ignore[attr-defined]
    kept = ("new", *GIVEN)
    for start in range(0, len(events), AT_ONCE):
        these = past.c.id.in_(events[start : start + AT_ONCE])
        again = select(
            past.c.hit_id, rows.c.label, *(past.c[name] for name in kept), literal(actor).label("actor"),
            literal(now, past.c.at.type).label("at"),
        ).join(rows, rows.c.id == past.c.hit_id).where(these).order_by(past.c.id)  # fmt: skip
        session.connection().execute(insert(past).from_select(["hit_id", "old", *kept, "actor", "at"], again))
        newest = {
            name: select(past.c[of]).where(past.c.hit_id == rows.c.id).order_by(past.c.id.desc()).limit(1)
            for name, of in (("label", "new"), *((name, name) for name in GIVEN))
        }
        hits = select(past.c.hit_id).where(these)
        values = {name: query.scalar_subquery() for name, query in newest.items()}
        session.connection().execute(update(rows).where(rows.c.id.in_(hits)).values(**values))
    session.expire_all()
