"""Slots and weeks: calendar moments in the brand's time zone, never "every 86400 seconds". Pure.

A schedule is stored text, its parts joined by ";" and taken together: "06:00 18:00", "weekdays 06:00; weekend every 6
hours", "mon wed 06:00", "every 30 minutes", "cron 0 6 1 * *". What people type becomes it in app/schedule_words.py.

The autumn hour that comes twice fires once (fold 0). A slot in the missing spring hour fires once, when the clock would
have shown it; where the schedule has a slot at that very moment anyway, the two are one.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

SECOND_LOOK_AFTER = timedelta(minutes=10)
MISSED = "missed"  # the reason of a slot that nobody looked at
UNCONFIRMED_AFTER = timedelta(hours=6)
LEAST_MINUTES = 15
MOST_DAYS = 366
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY, A_DAY = timedelta(days=1), 24 * 60
_FORM = "%Y-%m-%dT%H:%M:%S"
_TIME = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")
_SAMPLE = tuple(date(2024, 1, 1) + n * DAY for n in range(4 * 365 + 1))  # every date there is, the 29th of February too
FARTHEST = len(_SAMPLE) * DAY  # how far ahead a slot is looked for
_WHOLE_WEEKS = 52 * 7
_EVEN_FROM = 4  # so many even times are said as an interval: "every 6 hours"


class BadSchedule(ValueError):
    """Text that is no schedule. code: empty, word, time, even, often, rare, cron; value: the words it is about."""

    def __init__(self, code: str, value: str, message: str) -> None:
        super().__init__(message)
        self.code, self.value = code, value


class Calendar(Protocol):
    """Whose days: a market, or a brand. zone: IANA name; weekend: 0 = Monday .. 6 = Sunday."""

    @property
    def zone(self) -> str: ...
    @property
    def weekend(self) -> tuple[int, ...]: ...


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


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a schedule. on: "" for every day, "weekdays", "weekend", "days" or "cron"; days: of the week, where
    no cron line says which; minutes: of the day, sorted; every: minutes between them when they are even, else 0."""

    on: str
    days: frozenset[int]
    minutes: tuple[int, ...]
    every: int = 0
    cron: CronSim | None = None

    def fires(self, day: date) -> bool:
        """Whether it has a slot on that day."""
        if self.cron is not None:
            return day.month in self.cron.months and self.cron.match_day(day)
        return day.weekday() in self.days


def slot_at(instant: datetime, zone: str) -> Slot:
    """The slot of any moment, to the second (look-now, imports)."""
    local = instant.astimezone(ZoneInfo(zone))
    return Slot(local.replace(tzinfo=None, microsecond=0, fold=0), local.fold)


def slot_of(text: str, fold: int = 0) -> Slot:
    """The slot as stored."""
    return Slot(datetime.strptime(text, _FORM), fold)  # noqa: DTZ007  a slot is local and naive by definition


@lru_cache(maxsize=4096)
def parts(schedule: str, weekend: tuple[int, ...]) -> tuple[Part, ...]:
    """The parts of a stored schedule; BadSchedule when it is none."""
    found = tuple(_part(text.strip(), frozenset(weekend)) for text in schedule.split(";") if text.strip())
    if not found:
        raise BadSchedule("empty", "", "a schedule needs at least one time of day, such as 06:00")
    return found


def check(schedule: str, weekend: tuple[int, ...]) -> None:
    """BadSchedule when it is none, has two slots closer than 15 minutes, or lets a year pass without one."""
    found, last = parts(schedule, weekend), None
    rare = BadSchedule("rare", schedule, f"{schedule!r} comes less than once a year, or never")
    for number, day in enumerate(_SAMPLE):
        minutes = _minutes_on(found, day)
        if number * A_DAY - (last or 0) > MOST_DAYS * A_DAY:
            raise rare
        if minutes:
            moments = [number * A_DAY + minute for minute in minutes]
            if any(b - a < LEAST_MINUTES for a, b in pairwise(moments if last is None else [last, *moments])):
                raise BadSchedule(
                    "often", schedule, f"{schedule!r} looks more often than every {LEAST_MINUTES} minutes"
                )
            last = moments[-1]
    if last is None:
        raise rare


