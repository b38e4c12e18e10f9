"""What people say of results: a correction labels past and future alike, and can be undone.

The label as it was then known stays in verdict_event; charts and changes show what is known today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.compare import recolour
from app.errors import BadInput, NotFound
from app.models import Hit, LabelRule, Link, Search
from app.pipeline import rescore_hit
from app.queries.hits import linked_hits
from app.queries.label_rules import rule_of
from app.queries.searches import searches, watched
from app.scoring.by_hand import speaks_of
from app.scoring.owned import home_host, parse_owned
from app.store.label_rules import add_rule, revoke
from app.types import LABELS, Label, Scope
from scrapers import urls


@dataclass(frozen=True, slots=True)
class Corrected:
    """The rule that was written (or stood already), and how many hits it gave another verdict."""

    rule: int
    changed: int


def correct(
    session: Session, brand_id: int, of: int | str, scope: Scope, label: Label, actor: str, now: datetime
) -> Corrected:
    """Label a result (a hit's id, or an address) or its whole host by hand, on all searches of the brand.

    BadInput for an address nobody can follow, or a host that cannot be owned; NotFound for a hit of another brand.
    """
    if label not in LABELS:
        raise BadInput(f"unknown label {label!r}; known: {', '.join(LABELS)}")
    if scope not in ("url", "host"):
        raise BadInput(f"a correction is of one url or of its host, not of {scope!r}")
    link, host = _of_hit(session, brand_id, of) if isinstance(of, int) else _of_address(of)
    pattern = link if scope == "url" else home_host(host)
    if scope == "host" and label == "owned":
        _can_be_owned(pattern)
    rule_id, new = add_rule(session, brand_id, scope, pattern, label, actor, now)
    if not new:
        return Corrected(rule_id, 0)
    return Corrected(rule_id, _score_again(session, rule_id, actor, now))


def undo(session: Session, brand_id: int, rule_id: int, actor: str, now: datetime) -> int:
    """Revoke a rule of a brand; what it covered is scored by what remains. Returns how many hits changed.

    Undoing twice changes nothing; NotFound when the brand has no such rule.
    """
    found = session.get(LabelRule, rule_id)
    if found is None or found.brand_id != brand_id:
        raise NotFound(f"no label rule {rule_id}")
    return _score_again(session, rule_id, actor, now) if revoke(session, rule_id, now) else 0


def _score_again(session: Session, rule_id: int, actor: str, now: datetime) -> int:
    """Every hit of the brand that a rule speaks of, scored with the rules now in force; changes are told anew."""
    row = session.get_one(LabelRule, rule_id)
    rule = rule_of(row)
    changed: list[int] = []
    for search in searches(session, row.brand_id, None):
        about = watched(session, search.id)
        for hit, link in linked_hits(session, search.id):
            if link and speaks_of(rule, link.url, link.host) and rescore_hit(session, about, hit, link, now, actor):
                changed.append(hit.id or 0)
    recolour(session, changed)
    return len(changed)


def _of_hit(session: Session, brand_id: int, hit_id: int) -> tuple[str, str]:
    found = session.exec(
        select(Link.url, Link.host)
        .join(Hit, col(Hit.link_id) == col(Link.id))
        .join(Search, col(Search.id) == col(Hit.search_id))
        .where(Hit.id == hit_id, Search.brand_id == brand_id)
    ).first()
    if found is None:
        raise NotFound(f"no result {hit_id} on a search of this brand")
    return found[0], found[1]


def _of_address(typed: str) -> tuple[str, str]:
    found = urls.target(typed if "//" in typed else f"https://{typed}")
    if found is None:
        raise BadInput(f"{typed[:100]!r} is no address of a web page")
    return found.link, found.host


def _can_be_owned(host: str) -> None:
    try:
        parse_owned(host)
    except ValueError as shared:
        raise BadInput(f"{shared}; or correct the one result", "correct_shared") from shared
