"""Questions and overviews beside the results of a look: what the engine itself asks and says of a brand.

They are labelled by the same rules as results, by their words alone, each time they are shown; they stand in no share,
no rank, no score and no change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from sqlmodel import Session, col, select

from app.models import Feature, Snapshot
from app.queries.searches import Watched
from app.scoring.verdict import score
from app.types import Evidence, Label
from scrapers.urls import host

Kind = Literal["paa", "ai_overview"]
KINDS: tuple[Kind, ...] = ("ai_overview", "paa")
MOST = 12
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Beside:
    """A question people also ask, or an overview: title is the question ("" of an overview), text the answer ("" when
    the page held none), host the site it is taken from ("" where none is named). Evidence points into title and text
    (called "snippet")."""

    kind: Kind
    title: str
    text: str
    host: str
    label: Label
    confidence: float
    rule: str
    evidence: tuple[Evidence, ...]


def beside(session: Session, about: Watched, snapshot_id: int | None) -> tuple[Beside, ...]:
    """Those of a look that counts, overviews first, then in the order of the page; nothing without a look."""
    look = session.get(Snapshot, snapshot_id) if snapshot_id else None
    if look is None or look.current_parse is None:
        return ()
    query = select(Feature).where(Feature.parse_id == look.current_parse, col(Feature.kind).in_(KINDS))
    rows = session.exec(query.order_by(col(Feature.id)).limit(10 * MOST)).all()
    found = [one for row in rows if (one := _labelled(row, about)) is not None]
    return tuple(sorted(found, key=lambda one: KINDS.index(one.kind))[:MOST])


def _labelled(row: Feature, about: Watched) -> Beside | None:
    """None for an overview that was not loaded, or a block without a question."""
    title = _text(row, "question") if row.kind == "paa" else ""
    text = _text(row, "answer" if row.kind == "paa" else "text")
    if not (title if row.kind == "paa" else text):
        return None
    said = score(about.brand.name, about.sites, "", title, text, None, about.search.hl or None)
    where = host(_text(row, "url")) or ""
    return Beside(cast("Kind", row.kind), title, text, where, said.label, said.confidence, said.rule, said.evidence)


def _text(row: Feature, name: str) -> str:
    value = row.data.get(name)
    return value[:LONGEST] if isinstance(value, str) else ""
