"""What a team's own labels add: n rows of an author nobody learned from, tried on the rest of that author's rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.scoring.learned import TONES, Floats, Shape, near, pull, shares
from app.training.figures import Words, macro_f1
from app.training.train import Ground
from app.training.trial import reported

SIZES = (8, 16, 32, 64)
DRAWS = 5
COUNTS = 3  # a label of the same author and kind of page counts as many of others
Rows = NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Few:
    """Macro-F1 over three labels with `labels` own labels, without them, and with them alone."""

    labels: int
    with_them: float
    without: float
    alone: float


def few(on: Ground, shape: Shape) -> list[Few]:
    """One Few for each of SIZES."""
    where = on.examples.points(shape)
    nearness, authors = near(where, where), on.authors[on.learnt]
    found = []
    for size in SIZES:
        drawn = [
            _draw(nearness, on.examples.labels, authors, one, size, n, shape)
            for one in reported(authors)
            for n in range(DRAWS)
        ]
        found.append(Few(size, *(float(mean) for mean in np.mean(drawn, axis=0))))
    return found


def _draw(
    nearness: Floats, labels: Words, authors: Rows, author: int, size: int, draw: int, shape: Shape
) -> tuple[float, float, float]:
    mine = np.random.default_rng((author, draw)).permutation(np.flatnonzero(authors == author))
    own, rest, others = mine[:size], mine[max(SIZES) :], np.flatnonzero(authors != author)
    taught = (np.concatenate([others, np.repeat(own, COUNTS)]), others, own)
    with_them, without, alone = (_worth(nearness, labels, rows, rest, shape) for rows in taught)
    return with_them, without, alone


def _worth(nearness: Floats, labels: Words, taught: Rows, asked: Rows, shape: Shape) -> float:
    weights = pull(nearness[np.ix_(taught, taught)], labels[taught], shape.ridge)
    found = shares(nearness[np.ix_(asked, taught)] @ weights, 1.0)
    return macro_f1(labels[asked], np.array(TONES)[found.argmax(axis=1)])
