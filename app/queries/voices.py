"""Who speaks on a page over a range of days: the hosts that keep appearing, and which side each is on. Pure.

Hosts are looked at, never authors.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Literal

from app.queries.rows import History
from app.scoring.reputation import Weights
from app.types import Label

Side = Literal["critic", "ambassador", "own", "other"]
SIDES: tuple[Side, ...] = ("critic", "ambassador", "own", "other")
KEEPS = 3
"""On how many days a host must stand on the page to be one that keeps appearing."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A host. days: on how many of the days that count it was there, best: its best rank. presence: the rank weights it
    held on an average day that counts, of 100, to a tenth. The labels count its results, one for each day.

    side: critic when most of what carries a tone is negative, own when most is owned, ambassador when good outweighs
    negative otherwise, other when neither does.
    """

    host: str
    side: Side
    days: int
    best: int
    presence: float
    owned: int
    positive: int
    neutral: int
    negative: int


@dataclass(frozen=True, slots=True)
class Voices:
    """Of so many days that count; the hosts that were there on at least `keeps` of them, each side by presence."""

    days: int
    keeps: int
    voices: tuple[Voice, ...]

    def of(self, side: Side) -> tuple[Voice, ...]:
        return tuple(voice for voice in self.voices if voice.side == side)


@dataclass
class _Seen:
    best: int = 99
    weight: int = 0
    labels: Counter[Label] = field(default_factory=Counter)


def voices(history: History, weights: Weights) -> Voices:
    """Of the days of a history, down to the depth it was read."""
    hosts: dict[int | None, str] = {hit: row.host for hit, row in history.hits.items()}
    seen: defaultdict[str, _Seen] = defaultdict(_Seen)
    for rank, row in enumerate(history.ranks, 1):
        for hit, times in Counter(row).items():
            if hit is not None:
                one = seen[hosts[hit]]
                one.best = min(one.best, rank)
                one.weight += times * weights[rank - 1] if rank <= len(weights) else 0
                one.labels[history.hits[hit].label] += times
    present: Counter[str] = Counter()  # on how many days
    for page in zip(*history.ranks, strict=True):
        present.update({hosts[hit] for hit in page if hit is not None})
    days = sum(history.counted(day) for day in range(len(history.days)))
    found = [_voice(host, one, present[host], days) for host, one in seen.items() if present[host] >= KEEPS]
    return Voices(
        days, KEEPS, tuple(sorted(found, key=lambda v: (SIDES.index(v.side), -v.presence, -v.days, v.best, v.host)))
    )


def side_of(labels: Counter[Label]) -> Side:
    """Which side a host is on, by the labels of its results."""
    good, bad = labels["owned"] + labels["positive"], labels["negative"]
    if bad > good:
        return "critic"
    if good == bad:
        return "other"
    return "own" if labels["owned"] > labels["positive"] else "ambassador"


def _voice(host: str, seen: _Seen, present: int, days: int) -> Voice:
    tenths = (20 * seen.weight + days) // (2 * days)
    counts = (seen.labels[label] for label in ("owned", "positive", "neutral", "negative"))
    return Voice(host, side_of(seen.labels), present, seen.best, tenths / 10, *counts)
