"""The numbers of a search, each computed in one place (app.queries.week) and only shown elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.queries.beside import Beside
from app.queries.promise_gap import PromiseGap
from app.queries.reach import Reach
from app.queries.rows import BrandRow, History, HitRow, ResultRow, SearchRow, Share, SnapshotRow
from app.queries.voices import Voices
from app.queries.volatility import Volatility
from app.types import Label

Tone = Literal["better", "worse", ""]
MarkKind = Literal["parser", "rules", "correction", "everywhere", "annotation"]
Urgency = Literal["new", "turned", "rising"]


@dataclass(frozen=True, slots=True)
class ShareFigure:
    """A label's share of the top N: count of n observed, and percent rounded half up."""

    count: int
    n: int
    percent: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of one look that counts, on local day `at`.

    good: owned and positive of the first 20, None when fewer than 15 of them were observed (n20 says how many).
    top: what shares counts, None when too few were observed. n: observed results of the top. score: 0 to 100.
    strip: the labels of ranks 1 to 20, None where a rank was not there.
    """

    at: date
    snapshot: int
    good: int | None
    n20: int
    strip: tuple[Label | None, ...]
    highest_negative: int | None
    score: float | None
    top: int
    n: int
    shares: Mapping[Label, ShareFigure] | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one result gave to the weekly change of the score, in points; ranks are None where it was absent."""

    hit: HitRow
    points: float
    from_rank: int | None
    to_rank: int | None


@dataclass(frozen=True, slots=True)
class Action:
    """A negative result that needs somebody now: new, turned negative, or rising since the week before.

    on_weekend: it was first seen on a weekend day of the home market.
    """

    row: ResultRow
    urgency: Urgency
    from_rank: int | None
    on_weekend: bool


@dataclass(frozen=True, slots=True)
class Quality:
    """Seven days and how each was seen: states[i] of days[i] ("" when there is no finished look). planned[i]: a look
    was planned that day; where none was, nothing is missing."""

    days: tuple[date, ...]
    states: tuple[str, ...]
    snapshots: tuple[int | None, ...]
    observed: int
    planned: tuple[bool, ...] = (True,) * 7

    @property
    def expected(self) -> int:
        """On how many of the days a look was planned."""
        return sum(self.planned)

    @property
    def known(self) -> bool:
        """Fewer than 4 of 7 planned days observed, or as small a part of fewer: nothing may be said about the week."""
        return self.observed > 0 and 7 * self.observed >= 4 * self.expected


@dataclass(frozen=True, slots=True)
class Week:
    """A week's value against that of the week before: the last good look of each.

    now: None before the first good look. before: None when the week before had none; then there are no steps, no
    actions and no change. steps sum to score_change. others: negatives of the top 10 that are not in actions.
    promise, promise_before: the promise gap of the two looks; volatility: between them; reach: what it would take, now.
    """

    first: date
    now: Figures | None
    before: Figures | None
    steps: tuple[Step, ...]
    actions: tuple[Action, ...]
    others: tuple[ResultRow, ...]
    results: tuple[ResultRow, ...]
    quality: Quality
    promise: PromiseGap | None = None
    promise_before: PromiseGap | None = None
    volatility: Volatility | None = None
    reach: Reach | None = None

    @property
    def promise_change(self) -> int | None:
        return _change(*(one.gap if one else None for one in (self.promise, self.promise_before)))

    @property
    def good_change(self) -> int | None:
        return _change(self.now.good if self.now else None, self.before.good if self.before else None)

    @property
    def score_change(self) -> float | None:
        if self.now is None or self.before is None or self.now.score is None or self.before.score is None:
            return None
        return self.now.score - self.before.score

    def share_change(self, label: Label) -> int | None:
        """In per cent points, of the rounded shares that are shown."""
        now, before = (
            figures.shares[label].percent if figures and figures.shares else None for figures in (self.now, self.before)
        )
        return _change(now, before)

    @property
    def negative_tone(self) -> Tone:
        """Whether the highest negative stands better (further down, or gone) or worse than the week before."""
        if self.now is None or self.before is None:
            return ""
        here, there = self.now.highest_negative or 99, self.before.highest_negative or 99
        return "better" if here > there else "worse" if here < there else ""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a negative that left. pushed_out: seen since, at `rank`, on local day `at`, on the search of that
    id and phrase; removed: its page is gone, a person said so on that day; unseen: fewer results were observed than
    would show it; unknown: nothing is known of where it went."""

    kind: Literal["pushed_out", "removed", "unseen", "unknown"]
    at: date | None = None
    rank: int | None = None
    search: int | None = None
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """A result that entered, left or moved between two good looks; ranks are None where it was absent.

    fate: of a negative that left.
    """

    hit: HitRow
    from_rank: int | None
    to_rank: int | None
    fate: Fate | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two good looks side by side: those of the last good days at or before the days asked for."""

    first: date
    last: date
    first_snapshot: int
    last_snapshot: int
    entered: tuple[Move, ...]
    left: tuple[Move, ...]
    moved: tuple[Move, ...]
    same: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on a day that the charts mark: a new parser version, new label rules, corrections (of this brand, or
    everywhere: by a rule of the whole workspace), an annotation.

    count: how many results changed their label by it; text: the version, or what was written.
    """

    at: date
    kind: MarkKind
    text: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class BrandPage:
    """Everything the brand page of one search shows, for a range of weeks and a top of 10 or 20.

    weeks: 0 for the whole record. began: the first day of the record, None before the first look.
    compared: two good looks side by side. voices: who keeps appearing over the range.
    beside: questions and overviews of the last good look.
    """

    brand: BrandRow
    search: SearchRow
    searches: tuple[SearchRow, ...]
    weeks: int
    top: int
    began: date | None
    week: Week
    history: History
    share: Share
    marks: tuple[Mark, ...]
    latest: SnapshotRow | None
    compared: Compared | None
    voices: Voices
    beside: tuple[Beside, ...] = ()


def _change(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before
