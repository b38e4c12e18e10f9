"""Writes what people said of results: a rule is added once, and revoked once; nothing is ever deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlmodel import Session, col, select

from app.models import LabelRule
from app.types import Label, Scope


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody says: pattern as app.types.LabelRule tells; brand: None for all brands of the workspace."""

    workspace: int
    brand: int | None
    match: Scope
    pattern: str
    label: Label


def add_rule(session: Session, saying: Saying, actor: str, now: datetime) -> tuple[int, bool]:
    """(the rule's id, whether it is new): the newest rule in force of the same pattern and label is no second one."""
    newest = session.exec(
        select(LabelRule)
        .where(
            LabelRule.workspace_id == saying.workspace, LabelRule.brand_id == saying.brand,
            LabelRule.match == saying.match, LabelRule.pattern == saying.pattern, col(LabelRule.revoked).is_(None),
        )
        .order_by(col(LabelRule.created).desc(), col(LabelRule.id).desc())
    ).first()  # fmt: skip
    if newest is not None and newest.label == saying.label:
        return newest.id or 0, False
    rule = LabelRule(
        workspace_id=saying.workspace, brand_id=saying.brand, match=saying.match, pattern=saying.pattern,
        label=saying.label, actor=actor, created=now,
    )  # fmt: skip
    session.add(rule)
    session.flush()
    return rule.id or 0, True


def revoke(session: Session, rule_id: int, now: datetime) -> bool:
    """Take a rule out of force; False when it was already."""
    statement = update(LabelRule).where(col(LabelRule.id) == rule_id, col(LabelRule.revoked).is_(None))
    done = cast("CursorResult[Any]", session.connection().execute(statement.values(revoked=now))).rowcount == 1
    session.expire_all()
    return done
