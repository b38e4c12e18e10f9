"""What the rules see in a result, as numbers for a text model, and the contract such a model keeps. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from app.scoring.sites import KINDS
from app.scoring.words import Tone
from app.types import Evidence, Label

CONTEXTS = ("phishing", "resolved", "topic", "satire", "answer", "hostile")
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
    """The rules' view: words, question, contexts, kind of site, rating, their own label; each about -2 to 2."""
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
    )
