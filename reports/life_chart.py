"""A result's rank over time, coloured by its label, with gaps hatched; the gutters of the other charts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from markupsafe import Markup

from app.queries.rows import History
from app.types import LABELS
from reports.heatmap import Run, ranks_beside, runs
from reports.svg import Plot, day_axis, gap_columns, gap_icons, n


def life_chart(
    history: History, weekend: tuple[int, ...], depth: int, words: Mapping[str, str], lang: str, label: str
) -> Plot:
    """The picture. history: that of one link; label: what it shows, in words."""
    stays = sorted(runs(history, depth), key=lambda run: run.first)
    rows = "".join(f"M0 {rank}H{len(history.days)}" for rank in range(1, depth))
    middle = [
        Markup('<path class="rows" d="{}"/>').format(rows),
        Markup('<path class="rank-line" d="{}"/>').format("".join(_joins(stays))),
        *_stays(stays),
        gap_columns(history, depth, 0.5),
        Markup('<path class="top-ten" d="M0 10H{}"/>').format(len(history.days)) if depth > 10 else Markup(""),
    ]
    return Plot(
        kind="life",
        label=label,
        width=len(history.days),
        height=depth,
        above=gap_icons(history, words, lang, linked=True),
        left=ranks_beside(depth, "end", frozenset()),
        middle=Markup("").join(middle),
        right=ranks_beside(depth, "start", frozenset()),
        below=day_axis(history.days, weekend, lang),
    )


def _stays(stays: list[Run]) -> list[Markup]:
    """A bar for each run of days at one rank, a line through the negative ones: colour alone says nothing to many."""
    found = []
    for label in LABELS:
        these = [run for run in stays if run.hit.label == label]
        bars = "".join(f"M{run.first} {n(run.rank - 0.85)}H{run.last + 1}v.7H{run.first}z" for run in these)
        if bars:
            found.append(Markup('<path class="{}" d="{}"/>').format(label, bars))
        if bars and label == "negative":
            lines = "".join(f"M{n(run.first + 0.12)} {n(run.rank - 0.5)}H{n(run.last + 0.88)}" for run in these)
            found.append(Markup('<path class="mark" d="{}"/>').format(lines))
    return found


def _joins(stays: list[Run]) -> list[str]:
    """The way from one rank to the next day's; none over days that do not count or do not show it."""
    return [
        f"M{two.first} {n(one.rank - 0.5)}V{n(two.rank - 0.5)}"
        for one, two in pairwise(stays)
        if two.first == one.last + 1 and one.rank != two.rank
    ]
