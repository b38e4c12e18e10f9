"""Plans snapshots, once per (search, slot, purpose), and gives each its final state once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Update, bindparam, update
from sqlmodel import Session, col, select

from app.models import Snapshot
from app.schedule import Slot
from app.store.upsert import insert_missing
from app.types import LONGEST_REASON

Planned = tuple[int, Slot, str, datetime]  # search, slot, purpose, due
PLANNED = select(Snapshot).where(
    Snapshot.search_id == bindparam("search"), Snapshot.slot == bindparam("slot"), Snapshot.fold == bindparam("fold"),
    Snapshot.purpose == bindparam("purpose"),
)  # fmt: skip

UNFINISHED, FINISHED = (
    update(Snapshot).where(col(Snapshot.id) == bindparam("this"), when)
    for when in (col(Snapshot.state).is_(None), col(Snapshot.state).is_not(None))
)


def plan(session: Session, search_id: int, slot: Slot, purpose: str, due: datetime) -> Snapshot:
    """The snapshot of a slot and purpose, made without a state when it is not there yet."""
    plan_all(session, [(search_id, slot, purpose, due)])
    key = {"search": search_id, "slot": slot.text(), "fold": slot.fold, "purpose": purpose}
    return session.exec(PLANNED, params=key).one()


def plan_all(session: Session, planned: Sequence[Planned]) -> None:
    """The same for many."""
    rows = [
        {"search_id": search, "slot": slot.text(), "fold": slot.fold, "purpose": purpose, "due": due, "reason": ""}
        for search, slot, purpose, due in planned
    ]
    insert_missing(session, Snapshot.__table__, rows)  # type: ignore[attr-defined]


def finish(session: Session, snapshot_id: int, state: str, reason: str, parse_id: int | None = None) -> bool:
    """Give a planned snapshot its final state; False when it has one already (then nothing is changed)."""
    return _change(session, UNFINISHED, snapshot_id, state, reason, parse_id)


def postpone(session: Session, snapshot_id: int, until: datetime, reason: str) -> None:
    """Leave a planned snapshot open, to be looked at later; the reason says what it waits for."""
    snapshot = session.get_one(Snapshot, snapshot_id)
    if snapshot.state is None:
        snapshot.due, snapshot.reason = until, reason[:LONGEST_REASON]
        snapshot.queue = snapshot.queued_at = None
        session.add(snapshot)
        session.flush()


def put_in_queue(session: Session, snapshot: Snapshot, queue: str, now: datetime) -> None:
    """On record, with the next flush: an open look waits in a source's queue."""
    snapshot.queue, snapshot.queued_at, snapshot.runs = queue, now, snapshot.runs + 1
    session.add(snapshot)


def out_of_queue(session: Session, snapshot_id: int, runs: int | None = None) -> bool:
    """An open look is in no queue any more, so that the clock puts it there again. runs: only when it is still that
    run of it. False when nothing was changed."""
    when = [col(Snapshot.id) == snapshot_id, col(Snapshot.state).is_(None)]
    if runs is not None:
        when.append(col(Snapshot.runs) == runs)
    statement = update(Snapshot).where(*when).values(queue=None, queued_at=None)
    done = cast("CursorResult[Any]", session.connection().execute(statement)).rowcount == 1
    session.expire_all()
    return done


def revise(session: Session, snapshot_id: int, state: str, reason: str, parse_id: int | None) -> None:
    """Another state for a snapshot that had one: a second look agreed, or its raw page was read again."""
    _change(session, FINISHED, snapshot_id, state, reason, parse_id)


def _change(
    session: Session, those: Update, snapshot_id: int, state: str, reason: str, parse_id: int | None
) -> bool:  # fmt: skip
    values: dict[str, Any] = {"this": snapshot_id, "state": state, "reason": reason[:LONGEST_REASON]}
    if parse_id is not None:
        values["current_parse"] = parse_id
    done = cast("CursorResult[Any]", session.connection().execute(those, values)).rowcount == 1
    session.expire_all()
    return done
