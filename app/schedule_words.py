"""Schedules as people type them, in English, Hebrew or Polish, into the one form that is stored. Pure.

"codziennie o 6:00 i 18:00" and "כל יום בשעות 06:00 ו-18:00" are both "06:00 18:00". Which days a weekend has, the
market says, when slots are worked out: the word is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.schedule import A_DAY, DAY_NAMES, BadSchedule, check

LONGEST = 300
NOISE = """a an at on and the of from midnight day days oclock
    o i oraz w we od polnocy dzien dni dnia dniach godz godzinie
    יום ימי ימים חצות מחצות בשעה בשעות"""
MEANING = {
    "every": "every each co kazdy kazda kazde kazdego כל מדי",
    "daily": "daily everyday codziennie יומי",
    "hourly": "hourly",
    "hours": "h hour hours godzina godzine godziny godzin שעה שעות",
    "minutes": "min mins minute minutes minuta minuty minut דקה דקות",
    "half": "half pol חצי",
    "quarter": "quarter kwadrans רבע",
    "two": "שעתיים",
    "weekdays": "weekday weekdays workday workdays working robocze roboczy powszednie powszedni חול עבודה",
    "weekend": "weekend weekends weekendy weekendu weekendow סופש",
    "mon": "mon monday mondays pn pon poniedzialek poniedzialki שני ב_",
    "tue": "tue tues tuesday tuesdays wt wto wtorek wtorki שלישי ג_",
    "wed": "wed wednesday wednesdays sr sroda srode srody רביעי ד_",
    "thu": "thu thur thurs thursday thursdays czw czwartek czwartki חמישי ה_",
    "fri": "fri friday fridays pt pia piatek piatki שישי ו_",
    "sat": "sat saturday saturdays sb sob sobota sobote soboty שבת שבתות ש_",
    "sun": "sun sunday sundays nd ndz niedz niedziela niedziele ראשון א_",
}
WORDS = {word: meaning for meaning, words in MEANING.items() for word in words.split()} | dict.fromkeys(
    NOISE.split(), ""
)
PREFIXES = re.compile("^(?:וב|ול|וה|ו|ב|ה|ל)(?=..)")  # Hebrew "and", "on", "the", "at" are written on the word
_TIME = re.compile(r"(\d{1,2})[:.](\d{2})", re.ASCII)
_BEFORE_TIME = re.compile(r"(?<![^\s,])(?:וב|ול|[ובל])\s*-?\s*(?=\d)")
# Hebrew days by their letters get a mark, since the same letters are "at" and "and": יום ב is one, ב 06:00 is none.
_LETTERS = (
    (re.compile("(?<![א-ת])([אבגדהוש])['’׳`](?![א-ת])"), r"\1_"),
    (re.compile("(?<=יום |ימי |מים )([אבגדהוש])(?![א-ת_\\d]|\\s*-\\s*\\d)"), r"\1_"),
    (re.compile(r"(?<![א-ת])([אבגדהוש])_?(\s*-\s*)([אבגדהוש])(?![א-ת_])"), r"\1_\2\3_"),
    (re.compile("סו(?:ף|פי) ה?שבוע"), "סופש"),
)
_CRON = re.compile(r"(?:cron:?\s+)?([\d*][\d*/,a-z#-]*(?:\s+[\d*a-z][\d*/,a-z#-]*){4})", re.ASCII)
_OF_DAY = ("weekdays", "weekend", "daily", *DAY_NAMES)


@dataclass(slots=True)
class _Said:
    """One part as far as it was read. step: minutes of an interval; number: one whose unit is still to come."""

    days: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    step: int = 0
    number: int | None = None
    every: bool = False
    until: bool = False

    @property
    def whole(self) -> bool:
        return bool(self.days and (self.times or self.step))


def normalise(typed: str, weekend: tuple[int, ...]) -> str:
    """A schedule as it is stored; BadSchedule says in one sentence what is wrong with it."""
    if len(typed) > LONGEST:
        raise BadSchedule("long", str(len(typed)), f"a schedule has {len(typed)} characters; the most is {LONGEST}")
    found = [text for part in re.split("[;\n\r]", _folded(typed)) if part.strip() for text in _texts(part.strip())]
    stored = "; ".join(dict.fromkeys(found))
    check(stored, weekend)
    return stored


def _folded(text: str) -> str:
    """Small letters without points, accents, quotes and what cannot be seen."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l"))
    plain = re.sub("[‐-―־]", "-", "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf")))
    for written, meant in _LETTERS:
        plain = written.sub(meant, plain)
    return re.sub("['\"’׳״`]", "", plain)


