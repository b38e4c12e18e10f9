"""What was forgotten stays forgotten: a look that shows it again is written without it, in the same transaction.

A result is labelled from its words before they go, so that forgetting makes no negative a neutral.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from app.forgotten import Keyed, texts_of
from app.models import Hit, Link
from app.queries.tombstones import (
    blobs_of_parses,
    features_of,
    remembered,
    shown_by,
    stands_for,
    true_secret,
    with_twins,
)
from app.store.archive import expire
from app.store.forgetting import forget_features, forget_link
from scrapers.types import RawPage

log = logging.getLogger("shemtov")


def keep_out(session: Session, parse_id: int, pages: Sequence[RawPage], now: datetime) -> list[Hit]:
    """Forget again whatever a new reading brought back, and its answers with it; the hits that stand for it."""
    keyed = remembered(session)
    if keyed is None:
        return []
    if not true_secret(session, keyed):
        log.warning("what was forgotten may come back: SHEMTOV_SECRET_KEY is another than it was then")
    found = [link for link, hits in shown_by(session, parse_id) if _named(session, keyed, link, hits)]
    features = [
        row
        for row in features_of(session, parse_id)
        if any(keyed.in_text(text) or keyed.is_link(text) for text in texts_of(row.data))
    ]
    if found or features or any(keyed.on_page(page.body) for page in pages):
        expire(session, blobs_of_parses(session, {parse_id}), "forgotten", now)
    texts = forget_features(session, with_twins(session, features), keyed)
    return texts + [hit for link in found for hit in forget_link(session, link, keyed)]


def _named(session: Session, keyed: Keyed, link: Link, hits: Sequence[Hit]) -> bool:
    words = (text for hit in hits for text in (hit.title, hit.snippet, hit.display_url))
    return keyed.is_link(link.url) or stands_for(session, keyed, link.url) or any(map(keyed.in_text, words))
