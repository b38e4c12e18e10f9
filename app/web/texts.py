"""What pages say, in three languages; and how hostile or mixed text is shown."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from reports.svg import MONTHS, shown

LANGUAGES = ("en", "he", "pl")
__all__ = ["LANGUAGES", "OWN_NAMES", "day", "direction", "language", "moment", "reason", "shown", "texts"]
OWN_NAMES = {"en": "English", "he": "עברית", "pl": "Polski"}


@lru_cache(maxsize=8)
def texts(lang: str) -> Mapping[str, str]:
    """Every text of a language: the files of its folder together, each word in one of them."""
    found: dict[str, str] = {}
    for file in sorted((files("app.web") / "texts" / lang).iterdir(), key=lambda item: item.name):
        found |= tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType(found)


def language(asked: str | None, hl: str = "en") -> str:
    """The language of a page: the one asked for, else that of the search, else English."""
    return next((code for code in (asked, hl) if code in LANGUAGES), "en")


def direction(text: str) -> str:
    """Right-to-left from 30 % Hebrew letters on: titles begin with Latin names too often for first-strong."""
    letters = [character for character in text if character.isalpha()]
    hebrew = sum("\u05d0" <= character <= "\u05ea" for character in letters)
    return "rtl" if letters and hebrew >= 0.3 * len(letters) else "ltr"


def day(value: date | None, lang: str) -> str:
    """A date as people of that language write it."""
    if value is None:
        return "–"
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}" if lang == "en" else value.strftime("%d.%m.%Y")


def moment(value: datetime | None, lang: str) -> str:
    """A date with its time of day."""
    return f"{day(value.date(), lang)} {value:%H:%M}" if value else "–"


def reason(text: str, words: Mapping[str, str]) -> str:
    """The reason of a gap in the reader's language; the judge's own sentence when there is no word for it."""
    return words.get(text, text)
