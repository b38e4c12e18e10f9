"""Share of page over time: stacked steps a day, with gaps open and the marks of what changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from app.queries.numbers import Mark
from app.queries.rows import History, Share
from app.types import Label
from reports.svg import Plot, at, day_axis, gap_columns, gap_icons, n

ORDER: tuple[Label, ...] = ("owned", "positive", "neutral", "negative")
DASH_EVERY = 5.0


def share_chart(
    share: Share, history: History, weekend: tuple[int, ...], words: Mapping[str, str], lang: str, *,
    marks: Sequence[Mark] = (), linked: bool = True,
) -> Plot:  # fmt: skip
    """The picture: per cent of the observed results on the left, their number on the right; gutters of the heat map.

    marks are numbered above the chart and told in a list below it, since words would run into each other.
    """
    spans = list(steps(share))
    middle = [
        *(_area(share, label, spans) for label in ORDER),
        _dashes(share, spans),
        Markup('<path class="grid" d="M0 25H{0}M0 50H{0}M0 75H{0}"/>').format(len(share.days)),
        gap_columns(history, 100, 5),
        *_mark_lines(marks, share),
    ]
    return Plot(
        kind="share",
        label=words["share"],
        width=len(share.days),
        height=100,
        above=gap_icons(history, words, lang, linked) + _mark_numbers(marks, share),
        left=_scale(("100", "75", "50", "25", "0"), "end"),
        middle=Markup("").join(middle),
        right=_scale((str(share.top), str(share.top // 2), "0"), "start"),
        below=day_axis(share.days, weekend, lang),
        above_rows=2 if marks else 1,
    )


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


def _levels(share: Share, label: Label, day: int) -> tuple[float, float]:
    """Bottom and top of a label's band, measured from the top of the chart in per cent."""
    total = share.n[day] or 1
    below = sum(getattr(share, other)[day] or 0 for other in ORDER[: ORDER.index(label)])
    count = getattr(share, label)[day] or 0
    return 100 - 100 * below / total, 100 - 100 * (below + count) / total


def _area(share: Share, label: Label, spans: list[tuple[int, int]]) -> Markup:
    boxes = []
    for first, last in spans:
        bottom, top = _levels(share, label, first)
        if bottom > top:
            boxes.append(f"M{first} {n(bottom)}V{n(top)}H{last + 1}V{n(bottom)}z")
    return Markup('<path class="{}" d="{}"/>').format(label, "".join(boxes)) if boxes else Markup("")


def _dashes(share: Share, spans: list[tuple[int, int]]) -> Markup:
    """The texture of negative: colour alone would say nothing to many."""
    lines = []
    for first, last in spans:
        bottom, top = _levels(share, "negative", first)
        y = top + DASH_EVERY / 2
        while y < bottom:
            lines.append(f"M{first} {n(y)}H{last + 1}")
            y += DASH_EVERY
    return Markup('<path class="dashes" d="{}"/>').format("".join(lines)) if lines else Markup("")


def _scale(values: tuple[str, ...], anchor: str) -> Markup:
    x = "22" if anchor == "end" else "8"
    parts = []
    for i, value in enumerate(values):
        y = f"{n(100 * i / (len(values) - 1))}%"
        baseline = "hanging" if i == 0 else "auto" if i == len(values) - 1 else "central"
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="{}" dominant-baseline="{}">{}</text>').format(
                x, y, anchor, baseline, value
            )
        )
    return Markup("").join(parts)


def _mark_lines(marks: Sequence[Mark], share: Share) -> list[Markup]:
    return [
        Markup('<path class="{}" d="M{} 0V100"/>').format(
            "note-line" if mark.kind == "annotation" else "version", (mark.at - share.days[0]).days
        )
        for mark in marks
    ]


def _mark_numbers(marks: Sequence[Mark], share: Share) -> Markup:
    """A number a day: marks of one day share its first number's place."""
    parts = []
    for number, mark in enumerate(marks, 1):
        if number > 1 and marks[number - 2].at == mark.at:
            continue
        x = at((mark.at - share.days[0]).days, share.days)
        parts.append(Markup('<text class="mark-number" x="{}" y="31" text-anchor="middle">{}</text>').format(x, number))
    return Markup("").join(parts)
