"""Words of complaint and praise in three languages: phrases with negation, weighed, each with where it stands. Pure.

A lexicon is a toml file of phrases; "word*" also matches longer words. Matching is on a folded copy of the text of the
same length (case, Polish diacritics, Hebrew points), so that every piece of evidence points into the original.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from app.types import Evidence

LANGUAGES = ("he", "pl", "en")
TITLE_WEIGHT = 1.25
_HEBREW_PREFIX = "(?:ו?(?:כש|של|מה|[הבכלמש]){0,2})"
_GAP = r"[\s,\-–—\"'׳״.:]{1,3}"
_NEGATION_REACH = re.compile(r"[^.!?…|()\n]{0,22}$")
_FOLD = {ord("ł"): "l", ord("ß"): "s", ord("’"): "'", ord("‘"): "'", ord("״"): '"', ord("׳"): "'", ord("`"): "'"}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's compiled phrases: (polarity -2..2, pattern) and the contexts that change what they mean."""

    tones: tuple[tuple[int, re.Pattern[str]], ...]
    negators: re.Pattern[str]
    questions: re.Pattern[str]
    contexts: dict[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class Tone:
    """score: praise minus complaint, weighed; words: how many spoke; contexts: what else was seen."""

    score: float
    words: int
    evidence: tuple[Evidence, ...]
    contexts: frozenset[str]
    question: bool


def fold(text: str) -> str:
    """The text for matching, of the same length: lower case, no diacritics, no points, plain quotes."""
    return "".join(_fold_one(character) for character in text)


@lru_cache(maxsize=4096)
def _fold_one(character: str) -> str:
    lower = character.lower()
    lower = lower if len(lower) == 1 else character
    mapped = _FOLD.get(ord(lower))
    if mapped:
        return mapped
    if unicodedata.combining(lower):
        return "\u00b8"  # stands in for a Hebrew point: no letter, no space
    base = unicodedata.normalize("NFD", lower)[0]
    return base if base.isalnum() else lower


@lru_cache(maxsize=8)
def lexicon(lang: str) -> Lexicon:
    """The lexicon of a language."""
    data = tomllib.loads((files("app.scoring") / "lexicons" / f"{lang}.toml").read_text(encoding="utf-8"))
    tones = (
        (-2, data["negative"]["strong"]), (-1, data["negative"]["mild"]),
        (2, data["positive"]["strong"]), (1, data["positive"]["mild"]),
    )  # fmt: skip
    return Lexicon(
        tones=tuple((weight, _pattern(phrases, lang)) for weight, phrases in tones),
        negators=_pattern(data["negators"], lang),
        questions=re.compile(r"^\W*(?:" + "|".join(re.escape(fold(word)) for word in data["questions"]) + r")\b"),
        contexts={name: _pattern(phrases, lang) for name, phrases in data["context"].items()},
    )


def _pattern(phrases: Iterable[str], lang: str) -> re.Pattern[str]:
    """One pattern for many phrases, the longest first."""
    ordered = sorted(dict.fromkeys(phrases), key=len, reverse=True)
    prefix = _HEBREW_PREFIX if lang == "he" else ""
    return re.compile(r"(?<![^\W_])" + prefix + "(?:" + "|".join(_phrase(p) for p in ordered) + r")(?![^\W_])")


def _phrase(phrase: str) -> str:
    words = []
    for word in fold(phrase).split():
        stem = re.escape(word.rstrip("*")).replace(r"\?", ".")
        words.append(stem + (r"\w*" if word.endswith("*") else ""))
    return _GAP.join(words)


def language(text: str) -> str:
    """The language of a text by its letters: Hebrew, Polish diacritics, otherwise English."""
    if re.search("[\u05d0-\u05ea]", text):
        return "he"
    return "pl" if re.search("[ąćęłńóśźż]", text.lower()) else "en"


def tone(title: str, snippet: str, lang: str, masked: Iterable[str] = ()) -> Tone:
    """What the words of a result say. masked: names (the brand's) that are no words."""
    score, words = 0.0, 0
    evidence: list[Evidence] = []
    contexts: set[str] = set()
    spoken = {lang, language(title + snippet)}
    for field, text, weight in (("title", title, TITLE_WEIGHT), ("snippet", snippet, 1.0)):
        folded = _mask(fold(text), masked)
        for name in spoken:
            lex = lexicon(name)
            contexts |= {context for context, pattern in lex.contexts.items() if pattern.search(folded)}
            for value, start, end in _spoken(folded, lex):
                score += value * weight
                words += 1
                evidence.append(Evidence(field, start, end, text[start:end]))
    question = "?" in title and any(lexicon(name).questions.search(fold(title)) for name in spoken)
    return Tone(score, words, tuple(evidence), frozenset(contexts), question or title.rstrip().endswith("?"))


def _spoken(folded: str, lex: Lexicon) -> Iterable[tuple[int, int, int]]:
    """(value, start, end) of each phrase, longer and stronger ones first, none inside another."""
    taken: list[tuple[int, int]] = []
    for weight, pattern in sorted(lex.tones, key=lambda tone: -abs(tone[0])):
        for found in pattern.finditer(folded):
            start, end = found.span()
            if any(start < other_end and other_start < end for other_start, other_end in taken):
                continue
            taken.append((start, end))
            yield _negated(weight, folded, start, lex), start, end


def _negated(weight: int, folded: str, start: int, lex: Lexicon) -> int:
    """A negated praise is a complaint, a negated mild complaint faint praise; a negated strong complaint is nothing."""
    reach = _NEGATION_REACH.search(folded[:start])
    before = reach[0] if reach else ""
    near = list(lex.negators.finditer(before))
    if not near or len(before[near[-1].end() :].split()) > 2:
        return weight
    return -weight if abs(weight) == 1 or weight > 0 else 0


def _mask(folded: str, names: Iterable[str]) -> str:
    for name in names:
        plain = fold(name).strip()
        if len(plain) > 1:
            folded = re.sub(re.escape(plain), lambda found: "_" * len(found[0]), folded)
    return folded
