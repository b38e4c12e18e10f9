"""Phrases of three languages and where they stand in a text: a word is looked up once and then remembered. Pure.

A lexicon is a toml file of phrases; "word*" also matches longer words. Matching is on a folded copy of the text of the
same length (case, Polish diacritics, Hebrew points and final letters), so that every find points into the original.
Spelling is forgiven word by word: Hebrew prefixes, doubled yod and vav, Polish without diacritics.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

LANGUAGES = ("he", "pl", "en")
POINT = "\u00b8"  # stands in for a Hebrew point: no letter, no space
_WORD = re.compile(f"(?:[^\\W_]{POINT}*)+")
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


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase at [start, end) of a text, its words first..last by number."""

    tag: str
    start: int
    end: int
    first: int
    last: int


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
        self._seen: dict[str, tuple[tuple[Phrase, ...], frozenset[str]]] = {}
        for tag, phrases in tagged:
            for phrase in dict.fromkeys(phrases):
                self._add(_phrase(phrase, tag, self.hebrew))

    def _add(self, phrase: Phrase) -> None:
        word, longer = phrase.words[0]
        (self._stems if longer else self._starts).setdefault(word, []).append(phrase)

    def find(self, folded: str) -> list[Found]:
        """Every phrase in a folded text, overlapping ones too."""
        spans = [(match[0], match.start(), match.end()) for match in _WORD.finditer(folded)]
        found = []
        for number, (word, _, _) in enumerate(spans):
            for phrase in self._known(word)[0]:
                last = self._reaches(phrase, folded, spans, number)
                if last is not None:
                    found.append(Found(phrase.tag, spans[number][1], spans[last][2], number, last))
        return found

    def _known(self, word: str) -> tuple[tuple[Phrase, ...], frozenset[str]]:
        """What may start with a word, and all forms the word may be taken for."""
        known = self._seen.get(word)
        if known is None:
            forms = frozenset(_forms(word, self.hebrew))
            phrases = [p for form in forms for p in self._starts.get(form, ())]
            phrases += [
                p for form in forms for size in range(1, len(form) + 1) for p in self._stems.get(form[:size], ())
            ]
            known = tuple(dict.fromkeys(phrases)), forms
            if len(self._seen) < _MOST_WORDS:
                self._seen[word] = known
        return known

    def _reaches(self, phrase: Phrase, folded: str, spans: list[tuple[str, int, int]], number: int) -> int | None:
        """The number of the phrase's last word when the words from `number` on are its words; None when not."""
        last = number + len(phrase.words) - 1
        if last >= len(spans):
            return None
        if phrase.exact:
            start = spans[number][1] - phrase.lead
            return last if start >= 0 and folded.startswith(phrase.exact, start) else None
        for step in range(1, len(phrase.words)):
            gap = folded[spans[number + step - 1][2] : spans[number + step][1]]
            if len(gap) > 3 or not _LOOSE.issuperset(gap):
                return None
            wanted, longer = phrase.words[step]
            if not any(
                form == wanted or (longer and form.startswith(wanted))
                for form in self._known(spans[number + step][0])[1]
            ):
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
            if len(plain) - cut >= 2 and _PREFIX.fullmatch(plain[:cut]):
                yield plain[cut:]


def _spelled(word: str, hebrew: bool) -> str:
    bare = word.replace(POINT, "")
    return bare.replace("יי", "י").replace("וו", "ו") if hebrew else bare


@lru_cache(maxsize=8)
def lexicon(lang: str) -> Lexicon:
    """The lexicon of a language."""
    return Lexicon(lang)
