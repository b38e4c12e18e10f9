"""Slots and weeks: calendar moments in the brand's time zone, never "every 86400 seconds". Pure.

The autumn hour that comes twice fires once (fold 0); the spring hour that is missing fires once, an hour later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SECOND_LOOK_AFTER = timedelta(minutes=10)
UNCONFIRMED_AFTER = timedelta(hours=6)
_FORM = "%Y-%m-%dT%H:%M:%S"
_TIME = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A planned moment: local wall-clock time (naive) and which of two equal hours it is."""

    local: datetime
    fold: int = 0

    def text(self) -> str:
        """As stored: "2026-11-21T06:00:00"."""
        return self.local.strftime(_FORM)

    def instant(self, zone: str) -> datetime:
        """The moment in UTC. In the missing spring hour: the moment the clock would have shown it."""
        return self.local.replace(fold=self.fold, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def slot_at(instant: datetime, zone: str) -> Slot:
    """The slot of any moment, to the second (look-now, imports)."""
    local = instant.astimezone(ZoneInfo(zone))
    return Slot(local.replace(tzinfo=None, microsecond=0, fold=0), local.fold)


def slot_of(text: str, fold: int = 0) -> Slot:
    """The slot as stored."""
    return Slot(datetime.strptime(text, _FORM), fold)  # noqa: DTZ007  a slot is local and naive by definition


def times(schedule: str) -> tuple[time, ...]:
    """Two times of day from "06:00 18:00". ValueError with a plain reason when it is none."""
    found = []
    for word in schedule.split():
        match = _TIME.match(word)
        if not match:
            raise ValueError(f"{word!r} is no time of day; write 06:00 or 06:00 18:00")
        found.append(time(int(match[1]), int(match[2])))
    if not found:
        raise ValueError("a schedule needs at least one time of day, such as 06:00")
    return tuple(sorted(set(found)))


def slots(schedule: str, zone: str, after: datetime, until: datetime) -> Iterator[Slot]:
    """Every slot whose instant lies in (after, until], in order."""
    day = after.astimezone(ZoneInfo(zone)).date() - timedelta(days=1)
    last = until.astimezone(ZoneInfo(zone)).date()
    while day <= last:
        for at in times(schedule):
            slot = Slot(datetime.combine(day, at))
            if after < slot.instant(zone) <= until:
                yield slot
        day += timedelta(days=1)


def next_due(schedule: str, zone: str, after: datetime) -> datetime:
    """The instant of the first slot after a moment."""
    return next(slots(schedule, zone, after, after + timedelta(days=3))).instant(zone)


def week_start(day: date, first: int) -> date:
    """The first day of the week a day lies in; first: 0 = Monday .. 6 = Sunday."""
    return day - timedelta(days=(day.weekday() - first) % 7)


def weeks(days: int, last: date, first: int) -> date:
    """The first day of a range of whole weeks: `days // 7` weeks that end with the week of `last`."""
    return week_start(last, first) - timedelta(days=7 * (max(days // 7, 1) - 1))
