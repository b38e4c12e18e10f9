"""The words every floor of the app uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Progress = Callable[[int, int], None]  # so many done, of so many
LONGEST_REASON = 500  # characters the record keeps of a sentence
Label = Literal["owned", "positive", "neutral", "negative"]
LABELS: tuple[Label, ...] = ("owned", "positive", "neutral", "negative")
Scope = Literal["text", "url", "path", "host"]
SCOPES: tuple[Scope, ...] = ("text", "url", "path", "host")
BesideKind = Literal["ai_overview", "paa"]
BESIDE: tuple[BesideKind, ...] = ("ai_overview", "paa")
Purpose = Literal["share", "watch"]

Role = Literal["owner", "analyst", "viewer"]
ROLES: tuple[Role, ...] = ("owner", "analyst", "viewer")

ChangeKind = Literal[
    "entered", "negative_entered", "left", "negative_left", "owned_lost", "climbed", "fell", "displaced", "unconfirmed"
]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one thing that was typed. field: name, owned, market, engine, source, phrase, depth, target,
    schedule; code: the kind of trouble, for pages that say it in another language; message: one English sentence."""

    field: str
    code: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why: text found in `field` ("title", "snippet", "url", "rating") at [start, end); start = end = 0 for data.

    Of a label set by hand: who ("actor") and when ("date").
    """

    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A label, its source ("human", "owned", "rating", "site", "words", "model", "none"), rule, evidence and
    confidence 0..1."""

    label: Label
    kind: str
    rule: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    version: str = ""


@dataclass(frozen=True, slots=True)
class OwnedSite:
    """A host the brand controls, with an optional path prefix ("facebook.com", "/nativ")."""

    host: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class LabelRule:
    """What a person said. pattern: of match "text" the hash of an appearance's text in hex, a blank and its canonical
    URL ("" of a question or an overview, which has none); of "url" a canonical URL; of "path" a host and the first
    segments of a path; of "host" a host and all below it.

    everywhere: said of all brands of the workspace, not of one.
    """

    id: int
    match: Scope
    pattern: str
    label: Label
    actor: str
    created: datetime
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class ScoredResult:
    """One row of a snapshot as compare and the charts need it."""

    rank: int
    hit: int
    url: str
    label: Label
    title: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What two good snapshots tell about one result; a rank is None where it was absent."""

    kind: ChangeKind
    hit: int
    from_rank: int | None = None
    to_rank: int | None = None
    note: str = field(default="")
