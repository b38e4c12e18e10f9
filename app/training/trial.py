"""Every author in turn is left out: a model of the others' rows labels theirs. Nothing of an author tunes their figure.

Shape and heat are chosen anew inside each turn, by leaving out one more author of those that remain.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from app.scoring.learned import TONES, Examples, Floats, Shape, near, pull, shares, truest_heat
from app.training.figures import Words, macro_f1, recall

TAUGHT_ONLY = 1  # wrote the first word lists too: a figure on those rows would flatter
SHAPES = tuple(Shape(*one) for one in product((0.8, 0.95), (0.3,), (0.1, 0.2)))
Authors = NDArray[np.int_]
Chosen = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a model that never saw a row's author says of it: label and confidence, in the order of the rows."""

    said: Words
    sure: Floats


def left_out(rows: Examples, authors: Authors) -> Trial:
    """Label each row by a model of the other authors' rows; rows of nobody's turn stay "" and 0."""
    said, sure = np.full(len(authors), "", dtype="<U8"), np.zeros(len(authors))
    for author in reported(authors):
        here = authors == author
        nearness = all_near(rows, ~here)
        shape, heat = tuned(nearness, rows.labels, authors, ~here)
        found = shares(_scores(nearness[shape], rows.labels, ~here, here, shape), heat)
        said[here], sure[here] = np.array(TONES)[found.argmax(axis=1)], found.max(axis=1)
    return Trial(said, sure)


def all_near(rows: Examples, among: Chosen) -> dict[Shape, Floats]:
    """How near all rows are to each other, in every shape that is tried, by what is usual among some of them."""
    return {shape: near(where, where) for shape in SHAPES for where in (rows.points(shape, among),)}


def tuned(nearness: dict[Shape, Floats], labels: Words, authors: Authors, among: Chosen) -> tuple[Shape, float]:
    """The shape under which some authors label each other best (macro-F1, and no negative missed), and its heat."""
    found = []
    told = among & np.isin(authors, reported(authors))
    for shape, closeness in nearness.items():
        scores = np.zeros((len(authors), len(TONES)))
        for author in reported(authors[among]):
            here = among & (authors == author)
            scores[here] = _scores(closeness, labels, among & ~here, here, shape)
        said = np.array(TONES)[shares(scores[told], 1.0).argmax(axis=1)]
        worth = macro_f1(labels[told], said) + recall(labels[told], said)
        found.append((worth, shape, truest_heat(scores[told], labels[told])))
    _, shape, heat = max(found, key=lambda one: one[0])
    return shape, heat


def reported(authors: Authors) -> list[int]:
    """The authors that are left out in turn."""
    return [int(one) for one in np.unique(authors) if one != TAUGHT_ONLY]


def _scores(nearness: Floats, labels: Words, taught: Chosen, asked: Chosen, shape: Shape) -> Floats:
    weights = pull(nearness[np.ix_(taught, taught)], labels[taught], shape.ridge)
    return np.asarray(nearness[np.ix_(asked, taught)] @ weights)