def slots(schedule: str, calendar: Calendar, after: datetime, until: datetime) -> Iterator[Slot]:
    """Every slot whose instant lies in (after, until], in order."""
    for moment, slot in _from(schedule, calendar, after, until.astimezone(ZoneInfo(calendar.zone)).date()):
        if moment <= until:
            yield slot


def next_due(schedule: str, calendar: Calendar, after: datetime) -> datetime:
    """The instant of the first slot after a moment; BadSchedule when none comes in years."""
    found = next(_from(schedule, calendar, after, (after + FARTHEST).date()), None)
    if found is None:
        raise BadSchedule("rare", schedule, f"{schedule!r} never comes")
    return found[0]


@lru_cache(maxsize=100)
def planned(schedule: str, weekend: tuple[int, ...], days: tuple[date, ...]) -> tuple[bool, ...]:
    """Whether a schedule has a slot on each of those days. (Kept: of 500 brands most have one schedule.)"""
    found = parts(schedule, weekend)
    return tuple(any(part.fires(day) for part in found) for day in days)


def looks_a_month(schedule: str, weekend: tuple[int, ...], days: int = 30) -> int:
    """Its slots in a month of so many days, on an average over whole weeks; at least one."""
    found = parts(schedule, weekend)
    slots_there = sum(len(_minutes_on(found, day)) for day in _SAMPLE[:_WHOLE_WEEKS])
    return max(1, round(slots_there * days / _WHOLE_WEEKS))


def spread(search_id: int, slot: Slot, zone: str, following: datetime, most: timedelta) -> timedelta:
    """How long after its instant a slot's look may start, so that searches of one time do not start in one second.

    The same for the same search and slot, whoever asks; at most `most`, a tenth of the time to the following slot, and
    half of what is left of the slot's day (its look belongs to that day). The slot keeps its name.
    """
    instant = slot.instant(zone)
    midnight = Slot(datetime.combine(slot.local.date() + DAY, time())).instant(zone)
    room = max(min(most, (following - instant) / 10, (midnight - instant) / 2), timedelta())
    digest = hashlib.sha256(f"{search_id} {slot.text()} {slot.fold}".encode()).digest()
    return timedelta(seconds=int(room.total_seconds() * int.from_bytes(digest[:6]) / 2**48))


def week_start(day: date, first: int) -> date:
    """The first day of the week a day lies in; first: 0 = Monday .. 6 = Sunday."""
    return day - timedelta(days=(day.weekday() - first) % 7)


