"""Phrases of three languages and where they stand in a text: a word is looked up once and then remembered. Pure.

A lexicon is a toml file of phrases; "word*" also matches longer words. Matching is on a folded copy of the text of the
same length (case, Polish diacritics, Hebrew points and final letters), so that every find points into the original.
Spelling is forgiven word by word: Hebrew prefixes, doubled yod and vav, Polish without diacritics.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

LANGUAGES = ("he", "pl", "en")
POINT = "\u00b8"  # stands in for a Hebrew point: no letter, no space
_WORD = re.compile(f"[^\\W_]+(?:{POINT}+[^\\W_]*)*")
_LOOSE = frozenset(" ,-–—\"':.\u00a0\t")
_EXACT = re.compile(r"[/\[\]():!+.\"]")
_PREFIX = re.compile("ו?(?:כש|של|מה|[הבכלמש]){0,2}")
_PLAIN = {
    "ł": "l", "ß": "s", "’": "'", "‘": "'", "״": '"', "׳": "'", "`": "'",
    "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ", "ך": "כ",
}  # fmt: skip
_MOST_WORDS = 200_000  # remembered words; hostile text could otherwise fill the memory


class _Fold(dict[int, str]):
    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_one(chr(code))
        return folded


def _fold_one(character: str) -> str:
    lower = character.lower()
    lower = lower if len(lower) == 1 else character
    if lower in _PLAIN:
        return _PLAIN[lower]
    if unicodedata.combining(lower):
        return POINT
    base = unicodedata.normalize("NFD", lower)[0]
    base = base if base.isalnum() else lower
    return _PLAIN.get(base, base)


_TABLE = _Fold()


def fold(text: str) -> str:
    """The text for matching, of the same length: lower case, no diacritics, points or final letters, plain quotes."""
    return text.translate(_TABLE)


@dataclass(frozen=True, slots=True)
class Phrase:
    """words: (word, whether longer words match too); tag: what it means; exact: to the letter, marks included."""

    words: tuple[tuple[str, bool], ...]
    tag: str
    exact: str = ""
    lead: int = 0  # characters of an exact phrase before its first word


class Found(NamedTuple):
    """A phrase at [start, end) of a text, its words first..last by number."""

    tag: str
    start: int
    end: int
    first: int
    last: int


@dataclass(slots=True)
class _Known:
    """A written word: all forms it may be taken for, and what may start with it. What goes on is kept by its second
    word, so that of fifty phrases with "not" only those are tried that the next word speaks for."""

    forms: tuple[str, ...]
    alone: list[str] = field(default_factory=list)  # tags of phrases that are this one word
    tried: list[Phrase] = field(default_factory=list)  # exact ones, and those whose second word may be longer
    goes_on: dict[str, list[Phrase]] = field(default_factory=dict)

    def add(self, phrase: Phrase) -> None:
        if len(phrase.words) == 1 and not phrase.exact:
            self.alone.append(phrase.tag)
        elif phrase.exact or phrase.words[1][1]:
            self.tried.append(phrase)
        else:
            self.goes_on.setdefault(phrase.words[1][0], []).append(phrase)


class Lexicon:
    """One language's phrases, by tag: "-2", "-1", "1", "2" (tones), "negator", "question", or a context's name."""

    def __init__(self, lang: str) -> None:
        data = tomllib.loads((files("app.scoring") / "lexicons" / f"{lang}.toml").read_text(encoding="utf-8"))
        tagged = [
            ("-2", data["negative"]["strong"]), ("-1", data["negative"]["mild"]),
            ("2", data["positive"]["strong"]), ("1", data["positive"]["mild"]),
            ("negator", data["negators"]), ("question", data["questions"]), *data["context"].items(),
        ]  # fmt: skip
        self.hebrew = lang == "he"
        self._starts: dict[str, list[Phrase]] = {}
        self._stems: dict[str, list[Phrase]] = {}
        self._seen: dict[str, _Known] = {}
        for tag, phrases in tagged:
            for phrase in dict.fromkeys(phrases):
                self._add(_phrase(phrase, tag, self.hebrew))

    def _add(self, phrase: Phrase) -> None:
        word, longer = phrase.words[0]
        (self._stems if longer else self._starts).setdefault(word, []).append(phrase)

    def find(self, folded: str) -> list[Found]:
        """Every phrase in a folded text, overlapping ones too."""
        seen = self._seen
        spans = [(match[0], *match.span()) for match in _WORD.finditer(folded)]
        words = [seen.get(word) or self._known(word) for word, _, _ in spans]
        found = []
        for number, known in enumerate(words):
            if known.alone:
                _, start, end = spans[number]
                found += [Found(tag, start, end, number, number) for tag in known.alone]
            if known.tried or known.goes_on:
                for phrase in _candidates(words, number):
                    last = _reaches(phrase, folded, spans, words, number)
                    if last is not None:
                        found.append(Found(phrase.tag, spans[number][1], spans[last][2], number, last))
        return found

    def _known(self, word: str) -> _Known:
        known = _Known(tuple(dict.fromkeys(_forms(word, self.hebrew))))
        for phrase in dict.fromkeys(self._starting(known.forms)):
            known.add(phrase)
        if len(self._seen) < _MOST_WORDS:
            self._seen[word] = known
        return known

    def _starting(self, forms: Iterable[str]) -> Iterator[Phrase]:
        """The phrases whose first word one of the forms is, or goes on from."""
        for form in forms:
            yield from self._starts.get(form, ())
            for size in range(1, len(form) + 1):
                yield from self._stems.get(form[:size], ())


def _candidates(words: list[_Known], number: int) -> list[Phrase]:
    """What may stand at a word, judged by the one behind it."""
    known = words[number]
    if not known.goes_on or number + 1 == len(words):
        return known.tried
    return known.tried + [one for form in words[number + 1].forms for one in known.goes_on.get(form, ())]


def _reaches(
    phrase: Phrase, folded: str, spans: list[tuple[str, int, int]], words: list[_Known], number: int
) -> int | None:
    """The number of the phrase's last word when the words from `number` on are its words; None when not."""
    last = number + len(phrase.words) - 1
    if last >= len(spans):
        return None
    if phrase.exact:
        start = spans[number][1] - phrase.lead
        return last if start >= 0 and folded.startswith(phrase.exact, start) else None
    for step in range(1, len(phrase.words)):
        here = number + step
        gap = folded[spans[here - 1][2] : spans[here][1]]
        if gap != " " and (len(gap) > 3 or not _LOOSE.issuperset(gap)):
            return None
        wanted, longer = phrase.words[step]
        forms = words[here].forms
        if wanted not in forms and not (longer and any(form.startswith(wanted) for form in forms)):
            return None
    return last


def _phrase(text: str, tag: str, hebrew: bool) -> Phrase:
    folded = fold(text)
    spans = list(_WORD.finditer(folded))
    words = tuple((_spelled(m[0], hebrew), folded[m.end() : m.end() + 1] == "*") for m in spans)
    if _EXACT.search(folded) and "*" not in folded:
        return Phrase(words, tag, folded, spans[0].start())
    return Phrase(words, tag)


def _forms(word: str, hebrew: bool) -> Iterator[str]:
    """What a written word may stand for: itself, and in Hebrew each rest behind letters that are put in front."""
    plain = _spelled(word, hebrew)
    yield plain
    if hebrew:
        reach = _PREFIX.match(plain)
        for cut in range(1, (reach.end() if reach else 0) + 1):
            if len(plain) - cut >= 3 and _PREFIX.fullmatch(plain[:cut]):
                yield plain[cut:]


def _spelled(word: str, hebrew: bool) -> str:
    bare = word.replace(POINT, "")
    return bare.replace("יי", "י").replace("וו", "ו") if hebrew else bare


@lru_cache(maxsize=8)
def lexicon(lang: str) -> Lexicon:
    """The lexicon of a language."""
    return Lexicon(lang)
