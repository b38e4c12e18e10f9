"""What the judge, the transport and the runner wrote down in English, said in the reader's language.

The record keeps one language, readers have three. The English sentences the code can write stand in en/judge.toml
under "said ..."; the other languages hold the same keys with the same blanks. A blank's name says what fits it:
n a number, word one word from outside, text any text from outside, said another sentence of the list, reasons
several of them joined by "; ". Codes (a state, a failure) have words of their own, under "code ..." or as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import get_args

from app.texts import quoted, shown, texts
from app.types import LONGEST_REASON
from scrapers.errors import BY_CODE
from scrapers.types import BlockKind, State

WORDS = ("missed", "abandoned", "cancelled", "stopped", "running", "done")
CODES = frozenset({*get_args(State), *get_args(BlockKind), *BY_CODE, *WORDS})
QUOTING = "Our phrase echoed"  # the check whose detail is the page's own words, whatever they look like
SAID, CHECK, JOINT = "said ", "check ", "; "
FITS = {
    "n": r"-?[\d.,]+(?:e[+-]?\d+)?%?",
    "word": r"\S+",
    "text": r"(?s:.+?)",
    "said": r"(?s:.+)",
    "reasons": r"(?s:.+)",
}
_BLANK = re.compile(r"{((n|word|text|said|reasons)\d?)}")


def said(text: str, words: Mapping[str, str], check: str = "") -> str:
    """A stored sentence in the language of those words, outside text in it isolated; as it stands when it is not ours.

    check: the name of the check whose detail it is, "" for a reason.
    """
    plain = shown(text)
    if check:
        return _detail(check, plain, words) or plain
    return _checks(plain, words) or _sentence(plain, words) or plain


def _checks(text: str, words: Mapping[str, str]) -> str | None:
    """The failed checks of a suspect page: "NAME: DETAIL; NAME: DETAIL". None when it is something else."""
    told = []
    for part in _joints().split(text):
        name, colon, detail = part.partition(": ")
        if not colon or CHECK + name not in words:
            return None
        told.append([words[CHECK + name], _detail(name, detail, words) or quoted(detail)])
    if len(text) >= LONGEST_REASON and name != QUOTING:
        told[-1][1] = "…"  # the record holds half a sentence, and half a sentence cannot be said
    return JOINT.join(": ".join(pair) for pair in told)


def _detail(check: str, text: str, words: Mapping[str, str]) -> str | None:
    if check != QUOTING:
        return _sentence(text, words)
    return _sentence(text, words) if any(form.fullmatch(text) for key, form in forms() if " phrase" in key) else None


def _sentence(text: str, words: Mapping[str, str]) -> str | None:
    if text in CODES:
        return words.get(f"code {text}") or words[text]
    for key, form in forms():
        found = form.fullmatch(text)
        if found is None:
            continue
        blanks = {name: _filled(name.rstrip("0123456789"), value, words) for name, value in found.groupdict().items()}
        if all(value is not None for value in blanks.values()):
            return _BLANK.sub(lambda blank: blanks[blank[1]] or "", words[key])  # noqa: B023  used at once
    return None


def _filled(kind: str, value: str, words: Mapping[str, str]) -> str | None:
    """What stands in a blank, None when it is a sentence that nobody knows."""
    if kind == "n":
        return value.replace(".", words["decimal_point"])
    if kind == "said":
        return _sentence(value, words)
    if kind == "reasons":
        told = [_sentence(part, words) for part in value.split(JOINT)]
        return JOINT.join(part or "" for part in told) if None not in told else _sentence(value, words)
    return quoted(value)


@lru_cache(maxsize=1)
def forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(key, how its English sentence looks); those that begin with a blank come last, then fewer words of their own."""
    known = [(key, text) for key, text in texts("en").items() if key.startswith(SAID)]
    known.sort(key=lambda row: (row[1].startswith("{"), -len(_BLANK.sub("", row[1]))))
    return tuple((key, re.compile(_looks(text))) for key, text in known)


def _looks(text: str) -> str:
    """A template as a pattern: every third piece of the split is a blank's name, the next one its kind."""
    pieces = _BLANK.split(text)
    named = [f"(?P<{name}>{FITS[kind]})" for name, kind in zip(pieces[1::3], pieces[2::3], strict=True)]
    fixed = [re.escape(piece) for piece in pieces[::3]]
    return fixed[0] + "".join(blank + rest for blank, rest in zip(named, fixed[1:], strict=True))


@lru_cache(maxsize=1)
def _joints() -> re.Pattern[str]:
    """Where one check of a reason ends and the next begins; a phrase that holds "; " is not torn."""
    names = [re.escape(key.removeprefix(CHECK)) for key in texts("en") if key.startswith(CHECK)]
    return re.compile(f"{JOINT}(?=(?:{'|'.join(names)}): )")
