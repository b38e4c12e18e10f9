"""Learns labels from examples and labels what it has not seen: kernel ridge regression on text and features.

A result is a point: the vector of its text, and what the rules saw. Near points weigh in on each other's labels.
Learning is one linear system: no iteration, no chance, the same rows give the same model. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.types import Label

Floats = NDArray[np.float64]
TONES: tuple[Label, ...] = ("positive", "neutral", "negative")  # what is owned no text can tell
LEAN = np.array([0.0, 0.0, 0.12])  # a negative that is missed costs its reader more than one that is none
SPOKEN = 3  # features at the end that say which language a text is in
STEP = 2**-9  # a text's vector is kept as whole numbers of this size: a byte each


@dataclass(frozen=True, slots=True)
class Shape:
    """How far a neighbour reaches: weights of text and of features, and how much one example is doubted (ridge)."""

    text: float
    seen: float
    ridge: float


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows side by side: vectors (n, d) of bytes, features (n, f), labels (n)."""

    vectors: NDArray[np.int8]
    features: Floats
    labels: NDArray[np.str_]

    def points(self, shape: Shape, among: NDArray[np.bool_] | None = None) -> Floats:
        """(n, d + f): where each row lies. among: the rows that say what is usual in a language; all when left out."""
        return points(self.vectors, self.features, shape, self.usual(among))

    def usual(self, among: NDArray[np.bool_] | None = None) -> Floats:
        """(languages, d): the mean text of each language."""
        spoken = self.features[:, -SPOKEN:] if among is None else self.features[among, -SPOKEN:]
        vectors = self.vectors if among is None else self.vectors[among]
        return np.asarray(spoken.T @ (vectors * STEP) / np.maximum(spoken.sum(axis=0), 1.0)[:, None])


@dataclass(frozen=True, slots=True)
class Learned:
    """A trained model: its points, and the pull of each towards each of TONES; heat makes scores probabilities. usual:
    the mean text of each language (see `points`)."""

    shape: Shape
    usual: Floats
    points: Floats
    pull: Floats
    heat: float

    def shares(self, vectors: NDArray[np.int8], features: Floats) -> Floats:
        """(n, 3): how likely each of TONES is for results that were not learned."""
        here = points(vectors, features, self.shape, self.usual)
        return shares(near(here, self.points) @ self.pull, self.heat)


def pack(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Vectors of length one as bytes."""
    return np.asarray(np.clip(np.rint(vectors / STEP), -127, 127), dtype=np.int8)


def learn(rows: Examples, shape: Shape, heat: float) -> Learned:
    """The model of some rows."""
    where = rows.points(shape)
    return Learned(shape, rows.usual(), where, pull(near(where, where), rows.labels, shape.ridge), heat)


def pull(nearness: Floats, labels: NDArray[np.str_], ridge: float) -> Floats:
    """(n, 3) from (n, n): each label weighs the same in all, however many rows carry it."""
    truth = np.where(labels[:, None] == np.array(TONES), 1.0, -1.0)
    share = {label: float(np.mean(labels == label)) * len(TONES) for label in TONES}
    doubt = np.array([share[label] for label in labels.tolist()]) * ridge
    return np.asarray(np.linalg.solve(nearness + np.diag(doubt), truth))


def points(vectors: NDArray[np.int8], features: Floats, shape: Shape, usual: Floats) -> Floats:
    """(n, d + f): text and features in one space. Of a text counts how it differs from what is usual in its language,
    so that a complaint lies near complaints of other languages."""
    text = vectors * STEP - features[:, -SPOKEN:] @ usual
    text /= np.maximum(np.linalg.norm(text, axis=1, keepdims=True), 1e-6)
    return np.hstack([text * shape.text, features[:, :-SPOKEN] * shape.seen])


def near(some: Floats, others: Floats) -> Floats:
    """(n, m): 1 for the same point, towards 0 for strangers."""
    apart = (some**2).sum(axis=1)[:, None] + (others**2).sum(axis=1)[None] - 2 * some @ others.T
    return np.asarray(np.exp(-np.maximum(apart, 0.0)))


def shares(scores: Floats, heat: float) -> Floats:
    """(n, 3): scores as probabilities that sum to one, sharper with more heat."""
    leaning = scores + LEAN
    raised = np.exp((leaning - leaning.max(axis=1, keepdims=True)) * heat)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def truest_heat(scores: Floats, labels: NDArray[np.str_]) -> float:
    """The heat under which probabilities are truest for scores of rows that were not learned from."""
    right = labels[:, None] == np.array(TONES)
    tried = np.linspace(0.5, 6.0, 56)
    return float(max(tried, key=lambda one: float(np.log(np.maximum(shares(scores, one)[right], 1e-9)).sum())))
