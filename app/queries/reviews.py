"""What the label queue's answers say: which were audits, and how often machine and people agree there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy
from sqlmodel import Session, col, func, select

from app.errors import NotFound
from app.models import Brand, Hit, Review, Search
from app.queries.trust import audit_answers, of_workspace
from app.scoring.audit import counts, wilson
from app.types import LABELS, Label


@dataclass(frozen=True, slots=True)
class Agreed:
    """So many of n the same; share from 0 to 1 (None of none), low and high its 95 % interval (Wilson)."""

    n: int
    same: int
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OfLabel:
    """automatic: of the results the machine gave this label, how many people gave it too; human: the other way round,
    of those that people gave it, how many the machine had found."""

    label: Label
    automatic: Agreed
    human: Agreed


@dataclass(frozen=True, slots=True)
class OfVersion:
    """The agreement of one version of the rules."""

    version: str
    agreed: Agreed


@dataclass(frozen=True, slots=True)
class OfSource:
    """The agreement of one source ("owned", "rating", "words", "site", "model", ...) of one version. counts: there are
    answers enough for its confidences to be shown as they say."""

    source: str
    version: str
    agreed: Agreed
    counts: bool


@dataclass(frozen=True, slots=True)
class Audit:
    """How often automatic and human labels agree on the random sample, and never on what was picked in another way."""

    overall: Agreed
    labels: tuple[OfLabel, ...]
    versions: tuple[OfVersion, ...]
    sources: tuple[OfSource, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the queue, with what it may tell now: the automatic label, and whether it was an audit.

    rule: the label rule it wrote, None when that is gone.
    """

    id: int
    brand: str
    title: str
    label: Label
    automatic: Label
    audit: bool
    rule: int | None


def audit(session: Session, workspace: int, brand: int | None = None) -> Audit:
    """The agreement on the audits of a workspace, or of one of its brands."""
    query = _reviews(sqlalchemy.select(col(Review.automatic), col(Review.label), col(Review.version)), workspace)
    if brand is not None:
        query = query.where(col(Search.brand_id) == brand)
    rows = [tuple(row) for row in session.connection().execute(query.where(col(Review.audit)))]
    versions = sorted({version for _, _, version in rows})
    return Audit(
        overall=_agreed(rows),
        labels=tuple(
            OfLabel(label, _agreed([r for r in rows if r[0] == label]), _agreed([r for r in rows if r[1] == label]))
            for label in LABELS
        ),
        versions=tuple(OfVersion(version, _agreed([r for r in rows if r[2] == version])) for version in versions),
        sources=_sources(session, workspace, brand),
    )


def _sources(session: Session, workspace: int, brand: int | None) -> tuple[OfSource, ...]:
    mine = of_workspace(workspace) if brand is None else of_workspace(workspace) & (col(Search.brand_id) == brand)
    enough = {source for source, given in audit_answers(session, of_workspace(workspace)).items() if counts(given)}
    return tuple(
        OfSource(*source, _agreed([(same, True) for _, same in given]), source in enough)
        for source, given in sorted(audit_answers(session, mine).items())
    )


def answers_given(session: Session, workspace: int) -> tuple[int, int]:
    """(answers about ordinary results, about those of the sample) so far."""
    query = _reviews(sqlalchemy.select(col(Review.audit), func.count()), workspace).group_by(col(Review.audit))
    counts: Counter[bool] = Counter({bool(audit): count for audit, count in session.connection().execute(query)})
    return counts[False], counts[True]


def audited(session: Session, workspace: int) -> set[tuple[int, int | None, bytes]]:
    """(brand, link, hash of the text) of every appearance that was audited: the first answer is the blind one."""
    columns = sqlalchemy.select(col(Search.brand_id), col(Hit.link_id), col(Hit.text_hash))
    query = _reviews(columns, workspace).where(col(Review.audit))
    return {(brand, link, text) for brand, link, text in session.connection().execute(query)}


def answer(session: Session, workspace: int, review_id: int) -> Answer:
    """One answer of a workspace; NotFound when there is none."""
    found = session.exec(
        select(Review, Brand.slug, Hit.title, Hit.snippet)
        .join(Hit, col(Hit.id) == col(Review.hit_id))
        .join(Search, col(Search.id) == col(Hit.search_id))
        .join(Brand, col(Brand.id) == col(Search.brand_id))
        .where(Review.id == review_id, Brand.workspace_id == workspace)
    ).first()
    if found is None:
        raise NotFound(f"no answer {review_id}")
    row, slug, title, snippet = found
    label, automatic = cast("Label", row.label), cast("Label", row.automatic)
    return Answer(row.id or 0, slug, title or snippet, label, automatic, row.audit, row.rule_id)


def _reviews(query: Any, workspace: int) -> Any:
    return (
        query.select_from(Review)
        .join(Hit, col(Hit.id) == col(Review.hit_id))
        .join(Search, col(Search.id) == col(Hit.search_id))
        .join(Brand, col(Brand.id) == col(Search.brand_id))
        .where(col(Brand.workspace_id) == workspace)
    )


def _agreed(rows: Sequence[tuple[object, ...]]) -> Agreed:
    n, same = len(rows), sum(row[0] == row[1] for row in rows)
    low, high = wilson(same, n)
    return Agreed(n, same, same / n if n else None, low, high)
