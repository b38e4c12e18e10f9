"""Share of page, derived from a history: plain counts, and None wherever a number would not be true."""

from __future__ import annotations

from collections import Counter

from app.queries.rows import History, Share
from app.types import LABELS

ENOUGH = {10: 8, 20: 15}


def share(history: History, top: int) -> Share:
    """Counts per label in the observed top 10 or 20 of each day. A gap, or too few observed, is None.

    A confirmed empty page was seen and holds nothing: its n is 0, and it has no share either.
    """
    columns: dict[str, list[int | None]] = {name: [] for name in ("n", *LABELS)}
    label_of = {identity: hit.label for identity, hit in history.hits.items()}
    pages = zip(*history.ranks[:top], strict=True) if history.ranks else ((),) * len(history.days)
    for day, page in enumerate(pages):
        labels = [label_of[hit] for hit in page if hit is not None]
        counts = Counter(labels)
        enough = history.counted(day) and len(labels) >= ENOUGH[top]
        columns["n"].append(len(labels) if history.counted(day) else None)
        for label in LABELS:
            columns[label].append(counts[label] if enough else None)
    return Share(top, history.days, **{name: tuple(values) for name, values in columns.items()})
