"""What the charts share: a plot of pieces around a time axis, gaps, dates. Time runs left to right everywhere. Pure.

A plot is five small pictures on a grid (above, left, middle, right, below). Only the middle is stretched; text stands
in pieces of its own, placed in per cent, so that it keeps its size on a phone, a wide screen and paper.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from markupsafe import Markup

from app.queries.rows import COUNTED, History
from app.texts import day as long_day
from app.texts import isolated, short_day
from app.texts.judge import said

ICONS = {
    "blocked": "M6 1a5 5 0 1 0 .01 0zM2.6 2.6l6.8 6.8",
    "consent": "M1.5 1.5h9v9h-9zM3.5 6l2 2 3.5-4",
    "suspect": "M6 1.2l5 9.3H1zM6 4.6v2.6M6 8.6v.6",
    "partial": "M1.5 1.5h9v9h-9zM6 1.5v9",
    "error": "M2 2l8 8M10 2l-8 8",
}
MARKS = {
    label: Markup('<svg viewBox="0 0 12 12" class="mark-icon" aria-hidden="true"><path d="{}"/></svg>').format(path)
    for label, path in {
        "owned": "M1 6l5-4.5L11 6M2.5 5.5V10.5h7V5.5",
        "positive": "M6 1.5v9M1.5 6h9",
        "neutral": "M6 2a4 4 0 1 0 .01 0z",
        "negative": "M1.5 6h9",
    }.items()
}
MOST_DATES = 13
GUTTER, ROW_ABOVE, AXIS = 30, 18, 26


@dataclass(frozen=True, slots=True)
class Plot:
    """The pieces of a chart. middle is drawn in a box of width x height units and stretched; the others are not.

    above: rows of 18 px; below: the axis. kind names the chart for the stylesheet ("heat", "share", "life").
    """

    kind: str
    label: str
    width: float
    height: float
    above: Markup
    left: Markup
    middle: Markup
    right: Markup
    below: Markup
    above_rows: int = 1

    def __html__(self) -> str:
        """The five pieces on the stylesheet's grid (class plot)."""
        rows = f" rows{self.above_rows}" if self.above_rows > 1 else ""
        return str(
            Markup(
                '<div class="plot {}{}" dir="ltr" role="group" aria-label="{}">'
                '<svg class="above">{}</svg><svg class="side left" aria-hidden="true">{}</svg>'
                '<svg class="middle" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>'
                '<svg class="side right" aria-hidden="true">{}</svg>'
                '<svg class="below" aria-hidden="true">{}</svg></div>'
            ).format(
                self.kind, rows, self.label, self.above, self.left, n(self.width), n(self.height), self.middle,
                self.right, self.below,
            )
        )  # fmt: skip

    def told(self, words: str) -> Markup:
        """The same pieces, of which the middle is one picture told in words: tags of a PDF know pictures, no groups."""
        named = Markup('<svg class="middle" role="img" aria-label="{}"').format(words)
        return Markup(self.__html__().replace('<svg class="middle"', named, 1))  # noqa: S704  escaped above

    def placed(self, left: float, top: float, width: float, height: float) -> Markup:
        """The same pieces inside a bigger drawing: gutters, rows above and the axis around a middle of height."""
        inner, y = width - 2 * GUTTER, top + ROW_ABOVE * self.above_rows
        piece = Markup('<svg x="{}" y="{}" width="{}" height="{}" overflow="visible">{}</svg>')
        return Markup(
            '<g class="plot {}" direction="ltr">{}{}'
            '<svg x="{}" y="{}" width="{}" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none">{}</svg>{}{}</g>'
        ).format(
            self.kind,
            piece.format(n(left + GUTTER), n(top), n(inner), n(y - top), self.above),
            piece.format(n(left), n(y), GUTTER, n(height), self.left),
            n(left + GUTTER), n(y), n(inner), n(height), n(self.width), n(self.height), self.middle,
            piece.format(n(left + width - GUTTER), n(y), GUTTER, n(height), self.right),
            piece.format(n(left + GUTTER), n(y + height), n(inner), AXIS, self.below),
        )  # fmt: skip


@lru_cache(maxsize=4096)  # a chart says the same few numbers thousands of times
def n(value: float) -> str:
    """A short number: two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def at(index: float, days: Sequence[date]) -> str:
    """Where a day begins, in per cent of the plot's width."""
    return f"{n(100 * index / max(len(days), 1))}%"


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


def gap_columns(history: History, height: float, every: float) -> Markup:
    """Hatched columns in the middle's units; drawn as lines, which paper keeps as lines."""
    hatch = []
    for first, last, _ in gaps(history):
        for day in range(first, last + 1):
            lines = range(int(height / every))
            hatch.append("".join(f"M{day} {n(every * (line + 1))}l1-{n(every)}" for line in lines))
    return Markup('<path class="hatch" d="{}"/>').format("".join(hatch)) if hatch else Markup("")


def gap_icons(history: History, words: Mapping[str, str], lang: str, linked: bool, y: int = 2) -> Markup:
    """The reason of each gap above its column, a link to the look that failed."""
    parts = []
    for first, last, state in gaps(history):
        icon = Markup('<svg x="{}" y="{}" overflow="visible"><path d="{}" transform="translate(-6)"/></svg>').format(
            at((first + last + 1) / 2, history.days), y, ICONS[state]
        )
        label = f"{span(history.days[first], history.days[last], words, lang)}: {words[state]}, {words['not_counted']}"
        if history.reasons[first]:
            label += f" ({said(history.reasons[first], words)})"
        if linked:
            parts.append(
                Markup('<a href="/snapshots/{}" class="gap" aria-label="{}"><title>{}</title>{}</a>').format(
                    history.snapshots[last], label, label, icon
                )
            )
        else:
            parts.append(Markup('<g class="gap"><title>{}</title>{}</g>').format(label, icon))
    return Markup("").join(parts)


def span(first: date, last: date, words: Mapping[str, str], lang: str) -> str:
    """A day, or a range in words; each date kept together in a right-to-left line."""
    if first == last:
        return isolated(long_day(first, lang))
    return words["from_until"].format(first=isolated(long_day(first, lang)), last=isolated(long_day(last, lang)))


def day_axis(days: Sequence[date], weekend: tuple[int, ...], lang: str, marks_weekends: bool = True) -> Markup:
    """A date at every week, or every few weeks where there are many; weekends as ticks. Every second date may go."""
    every = 7 * max(1, -(-len(days) // (7 * MOST_DATES)))
    ticks = "".join(f"M{i} 0h1" for i, day in enumerate(days) if day.weekday() in weekend) if marks_weekends else ""
    parts = (
        [
            Markup(
                '<svg class="ticks" width="100%" height="5" viewBox="0 0 {} 1" preserveAspectRatio="none">'
                '<path class="weekend" d="{}"/></svg>'
            ).format(len(days), ticks)
        ]
        if ticks
        else []
    )
    for number, i in enumerate(range(0, len(days), every)):
        parts.append(
            Markup('<text x="{}" y="19"{}>{}</text>').format(
                at(i, days), Markup(' class="odd"') if number % 2 else "", short_day(days[i], lang)
            )
        )
    return Markup("").join(parts)
