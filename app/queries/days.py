"""Every day of a history as one row: the table of days, its CSV and its JSON say the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.queries.rows import History
from app.queries.week import figures
from app.scoring.reputation import Weights
from app.types import LABELS, Label

COLUMNS = (
    "date", "state", "reason", "snapshot_id", "top", "n", "owned", "positive", "neutral", "negative", "n20", "good",
    "score", "highest_negative",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DayRow:
    """A local day with the look that speaks for it, as the brand page counts it. A gap has its state and no number.

    n: observed of the first `top`; the labels: counts in them, None where too few were observed. good: owned and
    positive of the first 20, n20 observed. ranks: which of the first 20 carry a label.
    """

    date: date
    state: str
    reason: str
    snapshot_id: int | None
    top: int
    n: int | None = None
    owned: int | None = None
    positive: int | None = None
    neutral: int | None = None
    negative: int | None = None
    n20: int | None = None
    good: int | None = None
    score: float | None = None
    highest_negative: int | None = None
    ranks: Mapping[Label, tuple[int, ...]] | None = None


def day_rows(history: History, top: int, weights: Weights) -> tuple[DayRow, ...]:
    """A row for each day of the history, the oldest first."""
    return tuple(_row(history, day, top, weights) for day in range(len(history.days)))


def cells(row: DayRow) -> dict[str, Any]:
    """The row by the names of COLUMNS, its day as text."""
    return {name: getattr(row, name) for name in COLUMNS} | {"date": row.date.isoformat()}


def _row(history: History, day: int, top: int, weights: Weights) -> DayRow:
    look = history.days[day], history.states[day], history.reasons[day], history.snapshots[day], top
    if not history.counted(day):
        return DayRow(*look)
    found = figures(history, day, top, weights)
    counts = {label: found.shares[label].count for label in LABELS} if found.shares else {}
    ranks = {label: tuple(rank for rank, here in enumerate(found.strip, 1) if here == label) for label in LABELS}
    return DayRow(
        *look, found.n, counts.get("owned"), counts.get("positive"), counts.get("neutral"), counts.get("negative"),
        found.n20, found.good, found.score, found.highest_negative, ranks,
    )  # fmt: skip
