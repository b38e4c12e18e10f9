"""The reputation score of the first ten results, and what each result gave to its change. Pure.

score = 50 + (W(owned + positive) - W(negative)) / 2, W the sum of the weights of the ranks held. A neutral or absent
rank counts nothing; no renormalising. Every part is a half of a whole number, so parts sum to the change exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.types import Label

VERSION = "w1"
WEIGHTS = (35, 18, 12, 8, 7, 6, 5, 4, 3, 2)
LEAST = 8
SIGN: Mapping[Label, int] = {"owned": 1, "positive": 1, "neutral": 0, "negative": -1}

Page = Mapping[int, tuple[int, Label]]
"""What stood where: rank -> (link, label)."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one link gave to the change of the score, in points; a rank is None where it was absent."""

    link: int
    points: float
    from_rank: int | None
    to_rank: int | None


def score(page: Page) -> float | None:
    """0 to 100; None when fewer than 8 of the first ten results were observed."""
    seen = [(rank, label) for rank, (_, label) in page.items() if rank <= len(WEIGHTS)]
    if len(seen) < LEAST:
        return None
    return 50 + sum(SIGN[label] * WEIGHTS[rank - 1] for rank, label in seen) / 2


def parts(before: Page, now: Page) -> tuple[Part, ...]:
    """Why the score changed, the greatest effect first; links without an effect are left out."""
    was, is_now = _by_link(before), _by_link(now)
    found = []
    for link in sorted(was.keys() | is_now.keys()):
        points = (_pull(is_now.get(link)) - _pull(was.get(link))) / 2
        if points:
            found.append(Part(link, points, was.get(link, (None,))[0], is_now.get(link, (None,))[0]))
    return tuple(sorted(found, key=lambda part: (-abs(part.points), part.points, part.to_rank or 99)))


def _by_link(page: Page) -> dict[int, tuple[int, Label]]:
    return {link: (rank, label) for rank, (link, label) in page.items()}


def _pull(place: tuple[int, Label] | None) -> int:
    if place is None or place[0] > len(WEIGHTS):
        return 0
    return SIGN[place[1]] * WEIGHTS[place[0] - 1]
