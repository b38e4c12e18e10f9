"""The two small pictures of a brand in the list: its 13 weeks, and the seven days of its last one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from markupsafe import Markup

from app.queries.numbers import Quality
from app.queries.rows import COUNTED, History
from app.texts import day as written
from reports.svg import ICONS, n

WIDTH, TOP, HEIGHT, TICKS = 168.0, 3.0, 34.0, 7.0
CELL, SIDE = 16.0, 13.0


def sparkline(good: Sequence[int | None], history: History, target: int, label: str) -> Markup:
    """Good results of 20 a day as a line that breaks on gaps; a thin line at the target, a tick under each gap."""
    step = (WIDTH - 4) / max(len(good), 1)
    line = "".join(_path(first, values, step) for first, values in stretches(good))
    ticks = "".join(f"M{n(i * step + step / 2)} {n(TOP + HEIGHT + 2)}v5" for i in _gaps(history))
    dot = next((i for i in range(len(good) - 1, -1, -1) if good[i] is not None), None)
    end = Markup("")
    if dot is not None:
        end = Markup('<circle cx="{}" cy="{}" r="2.4"/>').format(n((dot + 1) * step), n(_y(good[dot] or 0)))
    return Markup(
        '<svg viewBox="0 0 {} {}" class="spark" role="img" aria-label="{}" direction="ltr">'
        '<path d="M0 {}H{}" class="aim"/><path d="{}" class="line"/><path d="{}" class="ticks"/>{}</svg>'
    ).format(n(WIDTH), n(TOP + HEIGHT + TICKS), label, n(_y(min(target, 20))), n(WIDTH - 4), line, ticks, end)


def stretches(good: Sequence[int | None]) -> Iterator[tuple[int, list[int]]]:
    """(first day, values) of each unbroken stretch of days with a number."""
    first, values = 0, list[int]()
    for i, value in enumerate(good):
        if value is None:
            if values:
                yield first, values
            values = []
            continue
        if not values:
            first = i
        values.append(value)
    if values:
        yield first, values


def seven(quality: Quality, words: Mapping[str, str], lang: str) -> Markup:
    """Seven squares, left to right in time: filled when observed, an icon for why not, empty when none was planned."""
    cells = [_day(i, state, words, quality, lang) for i, state in enumerate(quality.states)]
    label = days_seen(quality, words)
    return Markup('<svg viewBox="0 0 {} {}" class="seven" role="img" aria-label="{}" direction="ltr">{}</svg>').format(
        n(7 * CELL), n(CELL), label, Markup("").join(cells)
    )


def days_seen(quality: Quality, words: Mapping[str, str]) -> str:
    """How many of the days on which a look was planned were observed: "6 of 7"."""
    if not quality.expected:
        return words["list_unplanned"]
    key = "list_days_seen" if quality.expected == 7 else "list_days_of"
    return words[key].format(count=quality.observed, planned=quality.expected)


def _day(i: int, state: str, words: Mapping[str, str], quality: Quality, lang: str) -> Markup:
    kind = "seen" if state in COUNTED else "gap" if state else "unseen" if quality.planned[i] else "unplanned"
    said = words[state] if state else words["not_looked" if quality.planned[i] else "list_unplanned"]
    return _cell(i, kind, f"{written(quality.days[i], lang)}: {said}", ICONS.get(state, "") if kind == "gap" else "")


@lru_cache(maxsize=1000)
def _cell(i: int, kind: str, title: str, icon: str) -> Markup:
    """A square; most brands of a list have the same ones."""
    return Markup(
        '<g transform="translate({} {})" class="{}"><title>{}</title><path d="M0 0h{}v{}h-{}z" class="box"/>{}</g>'
    ).format(
        n(i * CELL + 1.5), 1.5, kind, title, n(SIDE), n(SIDE), n(SIDE),
        Markup('<path d="{}" transform="translate(2.3 2.3) scale(.7)" class="icon"/>').format(icon) if icon else "",
    )  # fmt: skip


def _path(first: int, values: Sequence[int], step: float) -> str:
    """A line of steps: a day is flat, the change stands between two days."""
    parts, before = [f"M{n(first * step)} {n(_y(values[0]))}"], values[0]
    for i, value in enumerate(values):
        if value != before:
            parts.append(f"H{n((first + i) * step)}V{n(_y(value))}")
        before = value
    return "".join(parts) + f"H{n((first + len(values)) * step)}"


def _y(good: int) -> float:
    return TOP + HEIGHT * (1 - good / 20)


def _gaps(history: History) -> Iterator[int]:
    """The days that were looked at and do not count."""
    return (i for i, state in enumerate(history.states) if state and state not in COUNTED)
