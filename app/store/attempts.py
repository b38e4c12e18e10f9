"""Records tries and the raw answers they brought, before anybody reads them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, select

from app.models import Attempt, Fetch, Snapshot
from app.store.blobs import keep
from app.store.rows import add_row, change_row
from app.types import LONGEST_REASON
from scrapers.types import RawPage

ABANDONED = "abandoned"  # its worker died, or was not heard of
LAST_NO = select(func.max(Attempt.no)).where(Attempt.snapshot_id == bindparam("look"))


def claim(
    session: Session, snapshot_id: int, source: str, now: datetime, deadline: datetime, worker: str | None = None
) -> int | None:
    """A new running try at a snapshot that is open; its id. None when it has its state, or somebody is at it."""
    # The row is locked until the try is on record: of two workers that come at once, the second sees the first.
    query = select(Snapshot.state).where(Snapshot.id == snapshot_id).with_for_update(key_share=True)
    if session.exec(query).one() is not None:
        return None
    running = select(Attempt.id, Attempt.deadline).where(Attempt.snapshot_id == snapshot_id, Attempt.state == "running")
    for other, until in session.exec(running.with_for_update(key_share=True)).all():
        if until >= now:
            return None
        end(session, other or 0, "error", ABANDONED, now)
    return start(session, snapshot_id, source, now, deadline, worker)


def start(
    session: Session, snapshot_id: int, source: str, now: datetime, deadline: datetime, worker: str | None = None
) -> int:
    """A new running try at a snapshot; returns its id."""
    last = session.exec(LAST_NO, params={"look": snapshot_id}).one()
    return add_row(
        session, Attempt, snapshot_id=snapshot_id, no=(last or 0) + 1, source=source, worker=worker, started=now,
        deadline=deadline,
    )  # fmt: skip


def still_ours(session: Session, attempt_id: int) -> bool:
    """Whether a try is still running. One that was ended as abandoned meanwhile is somebody else's by now, and what
    it brought is written nowhere; the row is locked, so that nobody ends it while its end is written."""
    query = select(Attempt.state).where(Attempt.id == attempt_id).with_for_update(key_share=True)
    return session.exec(query).one() == "running"


def end(session: Session, attempt_id: int, outcome: str, reason: str, now: datetime) -> None:
    """The end of a try: its outcome is a state word, its reason says why."""
    reason = reason[:LONGEST_REASON]
    change_row(session, Attempt, attempt_id, state="done", outcome=outcome, reason=reason, ended=now)


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


def abandoned(session: Session, now: datetime, alive: Collection[str] | None = None) -> list[int]:
    """End the tries nobody works on: those past their deadline, and those whose worker is not among the living (None:
    nobody else lives, all of them). Ids of their snapshots."""
    query = select(Attempt).where(Attempt.state == "running")
    if alive is not None:
        dead = col(Attempt.worker).is_not(None) & col(Attempt.worker).not_in(sorted(alive))
        query = query.where(dead | (col(Attempt.deadline) < now))
    # A locked one is being ended right now, or hangs in a transaction that the server will end: the next round sees.
    found = session.exec(query.with_for_update(key_share=True, skip_locked=True)).all()
    return _ended(session, found, ABANDONED, now)


def called_off(session: Session, snapshot_id: int, now: datetime) -> list[int]:
    """End the running try of a look that somebody ended."""
    query = select(Attempt).where(Attempt.state == "running", Attempt.snapshot_id == snapshot_id)
    return _ended(session, session.exec(query.with_for_update(key_share=True)).all(), "cancelled", now)


def broken_off(session: Session, worker: str, reason: str, now: datetime, snapshot_id: int | None = None) -> list[int]:
    """End a worker's own running tries (of one look, or all), with the reason. Ids of their snapshots."""
    query = select(Attempt).where(Attempt.state == "running", Attempt.worker == worker)
    if snapshot_id is not None:
        query = query.where(Attempt.snapshot_id == snapshot_id)
    return _ended(session, session.exec(query.with_for_update(key_share=True)).all(), reason, now)


def _ended(session: Session, found: Sequence[Attempt], reason: str, now: datetime) -> list[int]:
    for attempt in found:
        end(session, attempt.id or 0, "error", reason, now)
    return [attempt.snapshot_id for attempt in found]
