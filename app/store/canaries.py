"""Writes canaries: one a day and source is claimed before anything is asked, then told what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session, select

from app.models import Canary
from app.store.blobs import keep
from app.store.upsert import insert_missing
from app.types import LONGEST_REASON
from scrapers.types import Judgement, RawPage


def claim(session: Session, source: str, engine: str, hl: str, gl: str, now: datetime) -> int | None:
    """The id of today's canary of a source, None when it has had one: whoever is first asks."""
    day = now.astimezone(UTC).date()
    row = {
        "source": source, "day": day, "engine": engine, "hl": hl, "gl": gl, "at": now,
        "reason": "", "n": 0, "cost": 0.0,
    }  # fmt: skip
    if not insert_missing(session, Canary.__table__, [row]):  # type: ignore[attr-defined]
        return None
    return session.exec(select(Canary.id).where(Canary.source == source, Canary.day == day)).one()


def keep_answer(session: Session, root: Path, canary_id: int, page: RawPage, cost: float) -> None:
    """The raw answer, before anybody reads it, and what it cost."""
    canary = session.get_one(Canary, canary_id)
    canary.blob_id, canary.cost = keep(session, root, page.body), canary.cost + cost
    session.add(canary)
    session.flush()


def tell(session: Session, canary_id: int, judged: Judgement, n: int) -> None:
    """What the judge said of it; n: how many results stood there."""
    canary = session.get_one(Canary, canary_id)
    canary.state, canary.reason, canary.n = judged.state, judged.reason[:LONGEST_REASON], n
    session.add(canary)
    session.flush()
