"""The heat map: rank x day, coloured by label, one link per run of days; for web and paper. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from app.queries.rows import History, HitRow
from app.texts import shown
from reports.svg import GUTTER, WIDTH, Axis, day_axis, frame, gap_columns, n

ROW = 17.0
TOP = 22.0


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive days on which the same link stood at the same rank under the same label."""

    rank: int
    first: int
    last: int
    hit: HitRow


def heatmap(history: History, weekend: tuple[int, ...], depth: int, texts: Mapping[str, str], form: str) -> Markup:
    """The picture. weekend: days of the week (0 = Monday) that get a tick. form: how dates are written."""
    axis = Axis(history.days)
    height = ROW * depth
    parts = [
        *(_cell(run, history, axis, texts) for run in runs(history, depth)),
        gap_columns(history, axis, TOP, height, texts),
        _ranks(depth),
        _line_below(10) if depth > 10 else Markup(""),
        _weekends(axis, weekend, TOP + height),
        day_axis(axis, TOP + height + 22, form),
    ]
    return frame(TOP + height + 28, Markup("").join(parts), texts["heatmap"], "heat")


def runs(history: History, depth: int) -> Iterator[Run]:
    """The runs of each rank, from left to right."""
    for rank, row in enumerate(history.ranks[:depth], 1):
        open_run: Run | None = None
        for day, identity in enumerate(row):
            hit = history.hits[identity] if identity is not None else None
            if open_run and hit and open_run.last == day - 1 and _same(open_run.hit, hit):
                open_run = Run(rank, open_run.first, day, hit)
                continue
            if open_run:
                yield open_run
            open_run = Run(rank, day, day, hit) if hit else None
        if open_run:
            yield open_run


def _same(one: HitRow, other: HitRow) -> bool:
    return one.link_id == other.link_id and one.label == other.label


def _cell(run: Run, history: History, axis: Axis, texts: Mapping[str, str]) -> Markup:
    x, width, y = axis.x(run.first), axis.step * (run.last - run.first + 1), TOP + ROW * (run.rank - 1)
    when = history.days[run.first].isoformat()
    if run.last > run.first:
        when += f" – {history.days[run.last].isoformat()}"
    label = f"{run.rank} · {texts[run.hit.label]} · {shown(run.hit.title)[:90]} · {when}"
    mark = ""
    if run.hit.label == "negative":
        mark = Markup('<path d="M{} {}h{}" class="mark"/>').format(n(x + 1.5), n(y + ROW / 2), n(max(width - 3, 1)))
    return Markup(
        '<a href="/snapshots/{}#r{}" data-l="{}"><title>{}</title>'
        '<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>{}</a>'
    ).format(
        history.snapshots[run.last], run.rank, run.hit.link_id, label, n(x), n(y + 0.5), n(max(width - 0.6, 0.6)),
        n(ROW - 1), run.hit.label, mark,
    )  # fmt: skip


def _ranks(depth: int) -> Markup:
    side = []
    for rank in range(1, depth + 1):
        strong = " strong" if rank in (1, 10, 20) else ""
        for x, anchor in ((GUTTER - 8, "end"), (WIDTH - GUTTER + 8, "start")):
            side.append(
                Markup('<text x="{}" y="{}" text-anchor="{}" class="axis{}">{}</text>').format(
                    n(x), n(TOP + ROW * rank - 4.5), anchor, strong, rank
                )
            )
    return Markup("").join(side)


def _line_below(rank: int) -> Markup:
    y = TOP + ROW * rank
    return Markup('<path d="M{} {}H{}" class="top-ten"/>').format(n(GUTTER - 24), n(y), n(WIDTH - GUTTER + 24))


def _weekends(axis: Axis, weekend: tuple[int, ...], y: float) -> Markup:
    ticks = []
    for i, day in enumerate(axis.days):
        if day.weekday() in weekend:
            ticks.append(Markup('<path d="M{} {}h{}" class="weekend"/>').format(n(axis.x(i)), n(y + 4), n(axis.step)))
    return Markup("").join(ticks)
