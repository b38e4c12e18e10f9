"""The weekly report as HTML for paper: a pure function of its frozen facts and of what it wears."""

from __future__ import annotations

import base64
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from app import texts as say
from app.errors import BadInput
from app.files import picture_kind
from app.queries.brand_page import clip
from app.queries.numbers import Week
from app.queries.rows import COUNTED, History
from app.queries.weekly import WeeklyFacts
from app.types import LABELS
from reports.heatmap import heatmap
from reports.numbers import Bar, Words, headline_change, seen_in_ten, signed, tiles, waterfall
from reports.readings import climb_points, climbs_of, fate_told, speakers, wishes
from reports.share_chart import share_chart
from reports.svg import MARKS, n
from reports.typeface import font_css

MAP_DAYS = 28
MOST_BARS = 10
MOST_VOICES = 5
LONGEST = 160
ACCENT = "#5b3a8c"
COLOUR = re.compile("#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a report wears and when it was made. name: whose report it is, "" for our own; accent: "#rrggbb".

    at: the moment in the brand's zone. logo: SHA-256 of its picture, "" without one. draft: of a week still running.
    """

    at: datetime
    name: str = ""
    accent: str = ACCENT
    logo: str = ""
    draft: bool = False


def html(facts: WeeklyFacts, imprint: Imprint, logo: bytes = b"") -> str:
    """The whole document: nothing in it is fetched from anywhere. logo: a PNG or JPEG."""
    words, lang = say.texts(facts.lang), facts.lang
    bars = folded(waterfall(facts.week, words))
    recent = clip(facts.history, facts.last - timedelta(days=MAP_DAYS - 1))
    return _environment().get_template("weekly.html").render(
        f=facts, t=words, lang=lang, rtl=lang == "he", imprint=imprint, logo=picture(logo) if logo else "",
        name=title(facts), style=style(facts, imprint), say=partial(said, words),
        day=partial(when, words=words, lang=lang), short=partial(dated, lang=lang),
        clock=partial(moment, words=words, lang=lang), number=partial(say.decimal, lang=lang), signed=signed,
        span=span(facts.first, facts.last, words, lang), map_span=plain_span(recent.days[0], facts.last, words, lang),
        days=week_days(facts, imprint.at.date(), words), tiles=tiles(facts.week, words, lang),
        moved=headline_change(facts.week, words),
        bars=bars, bar=partial(bar, scale=scale(bars)), seen=seen_in_ten(facts.week.now),
        heat=heatmap(recent, facts.brand.weekend, 20, words, lang, fresh=fresh(facts.week)), fresh=fresh(facts.week),
        share=share_chart(
            facts.share, facts.history, facts.brand.weekend, words, lang, marks=facts.marks, linked=False
        ),
        gaps=not_counted(facts.history), record=record(facts.history),
        wishes=wishes(facts.week, facts.brand.target, words, lang),
        climbs=[(one, climb_points(one.points, words, lang)) for one in climbs_of(facts.week)],
        speakers=speakers(facts.voices, MOST_VOICES, words, lang) if facts.voices else [],
        fated=partial(fate_told, words=words, lang=lang),
    )  # fmt: skip


def title(facts: WeeklyFacts) -> str:
    """The name of the document, without marks of direction."""
    words = say.texts(facts.lang)
    span_text = words["report_range"].format(
        first=say.day(facts.first, facts.lang), last=say.day(facts.last, facts.lang)
    )
    return f"{say.shown(facts.brand.name)} · {words['report_title']} · {span_text}"


def said(words: Words, key: str, **values: Any) -> Markup:
    """A sentence of ours with values in it, each escaped unless it is markup already."""
    return escape(words[key]).format(**values)


def dated(value: date, lang: str) -> Markup:
    """A date that no line turns around."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(say.day(value, lang))


def when(value: date, words: Words, lang: str) -> Markup:
    """A date with its day of the week."""
    weekday = words["report_weekdays"].split("|")[value.weekday()]
    return said(words, "report_day", weekday=weekday, day=dated(value, lang))


def moment(value: datetime, words: Words, lang: str) -> Markup:
    """A day of the week, date and time."""
    return Markup('{} <bdi dir="ltr">{:%H:%M}</bdi>').format(when(value.date(), words, lang), value)


def span(first: date, last: date, words: Words, lang: str) -> Markup:
    """A range of days, in words."""
    return said(words, "report_range", first=when(first, words, lang), last=when(last, words, lang))


def plain_span(first: date, last: date, words: Words, lang: str) -> Markup:
    """The same without days of the week."""
    return said(words, "report_range", first=dated(first, lang), last=dated(last, lang))


def fresh(week: Week) -> frozenset[int]:
    """The ranks of the negatives that are new, or newly negative, this week."""
    return frozenset(action.row.rank for action in week.actions if action.urgency != "rising")


def week_days(facts: WeeklyFacts, today: date, words: Words) -> list[tuple[date, str, bool]]:
    """(day, how it was seen in words, whether it counts) of the week's seven days."""
    quality, found = facts.week.quality, []
    for day, state, planned in zip(quality.days, quality.states, quality.planned, strict=True):
        unseen = words["report_not_planned" if not planned else "report_to_come" if day >= today else "not_looked"]
        found.append((day, words[state] if state else unseen, state in COUNTED))
    return found


def folded(bars: list[Bar]) -> list[tuple[Bar | None, float, float, int]]:
    """(bar, from, to, how many) of each row: the greatest effects, and what remains as one row without a bar."""
    if len(bars) <= MOST_BARS:
        return [(bar, bar.start, bar.end, 1) for bar in bars]
    kept, rest = bars[: MOST_BARS - 1], bars[MOST_BARS - 1 :]
    return [*((bar, bar.start, bar.end, 1) for bar in kept), (None, rest[0].start, rest[-1].end, len(rest))]


def scale(bars: list[tuple[Bar | None, float, float, int]]) -> tuple[float, float]:
    """(least, width) of the scores the waterfall passes, with a little room on both sides."""
    passed = [value for _, start, end, _ in bars for value in (start, end)]
    if not passed:
        return 0.0, 100.0
    least, most = min(passed), max(passed)
    room = max((most - least) * 0.06, 0.5)
    return least - room, most - least + 2 * room


def bar(start: float, end: float, scale: tuple[float, float]) -> Markup:
    """One row's part of the waterfall; the table's cells say the same in figures. Less is left in every language."""
    least, width = scale
    here, there = (150 * (value - least) / width for value in (start, end))
    kind = "up" if end > start else "down" if end < start else "still"
    left, size = (min(here, there), abs(there - here)) if start != end else (here - 1, 2.0)
    return Markup(
        '<svg class="bar" viewBox="0 0 150 21" aria-hidden="true"><path class="thread" d="M{0} 0V21M{1} 0V21"/>'
        '<rect class="{2}" x="{3}" y="{4}" width="{5}" height="{6}"/></svg>'
    ).format(n(here), n(there), kind, n(left), *((0, n(size), 21) if kind == "still" else (5, n(size), 11)))


def not_counted(history: History) -> list[tuple[date, str]]:
    """(day, state) of each day that was looked at and does not count."""
    return [
        (day, state) for day, state in zip(history.days, history.states, strict=True) if state and state not in COUNTED
    ]


def record(history: History) -> tuple[int, int]:
    """(days that count, days that were planned)."""
    counts = Counter(state in COUNTED for state in history.states if state)
    return counts[True], counts.total()


def picture(content: bytes) -> str:
    """A logo as a data: URL; BadInput unless its bytes are those of a PNG or JPEG (an SVG can hold a program)."""
    kind = picture_kind(content)
    if kind is None:
        raise BadInput("a logo is a PNG or a JPEG picture")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def css_text(text: str) -> str:
    """Outside text as a CSS string: everything but letters and digits is written as its number."""
    return '"' + "".join(c if c.isalnum() else f"\\{ord(c):x} " for c in say.shown(text)) + '"'


def style(facts: WeeklyFacts, imprint: Imprint) -> Markup:
    """The stylesheet, with the foot of every page: what this is, and which page of how many."""
    words = say.texts(facts.lang)
    before, between, after = words["report_page"].replace("{n}", "|").replace("{of}", "|").split("|")
    start, end = ("right", "left") if facts.lang == "he" else ("left", "right")
    number = f"{css_text(before)} counter(page) {css_text(between)} counter(pages) {css_text(after)}"
    foot = (
        f"@page {{ @bottom-{start} {{ content: {css_text(title(facts))}; text-align: {start}; }} "
        f"@bottom-{end} {{ content: {number}; text-align: {end}; }} }}\n"
        f":root {{ --accent: {imprint.accent if COLOUR.fullmatch(imprint.accent) else ACCENT}; }}\n"
    )
    paper = (files("reports") / "templates" / "paper.css").read_text(encoding="utf-8")
    return Markup(font_css() + paper + foot)  # noqa: S704  ours; the outside text in it is written as numbers


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Templates with escaping always on."""
    made = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "shown": say.shown,
        "direction": say.direction,
        "link": say.safe_link,
        "cut": cut,
        "engine": say.engine_name,
    }
    made.globals |= {"labels": LABELS, "marks": MARKS}
    return made


def cut(text: str) -> str:
    """A title no longer than paper has room for."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
