"""The heat map: rank x day, coloured by label, one link a result over its whole life; for web and paper. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from app.queries.rows import History, HitRow
from app.texts import quoted, shown
from app.types import LABELS
from reports.svg import Plot, day_axis, gap_columns, gap_icons, n

THICK = 0.94


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive days on which the same link stood at the same rank under the same label."""

    rank: int
    first: int
    last: int
    hit: HitRow


def heatmap(
    history: History, weekend: tuple[int, ...], depth: int, words: Mapping[str, str], lang: str, *,
    search: int | None = None, fresh: frozenset[int] = frozenset(),
) -> Plot:  # fmt: skip
    """The picture. weekend: days of the week (0 = Monday) that get a tick. search: whose results are linked; None on
    paper. fresh: ranks marked at the right edge, since what entered this week is a sliver among many weeks."""
    lives: dict[int, list[Run]] = defaultdict(list)
    for run in runs(history, depth):
        lives[run.hit.link_id].append(run)
    middle = [
        *(_life(found, history, words, search) for found in lives.values()),
        gap_columns(history, depth, 0.5),
        Markup('<path class="top-ten" d="M0 10H{}"/>').format(len(history.days)) if depth > 10 else Markup(""),
    ]
    return Plot(
        kind="heat",
        label=words["heatmap"],
        width=len(history.days),
        height=depth,
        above=gap_icons(history, words, lang, search is not None),
        left=ranks_beside(depth, "end", frozenset()),
        middle=Markup("").join(middle),
        right=ranks_beside(depth, "start", fresh),
        below=day_axis(history.days, weekend, lang),
    )


def runs(history: History, depth: int) -> Iterator[Run]:
    """The runs of each rank, from left to right."""
    for rank, row in enumerate(history.ranks[:depth], 1):
        first, before = 0, row[0] if row else None
        for day, identity in enumerate((*row[1:], None), 1):
            # Most days show the hit of the day before: whoever looks at a year waits for all the others.
            if identity == before:
                continue
            if before is None:
                first = day
            elif identity is None or not _same(history.hits[before], history.hits[identity]):
                yield Run(rank, first, day - 1, history.hits[before])
                first = day
            before = identity


def _same(one: HitRow, other: HitRow) -> bool:
    return one.link_id == other.link_id and one.label == other.label


def _life(found: list[Run], history: History, words: Mapping[str, str], search: int | None) -> Markup:
    """Every cell of one result, the connectors that show its way when it is lit, and where it leads."""
    found.sort(key=lambda run: run.first)
    parts = []
    for label in LABELS:
        cells = [run for run in found if run.hit.label == label]
        if cells:
            boxes = "".join(_box(run) for run in cells)
            parts.append(Markup('<path class="{}" d="{}"/>').format(label, boxes))
        if cells and label == "negative":
            lines = "".join(f"M{n(run.first + 0.12)} {n(run.rank - 0.5)}H{n(run.last + 0.88)}" for run in cells)
            parts.append(Markup('<path class="mark" d="{}"/>').format(lines))
    joins = "".join(
        f"M{two.first} {n(one.rank - 0.5)}V{n(two.rank - 0.5)}"
        for one, two in pairwise(found)
        if two.first == one.last + 1 and one.rank != two.rank
    )
    if joins:
        parts.append(Markup('<path class="join" d="{}"/>').format(joins))
    body = Markup("").join(parts)
    last = found[-1]
    title = f"{last.rank} · {words[last.hit.label]} · {quoted(shown(last.hit.title)[:80])} · {shown(last.hit.host)}"
    if search is None:
        return Markup("<g>{}</g>").format(body)
    return Markup('<a href="/searches/{}/links/{}" data-l="{}" aria-label="{}">{}</a>').format(
        search, last.hit.link_id, last.hit.link_id, title, body
    )


def _box(run: Run) -> str:
    return f"M{run.first} {n(run.rank - 0.97)}H{run.last + 1}v{THICK}H{run.first}z"


def ranks_beside(depth: int, anchor: str, fresh: frozenset[int]) -> Markup:
    """The ranks beside their rows; 1, 10 and 20 strong."""
    parts = []
    x = "22" if anchor == "end" else "8"
    for rank in range(1, depth + 1):
        kind = "fresh" if rank in fresh else "strong" if rank in (1, 10, 20) else ""
        y = f"{n(100 * (rank - 0.5) / depth)}%"
        if rank in fresh:
            parts.append(Markup('<svg y="{}" overflow="visible"><path class="flag" d="M1 0l5-4v8z"/></svg>').format(y))
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="{}" dominant-baseline="central"{}>{}</text>').format(
                x, y, anchor, Markup(' class="{}"').format(kind) if kind else "", rank
            )
        )
    return Markup("").join(parts)
