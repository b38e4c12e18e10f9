"""Schedules as people type them in three languages, and as they are said back."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.schedule import A_DAY, DAY_NAMES, BadSchedule, parts
from app.schedule_words import normalise
from app.spoken import spoken
from app.texts import LANGUAGES

FRIDAY, SATURDAY = 4, 5
WEEKEND = (FRIDAY, SATURDAY)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("18:00 06:00", "06:00 18:00"), ("daily 6:00", "06:00"), ("every day at 06:00, 12:00 and 18:00", "06:00 12:00 18:00"),
        ("Every 6 hours", "every 6 hours"), ("hourly", "every hour"), ("every half hour", "every 30 minutes"),
        ("at 06:00 on weekdays", "weekdays 06:00"), ("mon-fri 7:30", "mon tue wed thu fri 07:30"),
        ("sun-tue 07:30", "mon tue sun 07:30"), ("weekdays 06:00, weekend 06:00 12:00", "weekdays 06:00; weekend 06:00 12:00"),
        ("weekdays 06:00\nweekend every 6 hours\n", "weekdays 06:00; weekend every 6 hours"), ("06:00; 06:00", "06:00"),
        ("0 6 * * MON-FRI", "cron 0 6 * * mon-fri"), ("CRON  0 6,18 1,15 * *", "cron 0 6,18 1,15 * *"), ("every 24 hours", "00:00"),
        ("codziennie o 6.00 i 18:00", "06:00 18:00"), ("co 6 godzin", "every 6 hours"), ("co godzinę", "every hour"),
        ("co pół godziny", "every 30 minutes"), ("we wtorki i czwartki o 9:00", "tue thu 09:00"), ("pn–pt 06:00", "mon tue wed thu fri 06:00"),
        ("w dni robocze o 06:00; w weekendy co 2 godziny od północy", "weekdays 06:00; weekend every 2 hours"),
        ("w srode i piatek 8:00", "wed fri 08:00"), ("כל יום בשעות 06:00 ו-18:00", "06:00 18:00"), ("כל יום ב־06:00 וב־18:00", "06:00 18:00"),
        ("כל שעתיים מחצות", "every 2 hours"), ("כל חצי שעה", "every 30 minutes"), ("א'-ה' 06:00", "mon tue wed thu sun 06:00"),
        ("בימי חול בשעה 06:00; בסופ״ש כל 6 שעות", "weekdays 06:00; weekend every 6 hours"), ("ימי ראשון, שלישי ושבת 07:00", "tue sat sun 07:00"),
        ("בְּכָל יוֹם \u200f06:00\u200e", "06:00"), ("ו׳ 07:00", "fri 07:00"), ("יום ב 06:00", "mon 06:00"), ("ימים א-ה 06:00", "mon tue wed thu sun 06:00"),
        ("ב 06:00 ו 18:00", "06:00 18:00"), ("כל סוף השבוע ב-09:00", "weekend 09:00"), ("every half an hour", "every 30 minutes"),
    ],
)  # fmt: skip
def test_plain_words_become_the_stored_form(typed: str, stored: str) -> None:
    """English, Polish and Hebrew, with or without accents, points and quotes; the stored form stays as it is."""
    assert normalise(typed, WEEKEND) == stored
    assert normalise(stored, WEEKEND) == stored


@pytest.mark.parametrize(
    ("typed", "code", "value"),
    [
        ("", "empty", ""), (" ; \n", "empty", ""), ("six", "word", "six"), ("25:00", "word", "25:00"), ("06:00-18:00", "word", "06:00-18:00"),
        ("weekdays", "time", "weekdays"), ("nie w niedziele 06:00", "word", "nie"), ("כל שבוע 06:00", "word", "שבוע"),
        ("סוף יום 06:00", "word", "סוף"), ("co 2 dni 06:00", "word", "co 2 dni 06:00"), ("daily mon 06:00", "word", "daily mon 06:00"), ("codziennie", "time", "codziennie"), ("every 6", "word", "every 6"), ("6 hours", "word", "6 hours"),
        ("every 6 7 hours", "word", "every 6 7 hours"), ("every 6 hours every 2 hours", "word", "every 6 hours every 2 hours"),
        ("every 6 hours 07:00", "word", "every 6 hours 07:00"), ("mon- 06:00", "word", "mon- 06:00"), ("mon-weekend 06:00", "word", "mon-weekend"),
        ("weekdays mon 06:00", "word", "weekdays mon 06:00"), ("every 5 hours", "even", "5 hours"), ("every 0 hours", "time", "every 0 hours"),
        ("co 10 minut", "often", "10 minutes"), ("06:00 06:05", "often", "06:00 06:05"), ("cron 0 6 29 2 *", "rare", "cron 0 6 29 2 *"),
        ("cron 61 * * * *", "cron", "61 * * * *"), ("<b>06:00</b>", "word", "<b>06:00</b>"), ("06:00" * 100, "long", "500"),
        ("٠٦:٠٠", "word", "٠٦:٠٠"), ("<06:00", "word", "<06:00"), ("cron 0 6 * * * *", "cron", "0 6 * * * *"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_whole(typed: str, code: str, value: str) -> None:
    """One reason, with the words it is about; nothing is guessed."""
    with pytest.raises(BadSchedule) as refused:
        normalise(typed, WEEKEND)
    assert refused.value.code == code
    assert refused.value.value == value


TIMES = st.lists(st.sampled_from(range(0, 96)), min_size=1, max_size=6, unique=True).map(
    lambda quarters: " ".join(f"{quarter // 4:02d}:{quarter % 4 * 15:02d}" for quarter in sorted(quarters))
)
STEPS = st.sampled_from([step for step in range(15, A_DAY) if A_DAY % step == 0]).map(
    lambda step: f"every {step} minutes" if step % 60 else "every hour" if step == 60 else f"every {step // 60} hours"
)
DAYS = st.one_of(
    st.sampled_from(["", "weekdays ", "weekend "]),
    st.sets(st.sampled_from(DAY_NAMES), min_size=1, max_size=6).map(
        lambda days: "".join(f"{name} " for name in DAY_NAMES if name in days)
    ),
)


@settings(max_examples=50)
@given(st.tuples(DAYS, st.one_of(TIMES, STEPS)).map("".join))
def test_what_is_said_can_be_typed_again(stored: str) -> None:
    """In every language the words lead back to the schedule they were said of."""
    for lang in LANGUAGES:
        assert normalise(spoken(stored, lang), WEEKEND) == stored


@settings(max_examples=50)
@given(st.text(max_size=40))
@example("cron")
@example("cron 0 6 L/2 * 1#9")
@example("; ב- ; -")
def test_any_text_is_a_schedule_or_one_clear_error(typed: str) -> None:
    """Whatever is typed: a stored form that reads as itself, or a reason."""
    stored = None
    with suppress(BadSchedule):
        stored = normalise(typed, WEEKEND)
    assert stored is None or (parts(stored, WEEKEND) and normalise(stored, WEEKEND) == stored)


@pytest.mark.parametrize(
    ("stored", "english", "hebrew", "polish"),
    [
        ("06:00 18:00", "every day at 06:00 and 18:00", "כל יום בשעות 06:00 ו-18:00", "codziennie o 06:00 i 18:00"),
        (
            "weekdays 06:00; weekend every 6 hours", "on weekdays at 06:00; at weekends every 6 hours from midnight",
            "בימי חול בשעה 06:00; בסופי שבוע כל 6 שעות מחצות", "w dni robocze o 06:00; w weekendy co 6 godzin od północy",
        ),
        ("every 2 hours", "every 2 hours from midnight", "כל שעתיים מחצות", "co 2 godziny od północy"),
        ("every 32 minutes", "every 32 minutes", "כל 32 דקות", "co 32 minuty"),
        ("every 12 hours", "every 12 hours from midnight", "כל 12 שעות מחצות", "co 12 godzin od północy"),
        (
            "tue wed sun 09:00", "on Tuesdays, Wednesdays and Sundays at 09:00", "בימי ראשון, שלישי ורביעי בשעה 09:00",
            "we wtorki, środy i niedziele o 09:00",
        ),
        ("cron 0 */3 * * sat", "on Saturdays every 3 hours from midnight", "בשבתות כל 3 שעות מחצות", "w soboty co 3 godziny od północy"),
        ("cron 0 6 1 * *", "by the cron line ⁦0 6 1 * *⁩", "לפי שורת cron: ⁦0 6 1 * *⁩", "według wiersza crona ⁦0 6 1 * *⁩"),
    ],
)  # fmt: skip
def test_a_schedule_is_said_as_people_say_it(stored: str, english: str, hebrew: str, polish: str) -> None:
    """Numbers in their grammatical forms, days in the order of the reader's week."""
    assert [spoken(stored, lang) for lang in ("en", "he", "pl")] == [english, hebrew, polish]
