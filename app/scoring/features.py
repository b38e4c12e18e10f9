"""What the rules see in a result, as numbers for a text model, and the contract such a model keeps. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from app.scoring.lexicon import LANGUAGES, fold
from app.scoring.sites import KINDS
from app.scoring.words import TITLE_WEIGHT, Tone, language
from app.types import Evidence, Label

CONTEXTS = ("phishing", "resolved", "topic", "satire", "answer", "hostile")
HINTS = ("court", "dismissed", "still", "award", "weeks", "minutes")
HINT = 0.7  # what says little alone weighs less
_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\s[–—|]\s|;\s")
_YES = re.compile(r"\W*(?:yes|yeah|yep|absolutely|definitely|tak|owszem|zdecydowanie|כנ|בהחלט|חיובי|ברור)\b")
_NO = re.compile(r"\W*(?:no|nope|not really|nie|לא|ממש לא|בשומ אופנ)\b")
MIDDLE = 3.3  # of five: ratings that decide nothing lie around it


@dataclass(frozen=True, slots=True)
class Asked:
    """What a text model is told of one result: its words, and what the rules saw in them (see `features`)."""

    title: str
    snippet: str
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Guess:
    """What a model answers: a label that is never "owned", and how likely it is right, 0..1.

    by: the version of who spoke, when that is not the model that was asked; evidence: the words it quotes, if it does.
    """

    label: Label
    probability: float
    by: str = ""
    evidence: tuple[Evidence, ...] = ()


class TextModel(Protocol):
    """Reads one result. Equal input gives an equal answer of one version. None: it has no answer, the rules speak."""

    version: str

    def __call__(self, asked: Asked) -> Guess | None: ...


class Listener:
    """Stands in for a model, to hear what one would be asked."""

    version = "none"

    def __init__(self) -> None:
        self.heard: Asked | None = None

    def __call__(self, asked: Asked) -> None:
        self.heard = asked


def features(
    said: Tone, kind: str | None, five: float | None, rules: Label, title: str, snippet: str
) -> tuple[float, ...]:
    """The rules' view: words, question, contexts, kind of site, rating, their own label, where words stand and what a
    question is answered; each about -2 to 2. The last three say the language: one of them is 1."""
    spoken = language(title + snippet)
    return (
        max(-4.0, min(4.0, said.score)) / 2,
        min(said.praise, 6.0) / 3,
        min(said.complaint, 6.0) / 3,
        float(said.question),
        *(float(context in said.contexts) for context in CONTEXTS),
        *(float(kind == known) for known in KINDS),
        0.0 if five is None else five - MIDDLE,
        float(five is not None),
        *(float(rules == label) for label in ("positive", "neutral", "negative")),
        float("?" in snippet),
        float("!" in title + snippet),
        *(HINT * float(context in said.contexts) for context in HINTS),
        *(HINT * one for one in _places(said, snippet)),
        *(HINT * one for one in _answered(said, title, snippet)),
        *(float(spoken == one) for one in LANGUAGES),
    )


def _places(said: Tone, snippet: str) -> tuple[float, ...]:
    """Title, snippet, its first and its last sentence, -1 to 1: praise in a title and a complaint at the end differ."""
    breaks = [one for one in _SENTENCES.finditer(snippet) if one.start() > 0 and one.end() < len(snippet)]
    first, last = (breaks[0].start(), breaks[-1].end()) if breaks else (None, 0)
    found = (
        TITLE_WEIGHT * said.of("title"), said.of("snippet"), said.of("snippet", 0, first), said.of("snippet", last),
    )  # fmt: skip
    return tuple(_within(one, 4.0) for one in found)


def _answered(said: Tone, title: str, snippet: str) -> tuple[float, ...]:
    """Whether the title asks, the snippet answers and begins with yes or no; and the tones of a question and answer."""
    asks, begins = "?" in title, fold(snippet[:40])
    return (
        float(asks),
        float(asks and "?" not in snippet),
        float(_YES.match(begins) is not None),
        float(_NO.match(begins) is not None),
        asks * _within(TITLE_WEIGHT * said.of("title"), 3.0),
        asks * _within(said.of("snippet"), 3.0),
    )


def _within(value: float, most: float) -> float:
    return max(-most, min(most, value)) / most
