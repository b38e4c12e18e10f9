"""Writes the labels people gave in the label queue, beside the automatic ones."""

from __future__ import annotations

from sqlmodel import Session

from app.models import Review


def add_review(session: Session, review: Review) -> int:
    """Keep an answer; returns its id."""
    session.add(review)
    session.flush()
    return review.id or 0
