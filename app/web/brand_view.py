"""The brand page: rows into what its template shows. No database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from app import texts as say
from app.queries.numbers import BrandPage, Compared, Mark, Week
from app.scoring.reputation import version
from app.web.access import Viewer
from app.web.render import render
from app.web.saying import Said
from reports.heatmap import heatmap
from reports.numbers import Bar, headline_change, tiles, waterfall
from reports.readings import climb_points, climbs_of, fate_told, speakers, wishes
from reports.share_chart import share_chart
from reports.svg import gaps, n

RANGES = (4, 13, 52, 0)
MOST_VOICES = 10


@dataclass(frozen=True, slots=True)
class Address:
    """The page's own address with one thing changed: what every switch on it links to."""

    slug: str
    search: int
    weeks: int
    top: int
    lang: str

    def __call__(self, **other: object) -> str:
        values = {"search": self.search, "weeks": self.weeks, "top": self.top, "lang": self.lang} | other
        return "?" + "&".join(f"{name}={value}" for name, value in values.items())

    @property
    def path(self) -> str:
        return f"/brands/{quote(self.slug, safe='')}"


def brand_view(page: BrandPage, lang: str, viewer: Viewer, said: Said, today: date) -> str:
    """The page of a brand's search. said: what a form on it has just done."""
    words = say.texts(lang)
    fresh = frozenset(action.row.rank for action in page.week.actions if action.urgency != "rising")
    return render(
        "brand.html",
        lang,
        viewer,
        page=page,
        week=page.week,
        now=page.week.now,
        here=Address(page.brand.slug, page.search.id, page.weeks, page.top, lang),
        ranges=RANGES,
        tiles=tiles(page.week, words, lang),
        moved=headline_change(page.week, words),
        heat=heatmap(page.history, page.brand.weekend, 20, words, lang, search=page.search.id, fresh=fresh),
        fresh=bool(fresh),
        chart=share_chart(page.share, page.history, page.brand.weekend, words, lang, marks=page.marks),
        gaps=[(page.history.days[a], page.history.days[b], state, page.history.snapshots[b])
              for a, b, state in gaps(page.history)],
        bars=bars(page.week, words),
        start=say.decimal(page.week.before.score, lang) if page.week.before and page.week.before.score else "",
        total=say.decimal(page.week.now.score, lang) if page.week.now and page.week.now.score else "",
        marked=[(number, mark, told(mark, words)) for number, mark in enumerate(page.marks, 1)],
        practice="practice" in page.search.source_names,
        empty_days=not any(page.history.states),
        counts=counts(page.week),
        moves=moves(page.compared),
        weights=page.brand.weights,
        score_version=version(page.brand.weights),
        wishes=wishes(page.week, page.brand.target, words, lang),
        climbs=[(one, climb_points(one.points, words, lang)) for one in climbs_of(page.week)],
        speakers=speakers(page.voices, MOST_VOICES, words, lang),
        fated=lambda fate: fate_told(fate, words, lang),
        said=said,
        today=today,
    )  # fmt: skip


def counts(week: Week) -> dict[str, int]:
    """How many of the first 20 carry each label, for the legend of the strip."""
    strip = week.now.strip if week.now else ()
    return {label: sum(cell == label for cell in strip) for label in ("owned", "positive", "neutral", "negative")}


def bars(week: Week, words: Mapping[str, str]) -> list[tuple[Bar, Markup]]:
    """The waterfall's rows, each with its picture: all on one scale, so that bars hang where the last one ended."""
    found = waterfall(week, words)
    if not found:
        return []
    ends = [value for bar in found for value in (bar.start, bar.end)]
    low, high = min(ends), max(ends)
    room = max(high - low, 1) * 0.04
    low, high = low - room, high + room
    return [(bar, _bar(bar, low, high)) for bar in found]


def _bar(bar: Bar, low: float, high: float) -> Markup:
    left, right = sorted((bar.start, bar.end))
    scale = 100 / (high - low)
    kind = "gain" if bar.points > 0 else "loss"
    return Markup(
        '<svg class="bar-{}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect x="{}" y="1" width="{}" height="8"/></svg>'
    ).format(kind, n((left - low) * scale), n((right - left) * scale))


def told(mark: Mark, words: Mapping[str, str]) -> str:
    """What a mark on the charts means."""
    if mark.kind == "annotation":
        return mark.text
    return words[f"mark_{mark.kind}"].format(version=mark.text, count=mark.count)


def moves(compared: Compared | None) -> list[tuple[str, Any]]:
    """The three lists of a comparison, by the word that heads them."""
    if compared is None:
        return []
    return [("entered", compared.entered), ("left", compared.left), ("moved", compared.moved)]
