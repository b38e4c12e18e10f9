"""Writes how far two looks at one slot agree."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from app.models import Agreement, Attempt, Parse

TOP = 10


def keep_agreement(session: Session, one: Parse, two: Parse, first: Sequence[str], second: Sequence[str]) -> None:
    """That of a second look (parse two) with the first; first, second: the URLs of each by rank. Kept anew when
    either is read anew; two pages of which one is empty have nothing to agree on."""
    top = min(TOP, len(first), len(second))
    if not top:
        kept = session.get(Agreement, two.snapshot_id)
        if kept is not None:
            session.delete(kept)
        return
    session.merge(
        Agreement(
            second_id=two.snapshot_id,
            first_id=one.snapshot_id,
            first_source=session.get_one(Attempt, one.attempt_id).source,
            second_source=session.get_one(Attempt, two.attempt_id).source,
            shared=len(set(first[:top]) & set(second[:top])),
            top=top,
        )
    )
    session.flush()
