"""Slots and weeks in the brand's time zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from app.schedule import (
    BadSchedule,
    Slot,
    check,
    looks_a_month,
    next_due,
    planned,
    slot_at,
    slot_of,
    slots,
    spread,
    week_start,
    weeks,
)
from app.scoring.markets import Market, market

ISRAEL, POLAND = market("il-he"), market("pl-pl")
JERUSALEM = ISRAEL.zone
HOUR = timedelta(hours=1)


def utc(*parts: int) -> datetime:
    year, month, day, hour, minute = (*parts, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def texts_of(schedule: str, home: Market, after: datetime, until: datetime) -> list[str]:
    return [slot.text()[5:16] for slot in slots(schedule, home, after, until)]


def test_a_day_has_one_slot_per_time() -> None:
    """Two times of day give two slots a day, in order."""
    found = texts_of("18:00 06:00", ISRAEL, utc(2026, 11, 20), utc(2026, 11, 21, 23))
    assert found == ["11-20T06:00", "11-20T18:00", "11-21T06:00", "11-21T18:00"]


@pytest.mark.parametrize(
    ("home", "friday", "saturday", "sunday"), [(ISRAEL, 4, 4, 1), (POLAND, 1, 4, 4)], ids=["israel", "poland"]
)
def test_the_weekend_is_that_of_the_market(home: Market, friday: int, saturday: int, sunday: int) -> None:
    """One schedule, two calendars: Friday is a weekday in Poland, Sunday is one in Israel."""
    found = list(slots("weekdays 06:00; weekend every 6 hours", home, utc(2026, 11, 15), utc(2026, 11, 29)))
    counts = [sum(slot.local.date() == date(2026, 11, day) for slot in found) for day in (20, 21, 22)]
    assert counts == [friday, saturday, sunday]


def test_parts_are_taken_together() -> None:
    """Where two parts name one moment, it is one slot."""
    found = texts_of("06:00; weekend 06:00 12:00; cron 30 7 21 * *", POLAND, utc(2026, 11, 20), utc(2026, 11, 22))
    assert found == ["11-20T06:00", "11-21T06:00", "11-21T07:30", "11-21T12:00"]


def test_a_cron_line_knows_dates_and_the_last_of_a_month() -> None:
    """The first and the last day of each month, at seven."""
    found = texts_of("cron 0 7 1,L * *", POLAND, utc(2026, 1, 15), utc(2026, 3, 15))
    assert found == ["01-31T07:00", "02-01T07:00", "02-28T07:00", "03-01T07:00"]


@pytest.mark.parametrize(("home", "at"), [(ISRAEL, "01:30"), (POLAND, "02:30")], ids=["israel", "poland"])
def test_the_double_autumn_hour_fires_once(home: Market, at: str) -> None:
    """01:30 (Israel) and 02:30 (Poland) come twice that night, and are looked at once."""
    start = datetime(2026, 10, 25, tzinfo=ZoneInfo(home.zone)) - timedelta(hours=2)
    assert len(list(slots(at, home, start, start + timedelta(hours=24)))) == 1


def test_the_missing_spring_hour_fires_once() -> None:
    """2026-03-27 02:30 does not exist in Israel; the look happens when the clock would have shown it."""
    found = list(slots("02:30", ISRAEL, utc(2026, 3, 26, 12), utc(2026, 3, 27, 12)))
    assert [s.text() for s in found] == ["2026-03-27T02:30:00"]
    assert found[0].instant(JERUSALEM) == utc(2026, 3, 27, 0, 30)
    due = next_due("02:30", ISRAEL, utc(2026, 3, 26, 12))
    assert (due, next_due("02:30", ISRAEL, due)) == (utc(2026, 3, 27, 0, 30), utc(2026, 3, 27, 23, 30))


def test_a_missing_slot_is_one_with_the_slot_of_its_moment() -> None:
    """Every half hour: 02:30 would have been shown at 03:30, and at 03:30 there is a look anyway; never two at once."""
    found = texts_of("every 30 minutes", ISRAEL, utc(2026, 3, 26, 23), utc(2026, 3, 27, 1))
    assert found == ["03-27T01:30", "03-27T03:00", "03-27T03:30", "03-27T04:00"]
    apart = list(slots("02:30 03:00", ISRAEL, utc(2026, 3, 26, 23), utc(2026, 3, 27, 1)))
    assert [slot.text()[11:16] for slot in apart] == ["03:00", "02:30"]  # in the order in which they come


@pytest.mark.parametrize("home", [ISRAEL, POLAND], ids=["israel", "poland"])
@pytest.mark.parametrize("minutes", [60, pytest.param(30, marks=pytest.mark.long)])
def test_every_slot_of_five_years_fires_exactly_once(home: Market, minutes: int) -> None:
    """Each wall-clock moment that there is, named once and in order, walked from slot to slot as ticks walk."""
    schedule = "every hour" if minutes == 60 else "every 30 minutes"
    at, end = utc(2024, 1, 1), utc(2029, 1, 1)
    found = list(slots(schedule, home, at, end))
    moments = [slot.instant(home.zone) for slot in found]
    every_clock, step = set(), timedelta(minutes=minutes)
    while at < end:
        at += step
        every_clock.add(at.astimezone(ZoneInfo(home.zone)).replace(tzinfo=None, fold=0))
    assert {slot.local for slot in found} == every_clock
    assert len(found) == len(every_clock)
    # In spring the clock jumps over an hour, in autumn it shows one twice: the looks are an hour and more apart.
    gaps = [b - a for a, b in pairwise(moments)]
    assert {gap: gaps.count(gap) for gap in set(gaps)} == {step: len(gaps) - 5, step + HOUR: 5}
    walked, due = [], utc(2024, 1, 1)
    while (due := next_due(schedule, home, due)) <= end:
        walked.append(due)
    assert walked == moments


@pytest.mark.parametrize("home", [ISRAEL, POLAND], ids=["israel", "poland"])
def test_an_hour_of_the_day_fires_once_a_day_for_five_years(home: Market) -> None:
    """At an ordinary hour, the missing and the double one: once on each of 1,827 days."""
    for hour in (0, 1, 2, 3, 12, 23):
        found = list(slots(f"{hour:02d}:30", home, utc(2024, 1, 1, 3), utc(2029, 1, 1, 3)))
        assert len(found) == len({slot.local.date() for slot in found}) == 1827


@pytest.mark.parametrize(
    "schedule", ["weekdays 06:00; weekend every 6 hours", "cron 30 2 l * *", "mon 02:30; sun 01:15"]
)
def test_the_next_moment_is_always_the_next_slots(schedule: str) -> None:
    """next_due and slots agree from any moment, also where weeks pass without a slot."""
    whole = [slot.instant(JERUSALEM) for slot in slots(schedule, ISRAEL, utc(2026, 1, 1), utc(2027, 3, 1))]
    at = utc(2026, 1, 1)
    while at < utc(2027, 1, 1):
        assert next_due(schedule, ISRAEL, at) == next(moment for moment in whole if moment > at)
        at += timedelta(hours=7, minutes=13)


def test_next_due_is_after_the_moment() -> None:
    """A slot that is just now is not due again."""
    assert next_due("06:00", POLAND, utc(2026, 11, 24, 5)) == utc(2026, 11, 25, 5)


def test_weeks_start_on_sunday_in_israel_and_monday_in_poland() -> None:
    """Saturday 21 November ends an Israeli week and lies inside a Polish one."""
    assert week_start(date(2026, 11, 21), 6) == date(2026, 11, 15)
    assert week_start(date(2026, 11, 22), 6) == date(2026, 11, 22)
    assert week_start(date(2026, 11, 22), 0) == date(2026, 11, 16)


def test_thirteen_weeks_are_whole_weeks_that_end_with_this_one() -> None:
    """A range of 13 weeks starts 12 weeks before this week's first day."""
    assert weeks(91, date(2026, 11, 21), 6) == date(2026, 11, 15) - timedelta(weeks=12)


