"""How far the confidences of a workspace's labels may be trusted: as its own blind audits say, by source and version.

A confidence on record is what the scorer gave; what is shown is corrected by the answers given before a label was seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from app.models import Brand, Hit, Review, Search, VerdictEvent
from app.scoring.audit import leaning, leant, source_of

A_QUESTION = 10_000  # hits
Trust = Mapping[tuple[str, str], float]
"""(source, version) -> what its confidences lean by."""


def trust(session: Session, workspace: int) -> Trust:
    """What the audits of a workspace say of each source and version; those with too few answers say 0."""
    return _trust(session, of_workspace(workspace))


def search_trust(session: Session, search_id: int) -> Trust:
    """The same for the workspace of a search."""
    home = (
        sqlalchemy.select(col(Brand.workspace_id))
        .join(Search, col(Search.brand_id) == col(Brand.id))
        .where(col(Search.id) == search_id)
        .scalar_subquery()
    )
    return _trust(session, of_workspace(home))


def trusted(trust: Trust, confidence: float, kind: str, rule: str, version: str) -> float:
    """A confidence as it is shown, 0..1."""
    return round(leant(confidence, trust.get((source_of(kind, rule), version), 0.0)), 3)


def of_workspace(workspace: Any) -> sqlalchemy.ColumnElement[bool]:
    """That a search is of a workspace (its id, or a query for it)."""
    return col(Search.brand_id).in_(sqlalchemy.select(col(Brand.id)).where(col(Brand.workspace_id) == workspace))


def _trust(session: Session, where: sqlalchemy.ColumnElement[bool]) -> Trust:
    return {source: leaning(given) for source, given in audit_answers(session, where).items()}


def audit_answers(
    session: Session, where: sqlalchemy.ColumnElement[bool]
) -> dict[tuple[str, str], list[tuple[float, bool]]]:
    """(source, version) -> of each audit of some searches the confidence that stood when it was answered, and whether
    the person agreed. Results labelled by hand from their first day had none."""
    audited = session.exec(select(Review.hit_id).where(col(Review.audit)).distinct()).all()
    answers: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
    # By their ids: people gave few answers, but a database that does not know it goes through all hits to find them.
    for start in range(0, len(audited), A_QUESTION):
        some = audited[start : start + A_QUESTION]
        for kind, rule, version, confidence, same in session.connection().execute(_answers(some).where(where)):
            answers[source_of(kind, rule), version].append((confidence, bool(same)))
    return dict(answers)


def _answers(hits: Sequence[int]) -> sqlalchemy.Select[str, str, str, float, bool]:
    past = aliased(VerdictEvent)
    stood = (
        sqlalchemy.select(func.max(col(past.id)))
        .where(
            col(past.hit_id) == col(Review.hit_id), col(past.evidence_kind) != "human", col(past.at) <= col(Review.at)
        )
        .scalar_subquery()
    )
    return (
        sqlalchemy.select(
            col(VerdictEvent.evidence_kind), col(VerdictEvent.rule), col(VerdictEvent.version),
            col(VerdictEvent.confidence), col(Review.label) == col(Review.automatic),
        )
        .select_from(Review)
        .join(Hit, col(Hit.id) == col(Review.hit_id))
        .join(Search, col(Search.id) == col(Hit.search_id))
        .join(VerdictEvent, col(VerdictEvent.id) == stood)
        .where(col(Review.audit), col(Hit.id).in_(hits))
    )  # fmt: skip
