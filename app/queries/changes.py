"""What changed on a search, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from app.models import Change, Snapshot
from app.queries.history import hit_rows
from app.queries.rows import COUNTED, ChangeRow

AT_ONCE = 5000  # databases take only so many values in one question


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


def untold(session: Session, hits: Sequence[int]) -> list[Snapshot]:
    """The looks that count and whose changes speak of these hits and were not sent yet, in the order of time."""
    found: dict[int, Snapshot] = {}
    for start in range(0, len(hits), AT_ONCE):
        query = (
            select(Snapshot)
            .join(Change, col(Change.snapshot_id) == col(Snapshot.id))
            .where(
                col(Change.hit_id).in_(hits[start : start + AT_ONCE]),
                col(Change.claimed_at).is_(None),
                col(Snapshot.state).in_(COUNTED),
            )
            .distinct()
        )
        found |= {snapshot.id or 0: snapshot for snapshot in session.exec(query).all()}
    return sorted(found.values(), key=lambda snapshot: (snapshot.search_id, snapshot.slot, snapshot.fold))
