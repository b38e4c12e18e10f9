"""Has a source's page drifted away from its parser? Told from what pages yield, all searches together. Pure.

Each look is measured against the usual of its own search, so that new brands and other languages bend nothing. A
batch is a day, or as many days as hold enough looks: a handful of pages says nothing. Its median is measured against
the 14 batches before; under 93 % is an alarm.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

LEAST = 0.93
TRAILING = 14
YOUNG = 5  # fewer batches before this one, and nothing can be said
ENOUGH = 24  # looks in a batch
KNOWN = 5  # looks of a search before this one
MEASURES = ("results", "read", "snippets", "titles")


@dataclass(frozen=True, slots=True)
class Yield:
    """What one look's pages yielded. n: results; unread: result-like blocks that were not read; snippets: results with
    one; title_length: median, in characters, None without results."""

    day: date
    search: int
    pages: int
    n: int
    unread: int
    snippets: int
    title_length: float | None

    def measure(self, name: str) -> float | None:
        """Results a page, or the part of the blocks that was read, or of the results with a snippet, or the title's
        length; None where there is nothing to measure."""
        if name == "results":
            return self.n / max(self.pages, 1)
        if name == "read":
            return self.n / (self.n + self.unread) if self.n + self.unread else None
        if name == "snippets":
            return self.snippets / self.n if self.n else None
        return self.title_length


@dataclass(frozen=True, slots=True)
class Drift:
    """A batch that ended on `day` yielded only `part` (0..1) of what is usual of a measure."""

    day: date
    measure: str
    part: float


def drifts(yields: Sequence[Yield], batches_back: int = 7) -> tuple[Drift, ...]:
    """The alarms of the newest batches, the newest first."""
    found = batches(yields)
    alarms = []
    for place in range(max(len(found) - batches_back, YOUNG), len(found)):
        before = [one for batch in found[max(place - TRAILING, 0) : place] for one in batch]
        alarms += list(_alarms(found[place], before))
    return tuple(sorted(alarms, key=lambda drift: drift.day, reverse=True))


def batches(yields: Sequence[Yield]) -> list[list[Yield]]:
    """The looks in batches, the oldest first; days are joined, from the newest back, until there are enough looks."""
    by_day: dict[date, list[Yield]] = {}
    for one in yields:
        by_day.setdefault(one.day, []).append(one)
    found: list[list[Yield]] = []
    batch: list[Yield] = []
    for day in sorted(by_day, reverse=True):
        batch = [*by_day[day], *batch]
        if len(batch) >= ENOUGH:
            found.append(batch)
            batch = []
    return found[::-1]


def _alarms(batch: Sequence[Yield], before: Sequence[Yield]) -> Iterator[Drift]:
    last = max(one.day for one in batch)
    for name in MEASURES:
        usual = _usual(before, name)
        parts = [
            value / usual[one.search]
            for one in batch
            if one.search in usual and (value := one.measure(name)) is not None
        ]
        part = median(parts) if len(parts) >= ENOUGH / 2 else 1.0
        if part < LEAST:
            yield Drift(last, name, part)


def _usual(before: Sequence[Yield], name: str) -> dict[int, float]:
    """search -> the median of a measure, where it is known well enough and is no zero."""
    values: dict[int, list[float]] = {}
    for one in before:
        value = one.measure(name)
        if value is not None:
            values.setdefault(one.search, []).append(value)
    return {search: middle for search, known in values.items() if len(known) >= KNOWN and (middle := median(known))}
