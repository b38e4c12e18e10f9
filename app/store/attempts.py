"""Records tries and the raw answers they brought, before anybody reads them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, func, select

from app.models import Attempt, Fetch
from app.store.blobs import keep
from app.types import LONGEST_REASON
from scrapers.types import RawPage


def start(session: Session, snapshot_id: int, source: str, now: datetime, deadline: datetime) -> int:
    """A new running try at a snapshot; returns its id."""
    count = session.exec(select(func.max(Attempt.no)).where(Attempt.snapshot_id == snapshot_id)).one()
    attempt = Attempt(snapshot_id=snapshot_id, no=(count or 0) + 1, source=source, started=now, deadline=deadline)
    session.add(attempt)
    session.flush()
    return attempt.id or 0


def end(session: Session, attempt_id: int, outcome: str, reason: str, now: datetime) -> None:
    """The end of a try: its outcome is a state word, its reason says why."""
    attempt = session.get_one(Attempt, attempt_id)
    attempt.state, attempt.outcome, attempt.reason, attempt.ended = "done", outcome, reason[:LONGEST_REASON], now
    session.add(attempt)
    session.flush()


def keep_page(session: Session, root: Path, attempt_id: int, page: RawPage, now: datetime, cost: float = 0.0) -> None:
    """One raw answer, in every state, under the name of its SHA-256; cost: US dollars its request took."""
    attempt = session.get_one(Attempt, attempt_id)
    attempt.cost += cost  # written with the answer: a worker that dies later has spent it all the same
    session.add(attempt)
    session.add(
        Fetch(
            attempt_id=attempt_id,
            page_no=page.page_no,
            blob_id=keep(session, root, page.body),
            final_url=page.final_url,
            http_status=page.http_status,
            content_type=page.content_type,
            complete=page.complete,
            failure=page.failure,
            bytes=len(page.body),
            at=page.fetched_at or now,
        )
    )
    session.flush()


def abandoned(session: Session, now: datetime, *, dead: bool) -> list[int]:
    """End the tries nobody works on: past their deadline, or all when their worker is known dead. Ids of snapshots."""
    query = select(Attempt).where(Attempt.state == "running")
    if not dead:
        query = query.where(col(Attempt.deadline) < now)
    found = session.exec(query).all()
    for attempt in found:
        end(session, attempt.id or 0, "error", "abandoned", now)
    return [attempt.snapshot_id for attempt in found]
