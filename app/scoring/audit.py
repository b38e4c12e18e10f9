"""Which results are drawn by chance to see how often the machine is right, and what their answers prove. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from math import sqrt
from typing import TypeVar

ONE_IN = 10
FIRST = 2  # ordinary results before the first of the sample
NINETY_FIVE = 1.959964
SURE = 0.95  # from here on a label is asked about only when it is drawn
Row = TypeVar("Row")


def lot(brand: int, link: str, text: bytes) -> int:
    """A number that an appearance draws once and for all, and that nothing about its label can sway."""
    drawn = hashlib.sha256(f"audit\n{brand}\n{link}\n{text.hex()}".encode("utf-8", "replace")).digest()
    return int.from_bytes(drawn[:8], "big")


def drawn(number: int) -> bool:
    """Whether that number is one of the sample: one in ten."""
    return number % ONE_IN == 0


def urgency(confidence: float, rank: int, *, new: bool) -> float:
    """How much a label is worth asking about: unsure, far up, new this week."""
    weight = 1.0 if rank <= 3 else 0.6 if rank <= 10 else 0.3
    return (1 - confidence) * weight * (2 if new else 1)


def mixed(ordinary: Sequence[Row], sample: Sequence[Row], asked: int, audited: int) -> list[Row]:
    """Both in the order they are asked: one of the sample after every nine others, counted over all answers so far.

    asked, audited: the answers given to ordinary results and to those of the sample.
    """
    found: list[Row] = []
    left = list(sample)
    for place, row in enumerate([*ordinary, None]):
        while left and asked + place >= FIRST + (ONE_IN - 1) * audited:
            found.append(left.pop(0))
            audited += 1
        if row is not None:
            found.append(row)
    return found + left


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson's), from 0 to 1; the whole of it when nothing was asked."""
    if not n:
        return 0.0, 1.0
    share, square = right / n, NINETY_FIVE**2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = NINETY_FIVE / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    # At the ends the formula gives 0 and 1 but for its rounding.
    return (max(middle - half, 0.0) if right else 0.0), (min(middle + half, 1.0) if right < n else 1.0)
