"""The charts of a brand page as pictures for slides: SVG with everything inside, and PNG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from fastapi import APIRouter, Response

from app import texts as say
from app.queries.numbers import BrandPage
from app.queries.rows import History, Share
from app.queries.share import share as share_of
from app.texts import language, shown
from app.types import LABELS
from app.web.access import Lang, SessionDep, ViewerDep
from app.web.asking import AskedDep
from app.web.brand_view import told
from app.web.day_view import asked_page
from app.web.tables import attachment
from reports.heatmap import heatmap
from reports.picture import Caption, picture
from reports.share_chart import share_chart
from reports.svg import span

router = APIRouter(include_in_schema=False)
Words = Mapping[str, str]
# A picture opened by itself is a document of this site: it may show itself and nothing else.
INERT = "sandbox; default-src 'none'; style-src 'unsafe-inline'; font-src data:"
HEAT_HEIGHT, SHARE_HEIGHT, DEPTH = 400, 320, 20


@router.get("/brands/{slug}/heatmap.{ending}")
def heat(
    slug: str, ending: Literal["svg", "png"], session: SessionDep, viewer: ViewerDep, asked: AskedDep, lang: Lang = None
) -> Response:
    """Rank by day, as on the page."""
    page = asked_page(session, slug, asked, viewer)
    return _answer(page, "heatmap", ending, language(lang, page.search.hl), heat_picture)


@router.get("/brands/{slug}/share.{ending}")
def share(
    slug: str, ending: Literal["svg", "png"], session: SessionDep, viewer: ViewerDep, asked: AskedDep, lang: Lang = None
) -> Response:
    """Share of page over time, as on the page."""
    page = asked_page(session, slug, asked, viewer)
    return _answer(page, "share", ending, language(lang, page.search.hl), share_picture)


def heat_picture(page: BrandPage, words: Words, lang: str) -> str:
    """The heat map with its caption."""
    fresh = frozenset(action.row.rank for action in page.week.actions if action.urgency != "rising")
    plot = heatmap(page.history, page.brand.weekend, DEPTH, words, lang, fresh=fresh)
    legend = [*_labels(words), ("hatched", words["gap"]), ("line", words["line10"]), ("tick", words["weekend"])]
    legend += [("flag", words["fresh"])] if fresh else []
    name = words["heatmap"]
    return picture(
        plot, _caption(page, name, tuple(legend), share_of(page.history, DEPTH), words, lang), lang, HEAT_HEIGHT
    )


def share_picture(page: BrandPage, words: Words, lang: str) -> str:
    """The share chart with its caption; its marks are told below."""
    plot = share_chart(page.share, page.history, page.brand.weekend, words, lang, marks=page.marks, linked=False)
    legend = (*_labels(words), ("hatched", words["gap"]), ("tick", words["weekend"]))
    notes = tuple(
        f"{number} · {say.day(mark.at, lang)} · {shown(told(mark, words))}" for number, mark in enumerate(page.marks, 1)
    )
    name = f"{words['share']} · {words['top10' if page.top == 10 else 'top20']}"
    return picture(plot, _caption(page, name, legend, page.share, words, lang, notes), lang, SHARE_HEIGHT)


def _caption(
    page: BrandPage, name: str, legend: tuple[tuple[str, str], ...], counted: Share, words: Words, lang: str,
    notes: tuple[str, ...] = (),
) -> Caption:  # fmt: skip
    search, days = page.search, page.history.days
    practice = (words["practice"],) if "practice" in search.source_names else ()
    asked = (shown(search.phrase), search.engine.capitalize(), f"{search.hl}-{search.gl}", words[search.device])
    seen = (span(days[0], days[-1], words, lang), _days_counted(page.history, words), _observed(counted, words))
    return Caption((shown(page.brand.name), name), ((*asked, *practice), seen), legend, notes)


def _days_counted(history: History, words: Words) -> str:
    planned = sum(bool(state) for state in history.states)
    return words["picture_days"].format(count=sum(history.counted(i) for i in range(len(history.days))), days=planned)


def _observed(counted: Share, words: Words) -> str:
    """N, or the least and the most of it where days differ."""
    seen = sorted({n for n in counted.n if n is not None})
    text = "–" if not seen else str(seen[0]) if len(seen) == 1 else f"{seen[0]}–{seen[-1]}"
    return words["picture_n"].format(n=text)


def _labels(words: Words) -> tuple[tuple[str, str], ...]:
    return tuple((label, words[label]) for label in LABELS)


def _answer(
    page: BrandPage, what: str, ending: str, lang: str, draw: Callable[[BrandPage, Words, str], str]
) -> Response:
    svg = draw(page, say.texts(lang), lang)
    headers = attachment(f"{page.brand.slug}-{page.search.id}-{what}-{lang}.{ending}", "inline")
    headers |= {"content-security-policy": INERT, "cache-control": "no-store"}
    if ending == "svg":
        return Response(svg, media_type="image/svg+xml", headers=headers)
    from reports.charts import png  # matplotlib takes a second to load: nobody waits for it who wants no picture

    return Response(png(svg), media_type="image/png", headers=headers)
