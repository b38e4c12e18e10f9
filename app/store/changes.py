"""Writes what two good looks told; a change that was sent stays as it was."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, delete, update
from sqlmodel import Session, col, select

from app.models import Change, Hit, Snapshot
from app.types import Change as Told

AT_ONCE = 5000  # databases take only so many values in one statement
ENTRIES, DEPARTURES = ("entered", "negative_entered"), ("left", "negative_left", "owned_lost")


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


def rename_changes(session: Session, hits: Sequence[int]) -> None:
    """Call the entries and departures of these hits what their labels of now make them, but for those already sent."""
    label = select(Hit.label).where(col(Hit.id) == col(Change.hit_id)).scalar_subquery()
    entered = case((label == "negative", "negative_entered"), else_="entered")
    left = case((label == "negative", "negative_left"), (label == "owned", "owned_lost"), else_="left")
    for kinds, kind in ((ENTRIES, entered), (DEPARTURES, left)):
        for start in range(0, len(hits), AT_ONCE):
            these = col(Change.hit_id).in_(hits[start : start + AT_ONCE])
            untold = (these, col(Change.claimed_at).is_(None), col(Change.kind).in_(kinds))
            session.connection().execute(update(Change).where(*untold).values(kind=kind))
    session.expire_all()


def add_unconfirmed(session: Session, snapshot: Snapshot) -> bool:
    """Say once that a suspect look could not be confirmed: silence would be a lie too."""
    there = session.exec(
        select(Change.id).where(Change.snapshot_id == snapshot.id, Change.kind == "unconfirmed")
    ).first()
    if there is None:
        session.add(Change(search_id=snapshot.search_id, snapshot_id=snapshot.id or 0, kind="unconfirmed"))
        session.flush()
    return there is None
