"""Questions and overviews beside the results of a look: what the engine itself asks and says of a brand.

They are hits like results, with a label that is given once and can be corrected; they stand in no share, no rank, no
score and no change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from sqlmodel import Session, col, select

from app.models import Feature, Hit, Snapshot
from app.queries.hits import verdict_kept
from app.types import BesideKind, Evidence, Label
from scrapers.urls import host


@dataclass(frozen=True, slots=True)
class Beside:
    """A question people also ask, or an overview: title is the question ("" of an overview), text the answer ("" when
    the page held none), host the site it is taken from ("" where none is named). Evidence points into title and text
    (called "snippet"). hit_id: what a correction is of, 0 in what was printed before there was any."""

    kind: BesideKind
    title: str
    text: str
    host: str
    label: Label
    confidence: float
    rule: str
    evidence: tuple[Evidence, ...]
    evidence_kind: str = ""
    hit_id: int = 0


def beside(session: Session, snapshot_id: int | None) -> tuple[Beside, ...]:
    """Those of a look that counts, overviews first, then in the order of the page; nothing without a look."""
    query = (
        select(Hit, Feature.data)
        .join(Feature, col(Feature.hit_id) == col(Hit.id))
        .join(Snapshot, col(Snapshot.current_parse) == col(Feature.parse_id))
        .where(Snapshot.id == snapshot_id, col(Hit.label).is_not(None))
        .order_by(col(Feature.kind), col(Feature.id))
    )
    return tuple({hit.id: _row(hit, str(data.get("url") or "")) for hit, data in session.exec(query).all()}.values())


def _row(hit: Hit, url: str) -> Beside:
    said = verdict_kept(hit)
    return Beside(
        cast("BesideKind", hit.kind), hit.title, hit.snippet, host(url) or "", said.label, said.confidence, said.rule,
        said.evidence, said.kind, hit.id or 0,
    )  # fmt: skip
