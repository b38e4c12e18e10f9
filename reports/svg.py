"""What both charts share: the time axis, gaps, marks. Time runs left to right in every language. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup, escape

from app.queries.rows import COUNTED, History
from app.texts import short_day
from app.texts.judge import said

WIDTH = 1160.0
GUTTER = 30.0
ICONS = {
    "blocked": "M6 1a5 5 0 1 0 .01 0zM2.6 2.6l6.8 6.8",
    "consent": "M1.5 1.5h9v9h-9zM3.5 6l2 2 3.5-4",
    "suspect": "M6 1.2l5 9.3H1zM6 4.6v2.6M6 8.6v.6",
    "partial": "M1.5 1.5h9v9h-9zM6 1.5v9",
    "error": "M2 2l8 8M10 2l-8 8",
}
DEFINITIONS = Markup(
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" class="hatch-paper"/><path d="M0 0v6" class="hatch-line"/></pattern>'
    '<pattern id="dashes" width="8" height="6" patternUnits="userSpaceOnUse">'
    '<path d="M1 3h4" class="dash-line"/></pattern></defs>'
)


@dataclass(frozen=True, slots=True)
class Axis:
    """Where days stand: x of each day's left edge and the width of one, in the chart's own units."""

    days: Sequence[date]

    @property
    def step(self) -> float:
        return (WIDTH - 2 * GUTTER) / max(len(self.days), 1)

    def x(self, index: int) -> float:
        return GUTTER + index * self.step


def n(value: float) -> str:
    """A short number: two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def gaps(history: History) -> list[tuple[int, int, str]]:
    """(first, last, state) of each run of days that were looked at and do not count."""
    found: list[tuple[int, int, str]] = []
    for i, state in enumerate(history.states):
        if not state or state in COUNTED:
            continue
        if found and found[-1][1] == i - 1 and found[-1][2] == state:
            found[-1] = (found[-1][0], i, state)
        else:
            found.append((i, i, state))
    return found


def gap_columns(history: History, axis: Axis, top: float, height: float, names: Mapping[str, str]) -> Markup:
    """Hatched columns with the icon of their reason above, each a link to the look that failed."""
    parts = []
    for first, last, state in gaps(history):
        x, width = axis.x(first), axis.step * (last - first + 1)
        label = f"{axis.days[first].isoformat()}: {names.get(state, state)}"
        if history.reasons[first]:
            label += f": {said(history.reasons[first], names)}"
        parts.append(
            Markup(
                '<a href="/snapshots/{}" class="gap" aria-label="{}"><title>{}</title>'
                '<rect x="{}" y="{}" width="{}" height="{}" class="gap-fill"/>'
                '<path d="{}" transform="translate({} {})" class="gap-icon"/></a>'
            ).format(
                history.snapshots[last], label, label, n(x), n(top), n(width), n(height), ICONS[state],
                n(x + width / 2 - 6), n(top - 16),
            )
        )  # fmt: skip
    return Markup("").join(parts)


def day_axis(axis: Axis, y: float, form: str) -> Markup:
    """A date at every seventh or later day, so that none runs into the next."""
    every = max(7, -(-len(axis.days) // 12))
    marks = []
    for i in range(0, len(axis.days), every):
        marks.append(
            Markup('<text x="{}" y="{}" class="axis">{}</text>').format(
                n(axis.x(i)), n(y), short_day(axis.days[i], form)
            )
        )
    return Markup("").join(marks)


def frame(height: float, body: Markup, label: str, kind: str) -> Markup:
    """The whole picture."""
    return Markup(
        '<svg viewBox="0 0 {} {}" class="chart {}" role="img" aria-label="{}" direction="ltr">{}{}</svg>'
    ).format(n(WIDTH), n(height), kind, escape(label), DEFINITIONS, body)
