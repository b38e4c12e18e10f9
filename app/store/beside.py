"""Stores what the engine itself asks and says beside the results: each question and overview is a hit without a link.

Such a hit has no address (the site an answer is taken from does not make it that site's word), so it is labelled by its
words alone; no share, rank, score or change knows it, since they all start from results.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from app.models import Feature, Hit, Parse, Snapshot
from app.store.upsert import insert_missing
from app.types import BESIDE

MOST_TITLE, MOST_TEXT = 500, 2000  # characters, as of a result
AT_ONCE = 5000  # databases take only so many values in one statement
WORDS = {"paa": ("question", "answer"), "ai_overview": (None, "text")}


def words_of(kind: str, data: Mapping[str, Any]) -> tuple[str, str] | None:
    """(question or "", answer or text, "" when the page held none); None of another block, an overview that was not
    loaded, or a block without a question."""
    if kind not in WORDS:
        return None
    question, said = WORDS[kind]
    title = _text(data, question, MOST_TITLE) if question else ""
    text = _text(data, said, MOST_TEXT)
    return (title, text) if (title if question else text) else None


def add_beside(session: Session, search_id: int, features: Sequence[Feature]) -> None:
    """Lead each question and overview to its hit, made when these words were never seen on the search."""
    said = [(feature, words) for feature in features if (words := words_of(feature.kind, feature.data)) is not None]
    rows = {
        (feature.kind, text_hash(*words)): {
            "search_id": search_id, "kind": feature.kind, "url": "", "title": words[0], "snippet": words[1],
            "display_url": "", "text_hash": text_hash(*words), "evidence": [],
        }
        for feature, words in said
    }  # fmt: skip
    insert_missing(session, Hit.__table__, [rows[key] for key in sorted(rows)])  # type: ignore[attr-defined]
    these = {text for _, text in rows}
    query = select(Hit.kind, Hit.text_hash, Hit.id).where(
        Hit.search_id == search_id, col(Hit.link_id).is_(None), col(Hit.text_hash).in_(these)
    )
    known = {(kind, text): hit for kind, text, hit in session.exec(query).all()} if these else {}
    for feature, words in said:
        feature.hit_id = known[feature.kind, text_hash(*words)]
        session.add(feature)
    session.flush()


def add_missing_beside(session: Session, search_id: int) -> None:
    """The same for every block of a search that is on record without a hit: it was read by an older version."""
    query = (
        select(Feature)
        .join(Parse, col(Parse.id) == col(Feature.parse_id))
        .join(Snapshot, col(Snapshot.id) == col(Parse.snapshot_id))
        .where(Snapshot.search_id == search_id, col(Feature.kind).in_(BESIDE), col(Feature.hit_id).is_(None))
        .order_by(col(Feature.id))
    )
    found = session.exec(query).all()
    for start in range(0, len(found), AT_ONCE):
        add_beside(session, search_id, found[start : start + AT_ONCE])


def text_hash(title: str, snippet: str, rating: str = "") -> bytes:
    """16 bytes over what a person reads of an appearance: title, snippet, rating."""
    text = "\n".join((title, snippet, rating))
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[:16]


def _text(data: Mapping[str, Any], name: str, most: int) -> str:
    value = data.get(name)
    return value.strip()[:most].strip() if isinstance(value, str) else ""
