"""The frozen rows and column arrays that readers get. One shape for page, API, CSV and report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.scoring.reputation import WEIGHTS, Weights
from app.types import Evidence, Label, LabelRule

COUNTED = ("ok", "empty_confirmed")


@dataclass(frozen=True, slots=True)
class HitRow:
    """One distinct appearance of a link on a search with its current verdict. first_seen: local date of
    the first look that counts; None of what only looks that do not count have shown.

    url is the link as found (for "live page"), link its canonical form. rating is None without one.
    """

    id: int
    link_id: int
    url: str
    link: str
    host: str
    title: str
    snippet: str
    label: Label
    kind: str
    rule: str
    confidence: float
    evidence: tuple[Evidence, ...]
    rating: float | None
    scale: float | None
    first_seen: date | None
    unresolved: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """A search day by day, as column arrays: states[i], reasons[i], snapshots[i] belong to days[i].

    A day's state is that of its point (TRUTH.md): its last ok scheduled look, else its last ok look, else the
    state of its last scheduled look; "" (with reason "") when no look was planned that day.
    ranks[r - 1][i] is the hit at rank r on day i, None when the rank was absent or the day is a gap.
    parsers[i] is the parser version of the day's point ("" on a gap). planned[i]: the search's schedule, as it stands
    today, has a slot that day; () in what was kept before schedules had days without one.
    """

    days: tuple[date, ...]
    states: tuple[str, ...]
    reasons: tuple[str, ...]
    snapshots: tuple[int | None, ...]
    parsers: tuple[str, ...]
    ranks: tuple[tuple[int | None, ...], ...]
    hits: Mapping[int, HitRow]
    planned: tuple[bool, ...] = ()

    def expected(self, day: int) -> bool:
        """Whether a look was planned that day: one is on record, or the schedule has a slot. A day without is no gap,
        and nothing is missed there."""
        return bool(self.states[day]) or not self.planned or self.planned[day]

    def counted(self, day: int) -> bool:
        """Only ok and empty_confirmed days count; every other day is a gap."""
        return self.states[day] in COUNTED


@dataclass(frozen=True, slots=True)
class Share:
    """Share of page of the top N, plain counts per day; None on a gap or where too few were observed.

    Percent of label = 100 * count / n; under 8 observed there is no share of 10, under 15 none of 20.
    """

    top: int
    days: tuple[date, ...]
    n: tuple[int | None, ...]
    owned: tuple[int | None, ...]
    positive: tuple[int | None, ...]
    neutral: tuple[int | None, ...]
    negative: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row of a snapshot. previous_rank: in the last good look of the week before, None when absent there."""

    rank: int
    absolute_rank: int | None
    page_no: int
    votes: int | None
    hit: HitRow
    previous_rank: int | None = None


@dataclass(frozen=True, slots=True)
class CheckRow:
    name: str
    passed: bool | None
    detail: str


@dataclass(frozen=True, slots=True)
class FetchRow:
    """One answer. expired: it is not kept as it came any more, and why ("retention", "forgotten"); clean: SHA-256 of
    the cleaned copy that stands in its place, None when there is none, or none is needed."""

    page_no: int
    sha256: str | None
    final_url: str | None
    http_status: int | None
    bytes: int
    at: datetime
    expired: bool = False
    why_expired: str | None = None
    clean: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """cost: US dollars its requests took."""

    no: int
    source: str
    state: str
    outcome: str | None
    reason: str | None
    started: datetime | None
    ended: datetime | None
    fetches: tuple[FetchRow, ...]
    cost: float = 0.0


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """Two looks at one slot: `other` is the other snapshot; shared of the first `top` URLs stand on both pages."""

    other: int
    first_source: str
    second_source: str
    shared: int
    top: int

    @property
    def two_sources(self) -> bool:
        return self.first_source != self.second_source


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A snapshot with "how confirmed". slot is local wall-clock time in the brand's zone; state None = planned.

    agreement: with the other look at its slot; None without one.
    """

    id: int
    search_id: int
    slot: datetime
    purpose: str
    state: str | None
    reason: str
    parser_version: str | None
    n: int
    checks: tuple[CheckRow, ...]
    unchecked: tuple[str, ...]
    attempts: tuple[AttemptRow, ...]
    agreement: AgreementRow | None = None


@dataclass(frozen=True, slots=True)
class SearchRow:
    """source_names: where looks may come from, in order ("practice" marks an invented world). schedule: as stored."""

    id: int
    brand_id: int
    phrase: str
    engine: str
    hl: str
    gl: str
    location: str | None
    device: str
    depth: int
    market: str
    purpose: str
    source_names: tuple[str, ...]
    active: bool
    next_due: datetime | None
    schedule: str = "06:00"


@dataclass(frozen=True, slots=True)
class BrandRow:
    """zone: IANA name; week_start and weekend: 0 = Monday .. 6 = Sunday. weights: of ranks 1 to 10 in the score."""

    id: int
    workspace_id: int
    name: str
    slug: str
    home_market: str
    zone: str
    week_start: int
    weekend: tuple[int, ...]
    target: int
    main_search: int | None
    owned: tuple[str, ...]
    weights: Weights = WEIGHTS


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A label rule in force. covers: the hits it decides; overruled: it speaks of some, but other rules decide them.

    text: the question or overview it is of, "" of a rule that is of results.
    """

    rule: LabelRule
    covers: int
    overruled: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class AnnotationRow:
    """at: local date of the brand. actor: who wrote it, "" for this machine's own user."""

    id: int
    at: date
    text: str
    actor: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    id: int
    kind: str
    at: date
    snapshot_id: int
    from_rank: int | None
    to_rank: int | None
    hit: HitRow | None
