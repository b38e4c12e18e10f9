"""What pages say, in three languages; and how hostile or mixed text is shown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from urllib.parse import urlsplit

LANGUAGES = ("en", "he", "pl")
OWN_NAMES = {"en": "English", "he": "עברית", "pl": "Polski"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_QUOTED = re.compile("\u2068[^\u2069]*\u2069")
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\u200b-\u200f\u061c\ufeff\u00ad\x00-\x08\x0b-\x1f\x7f]")


@lru_cache(maxsize=8)
def texts(lang: str) -> Mapping[str, str]:
    """Every text of a language: the files of its folder together, each word in one of them."""
    found: dict[str, str] = {}
    for file in sorted((files("app.texts") / lang).iterdir(), key=lambda item: item.name):
        found |= tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType(found)


def shown(text: str) -> str:
    """Text from outside, without the marks that turn or hide it. Stored text keeps them."""
    return _UNSEEN.sub("", text)


def quoted(text: str) -> str:
    """Outside text inside a sentence of ours, by its own direction: neither turns the other around."""
    return f"\u2068{text}\u2069"


def safe_link(url: str) -> str:
    """An address that may be followed: http and https only, otherwise nothing."""
    plain = shown(url).strip()
    try:
        return plain if urlsplit(plain).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def language(asked: str | None, hl: str = "en") -> str:
    """The language of a page: the one asked for, else that of the search, else English."""
    return next((code for code in (asked, hl) if code in LANGUAGES), "en")


def direction(text: str) -> str:
    """Right-to-left from 30 % Hebrew letters on: titles begin with Latin names too often for first-strong."""
    letters = [character for character in _QUOTED.sub("", text) or text if character.isalpha()]
    hebrew = sum("\u05d0" <= character <= "\u05ea" for character in letters)
    return "rtl" if letters and hebrew >= 0.3 * len(letters) else "ltr"


def isolated(text: str) -> str:
    """Text of our own that a right-to-left line must not turn around: a signed number, a date."""
    return f"\u2066{text}\u2069"


def decimal(value: float, lang: str) -> str:
    """A number with one decimal, as people of that language write it: 82.0, in Polish 82,0."""
    text = f"{value:.1f}"
    return text.replace(".", ",") if lang == "pl" else text


def engine_name(engine: str) -> str:
    """A search engine as its makers write it."""
    return {"duckduckgo": "DuckDuckGo"}.get(engine, engine.capitalize())


def money(dollars: float, lang: str) -> str:
    """US dollars to the cent, as people of that language write them; half a cent is not called nothing."""
    if 0 < dollars < 0.005:
        return f"< {money(0.01, lang)}"
    text = f"{dollars:,.2f}"
    return text.replace(",", " ").replace(".", ",") + " USD" if lang == "pl" else f"${text}"


def short_day(value: date, lang: str) -> str:
    """A short date for axes: "20 Nov" or "20.11"."""
    return f"{value.day} {MONTHS[value.month - 1]}" if lang == "en" else f"{value.day}.{value.month}"


def day(value: date | None, lang: str) -> str:
    """A date as people of that language write it."""
    if value is None:
        return "–"
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}" if lang == "en" else value.strftime("%d.%m.%Y")


def moment(value: datetime | None, lang: str) -> str:
    """A date with its time of day."""
    return f"{day(value.date(), lang)} {value:%H:%M}" if value else "–"
