"""Writes what people say of pages that are gone; one that is taken back stays on record."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import Hit, Removal, Search


def mark_removed(session: Session, brand_id: int, link_id: int, actor: str, now: datetime) -> int:
    """Somebody has seen that the page is gone; said twice, it stands once. Returns its id; NotFound when no search of
    the brand has shown the link."""
    shown = select(Hit.id).join(Search, col(Search.id) == col(Hit.search_id))
    if session.exec(shown.where(Hit.link_id == link_id, Search.brand_id == brand_id)).first() is None:
        raise NotFound(f"no search of this brand has shown result {link_id}")
    there = session.exec(
        select(Removal.id).where(
            Removal.brand_id == brand_id, Removal.link_id == link_id, col(Removal.revoked).is_(None)
        )
    ).first()
    if there is not None:
        return there
    found = Removal(brand_id=brand_id, link_id=link_id, actor=actor, created=now)
    session.add(found)
    session.flush()
    return found.id or 0


def unmark_removed(session: Session, brand_id: int, link_id: int, now: datetime) -> bool:
    """It is there after all; False when nobody had said otherwise."""
    statement = update(Removal).where(
        col(Removal.brand_id) == brand_id, col(Removal.link_id) == link_id, col(Removal.revoked).is_(None)
    )
    done = cast("CursorResult[Any]", session.connection().execute(statement.values(revoked=now))).rowcount > 0
    session.expire_all()
    return done
