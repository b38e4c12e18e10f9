"""How right labels are: macro-F1 with its interval, recall, calibration. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.types import LABELS

Words = NDArray[np.str_]
DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Figure:
    """macro-F1 over the four labels, its 95 % bootstrap interval, recall of negatives, and of how many rows."""

    f1: float
    low: float
    high: float
    negative_recall: float
    rows: int


def macro_f1(gold: Words, said: Words) -> float:
    """The mean F1 of those of the four labels that occur."""
    found = []
    for label in LABELS:
        right = int(np.sum((gold == label) & (said == label)))
        wrong = int(np.sum((gold == label) != (said == label)))
        if right + wrong:
            found.append(2 * right / (2 * right + wrong))
    return float(np.mean(found)) if found else 0.0


def recall(gold: Words, said: Words, label: str = "negative") -> float:
    """The share of rows of a label that were given it."""
    return float(np.mean(said[gold == label] == label)) if np.any(gold == label) else 1.0


def figure(gold: Words, said: Words, draws: int = DRAWS) -> Figure:
    """The figure of some rows; the same rows give the same interval (rows drawn again, as counts of gold and said)."""
    counts = np.array([[np.sum((gold == one) & (said == other)) for other in LABELS] for one in LABELS])
    drawn = np.random.default_rng(7).multinomial(len(gold), counts.ravel() / len(gold), draws).reshape(draws, 4, 4)
    right = np.diagonal(drawn, axis1=1, axis2=2)
    both = drawn.sum(axis=1) + drawn.sum(axis=2)
    scores = np.where(both > 0, 2 * right / np.maximum(both, 1), np.nan)
    low, high = np.quantile(np.nanmean(scores, axis=1), [0.025, 0.975])
    return Figure(macro_f1(gold, said), float(low), float(high), recall(gold, said), len(gold))


@dataclass(frozen=True, slots=True)
class Bin:
    """Verdicts shown as sure between two bounds: how many, how sure on average, how many of them right."""

    low: float
    rows: int
    sure: float
    right: float


def calibration(right: NDArray[np.bool_], sure: NDArray[np.float64], bounds: Sequence[float]) -> list[Bin]:
    """A bin from each bound to the next, empty ones left out."""
    found = []
    for low, high in zip(bounds, (*bounds[1:], 1.01), strict=True):
        here = (sure >= low) & (sure < high)
        if here.any():
            found.append(Bin(low, int(here.sum()), float(sure[here].mean()), float(right[here].mean())))
    return found


def threshold(right: NDArray[np.bool_], sure: NDArray[np.float64], wanted: float = 0.95) -> tuple[float, float, float]:
    """The lowest confidence from which on enough verdicts are right: (confidence, share accepted, share right)."""
    for level in np.arange(0.5, 1.0, 0.01):
        here = sure >= level
        if here.any() and right[here].mean() >= wanted:
            return round(float(level), 2), float(here.mean()), float(right[here].mean())
    return 1.0, 0.0, 1.0
