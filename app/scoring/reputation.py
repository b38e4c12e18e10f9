"""The reputation score of the first ten results, and what each result gave to its change. Pure.

score = 50 + (W(owned + positive) - W(negative)) / 2, W the sum of the weights of the ranks held. A neutral or absent
rank counts nothing; no renormalising. Every part is a half of a whole number, so parts sum to the change exactly.
A workspace may set its own weights: they are whole numbers that sum to 100 too, so all of this stays true.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.types import Label

VERSION = "w1"
WEIGHTS = (35, 18, 12, 8, 7, 6, 5, 4, 3, 2)
LEAST = 8
MOST = 1_000_000
SIGN: Mapping[Label, int] = {"owned": 1, "positive": 1, "neutral": 0, "negative": -1}

Page = Mapping[int, tuple[int, Label]]
"""What stood where: rank -> (link, label)."""
Weights = tuple[int, ...]
"""Ten whole numbers that sum to 100: those of ranks 1 to 10."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one link gave to the change of the score, in points; a rank is None where it was absent."""

    link: int
    points: float
    from_rank: int | None
    to_rank: int | None


def score(page: Page, weights: Weights = WEIGHTS) -> float | None:
    """0 to 100; None when fewer than 8 of the first ten results were observed."""
    seen = [(rank, label) for rank, (_, label) in page.items() if rank <= len(weights)]
    if len(seen) < LEAST:
        return None
    return 50 + sum(SIGN[label] * weights[rank - 1] for rank, label in seen) / 2


def parts(before: Page, now: Page, weights: Weights = WEIGHTS) -> tuple[Part, ...]:
    """Why the score changed, the greatest effect first; links without an effect are left out."""
    was, is_now = _by_link(before), _by_link(now)
    found = []
    for link in sorted(was.keys() | is_now.keys()):
        points = (_pull(is_now.get(link), weights) - _pull(was.get(link), weights)) / 2
        if points:
            found.append(Part(link, points, was.get(link, (None,))[0], is_now.get(link, (None,))[0]))
    return tuple(sorted(found, key=lambda part: (-abs(part.points), part.points, part.to_rank or 99)))


def normalised(typed: Sequence[float]) -> Weights:
    """Ten numbers as whole ones that sum to 100, in their proportion: what rounding leaves over goes to the largest
    remainders, at equal ones to the better rank. ValueError for other than ten numbers, a negative one, or all zero."""
    if len(typed) != len(WEIGHTS):
        raise ValueError(f"ranks 1 to 10 need {len(WEIGHTS)} weights; these are {len(typed)}")
    if not all(math.isfinite(one) and 0 <= one <= MOST for one in typed):
        raise ValueError(f"a weight is a number from 0 to {MOST:,}")
    total = sum(map(Fraction, typed))
    if not total:
        raise ValueError("weights that are all 0 weigh nothing")
    exact = [100 * Fraction(one) / total for one in typed]
    whole = [math.floor(one) for one in exact]
    left = sorted(range(len(exact)), key=lambda rank: (whole[rank] - exact[rank], rank))
    for rank in left[: 100 - sum(whole)]:
        whole[rank] += 1
    return tuple(whole)


def version(weights: Weights) -> str:
    """The name of the weights: "w1" for ours, otherwise the numbers themselves."""
    return VERSION if weights == WEIGHTS else "w " + "-".join(map(str, weights))


def _by_link(page: Page) -> dict[int, tuple[int, Label]]:
    return {link: (rank, label) for rank, (link, label) in page.items()}


def _pull(place: tuple[int, Label] | None, weights: Weights) -> int:
    if place is None or place[0] > len(weights):
        return 0
    return SIGN[place[1]] * weights[place[0] - 1]
