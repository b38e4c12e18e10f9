"""Slots and weeks in the brand's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.schedule import Slot, next_due, slot_at, slot_of, slots, times, week_start, weeks

JERUSALEM, WARSAW = "Asia/Jerusalem", "Europe/Warsaw"


def utc(*parts: int) -> datetime:
    year, month, day, hour, minute = (*parts, 0, 0)[:5]
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def test_a_day_has_one_slot_per_time() -> None:
    """Two times of day give two slots a day, in order."""
    found = list(slots("18:00 06:00", JERUSALEM, utc(2026, 11, 20), utc(2026, 11, 21, 23)))
    assert [s.text() for s in found] == [
        "2026-11-20T06:00:00", "2026-11-20T18:00:00", "2026-11-21T06:00:00", "2026-11-21T18:00:00",
    ]  # fmt: skip


@pytest.mark.parametrize(("zone", "day"), [(JERUSALEM, date(2026, 10, 25)), (WARSAW, date(2026, 10, 25))])
def test_the_double_autumn_hour_fires_once(zone: str, day: date) -> None:
    """01:30 (Israel) and 02:30 (Poland) come twice that night, and are looked at once."""
    at = "01:30" if zone == JERUSALEM else "02:30"
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) - timedelta(hours=2)
    assert len(list(slots(at, zone, start, start + timedelta(hours=24)))) == 1


def test_the_missing_spring_hour_fires_once() -> None:
    """2026-03-27 02:30 does not exist in Israel; the look happens when the clock would have shown it."""
    found = list(slots("02:30", JERUSALEM, utc(2026, 3, 26, 12), utc(2026, 3, 27, 12)))
    assert [s.text() for s in found] == ["2026-03-27T02:30:00"]
    assert found[0].instant(JERUSALEM) == utc(2026, 3, 27, 0, 30)


def test_every_slot_of_five_years_fires_exactly_once() -> None:
    """Over five years, walking hour by hour, no slot is skipped and none fires twice."""
    for zone in (JERUSALEM, WARSAW):
        at, end = utc(2024, 1, 1), utc(2029, 1, 1)
        whole = [s.text() for s in slots("01:30 02:30", zone, at, end)]
        assert len(whole) == len(set(whole)) == 2 * (end - at).days
        walked = []
        while at < utc(2024, 12, 1):
            walked += [s.text() for s in slots("01:30 02:30", zone, at, at + timedelta(hours=1))]
            at += timedelta(hours=1)
        assert walked == whole[: len(walked)]


def test_next_due_is_after_the_moment() -> None:
    """A slot that is just now is not due again."""
    due = next_due("06:00", WARSAW, utc(2026, 11, 24, 5))
    assert due == utc(2026, 11, 25, 5)


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
    assert len(list(slots("06:00", JERUSALEM, first, last))) == 7


def test_a_moment_and_its_slot_agree() -> None:
    """slot_at and instant are each other's inverse, in the double hour too."""
    for hour in range(0, 48):
        moment = utc(2026, 10, 24, 12) + timedelta(hours=hour)
        slot = slot_at(moment, JERUSALEM)
        assert slot.instant(JERUSALEM) == moment
        assert slot_of(slot.text(), slot.fold) == slot


def test_a_schedule_that_is_none_is_refused_in_words() -> None:
    """Nonsense gives one plain reason."""
    for wrong in ("", "25:00", "six"):
        with pytest.raises(ValueError, match=r"time of day"):
            times(wrong)
