"""A stored schedule in words of a reader's language: "06:00 18:00" is "every day at 06:00 and 18:00". Pure.

What is said here can be typed again (app/schedule_words.py), but for a cron line that speaks of dates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from app.schedule import Part, parts
from app.texts import isolated, texts

# Which form of a noun a number takes: "one", "two", "few" or "many".
FORMS: Mapping[str, Callable[[int], str]] = {
    "en": lambda n: "one" if n == 1 else "many",
    "he": lambda n: {1: "one", 2: "two"}.get(n, "many"),
    "pl": lambda n: "one" if n == 1 else "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many",
}


def spoken(schedule: str, lang: str) -> str:
    """A schedule as people say it; BadSchedule when it is none."""
    words = texts(lang)
    told = []
    # Which days a weekend has changes nothing of what is said.
    for part, stored in zip(parts(schedule, ()), filter(str.strip, schedule.split(";")), strict=True):
        if part.cron:
            told.append(words["sch_cron"].format(line=isolated(stored.split(maxsplit=1)[1])))
        else:
            told.append(" ".join(filter(None, (_days(part, words, lang), _when(part, words, lang)))))
    return "; ".join(told)


def _days(part: Part, words: Mapping[str, str], lang: str) -> str:
    if part.on != "days":
        # "every 6 hours" needs no "every day" before it.
        return words[f"sch_{part.on}"] if part.on else "" if part.every else words["sch_daily"]
    first = 6 if lang == "he" else 0  # a Hebrew week is said from Sunday on
    days = sorted(part.days, key=lambda day: (day - first) % 7)
    return _list([words[f"sch_on_{days[0]}"], *(words[f"sch_day_{day}"] for day in days[1:])], words, "sch_and_day")


def _when(part: Part, words: Mapping[str, str], lang: str) -> str:
    if not part.every:
        times = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in part.minutes]
        return words["sch_at_one" if len(times) == 1 else "sch_at_many"].format(
            times=_list(times, words, "sch_and_time")
        )
    unit, number = ("minutes", part.every) if part.every % 60 else ("hours", part.every // 60)
    return words[f"sch_{unit}_{FORMS[lang](number)}"].format(n=number)


def _list(items: Sequence[str], words: Mapping[str, str], last: str) -> str:
    return words[last].join(filter(None, (", ".join(items[:-1]), items[-1])))