def _texts(part: str) -> Iterator[str]:
    """The stored form of what stands between two semicolons: usually one part, or several said in one breath."""
    line = _CRON.fullmatch(part)
    if line or part.split()[0] == "cron":
        yield "cron " + " ".join((line[1] if line else part[4:]).split())
        return
    said = _Said()
    for word in _BEFORE_TIME.sub(" ", part).replace("-", " - ").replace(",", " ").split():
        meaning = _meaning(word)
        if meaning in _OF_DAY and said.whole and not said.until:
            yield _stored(said, part)
            said = _Said()
        _take(said, meaning, part)
    yield _stored(said, part)


def _meaning(word: str) -> str:
    """What a word stands for: one of ours, "HH:MM", a number, "-", or "" for one that says nothing."""
    time = _TIME.fullmatch(word)
    if time:
        return f"{int(time[1]):02d}:{time[2]}"
    if (word.isascii() and word.isdigit()) or word == "-":
        return word
    plain = word.rstrip(".")
    for known in (plain, PREFIXES.sub("", plain)):
        if known in WORDS:
            return WORDS[known]
    raise BadSchedule("word", word, f"{word!r} is no word of a schedule; write 06:00 18:00, or weekdays 06:00")


def _take(said: _Said, meaning: str, part: str) -> None:
    if ":" in meaning:
        said.times.append(meaning)
    elif meaning.isdigit() and said.number is None:
        said.number = int(meaning)
    elif meaning in ("half", "quarter") and not said.step:
        said.step = 30 if meaning == "half" else 15
    elif meaning in ("hours", "hourly", "minutes", "two"):
        _unit(said, meaning, part)
    elif meaning in _OF_DAY:
        said.days += _until(said.days[-1], meaning) if said.until else [meaning]
        said.until = False
    elif meaning == "every":
        said.every = True
    elif meaning == "-" and said.days and not said.times:
        said.until = True
    elif meaning:
        raise _unclear(part)


def _unit(said: _Said, unit: str, part: str) -> None:
    """An interval is known once its unit is: "6 hours", "half an hour", "every hour"."""
    if said.step and said.number is not None:
        raise _unclear(part)
    number = 2 if unit == "two" else 1 if said.number is None else said.number
    said.step = said.step or number * (1 if unit == "minutes" else 60)
    said.number, said.every = None, said.every or unit == "hourly"


def _until(first: str, last: str) -> list[str]:
    """The days after the first, up to the last: sun-thu goes over the week's end."""
    if first not in DAY_NAMES or last not in DAY_NAMES:
        raise BadSchedule("word", f"{first}-{last}", f"'{first}-{last}' is no range of days; write mon-fri")
    start, count = DAY_NAMES.index(first), (DAY_NAMES.index(last) - DAY_NAMES.index(first)) % 7
    return [DAY_NAMES[(start + one) % 7] for one in range(1, count + 1)]


def _stored(said: _Said, part: str) -> str:
    if said.number is not None or said.until or (said.step and (said.times or not said.every)):
        raise _unclear(part)
    if not said.times and not said.step:
        raise BadSchedule("time", part, f"{part!r} needs a time of day, such as 06:00, or every 6 hours")
    when = " ".join(sorted(set(said.times))) if said.times else _every(said.step)
    return " ".join(filter(None, (_days(set(said.days), part), when)))


def _unclear(part: str) -> BadSchedule:
    return BadSchedule("word", part, f"{part!r} is no schedule; write 06:00 18:00, or every 6 hours")


def _days(days: set[str], part: str) -> str:
    named = [name for name in DAY_NAMES if name in days]
    spoken = sorted(days - set(named))
    if spoken in (["daily"], ["weekdays", "weekend"]) and not named:
        return ""
    if len(spoken) > 1 or (named and spoken):
        raise BadSchedule("word", part, f"{part!r} says several kinds of days; write them apart, with a semicolon")
    return " ".join(spoken or (named if len(named) < 7 else ()))


def _every(step: int) -> str:
    if step == A_DAY:
        return "00:00"
    if step % 60:
        return f"every {step} minutes"
    return "every hour" if step == 60 else f"every {step // 60} hours"
