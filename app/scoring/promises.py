"""The words by which a company promises service, in three languages, and where they stand in a result. Pure.

Whoever promises is not asked here: the promise gap looks at owned results only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from app.scoring.words import fold
from app.types import Evidence

_GAP = r"[\s,\-–—.:]{1,3}"
_PREFIX = {"he": "(?:ו?(?:כש|של|מה|[הבכלמש]){0,2})"}  # one-letter words that Hebrew writes onto the next one


def promised(title: str, snippet: str) -> tuple[Evidence, ...]:
    """Where a result promises service, in the order of reading; a phrase inside a longer one is not told again.

    Of every language: a page asked for in Hebrew shows English slogans too.
    """
    return tuple(_spans("title", title)) + tuple(_spans("snippet", snippet))


def _spans(field: str, text: str) -> Iterator[Evidence]:
    folded = fold(text)
    found = sorted(
        {one.span() for pattern in _patterns() for one in pattern.finditer(folded)},
        key=lambda span: (span[0], -span[1]),
    )
    end = 0
    for start, stop in found:
        if start >= end:
            yield Evidence(field, start, stop, text[start:stop])
            end = stop


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    """One pattern a language, the longest phrase first."""
    listed = tomllib.loads((files("app.scoring") / "promises.toml").read_text(encoding="utf-8"))
    return tuple(_pattern(phrases, _PREFIX.get(lang, "")) for lang, phrases in listed.items())


def _pattern(phrases: list[str], prefix: str) -> re.Pattern[str]:
    ordered = sorted(dict.fromkeys(phrases), key=len, reverse=True)
    return re.compile(r"(?<![^\W_])" + prefix + "(?:" + "|".join(map(_phrase, ordered)) + r")(?![^\W_])")


def _phrase(phrase: str) -> str:
    words = fold(phrase).split()
    return _GAP.join(re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in words)
