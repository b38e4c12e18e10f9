"""What pages say, in three languages; and how hostile or mixed text is shown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from urllib.parse import urlsplit

from scrapers.urls import host_name

LANGUAGES = ("en", "he", "pl")
OWN_NAMES = {"en": "English", "he": "עברית", "pl": "Polski"}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_QUOTED = re.compile("\u2068[^\u2069]*\u2069")
LONGEST_ADDRESS = 300
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
# Marks that stand on the letter before them; piled up they stand on other people's lines.
_MARKS = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0e34-\u0e3a\u0e47-\u0e4e\u0eb4-\u0ebc\u0ec8-\u0ece"
    "\u0f71-\u0f87\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
_PILED = re.compile(f"({_MARKS}{{4}}){_MARKS}+")


@lru_cache(maxsize=8)
def texts(lang: str) -> Mapping[str, str]:
    """Every text of a language: the files of its folder together, each word in one of them."""
    found: dict[str, str] = {}
    for file in sorted((files("app.texts") / lang).iterdir(), key=lambda item: item.name):
        found |= tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType(found)


def shown(text: str) -> str:
    """Text from outside, without what turns it, hides in it or piles up on it. Stored text keeps all that."""
    return _PILED.sub(r"\1", _UNSEEN.sub("", text))


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


def address(url: str) -> str:
    """An address as it is shown: its host in letters nobody can mistake for others (Punycode), cut when very long."""
    plain = shown(url)
    with suppress(ValueError):
        parts = urlsplit(plain)
        if parts.hostname and not parts.netloc.isascii():
            plain = parts._replace(netloc=host_name(parts.hostname) or ascii(parts.netloc)[1:-1]).geturl()
    return plain if len(plain) <= LONGEST_ADDRESS else plain[: LONGEST_ADDRESS - 1] + "…"


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
