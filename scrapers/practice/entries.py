"""The invented world, day by day: which entries stand on a phrase's page, in which order, and what goes wrong.

A pure function of the date: the same day always looks the same, and any twelve weeks tell a story. Standing entries
drift slowly and hold their place for days; complaints come on Fridays, climb on Sundays and sink by the week. As on
real pages, about four of five places show today what they showed yesterday.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from zlib import crc32

HOLD = 6
GAP_CYCLE = 84
FRIDAY = 5  # date.toordinal() % 7
SUNDAY = 2  # days after it
CLIMB = 3.0


@dataclass(frozen=True, slots=True)
class Visit:
    """An entry that comes every so many days, on a Friday, and stays for some.

    It comes in low, climbs to its best place on Sunday, and from the next Friday on sinks by seven drifts a week.
    """

    every: int
    friday: int
    days: int
    at: float
    drift: float

    def place(self, stay: int) -> float:
        """Where it wants to stand so many days after it came."""
        return self.at + (CLIMB if stay < SUNDAY else self.drift * (stay - stay % 7))


@dataclass(frozen=True, slots=True)
class Entry:
    url: str
    title: str
    snippet: str
    home: float = 0.0
    swing: float = 0.0
    period: int = 60
    rating: str | None = None
    votes: int = 0
    visit: Visit | None = None

    def place(self, day: date) -> float | None:
        """Where it wants to stand on a day, None when it is not there."""
        number = day.toordinal()
        if self.visit is not None:
            stay = (number - FRIDAY - 7 * self.visit.friday) % self.visit.every
            return self.visit.place(stay) if stay < self.visit.days else None
        phase = crc32(self.url.encode())
        step = (number + phase % HOLD) // HOLD
        return self.home + self.swing * math.sin(2 * math.pi * (step * HOLD + phase % self.period) / self.period)


@dataclass(frozen=True, slots=True)
class World:
    """One phrase's entries, and on which days of a cycle its page misbehaves."""

    phrase: str
    entries: tuple[Entry, ...]
    gaps: Mapping[int, str]
    shift: int

    def page(self, day: date) -> list[Entry]:
        """The entries of a day by rank."""
        placed = [(place, entry.url, entry) for entry in self.entries if (place := entry.place(day)) is not None]
        return [entry for _, _, entry in sorted(placed, key=lambda row: row[:2])]

    def mode(self, day: date) -> str:
        """How the page misbehaves on a day, "" when it does not."""
        return self.gaps.get((day.toordinal() + self.shift) % GAP_CYCLE, "")


@lru_cache(maxsize=1)
def worlds() -> Mapping[str, World]:
    """Every phrase of the practice world."""
    found = {}
    folder = files("scrapers.practice") / "world"
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        entries = tuple(_entry(row) for row in data["entry"])
        gaps = {row["day"]: row["mode"] for row in data["gap"]}
        found[data["phrase"]] = World(data["phrase"], entries, gaps, data["shift"])
    return found


def _entry(row: dict) -> Entry:  # type: ignore[type-arg]
    visit = row.pop("visit", None)
    return Entry(**row, visit=Visit(**visit) if visit else None)
