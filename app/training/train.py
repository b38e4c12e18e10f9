"""From labelled rows to weights and the report that lies beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.scoring.learned import Examples, Learned, learn
from app.scoring.verdict import VERSION
from app.text_model import READER, Read, text_of
from app.training.figures import Words
from app.training.rows import Read as Seen
from app.training.rows import Row, examples
from app.training.rows import read as see
from app.training.trial import Trial, all_near, left_out, reported, tuned


@dataclass(frozen=True, slots=True)
class Ground:
    """All rows as seen by the rules, and those of them that a model learns from (its rows in `learnt`)."""

    rows: tuple[Row, ...]
    seen: tuple[Seen, ...]
    learnt: NDArray[np.int_]
    examples: Examples

    @property
    def authors(self) -> NDArray[np.int_]:
        return np.array([row.author for row in self.rows])

    @property
    def gold(self) -> Words:
        return np.array([row.gold for row in self.rows])


@dataclass(frozen=True, slots=True)
class Outcome:
    """A trained model with what the trial says of it: whole labels and confidences, row by row."""

    learned: Learned
    said: Words
    sure: NDArray[np.float64]


def ground(rows: Sequence[Row], vectors: Read | NDArray[np.int8]) -> Ground:
    """Rows ready to be learned from. vectors: the reader, or what it read of the rows that are learned from."""
    seen = tuple(see(row) for row in rows)
    learnt = np.array([n for n, one in enumerate(seen) if one.asked is not None and rows[n].gold != "owned"])
    asked = [one for n in learnt if (one := seen[n].asked) is not None]
    if not isinstance(vectors, np.ndarray):
        vectors = np.stack([vectors(text_of(one.title, one.snippet)) for one in asked])
    return Ground(tuple(rows), seen, learnt, examples([rows[n] for n in learnt], [seen[n] for n in learnt], vectors))


def train(on: Ground) -> Outcome:
    """The model of all rows, and the labels each row gets from a model that never saw its author."""
    authors, labels = on.authors[on.learnt], on.examples.labels
    everybody = np.ones(len(authors), dtype=bool)
    shape, heat = tuned(all_near(on.examples, everybody), labels, authors, everybody)
    said, sure = whole(on, left_out(on.examples, authors))
    return Outcome(learn(on.examples, shape, heat), said, sure)


def whole(on: Ground, trial: Trial) -> tuple[Words, NDArray[np.float64]]:
    """Each row's label and confidence as `score` gives it: registry and rating first, else the trial's."""
    said = np.array([one.label for one in on.seen], dtype="<U8")
    sure = np.array([one.confidence for one in on.seen])
    told = np.isin(on.authors[on.learnt], reported(on.authors))
    said[on.learnt[told]], sure[on.learnt[told]] = trial.said[told], trial.sure[told]
    return said, sure


def save(path: Path, on: Ground, outcome: Outcome, version: str) -> None:
    """Write the weights: the examples as bytes, from which `load` learns the same model in a moment."""
    kept, shape = on.examples, outcome.learned.shape
    np.savez_compressed(
        path, vectors=kept.vectors, features=kept.features.astype(np.float32), labels=kept.labels,
        ids=np.array([on.rows[n].id for n in on.learnt]), shape=np.array([shape.text, shape.seen, shape.ridge]),

        heat=np.array(outcome.learned.heat), version=np.array(version), rules=np.array(VERSION),
        reader=np.array(READER),
    )  # fmt: skip
