"""The hits of a search with what the scorer needs of each."""

from __future__ import annotations

from typing import cast

from sqlmodel import Session, col, select

from app.models import Hit, Link
from app.types import LABELS, Evidence, Label, Verdict


def verdict_kept(hit: Hit) -> Verdict:
    """The verdict that stands on a hit, as the scorer would give it."""
    label: Label = next((one for one in LABELS if one == hit.label), "neutral")
    evidence = tuple(Evidence(**piece) for piece in hit.evidence)
    kind, rule, version = hit.evidence_kind or "none", hit.rule or "", hit.version or ""
    return Verdict(label, kind, rule, hit.confidence or 0.0, evidence, version)


def link_of(session: Session, hit: Hit) -> Link | None:
    """The link of a hit; None of a question or an overview."""
    return session.get_one(Link, hit.link_id) if hit.link_id is not None else None


def linked_hits(session: Session, search_id: int, *, fresh: bool = False) -> list[tuple[Hit, Link | None]]:
    """Every hit of a search with its link, in the order they were first seen; fresh: those without a verdict yet."""
    query = select(Hit, Link).outerjoin(Link, col(Link.id) == col(Hit.link_id)).where(Hit.search_id == search_id)
    if fresh:
        query = query.where(col(Hit.label).is_(None))
    rows = session.exec(query.order_by(col(Hit.id))).all()
    return [(hit, cast("Link | None", link)) for hit, link in rows]