def weeks(days: int, last: date, first: int) -> date:
    """The first day of a range of whole weeks: `days // 7` weeks that end with the week of `last`."""
    return week_start(last, first) - timedelta(days=7 * (max(days // 7, 1) - 1))


def _from(schedule: str, calendar: Calendar, after: datetime, last: date) -> Iterator[tuple[datetime, Slot]]:
    """(instant, slot) after a moment, until the end of a local day."""
    found = parts(schedule, calendar.weekend)
    day = after.astimezone(ZoneInfo(calendar.zone)).date() - DAY  # a slot in a missing hour comes after its time
    while day <= last:
        if any(part.fires(day) for part in found):
            moments = _moments(schedule, calendar.zone, calendar.weekend, day)
            yield from moments[bisect_right(moments, after, key=_instant) :]
        day += DAY


def _instant(pair: tuple[datetime, Slot]) -> datetime:
    return pair[0]


# Thousands of searches share a few schedules: each day of one is worked out once.
@lru_cache(maxsize=4096)
def _moments(schedule: str, zone: str, weekend: tuple[int, ...], day: date) -> tuple[tuple[datetime, Slot], ...]:
    """(instant, slot) of a day, in the order of time."""
    found, here, there = parts(schedule, weekend), [], ZoneInfo(zone)
    plain = [Slot(datetime.combine(day, time(*divmod(minute, 60)))) for minute in _minutes_on(found, day)]
    ahead, then = (datetime.combine(day + n * DAY, time(), there).utcoffset() or timedelta() for n in (0, 1))
    if ahead == then:  # no clock change today: nothing is missing and nothing comes twice
        return tuple(((slot.local - ahead).replace(tzinfo=UTC), slot) for slot in plain)
    for slot in plain:
        moment = slot.instant(zone)
        shown = moment.astimezone(there).replace(tzinfo=None, fold=0)
        if shown == slot.local or shown.hour * 60 + shown.minute not in _minutes_on(found, shown.date()):
            here.append((moment, slot))
    return tuple(sorted(here))


def _minutes_on(found: tuple[Part, ...], day: date) -> tuple[int, ...]:
    """The minutes of a day's slots, each once, sorted."""
    there = [part.minutes for part in found if part.fires(day)]
    return there[0] if len(there) == 1 else tuple(sorted(set().union(*there)))


def _part(text: str, weekend: frozenset[int]) -> Part:
    words, on, days = text.split(), "", frozenset(range(7))
    if words[0] == "cron":
        return _cron(" ".join(words[1:]))
    if words[0] in ("weekdays", "weekend"):
        on = words.pop(0)
        days = weekend if on == "weekend" else days - weekend
    named = [DAY_NAMES.index(word) for word in words if word in DAY_NAMES]
    if named and not on:
        on, days, words = "days", frozenset(named), words[len(named) :]
    if words[:1] == ["every"]:
        step = _step(" ".join(words[1:]))
        return Part(on, days, tuple(range(0, A_DAY, step)), step)
    if not words:
        raise BadSchedule("time", text, f"{text!r} needs a time of day, such as 06:00, or every 6 hours")
    return Part(on, days, tuple(sorted({_minute(word) for word in words})))


def _minute(word: str) -> int:
    match = _TIME.match(word)
    if not match:
        raise BadSchedule("word", word, f"{word!r} is no time of day; write 06:00 or 06:00 18:00")
    return int(match[1]) * 60 + int(match[2])


def _step(text: str) -> int:
    """Minutes of "hour", "6 hours" or "30 minutes"; they divide a day, or "every" were not true at midnight."""
    match = re.fullmatch(r"hour|(\d{1,4}) (hours|minutes)", text, re.ASCII)
    if not match:
        raise BadSchedule("word", f"every {text}", f"'every {text}' is no interval; write every 6 hours")
    step = int(match[1] or 1) * (1 if match[2] == "minutes" else 60)
    if not step or A_DAY % step:
        raise BadSchedule("even", text, f"{text} do not divide a day evenly; write times of day, or every 6 hours")
    if step < LEAST_MINUTES:
        raise BadSchedule("often", text, f"every {text} is too often; the least is every {LEAST_MINUTES} minutes")
    return step


def _cron(line: str) -> Part:
    try:
        if len(line.split()) != 5:
            raise CronSimError("Wrong number of fields")
        fields = CronSim(line, datetime.min.replace(tzinfo=UTC))
    except CronSimError as wrong:
        message = f"{line!r} is no cron line of five fields: {wrong}; write cron 0 6 * * 1-5"
        raise BadSchedule("cron", line, message) from wrong
    minutes = tuple(sorted(hour * 60 + minute for hour in fields.hours for minute in fields.minutes))
    step = A_DAY // len(minutes)
    every = step if len(minutes) >= _EVEN_FROM and minutes == tuple(range(0, A_DAY, step)) else 0
    week = frozenset((day - 1) % 7 for day in fields.weekdays if isinstance(day, int))
    if len(fields.days) < 31 or len(fields.months) < 12 or not all(isinstance(day, int) for day in fields.weekdays):
        return Part("cron", week, minutes, every, fields)
    return Part("days" if len(week) < 7 else "", week, minutes, every)