def test_two_weeks_a_year_are_not_168_hours() -> None:
    """The week of the clock change has 167 or 169 hours, and slots still come once a day."""
    first = Slot(datetime(2026, 10, 25)).instant(JERUSALEM)  # noqa: DTZ001  a slot is local and naive
    last = Slot(datetime(2026, 11, 1)).instant(JERUSALEM)  # noqa: DTZ001
    assert last - first == timedelta(hours=169)
    assert len(list(slots("06:00", ISRAEL, first, last))) == 7


def test_a_moment_and_its_slot_agree() -> None:
    """slot_at and instant are each other's inverse, in the double hour too."""
    for hour in range(0, 48):
        moment = utc(2026, 10, 24, 12) + timedelta(hours=hour)
        slot = slot_at(moment, JERUSALEM)
        assert slot.instant(JERUSALEM) == moment
        assert slot_of(slot.text(), slot.fold) == slot


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("", "empty"), (";", "empty"), ("25:00", "word"), ("six", "word"), ("weekend", "time"), ("every 7 hours", "even"),
        ("every 0 hours", "even"), ("every 10 minutes", "often"), ("06:00 06:14", "often"), ("00:05; 23:55", "often"),
        ("weekdays 23:50; weekend 00:00", "often"), ("cron */10 * * * *", "often"), ("cron 0 6 30 2 *", "cron"),
        ("cron 0 6 29 2 *", "rare"), ("cron 0 6 * *", "cron"), ("cron 0 0 6 * * *", "cron"), ("cron 61 * * * *", "cron"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_in_words(wrong: str, code: str) -> None:
    """Nonsense, more often than a quarter of an hour, less often than once a year: one plain reason each."""
    with pytest.raises(BadSchedule) as refused:
        check(wrong, ISRAEL.weekend)
    assert (refused.value.code, bool(str(refused.value))) == (code, True)


@pytest.mark.parametrize(
    "right", ["06:00 06:15", "weekdays 23:50; weekend 12:00", "cron */15 * * * *", "cron 0 6 1 1 *", "cron 0 6 29 2 1"]
)
def test_what_just_fits_is_kept(right: str) -> None:
    """A quarter of an hour apart, once a year, a Monday beside the 29th of February."""
    check(right, ISRAEL.weekend)


def test_a_schedule_that_never_comes_ends_instead_of_searching_for_ever() -> None:
    """A stored line nobody checked: one clear error."""
    with pytest.raises(BadSchedule):
        next_due("cron 0 6 29 2 *", ISRAEL, utc(2097, 1, 1))


def test_days_without_a_slot_are_known() -> None:
    """Friday and Saturday in Israel, with looks on weekdays."""
    days = tuple(date(2026, 11, 15) + timedelta(days=n) for n in range(7))
    assert planned("weekdays 06:00", ISRAEL.weekend, days) == (True,) * 5 + (False,) * 2


@pytest.mark.parametrize(
    ("schedule", "looks"),
    [
        ("06:00", 30),
        ("06:00 18:00", 60),
        ("every hour", 720),
        ("weekdays 06:00", 21),
        ("mon 06:00", 4),
        ("cron 0 6 1 1 *", 1),
    ],
)
def test_a_month_has_as_many_looks_as_slots(schedule: str, looks: int) -> None:
    """What a month costs is reckoned from these."""
    assert looks_a_month(schedule, POLAND.weekend) == looks


def test_searches_of_one_time_start_apart() -> None:
    """Three thousand searches at six: spread over ten minutes, each always at the same moment, no slot renamed."""
    slot = Slot(datetime(2026, 11, 24, 6))  # noqa: DTZ001
    following, most = utc(2026, 11, 25, 4), timedelta(minutes=10)
    found = [spread(search, slot, JERUSALEM, following, most) for search in range(3000)]
    assert found == [spread(search, slot, JERUSALEM, following, most) for search in range(3000)]
    assert timedelta() <= min(found) <= max(found) < most
    minutes = [sum(int(one.total_seconds() // 60) == minute for one in found) for minute in range(10)]
    assert min(minutes) > 220  # 300 are expected in each minute
    assert spread(7, slot, JERUSALEM, following, most) != spread(7, replace(slot, fold=1), JERUSALEM, following, most)


def test_a_spread_look_stays_before_the_next_slot_and_in_its_day() -> None:
    """At most a tenth of the time to the next slot, and half of what is left of the day."""
    most = timedelta(minutes=10)
    for at, following in ((time(6), timedelta(minutes=15)), (time(23, 59), timedelta(days=1)), (time(12), timedelta())):
        slot = Slot(datetime.combine(date(2026, 11, 24), at))
        moment = slot.instant(JERUSALEM)
        room = min(most, following / 10, timedelta(seconds=30) if at.hour == 23 else most)
        found = [spread(search, slot, JERUSALEM, moment + following, most) for search in range(200)]
        assert max(found) <= room
        assert {(moment + one).astimezone(ZoneInfo(JERUSALEM)).date() for one in found} == {date(2026, 11, 24)}


def test_the_next_slots_can_be_told_before_they_come() -> None:
    """Five slots of a schedule that fires once a month."""
    found = islice(slots("cron 0 6 1 * *", POLAND, utc(2026, 11, 24), utc(2030, 1, 1)), 5)
    assert [slot.text()[:7] for slot in found] == ["2026-12", "2027-01", "2027-02", "2027-03", "2027-04"]
