"""What stands beside the results counted anew: from the blocks as they were read and the list of verdicts.

app.queries reads it off the hits; both must say the same words and labels, and no result may be one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy
from sqlmodel import Session, col, select

from app.forgotten import GONE
from app.models import Feature, Hit, Parse, Result, Snapshot
from app.prove import Finding
from app.queries.beside import Beside
from app.types import BESIDE

QUESTION, ANSWER = 500, 2000  # characters of a block that are kept


def blocks_again(session: Session, found: Finding) -> None:
    """Every question and overview on record is led to a hit of its words and its search; no result is led to one."""
    query = (
        select(Feature, Hit, Snapshot.search_id)
        .join(Parse, col(Parse.id) == col(Feature.parse_id))
        .join(Snapshot, col(Snapshot.id) == col(Parse.snapshot_id))
        .outerjoin(Hit, col(Hit.id) == col(Feature.hit_id))
        .where(col(Feature.kind).in_(BESIDE))
    )
    for feature, one, search in session.exec(query).all():
        hit, words = cast("Hit | None", one), _words(feature.kind, feature.data)
        if hit is None:
            found.notes["questions and overviews without a label yet (rescore)"] += any(words)
            continue
        led = (hit.search_id, hit.kind, hit.link_id) == (search, feature.kind, None)
        same = (hit.title, hit.snippet) == (words if feature.data else (GONE, ""))
        found.expect(led and same, f"feature {feature.id}: hit {hit.id} says something else")
    wrong = select(Result.parse_id).join(Hit, col(Hit.id) == col(Result.hit_id)).where(col(Hit.kind).in_(BESIDE))
    found.expect(not session.exec(wrong).all(), "a question or an overview stands among the results")


def beside_again(
    session: Session, served: Sequence[Beside], look: int | None, labels: Mapping[int, str], where: str, found: Finding
) -> None:
    """What a page serves beside the results of a look; labels: those given last, by hit."""
    query: Any = (
        sqlalchemy.select(col(Feature.hit_id), col(Feature.kind))
        .join(Snapshot, col(Snapshot.current_parse) == col(Feature.parse_id))
        .where(col(Snapshot.id) == look, col(Feature.hit_id).is_not(None))
    )
    again = {(hit, kind, labels.get(hit)) for hit, kind in session.connection().execute(query)}
    plain = [(one.hit_id, one.kind, one.label) for one in served]
    same = set(plain) == again and len(plain) == len(again)
    found.expect(same, f"{where}: {plain} stand beside the results, the rows say {sorted(again)}")


def _words(kind: str, data: Mapping[str, Any]) -> tuple[str, str]:
    """("", "") of a block that says nothing."""
    said = {name: value.strip() for name, value in data.items() if isinstance(value, str)}
    if kind == "ai_overview":
        return "", said.get("text", "")[:ANSWER].strip()
    question = said.get("question", "")[:QUESTION].strip()
    return (question, said.get("answer", "")[:ANSWER].strip()) if question else ("", "")
