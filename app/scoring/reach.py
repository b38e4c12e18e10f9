"""What it would take: which results would have to climb how far, and what score that would bring. Pure.

Every step is played through on the page itself: a result that climbs pushes each one it passes down by a rank. Results
beyond the first twenty are not known, so nothing is promised of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.scoring.reputation import WEIGHTS, Page, Weights, score
from app.types import Label

GOOD: tuple[Label, ...] = ("owned", "positive")
DEPTH = 20


@dataclass(frozen=True, slots=True)
class Pass:
    """The nearest good result below a negative: from where it would pass it, and the points that brings. None and None
    when no good result stands below it in the first twenty."""

    negative_rank: int
    good_rank: int | None
    points: float | None


@dataclass(frozen=True, slots=True)
class Fewer:
    """One negative fewer in the top 10: the lowest one is out when the results at `climbing` stand above it.

    needed: how many must pass it; climbing is shorter, and points None, when fewer good ones stand below it.
    """

    negative_rank: int
    needed: int
    climbing: tuple[int, ...]
    points: float | None


@dataclass(frozen=True, slots=True)
class Target:
    """missing: how many of the first 20 are still to become good; points: what it brings when the lowest ones that are
    not good, at `instead_of`, are replaced."""

    missing: int
    instead_of: tuple[int, ...]
    points: float


def passes(page: Page, weights: Weights = WEIGHTS) -> tuple[Pass, ...]:
    """One for each negative of the top 10, the better rank first; none without a score."""
    found = []
    for rank in _ranks(page, ("negative",), last=10) if score(page, weights) is not None else ():
        below = [good for good in _ranks(page, GOOD) if good > rank]
        points = _gain(page, climbed(page, below[:1], rank), weights) if below else None
        found.append(Pass(rank, below[0] if below else None, points))
    return tuple(found)


def fewer(page: Page, weights: Weights = WEIGHTS) -> Fewer | None:
    """None without a negative in the top 10, or without a score."""
    negatives = _ranks(page, ("negative",), last=10)
    if not negatives or score(page, weights) is None:
        return None
    lowest = negatives[-1]
    needed = sum(lowest < rank <= 10 for rank in page) + 1
    climbing = [good for good in _ranks(page, GOOD) if good > lowest][:needed]
    enough = len(climbing) == needed
    points = _gain(page, climbed(page, climbing, lowest), weights) if enough else None
    return Fewer(lowest, needed, tuple(climbing), points)


def target(page: Page, wanted: int, weights: Weights = WEIGHTS) -> Target | None:
    """None when the page has reached it, or without a score."""
    missing = wanted - len(_ranks(page, GOOD))
    if missing <= 0 or score(page, weights) is None:
        return None
    instead = _ranks(page, ("negative", "neutral"))[-missing:]
    replaced = {rank: (link, "positive" if rank in instead else label) for rank, (link, label) in page.items()}
    return Target(missing, tuple(instead), _gain(page, replaced, weights))


def climbed(page: Page, climbing: Sequence[int], rank: int) -> Page:
    """The page after the results at those ranks, all below `rank`, have climbed to stand right above it."""
    order = sorted(page)
    above = [one for one in order if one < rank]
    rest = [one for one in order if one >= rank and one not in climbing]
    return {slot: page[one] for slot, one in zip(order, [*above, *climbing, *rest], strict=True)}


def _gain(page: Page, then: Page, weights: Weights) -> float:
    return (score(then, weights) or 0.0) - (score(page, weights) or 0.0)


def _ranks(page: Page, labels: tuple[Label, ...], last: int = DEPTH) -> list[int]:
    return sorted(rank for rank, (_, label) in page.items() if rank <= last and label in labels)
