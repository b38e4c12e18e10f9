"""How much a page is another one than the week before: 1 - rank-biased overlap of two looks. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.queries.rows import History
from app.scoring.overlap import DEPTH, P
from app.scoring.overlap import volatility as of_rankings
from app.scoring.reputation import LEAST


@dataclass(frozen=True, slots=True)
class Volatility:
    """value: 0 (the same results in the same order) to 1 (none of them is left), percent the same rounded half up.

    n: how deep both looks were compared, p: the weight of each rank against the one above it. None and None when
    fewer than 8 results were observed in one of the looks.
    """

    value: float | None
    percent: int | None
    n: int
    p: float


def volatility(history: History, now: int, before: int) -> Volatility:
    """Of two days that count."""
    one, other = (_links(history, day) for day in (now, before))
    n = min(len(one), len(other))
    if n < LEAST:
        return Volatility(None, None, n, P)
    value = round(of_rankings(one, other), 6)
    return Volatility(value, int(100 * value + 0.5), n, P)


def _links(history: History, day: int) -> list[int]:
    """The links of the first twenty, by rank."""
    found = (row[day] for row in history.ranks[:DEPTH])
    return [history.hits[hit].link_id for hit in found if hit is not None]
