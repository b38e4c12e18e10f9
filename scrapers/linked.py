"""Where a raw page leads, whoever reads it: every address written in it, in its order. Pure, quick enough to judge by.

The judge asks here whether results it knows are still on a page whose reader did not find them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from scrapers.urls import hides_target, target

MOST_LINKS = 5000
_HREF = re.compile(rb"""\shref\s*=\s*(?:"([^"]{1,4000})"|'([^']{1,4000})')""", re.I)


def linked(body: bytes) -> dict[str, int]:
    """Canonical link -> place of its first mention (0, 1, ...). Relative and hidden links lead nowhere we know."""
    places: dict[str, int] = {}
    for place, address in enumerate(_addresses(body)):
        if place >= MOST_LINKS:
            break
        found = None if hides_target(address) else target(address)
        if found is not None:
            places.setdefault(found.link, place)
    return places


def read_json(body: bytes) -> Any:
    """What a provider answered; None when the body is no JSON object or list."""
    if body.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def strings(data: Any) -> Iterator[str]:
    """Every string in a piece of JSON, in its order."""
    waiting = [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting.extend(reversed(one.values()))
        elif isinstance(one, list | tuple):
            waiting.extend(reversed(one))


def links_in(data: Any) -> Iterator[str]:
    """The canonical link of every address written in a piece of data."""
    for text in strings(data):
        found = target(text) if text.startswith(("http://", "https://", "//")) else None
        if found is not None:
            yield found.link


def _addresses(body: bytes) -> Iterator[str]:
    data = read_json(body)
    if data is not None:
        yield from (text for text in strings(data) if text.startswith(("http://", "https://", "//")))
        return
    for found in _HREF.finditer(body):
        yield html.unescape((found[1] or found[2]).decode("utf-8", "replace"))
