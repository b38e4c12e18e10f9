"""What changed on a search, newest first."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, col, select

from app.models import Change, Snapshot
from app.queries.history import hit_rows
from app.queries.rows import ChangeRow


def change_rows(session: Session, search_id: int, first: date, last: date, limit: int = 500) -> tuple[ChangeRow, ...]:
    """The changes between two local days, newest first, then as they stand on the page."""
    rows = session.exec(
        select(Change, Snapshot.slot)
        .join(Snapshot, col(Snapshot.id) == col(Change.snapshot_id))
        .where(Change.search_id == search_id, Snapshot.slot >= first.isoformat(), Snapshot.slot < f"{last}T99")
        .order_by(col(Snapshot.slot).desc(), col(Change.id))
        .limit(limit)
    ).all()
    hits = hit_rows(session, search_id, {change.hit_id for change, _ in rows if change.hit_id})
    return tuple(
        ChangeRow(
            change.id or 0, change.kind, date.fromisoformat(slot[:10]), change.snapshot_id, change.from_rank,
            change.to_rank, hits.get(change.hit_id or 0),
        )
        for change, slot in rows
    )  # fmt: skip
