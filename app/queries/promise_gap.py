"""The promise gap: we promise service at this rank, and so many negatives of the top 10 stand below it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.queries.rows import History, HitRow
from app.scoring.promises import promised
from app.scoring.reputation import LEAST
from app.types import Evidence

TOP = 10


@dataclass(frozen=True, slots=True)
class PromiseGap:
    """Of the n observed results of the top 10. hit: the first owned one that promises service, at `rank`, and the words
    it does so by; None when none does. negatives: the ranks of those below it. gap: how many these are; None without a
    promise, and when fewer than 8 results were observed."""

    n: int
    hit: HitRow | None
    rank: int | None
    words: tuple[Evidence, ...]
    negatives: tuple[int, ...]
    gap: int | None


def promise_gap(history: History, day: int) -> PromiseGap:
    """That of a day which counts."""
    ids = {rank: row[day] for rank, row in enumerate(history.ranks[:TOP], 1)}
    shown = {rank: history.hits[hit] for rank, hit in ids.items() if hit is not None}
    for rank, hit in shown.items():
        words = promised(hit.title, hit.snippet) if hit.label == "owned" else ()
        if words:
            below = tuple(lower for lower, one in shown.items() if lower > rank and one.label == "negative")
            return PromiseGap(len(shown), hit, rank, words, below, len(below) if len(shown) >= LEAST else None)
    return PromiseGap(len(shown), None, None, (), (), None)
