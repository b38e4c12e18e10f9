"""Writes what two good looks told; a change that was sent stays as it was."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import Session, col, select

from app.models import Change, Snapshot
from app.types import Change as Told


def replace_changes(session: Session, snapshot: Snapshot, told: Sequence[Told]) -> None:
    """The changes of a snapshot, anew: those nobody was told of are dropped, those already sent are kept.

    A hit has one change in a look: what was sent of it under another kind (its label was corrected since) stays.
    """
    session.connection().execute(
        delete(Change).where(
            col(Change.snapshot_id) == snapshot.id, col(Change.claimed_at).is_(None), col(Change.kind) != "unconfirmed"
        )
    )
    sent = set(session.exec(select(Change.hit_id).where(Change.snapshot_id == snapshot.id)).all())
    session.add_all(
        Change(search_id=snapshot.search_id, snapshot_id=snapshot.id or 0, kind=change.kind, hit_id=change.hit,
               from_rank=change.from_rank, to_rank=change.to_rank)
        for change in told if change.hit not in sent
    )  # fmt: skip
    session.flush()


def add_unconfirmed(session: Session, snapshot: Snapshot) -> bool:
    """Say once that a suspect look could not be confirmed: silence would be a lie too."""
    there = session.exec(
        select(Change.id).where(Change.snapshot_id == snapshot.id, Change.kind == "unconfirmed")
    ).first()
    if there is None:
        session.add(Change(search_id=snapshot.search_id, snapshot_id=snapshot.id or 0, kind="unconfirmed"))
        session.flush()
    return there is None
