"""Share of page, derived from a history: plain counts, and None wherever a number would not be true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import sqlalchemy
from sqlmodel import Session, col, func

from app.models import Hit, Result
from app.queries.history import points
from app.queries.rows import History, Share
from app.types import LABELS

ENOUGH = {10: 8, 20: 15}


def share(history: History, top: int) -> Share:
    """Counts per label in the observed top 10 or 20 of each day. A gap, or too few observed, is None.

    A confirmed empty page was seen and holds nothing: its n is 0, and it has no share either.
    """
    label_of = {identity: hit.label for identity, hit in history.hits.items()}
    pages = zip(*history.ranks[:top], strict=True) if history.ranks else ((),) * len(history.days)
    return _share(history, top, [Counter(label_of[hit] for hit in page if hit is not None) for page in pages])


def share_series(session: Session, search_id: int, first: date, last: date, top: int) -> tuple[History, Share]:
    """The share of every day from first to last, counted by the database; and the days, without their results."""
    days, at = points(session, search_id, first, last)
    query = (
        sqlalchemy.select(col(Result.parse_id), col(Hit.label), func.count())
        .join(Hit, col(Hit.id) == col(Result.hit_id))
        .where(col(Result.parse_id).in_(list(at)), col(Result.rank) <= top)
        .group_by(col(Result.parse_id), col(Hit.label))
    )
    counts: list[Counter[str]] = [Counter() for _ in days.days]
    for parse, label, count in session.connection().execute(query):
        counts[at[parse]][label or "neutral"] += count
    return days, _share(days, top, counts)


def _share(history: History, top: int, counts: Sequence[Counter[str]]) -> Share:
    columns: dict[str, list[int | None]] = {name: [] for name in ("n", *LABELS)}
    for day, seen in enumerate(counts):
        observed = seen.total()
        enough = history.counted(day) and observed >= ENOUGH[top]
        columns["n"].append(observed if history.counted(day) else None)
        for label in LABELS:
            columns[label].append(seen[label] if enough else None)
    return Share(top, history.days, **{name: tuple(values) for name, values in columns.items()})
