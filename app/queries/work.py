"""What workers do: the looks that run, wait and failed, and who takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, and_, col, func, select

from app.models import Attempt, Brand, Search, Snapshot
from app.queries.operations import OperationRow, operations
from app.queries.workers import WorkerRow, living
from app.schedule import MISSED

FAILED = ("error", "blocked", "consent")
RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A look as work. queue: the source whose queue it is in, None before its moment has come; since: when it was put
    there, or its running try began; worker: whose try that is, None of a command's own. tries: so far."""

    snapshot_id: int
    search_id: int
    brand: str
    slug: str
    phrase: str
    engine: str
    purpose: str
    slot: str
    due: datetime
    state: str | None
    reason: str
    queue: str | None
    since: datetime | None
    worker: str | None
    tries: int


@dataclass(frozen=True, slots=True)
class WorkPage:
    """running and waiting: as many as asked for, the next one first; failed: of the last day, the newest first.

    count_*: of all there are. missed: planned looks of the last day that nobody took. late: seconds since the oldest
    open look came due, 0 when none has. operations: the long work of commands on this record;
    why one failed is for the operator, who asks of all workspaces.
    """

    running: tuple[WorkRow, ...]
    waiting: tuple[WorkRow, ...]
    failed: tuple[WorkRow, ...]
    count_running: int
    count_waiting: int
    count_failed: int
    missed: int
    late: float
    workers: tuple[WorkerRow, ...]
    operations: tuple[OperationRow, ...]


def work(session: Session, now: datetime, dead_after: float, workspace: int | None = None, limit: int = 50) -> WorkPage:
    """Of one workspace, or of all."""
    busy = and_(col(Snapshot.state).is_(None), col(Attempt.id).is_not(None))
    idle = and_(col(Snapshot.state).is_(None), col(Attempt.id).is_(None))
    bad = and_(col(Snapshot.state).in_(FAILED), col(Snapshot.due) > now - RECENT, col(Snapshot.purpose) != "import")
    running, count_running = _rows(session, workspace, busy, limit)
    waiting, count_waiting = _rows(session, workspace, idle, limit)
    failed, count_failed = _rows(session, workspace, bad, limit, newest=True)
    first = min((row.due for row in (*running, *waiting)), default=now)
    return WorkPage(
        running, waiting, failed, count_running, count_waiting, count_failed, missed_lately(session, now, workspace),
        max((now - first).total_seconds(), 0.0), living(session, dead_after),
        operations(session, dead_after, reasons=workspace is None),
    )  # fmt: skip


def missed_lately(session: Session, now: datetime, workspace: int | None = None) -> int:
    """Planned looks of the last day that nobody took, of one workspace or of all."""
    gone = and_(col(Snapshot.state) == "error", col(Snapshot.due) > now - RECENT, col(Snapshot.reason) == MISSED)
    return _rows(session, workspace, gone, 0)[1]


def _rows(
    session: Session, workspace: int | None, which: Any, limit: int, *, newest: bool = False
) -> tuple[tuple[WorkRow, ...], int]:
    count = session.exec(_looks(select(func.count(col(Snapshot.id))), workspace, which)).one()
    order = (col(Snapshot.due).desc(), col(Snapshot.id).desc()) if newest else (col(Snapshot.due), col(Snapshot.id))
    query = _looks(select(Snapshot, Search, Brand, Attempt), workspace, which)
    found = session.exec(query.order_by(*order).limit(limit)).all() if limit else []
    tries = dict(
        session.exec(
            select(Attempt.snapshot_id, func.count())
            .where(col(Attempt.snapshot_id).in_([row[0].id for row in found]))
            .group_by(col(Attempt.snapshot_id))
        ).all()
    )
    return tuple(_row(one, tries.get(one[0].id or 0, 0)) for one in found), int(count)


def _looks(query: Any, workspace: int | None, which: Any) -> Any:
    """Looks with their search, brand and running try."""
    running = and_(col(Attempt.snapshot_id) == col(Snapshot.id), col(Attempt.state) == "running")
    query = (
        query.select_from(Snapshot)
        .join(Search, col(Search.id) == col(Snapshot.search_id))
        .join(Brand, col(Brand.id) == col(Search.brand_id))
        .outerjoin(Attempt, running)
        .where(which)
    )
    return query if workspace is None else query.where(col(Brand.workspace_id) == workspace)


def _row(found: tuple[Snapshot, Search, Brand, Attempt | None], tries: int) -> WorkRow:
    look, search, brand, attempt = found
    source, since = (attempt.source, attempt.started) if attempt else (look.queue, look.queued_at)
    return WorkRow(
        look.id or 0, search.id or 0, brand.name, brand.slug, search.phrase, search.engine, look.purpose, look.slot,
        look.due, look.state, look.reason, source, since, attempt.worker if attempt else None, tries,
    )  # fmt: skip
