"""What people said of a brand's results, or of those of all brands, and how much each word of theirs covers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import cast

import sqlalchemy
from sqlmodel import Session, col, func, select

from app.models import Brand, Hit, LabelRule, Link, Search
from app.queries.rows import RuleRow
from app.scoring.by_hand import ruling, speaks_of
from app.types import Label, Scope
from app.types import LabelRule as Rule


def rules_in_force(session: Session, brand_id: int) -> tuple[Rule, ...]:
    """The label rules that nobody revoked, of a brand and of its whole workspace, oldest first."""
    workspace = select(Brand.workspace_id).where(Brand.id == brand_id).scalar_subquery()
    everywhere = sqlalchemy.and_(col(LabelRule.brand_id).is_(None), col(LabelRule.workspace_id) == workspace)
    query = select(LabelRule).where(
        sqlalchemy.or_(col(LabelRule.brand_id) == brand_id, everywhere), col(LabelRule.revoked).is_(None)
    )
    return tuple(rule_of(row) for row in session.exec(query.order_by(col(LabelRule.created), col(LabelRule.id))).all())


def rules_by_brand(session: Session, workspace: int, brands: Collection[int]) -> dict[int, tuple[Rule, ...]]:
    """The same for many brands of a workspace, with one question."""
    query = select(LabelRule).where(LabelRule.workspace_id == workspace, col(LabelRule.revoked).is_(None))
    rows = session.exec(query.order_by(col(LabelRule.created), col(LabelRule.id))).all()
    return {brand: tuple(rule_of(row) for row in rows if row.brand_id in (None, brand)) for brand in brands}


def rule_of(row: LabelRule) -> Rule:
    """A stored rule as the scorer reads it."""
    match, label = cast("Scope", row.match), cast("Label", row.label)
    return Rule(row.id or 0, match, row.pattern, label, row.actor, row.created, row.brand_id is None)


def rule_rows(session: Session, brand_id: int) -> tuple[RuleRow, ...]:
    """The rules in force, newest first, with the number of the brand's hits each decides."""
    rules = rules_in_force(session, brand_id)
    query = (
        sqlalchemy.select(
            col(Link.url),
            col(Link.host),
            col(Hit.text_hash),
            func.count(),
            func.min(col(Hit.title)),
            func.min(col(Hit.snippet)),
        )
        .select_from(Hit)
        .outerjoin(Link, col(Hit.link_id) == col(Link.id))
        .join(Search, col(Search.id) == col(Hit.search_id))
        .where(col(Search.brand_id) == brand_id)
        .group_by(col(Link.id), col(Hit.text_hash))
    )
    decides: Counter[int] = Counter()
    speaks: dict[int, str] = {}
    for link, site, text, hits, *words in session.connection().execute(query) if rules else ():
        url, host = link or "", site or ""  # a question or an overview has neither
        said = "" if url else next(filter(None, words), "")
        speaks |= {rule.id: said for rule in rules if speaks_of(rule, url, host, text)}
        rule = ruling(url, host, rules, text)
        decides[rule.id if rule else 0] += hits
    return tuple(
        RuleRow(rule, decides[rule.id], rule.id in speaks.keys() - decides.keys(), speaks.get(rule.id, ""))
        for rule in reversed(rules)
    )


def workspace_rules(
    session: Session, workspace: int, brand: int | None = None, *, revoked: bool = False
) -> list[LabelRule]:
    """The rules of a workspace, newest first; with a brand, its own and those of all brands. revoked: those too."""
    query = select(LabelRule).where(LabelRule.workspace_id == workspace)
    if brand is not None:
        query = query.where((col(LabelRule.brand_id) == brand) | col(LabelRule.brand_id).is_(None))
    if not revoked:
        query = query.where(col(LabelRule.revoked).is_(None))
    return list(session.exec(query.order_by(col(LabelRule.created).desc(), col(LabelRule.id).desc())).all())
