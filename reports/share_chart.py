"""Share of page over time: a stacked area per day in steps, with its gaps open. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from app.queries.rows import History, Share
from reports.svg import GUTTER, WIDTH, Axis, day_axis, frame, gap_columns, n

HEIGHT = 150.0
TOP = 22.0
ORDER = ("owned", "positive", "neutral", "negative")


def share_chart(share: Share, history: History, texts: Mapping[str, str], form: str) -> Markup:
    """The picture: per cent of the observed results on the left, days below; same gutters as the heat map."""
    axis = Axis(share.days)
    parts = [
        _grid(),
        *(_step(share, first, last, axis) for first, last in steps(share)),
        gap_columns(history, axis, TOP, HEIGHT, texts),
        _versions(history, axis, texts),
        day_axis(axis, TOP + HEIGHT + 20, form),
    ]
    return frame(TOP + HEIGHT + 26, Markup("").join(parts), texts["share"], "share")


def steps(share: Share) -> Iterator[tuple[int, int]]:
    """(first, last) of each run of days with the same counts; days without a share are in none."""
    columns = [getattr(share, label) for label in (*ORDER, "n")]
    start: int | None = None
    for i in range(len(share.days)):
        here = tuple(column[i] for column in columns)
        if start is not None and here != tuple(column[start] for column in columns):
            yield start, i - 1
            start = None
        if start is None and share.owned[i] is not None:
            start = i
    if start is not None:
        yield start, len(share.days) - 1


def _step(share: Share, first: int, last: int, axis: Axis) -> Markup:
    x, width, y = axis.x(first), axis.step * (last - first + 1), TOP + HEIGHT
    total = share.n[first] or 1
    parts = []
    for label in ORDER:
        part = HEIGHT * (getattr(share, label)[first] or 0) / total
        y -= part
        if part:
            box = (n(x), n(y), n(width + 0.2), n(part))
            parts.append(Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>').format(*box, label))
            if label == "negative":
                parts.append(Markup('<rect x="{}" y="{}" width="{}" height="{}" class="dashed"/>').format(*box))
    return Markup("").join(parts)


def _grid() -> Markup:
    lines = []
    for percent in (0, 25, 50, 75, 100):
        y = TOP + HEIGHT * (1 - percent / 100)
        lines.append(
            Markup(
                '<path d="M{} {}H{}" class="grid"/><text x="{}" y="{}" text-anchor="end" class="axis">{}</text>'
            ).format(n(GUTTER), n(y), n(WIDTH - GUTTER), n(GUTTER - 6), n(y + 4), percent)
        )
    return Markup("").join(lines)


def _versions(history: History, axis: Axis, texts: Mapping[str, str]) -> Markup:
    """A line where a newer parser version began to read the page."""
    marks, before = [], ""
    for i, version in enumerate(history.parsers):
        if version and before and version != before:
            marks.append(
                Markup('<path d="M{} {}v{}" class="version"><title>{} {} → {}</title></path>').format(
                    n(axis.x(i)), n(TOP), n(HEIGHT), texts["parser"], before, version
                )
            )
        before = version or before
    return Markup("").join(marks)
