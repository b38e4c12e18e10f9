"""Small readings every JSON provider needs: parts of an answer without trust in its types, a result, a rating.

Every reading gives an empty value for what is not there or of another type; none raises.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from scrapers.blocks import MOST_RESULTS, plain, rating_in, split_date
from scrapers.types import BlockKind, Rating, Result
from scrapers.urls import canonical, target, unwrap

Part = Mapping[str, Any]
_BROKEN = re.compile("[\x00\ud800-\udfff]")  # JSON can write halves of characters, which no database takes
_GROUPED = re.compile(r"\(?(\d{1,3}(?:[.,\s\u00a0]\d{3})+|\d{1,9})\)?")
_SPENT = re.compile(
    r"run out|ran out|out of (?:searches|credit)|not enough credit|insufficient|quota|payment|balance|used all", re.I
)
_KEY = re.compile(r"(?:invalid|missing|unknown|wrong|no valid)\W+(?:\w+\W+){0,3}(?:key|token)|unauthori[sz]ed", re.I)
_LIMITED = re.compile(r"rate.?limit|too many requests|throughput|concurren", re.I)


def parsed(body: bytes) -> Part:
    """The JSON object of an answer, {} when it is none."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def part(data: Part, *path: str) -> Part:
    """The object at a path."""
    for key in path:
        value = data.get(key)
        data = value if isinstance(value, dict) else {}
    return data


def rows(data: Part, *path: str) -> list[Part]:
    """The objects of the list at a path, no more than a page can hold."""
    value = part(data, *path[:-1]).get(path[-1])
    return [item for item in value[:MOST_RESULTS] if isinstance(item, dict)] if isinstance(value, list) else []


def text(data: Part, *keys: str) -> str:
    """The first of these keys that holds text, as one line any database takes."""
    for key in keys:
        value = data.get(key)
        if isinstance(value, str):
            line = plain(_BROKEN.sub("\ufffd", value))
            if line:
                return line
    return ""


def number(data: Part, *keys: str) -> float | None:
    """The first of these keys that holds a finite number, "4,5" and "4.5" included."""
    for key in keys:
        value = data.get(key)
        if isinstance(value, str) and re.fullmatch(r"\s*\d{1,6}(?:[.,]\d{1,4})?\s*", value):
            value = float(value.replace(",", "."))
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e9 and math.isfinite(value):
            return float(value)
    return None


def whole(data: Part, key: str) -> int | None:
    """A place on a page: a whole number from 1, None for anything else."""
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10_000 else None


def votes(data: Part, *keys: str) -> int | None:
    """How many voted: 3120, "3,120", "(3 120)"; a rounded "3.1K" is no number of votes."""
    for key in keys:
        value = data.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
            return value
        found = _GROUPED.fullmatch(value.strip()) if isinstance(value, str) else None
        if found:
            return int(re.sub(r"\D", "", found[1]))
    return None


def web(data: Part, *keys: str) -> str | None:
    """The first of these keys that holds an address on the web, unwrapped; None for none, or one that hides."""
    for key in keys:
        address = unwrap(text(data, key))
        if canonical(address) is not None:
            return address
    return None


def rated(value: float | None, scale: float | None = None, count: int | None = None) -> Rating | None:
    """A rating; a scale nobody tells is the smallest usual one the value fits."""
    if value is None or value < 0:
        return None
    fits = scale or next((usual for usual in (5.0, 10.0, 100.0) if value <= usual), 0.0)
    return Rating(value, fits, count) if value <= fits else None


def rating_of(item: Part, scale: float | None = None) -> Rating | None:
    """The rating an object holds, by whatever keys: value, scale, votes."""
    told = scale or number(item, "rating_max", "bestRating", "ratingMax")
    count = votes(item, "reviews", "votes_count", "reviewCount", "review_count", "ratingCount")
    return rated(number(item, "rating", "value", "ratingValue"), told, count)


def rich_rating(item: Part) -> Rating | None:
    """The rating of a result in the form SerpApi, SearchApi and Scale SERP share; its text may tell the scale."""
    for place in ((), ("rich_snippet",), ("rich_snippet", "bottom"), ("rich_snippet", "top")):
        rich = part(item, *place)
        found = part(rich, "detected_extensions") or rich
        value = number(found, "rating")
        if value is not None:
            lines = rich.get("extensions")
            told = " ".join(str(line) for line in lines[:20]) if isinstance(lines, list) else ""
            said = rating_in(told)
            scale = said.scale if said is not None and said.value == value else None
            return rated(value, scale, votes(found, "reviews", "votes"))
    return None


def result(
    item: Part, *, url: str = "link", shown: tuple[str, ...] = ("displayed_link", "domain"),
    snippet: tuple[str, ...] = ("snippet",), date: tuple[str, ...] = ("date",), rating: Rating | None = None,
    absolute_rank: int | None = None, page_no: int = 1,
) -> Result | None:  # fmt: skip
    """One organic entry, still without its rank; None when it has no title or leads nowhere."""
    title, display = text(item, "title"), text(item, *shown)
    found = target(text(item, url), display, title)
    if found is None or not title:
        return None
    led, rest = split_date(text(item, *snippet))
    return Result(
        rank=0, url=found.url, link=found.link, title=title, snippet=rest, display_url=display, host=found.host,
        rating=rating, date_text=text(item, *date) or led, page_no=page_no, absolute_rank=absolute_rank,
        unresolved=found.unresolved,
    )  # fmt: skip


def organic(items: Iterable[Part], read: Callable[[Part], Result | None]) -> tuple[tuple[Result, ...], int]:
    """(distinct results, ranked in their order; how many entries nobody could read)."""
    found: dict[str, Result] = {}
    unread = 0
    for item in items:
        one = read(item)
        if one is None:
            unread += 1
        else:
            found.setdefault(one.link, replace(one, rank=len(found) + 1))
    return tuple(found.values()), unread


def refused(status: int | None, said: str) -> BlockKind | None:
    """Why a provider would not answer, from its status and its own words; None when that is no refusal.

    Words come first: 429 can be an empty balance (SerpApi), 400 too (Serper). A refusal without the provider's words
    (a proxy's 403) is not the provider's: the judge knows what to make of the bare status.
    """
    if not said:
        return "quota" if status == 402 else None
    if status == 402 or (_SPENT.search(said) and status not in (401, 500, 502, 503)):
        return "quota"
    if status == 429 or (_LIMITED.search(said) and status != 403):
        return "rate_limit"
    return "key_refused" if status in (401, 403) or _KEY.search(said) else None


def failed(status: int | None, said: str, block: BlockKind | None) -> bool:
    """Whether an error a provider tells is its own failure: neither a refusal, nor a request it calls wrong (4xx)."""
    return bool(said) and block is None and not 400 <= (status or 200) < 500


def another(phrase: str, asked: str | None) -> bool:
    """Whether a provider says that the engine answered another phrase than ours."""
    return bool(phrase) and " ".join(phrase.split()).casefold() != " ".join((asked or "").split()).casefold()
