"""Writes what happened to a brand on a day; what is removed stays on record, unseen."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from app.errors import BadInput
from app.models import Annotation
from app.store.brands import plain_text

MOST_TEXT = 200
EARLIEST = date(1995, 1, 1)  # there were no search engines to look at before
AHEAD = timedelta(days=366)


def add_annotation(session: Session, brand_id: int, at: date, text: str, actor: str, now: datetime) -> int:
    """An annotation, made when that day has none of the same words; returns its id. BadInput for text nobody can read
    and for a day no chart shows."""
    clean = plain_text(text, "an annotation", MOST_TEXT)
    if not EARLIEST <= at <= now.date() + AHEAD:
        raise BadInput(f"an annotation of {at.isoformat()} stands on no chart")
    there = session.exec(
        select(Annotation.id).where(
            Annotation.brand_id == brand_id, Annotation.at == at, Annotation.text == clean,
            col(Annotation.removed).is_(None),
        )
    ).first()  # fmt: skip
    if there is not None:
        return there
    found = Annotation(brand_id=brand_id, at=at, text=clean, actor=actor, created=now)
    session.add(found)
    session.flush()
    return found.id or 0


def remove_annotation(session: Session, brand_id: int, annotation_id: int, now: datetime) -> bool:
    """Take an annotation off the charts; False when the brand has none of that id there."""
    statement = update(Annotation).where(
        col(Annotation.id) == annotation_id, col(Annotation.brand_id) == brand_id, col(Annotation.removed).is_(None)
    )
    done = cast("CursorResult[Any]", session.connection().execute(statement.values(removed=now))).rowcount == 1
    session.expire_all()
    return done
