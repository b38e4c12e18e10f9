"""A workspace's own labels beside the bundled rows: enough of them, learned from, and tried on sites left out.

Each fifth of the sites is left out in turn, so every label is tried, by a model that learned nothing of its site. The
bundled rows are tried the same way, an author at a time: what is won on the own rows must not be lost on others.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from app.adapted import together
from app.queries.own_labels import OwnLabel
from app.scoring.features import Asked, Listener
from app.scoring.learned import TONES, Examples, Floats, Shape, near, pull, shares
from app.scoring.verdict import score
from app.text_model import Read, Taught, text_of
from app.training.few import SIZES
from app.training.figures import Figure, Words, figure, macro_f1, recall
from scrapers.urls import registrable_domain

ENOUGH, OF_EACH = 50, 8
MOST = 2000  # the newest: learning takes the cube of all rows
FOLDS = 5
CHANCE = 0.05
LOST = 0.02  # of macro-F1 and of negatives found on the bundled rows, as far as it may fall
Numbers = NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Own:
    """Distinct texts a model may learn from, in the order of their hashes; settled: labels of texts that registry or
    rating decide, which no model is asked about."""

    asked: tuple[Asked, ...]
    sites: tuple[str, ...]
    labels: Words
    settled: int

    @property
    def missing(self) -> list[str]:
        """What there is too little of, in words; nothing when there is enough."""
        counts = Counter(self.labels.tolist())
        short = [f"{label}: {counts[label]} of {OF_EACH}" for label in TONES if counts[label] < OF_EACH]
        return ([f"labels: {len(self.labels)} of {ENOUGH}"] if len(self.labels) < ENOUGH else []) + short


@dataclass(frozen=True, slots=True)
class Tried:
    """base, own: on the own labels, sites left out. right, wrong: of these how many the adapted model alone gets right,
    and how many the bundled one alone. curve: macro-F1 by number of own labels. others: (macro-F1, negatives found) on
    the bundled rows, authors left out, without and with the own labels."""

    base: Figure
    own: Figure
    right: int
    wrong: int
    curve: tuple[tuple[int, float], ...]
    others: tuple[tuple[float, float], tuple[float, float]]

    @property
    def chance(self) -> float:
        """How often a model that is no better would do as well: so many of the labels they differ on, by coin."""
        n = self.right + self.wrong
        return float(sum(comb(n, k) for k in range(self.right, n + 1)) / 2**n)

    @property
    def against(self) -> list[str]:
        """Why the adapted model is not taken; nothing when it is."""
        before, after = self.others
        reasons = {
            "macro-F1 does not rise": self.own.f1 <= self.base.f1,
            "fewer negatives are found": self.own.negative_recall < self.base.negative_recall,
            f"chance alone does as well {self.chance:.0%} of the time": self.chance > CHANCE,
            "the bundled rows are labelled worse": any(
                now < was - LOST for was, now in zip(before, after, strict=True)
            ),
        }
        return [reason for reason, holds in reasons.items() if holds]


def own(found: Sequence[OwnLabel]) -> Own:
    """What a model may learn from of some labels, the newest first: the newest of each text counts."""
    newest: dict[str, tuple[Asked | None, str, str]] = {}
    for one in found:
        text = text_of(one.title, one.snippet)
        if text not in newest:
            newest[text] = _asked(one), registrable_domain(one.host) or one.host, one.label
    rows = [(_hash(text), asked, site, label) for text, (asked, site, label) in newest.items() if asked is not None]
    rows = sorted(rows[:MOST], key=lambda row: row[0])
    labels = np.array([label for *_, label in rows], dtype="<U8")
    sites = tuple(site for _, _, site, _ in rows)
    return Own(tuple(asked for _, asked, _, _ in rows), sites, labels, sum(one[0] is None for one in newest.values()))


def examples(of: Own, read: Read) -> Examples:
    """The same as a model learns them."""
    vectors = np.stack([read(text_of(one.title, one.snippet)) for one in of.asked])
    features = np.array([one.features for one in of.asked], dtype=np.float32).astype(np.float64)
    return Examples(vectors, features, of.labels)


def tried(base: Taught, own_rows: Examples, sites: Sequence[str]) -> Tried:
    """What the own labels are worth. Each fold is left out of the own rows alone, or of the bundled rows alone."""
    rows, count = together(base, own_rows), len(base.authors)
    where = rows.points(base.shape)
    trial = _Trial(near(where, where), rows.labels, base.shape)
    mine = np.arange(count, len(rows.labels))
    place = {author: n % FOLDS for n, author in enumerate(np.unique(base.authors).tolist())}
    authors = np.array([place[author] for author in base.authors.tolist()])
    folds = np.array([_hash(site) % FOLDS for site in sites])
    bundled = np.arange(count)
    gold = own_rows.labels
    without = trial.said(bundled, mine)
    with_them = trial.left_out(bundled, mine, folds)
    others = trial.left_out(mine[:0], bundled, authors), trial.left_out(mine, bundled, authors)
    return Tried(
        figure(gold, without), figure(gold, with_them),
        int(np.sum((with_them == gold) & (without != gold))), int(np.sum((with_them != gold) & (without == gold))),
        ((0, macro_f1(gold, without)), *_curve(trial, bundled, mine, folds), (len(mine), macro_f1(gold, with_them))),
        (_figures(base.rows.labels, others[0]), _figures(base.rows.labels, others[1])),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Trial:
    nearness: Floats
    labels: Words
    shape: Shape

    def said(self, learnt: Numbers, asked: Numbers) -> Words:
        """What a model of some rows says of others."""
        weights = pull(self.nearness[np.ix_(learnt, learnt)], self.labels[learnt], self.shape.ridge)
        return np.asarray(np.array(TONES)[shares(self.nearness[np.ix_(asked, learnt)] @ weights, 1.0).argmax(axis=1)])

    def left_out(self, always: Numbers, in_turn: Numbers, folds: Numbers, most: int | None = None) -> Words:
        """What models say of rows whose fold they did not learn. most: so many of the others are learned from."""
        said = np.full(len(in_turn), "", dtype="<U8")
        for fold in np.unique(folds):
            here = folds == fold
            said[here] = self.said(np.concatenate([always, in_turn[~here][:most]]), in_turn[here])
        return said


def _curve(trial: _Trial, bundled: Numbers, mine: Numbers, folds: Numbers) -> list[tuple[int, float]]:
    least = min(int(np.sum(folds != fold)) for fold in np.unique(folds))
    gold = trial.labels[mine]
    return [(size, macro_f1(gold, trial.left_out(bundled, mine, folds, size))) for size in SIZES if size <= least]


def _figures(gold: Words, said: Words) -> tuple[float, float]:
    return macro_f1(gold, said), recall(gold, said)


def _asked(one: OwnLabel) -> Asked | None:
    """What a text model would be asked of a text; None where registry or rating decide."""
    listener = Listener()
    score(one.brand, one.sites, one.url, one.title, one.snippet, one.rating, one.lang, listener)
    return listener.heard


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "big")
