"""Words of complaint and praise in three languages, negated or not, weighed, each with where it stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.scoring.lexicon import LANGUAGES, Found, fold, lexicon
from app.types import Evidence

__all__ = ["LANGUAGES", "Tone", "fold", "language", "lexicon", "tone"]
TITLE_WEIGHT = 1.25
TONES = frozenset({"-2", "-1", "1", "2"})
_BREAK = re.compile(r"[.!?…|()\n]")
_REACH, _BETWEEN = 22, 2  # characters, and words, a negation reaches over
_HEBREW = re.compile("[\u05d0-\u05ea]")
_POLISH = re.compile("[ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]")


@dataclass(frozen=True, slots=True)
class Tone:
    """score: praise minus complaint, weighed; words: how many spoke; contexts: what else was seen; values: what each
    piece of evidence counts, -2 to 2."""

    score: float
    words: int
    evidence: tuple[Evidence, ...]
    contexts: frozenset[str]
    question: bool
    praise: float = 0.0
    complaint: float = 0.0
    values: tuple[int, ...] = ()

    def of(self, field: str, start: int = 0, end: int | None = None) -> int:
        """What the words count that stand in a field from start to end."""
        return sum(
            value
            for value, one in zip(self.values, self.evidence, strict=True)
            if one.field == field and start <= one.start and (end is None or one.start < end)
        )


def language(text: str) -> str:
    """The language of a text by its letters: Hebrew, Polish diacritics, otherwise English."""
    if _HEBREW.search(text):
        return "he"
    return "pl" if _POLISH.search(text) else "en"


def tone(title: str, snippet: str, lang: str, masked: Iterable[str] = ()) -> Tone:
    """What the words of a result say. masked: names (the brand's) that are no words."""
    praise = complaint = 0.0
    spoken: list[tuple[int, Evidence]] = []
    contexts: set[str] = set()
    asks = title.rstrip().endswith("?")
    names = [plain for name in masked if len(plain := fold(name).strip()) > 1]
    languages = dict.fromkeys((lang, language(title + snippet)))
    for field, text, weight in (("title", title, TITLE_WEIGHT), ("snippet", snippet, 1.0)):
        folded = _mask(fold(text), names)
        found = [one for name in languages for one in lexicon(name).find(folded)]
        contexts |= {one.tag for one in found if one.tag not in TONES}
        asks = asks or (field == "title" and "?" in title and any(f.tag == "question" and f.first == 0 for f in found))
        for value, start, end in _spoken(folded, found):
            praise, complaint = praise + max(value, 0) * weight, complaint + max(-value, 0) * weight
            spoken.append((value, Evidence(field, start, end, text[start:end])))
    rest = frozenset(contexts - {"negator", "question"})
    values, evidence = tuple(value for value, _ in spoken), tuple(one for _, one in spoken)
    return Tone(praise - complaint, len(spoken), evidence, rest, asks, praise, complaint, values)


def _spoken(folded: str, found: list[Found]) -> Iterator[tuple[int, int, int]]:
    """(value, start, end) of each phrase, longer and stronger ones first, none inside another."""
    taken: list[Found] = []
    negators = [one for one in found if one.tag == "negator"]
    tones = [one for one in found if one.tag in TONES]
    for one in sorted(tones, key=lambda tone: (-abs(int(tone.tag)), tone.start, tone.start - tone.end)):
        if any(one.start < other.end and other.start < one.end for other in taken):
            continue
        taken.append(one)
        yield _negated(int(one.tag), folded, one, negators), one.start, one.end


def _negated(weight: int, folded: str, one: Found, negators: list[Found]) -> int:
    """A negated praise is a complaint, a negated mild complaint faint praise; a negated strong complaint is nothing."""
    for negator in negators:
        between = one.first - negator.last - 1
        reaches = 0 <= between <= _BETWEEN and one.start - negator.start <= _REACH
        if reaches and not _BREAK.search(folded, negator.end, one.start):
            return -weight if abs(weight) == 1 or weight > 0 else 0
    return weight


def _mask(folded: str, names: list[str]) -> str:
    for name in names:
        if name in folded:
            folded = folded.replace(name, "_" * len(name))
    return folded
