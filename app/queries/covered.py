"""Which appearances a label rule speaks of, found by what the database can find quickly: a URL, or a host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy
from sqlmodel import Session, col

from app.models import Brand, Hit, LabelRule, Link, Search, VerdictEvent
from app.scoring.by_hand import speaks_of
from app.scoring.owned import SAME_HOST
from app.types import LabelRule as Rule
from scrapers.urls import url_hash

AT_ONCE = 5000  # databases take only so many values in one question


@dataclass(frozen=True, slots=True)
class Covered:
    """A hit a rule speaks of, with the verdict it has (evidence as stored). A question or an overview has no link, and
    url and host ""."""

    hit: int
    brand: int
    search: int
    link: int | None
    url: str
    host: str
    text: bytes
    label: str | None
    kind: str | None
    rule: str | None
    evidence: list[dict[str, Any]]
    version: str | None


def covered(session: Session, row: LabelRule, rule: Rule) -> list[Covered]:
    """Every appearance a rule speaks of, whichever rule decides it, on all searches of its brand or workspace."""
    query = (
        sqlalchemy.select(
            col(Hit.id), col(Search.brand_id), col(Hit.search_id), col(Hit.link_id),
            sqlalchemy.func.coalesce(col(Link.url), ""), sqlalchemy.func.coalesce(col(Link.host), ""),
            col(Hit.text_hash), col(Hit.label), col(Hit.evidence_kind), col(Hit.rule), col(Hit.evidence),
            col(Hit.version),
        )
        .select_from(Hit)
        .outerjoin(Link, col(Link.id) == col(Hit.link_id))
        .join(Search, col(Search.id) == col(Hit.search_id))
        .where(_whose(row), _where(rule))
        .order_by(col(Hit.id))
    )  # fmt: skip
    speaks: dict[tuple[int | None, bytes], bool] = {}
    found = []
    for values in session.connection().execute(query):
        one = Covered(*tuple(values))
        key = (one.link, one.text if rule.match == "text" else b"")
        if key not in speaks:
            speaks[key] = speaks_of(rule, one.url, one.host, one.text)
        if speaks[key]:
            found.append(one)
    return found


def machine_events(session: Session, hits: Sequence[int]) -> dict[int, int]:
    """hit -> the event of its last verdict that was not given by hand; hits that never had one are left out."""
    found: dict[int, int] = {}
    for start in range(0, len(hits), AT_ONCE):
        query = (
            sqlalchemy.select(col(VerdictEvent.hit_id), sqlalchemy.func.max(col(VerdictEvent.id)))
            .where(
                col(VerdictEvent.hit_id).in_(hits[start : start + AT_ONCE]),
                col(VerdictEvent.evidence_kind) != "human",
            )
            .group_by(col(VerdictEvent.hit_id))
        )
        found |= {row[0]: row[1] or 0 for row in session.connection().execute(query)}
    return found


def _whose(row: LabelRule) -> sqlalchemy.ColumnElement[bool]:
    """The brand a rule was said for, or all of its workspace."""
    if row.brand_id is not None:
        return col(Search.brand_id) == row.brand_id
    of_workspace = sqlalchemy.select(col(Brand.id)).where(col(Brand.workspace_id) == row.workspace_id)
    return col(Search.brand_id).in_(of_workspace)


def _where(rule: Rule) -> sqlalchemy.ColumnElement[bool]:
    """What a hit of the rule must look like: more than it covers, never less."""
    if rule.match in ("text", "url"):
        if rule.pattern.endswith(" "):  # of a question or an overview: its hash, and no address
            return col(Hit.link_id).is_(None) & (col(Hit.text_hash) == bytes.fromhex(rule.pattern))
        return col(Link.url_hash) == url_hash(rule.pattern.split(" ", 1)[-1])
    site = rule.pattern.split("/", 1)[0]
    names = [site, *(other for other, home in SAME_HOST.items() if home == site or home.endswith(f".{site}"))]
    ends = [col(Link.host).endswith(f".{name}", autoescape=True) for name in names]
    return sqlalchemy.or_(col(Link.host).in_(names), *ends)
