"""What a workspace's people said of single texts: the labels a text model may learn from.

Counted are corrections of an exact text or a URL that are in force and decide the appearance; each answer of the label
queue, blind audits included, is one of these. What was said of a path or a host is a statement about a site, not about
the words on it; "owned" is one about who controls it. What a program said without naming anybody is nobody's word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy
from sqlmodel import Session, col, func, select

from app.forgotten import HOST as FORGOTTEN
from app.models import Brand, Hit, LabelRule, Link, Search, VerdictEvent
from app.queries.brands import owned_sites
from app.queries.label_rules import rules_by_brand
from app.scoring.by_hand import ruling
from app.types import Label, OwnedSite
from app.types import LabelRule as Rule
from scrapers.types import Rating
from scrapers.urls import url_hash

PROGRAM = "API"  # who a label rule is of when a program names nobody
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class OwnLabel:
    """A text as it was read, with all the scorer is told of it, and what was said of it when."""

    hit: int
    brand: str
    sites: tuple[OwnedSite, ...]
    url: str
    host: str
    title: str
    snippet: str
    rating: Rating | None
    lang: str | None
    label: Label
    at: datetime


def own_labels(session: Session, workspace: int) -> list[OwnLabel]:
    """One for each exact text that was labelled, and one for each labelled URL: the text that stood there then.

    A URL's other texts are not taken: nobody read them. Newest statement first.
    """
    brands = {one.id or 0: one.name for one in session.exec(select(Brand).where(Brand.workspace_id == workspace))}
    rules = rules_by_brand(session, workspace, brands)
    sites = {brand: owned_sites(session, brand) for brand in brands}
    chosen: dict[tuple[object, ...], tuple[Rule, Any]] = {}
    for row in _appearances(session, workspace):
        rule = ruling(row.link, row.host, rules[row.brand], row.text)
        if rule is None or rule.match not in ("text", "url") or rule.label == "owned" or rule.actor == PROGRAM:
            continue
        key = (row.brand, rule.id)
        if key not in chosen or _read_then(row, rule) >= _read_then(chosen[key][1], rule):
            chosen[key] = rule, row
    found = [_own(row, rule, brands[row.brand], sites[row.brand]) for rule, row in chosen.values()]
    return sorted(found, key=lambda one: (one.at, one.hit), reverse=True)


def _read_then(row: Any, rule: Rule) -> tuple[bool, float]:
    """How likely an appearance is the one that was read: the last before the statement, else the first after it."""
    since = _utc(row.since or rule.created).timestamp()
    before = since <= _utc(rule.created).timestamp()
    return before, since if before else -since


def _appearances(session: Session, workspace: int) -> Iterator[Any]:
    """Every hit of the workspace whose URL some exact rule in force names."""
    patterns = session.exec(
        select(LabelRule.pattern).where(
            LabelRule.workspace_id == workspace, col(LabelRule.match).in_(("text", "url")),
            col(LabelRule.revoked).is_(None),
        )
    ).all()  # fmt: skip
    links = sorted({url_hash(pattern.split(" ", 1)[-1]) for pattern in patterns})
    for start in range(0, len(links), AT_ONCE):
        yield from session.connection().execute(_of_links(workspace, links[start : start + AT_ONCE]))


def _of_links(workspace: int, links: Sequence[bytes]) -> Any:
    first = (
        sqlalchemy.select(func.min(col(VerdictEvent.at)))
        .where(col(VerdictEvent.hit_id) == col(Hit.id))
        .scalar_subquery()
    )
    return (
        sqlalchemy.select(
            col(Hit.id), col(Hit.url), col(Hit.title), col(Hit.snippet), col(Hit.rating), col(Hit.scale),
            col(Hit.text_hash).label("text"), col(Link.url).label("link"), col(Link.host),
            col(Search.brand_id).label("brand"), col(Search.hl), first.label("since"),
        )
        .join(Link, col(Link.id) == col(Hit.link_id))
        .join(Search, col(Search.id) == col(Hit.search_id))
        .join(Brand, col(Brand.id) == col(Search.brand_id))
        .where(
            col(Brand.workspace_id) == workspace, col(Link.url_hash).in_(links), col(Link.host) != FORGOTTEN
        )
        .order_by(col(Hit.id))
    )  # fmt: skip


def _own(row: Any, rule: Rule, brand: str, sites: tuple[OwnedSite, ...]) -> OwnLabel:
    rating = Rating(row.rating, row.scale or 5.0) if row.rating is not None else None
    return OwnLabel(
        row.id, brand, sites, row.url, row.host, row.title, row.snippet, rating, row.hl or None,
        rule.label, _utc(rule.created),
    )  # fmt: skip


def _utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)
