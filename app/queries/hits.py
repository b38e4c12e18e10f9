"""The hits of a search with what the scorer needs of each."""

from __future__ import annotations

from typing import cast

from sqlmodel import Session, col, select

from app.models import Hit, Link, Search
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


def shown_of_brand(session: Session, brand_id: int, hit_id: int) -> tuple[str, str, bytes] | None:
    """(URL, host, hash of the text) of an appearance on one of the brand's searches; None when it is on none. A
    question or an overview has neither URL nor host."""
    found = session.exec(
        select(Link.url, Link.host, Hit.text_hash)
        .select_from(Hit)
        .outerjoin(Link, col(Hit.link_id) == col(Link.id))
        .join(Search, col(Search.id) == col(Hit.search_id))
        .where(Hit.id == hit_id, Search.brand_id == brand_id)
    ).first()
    return (found[0] or "", found[1] or "", found[2]) if found else None


def labelled(session: Session, search_id: int) -> set[tuple[str, bytes]]:
    """(canonical URL, hash of the text) of every hit of a search that has its label."""
    query = select(Link.url, Hit.text_hash).join(Hit, col(Hit.link_id) == col(Link.id))
    return set(session.exec(query.where(Hit.search_id == search_id, col(Hit.label).is_not(None))).all())


def linked_hits(session: Session, search_id: int, *, fresh: bool = False) -> list[tuple[Hit, Link | None]]:
    """Every hit of a search with its link, in the order they were first seen; fresh: those without a verdict yet."""
    query = select(Hit, Link).outerjoin(Link, col(Link.id) == col(Hit.link_id)).where(Hit.search_id == search_id)
    if fresh:
        query = query.where(col(Hit.label).is_(None))
    rows = session.exec(query.order_by(col(Hit.id))).all()
    return [(hit, cast("Link | None", link)) for hit, link in rows]
