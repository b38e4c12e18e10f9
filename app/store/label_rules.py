"""Writes what people said of results: a rule is added once, and revoked once; nothing is ever deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from app.models import LabelRule
from app.types import Label, Scope


def add_rule(
    session: Session, brand_id: int, match: Scope, pattern: str, label: Label, actor: str, now: datetime
) -> tuple[int, bool]:
    """(the rule's id, whether it is new): the newest rule in force of the same pattern and label is no second one."""
    newest = session.exec(
        select(LabelRule)
        .where(
            LabelRule.brand_id == brand_id, LabelRule.match == match, LabelRule.pattern == pattern,
            col(LabelRule.revoked).is_(None),
        )
        .order_by(col(LabelRule.created).desc(), col(LabelRule.id).desc())
    ).first()  # fmt: skip
    if newest is not None and newest.label == label:
        return newest.id or 0, False
    rule = LabelRule(brand_id=brand_id, match=match, pattern=pattern, label=label, actor=actor, created=now)
    session.add(rule)
    session.flush()
    return rule.id or 0, True


def revoke(session: Session, rule_id: int, now: datetime) -> bool:
    """Take a rule out of force; False when it was already."""
    statement = update(LabelRule).where(col(LabelRule.id) == rule_id, col(LabelRule.revoked).is_(None))
    done = cast("CursorResult[Any]", session.connection().execute(statement.values(revoked=now))).rowcount == 1
    session.expire_all()
    return done
