"""Rows into pages: the numbers a template shows, computed here, and the templates rendered. No database."""

from __future__ import annotations

from typing import Any

from app import texts as say
from app.queries.numbers import BrandPage
from app.queries.rows import BrandRow, History, ResultRow, SearchRow, SnapshotRow
from app.web.access import Viewer
from app.web.render import render
from reports.heatmap import heatmap
from reports.numbers import headline_change, tiles
from reports.share_chart import share_chart
from reports.svg import gaps

WEEKS = (4, 13, 52, 0)
MOVES = ("climbed", "fell", "displaced")


def brand_page(page: BrandPage, lang: str, viewer: Viewer) -> str:
    """The page of a brand's search."""
    words = say.texts(lang)
    return render(
        "brand.html",
        lang,
        viewer,
        page=page,
        weeks=page.weeks,
        all_weeks=WEEKS,
        tiles=tiles(page.week, words, lang),
        moved=headline_change(page.week, words),
        heat=heatmap(page.history, page.brand.weekend, 20, words, lang),
        chart=share_chart(page.share, page.history, words, lang),
        gaps=gaps(page.history),
        told=[change for change in page.changes if change.kind not in MOVES],
        rows=day_rows(page.history),
        start=page.history.days[0],
        practice="practice" in page.search.source_names,
    )


def snapshot_page(
    brand: BrandRow, search: SearchRow, snapshot: SnapshotRow, results: tuple[ResultRow, ...], lang: str, viewer: Viewer
) -> str:
    """The page of one look."""
    return render("snapshot.html", lang, viewer, brand=brand, search=search, snapshot=snapshot, results=results)


def brands_page(brands: tuple[BrandRow, ...], lang: str, viewer: Viewer) -> str:
    """The list of brands."""
    return render("brands.html", lang, viewer, brands=brands)


def day_rows(history: History) -> list[tuple[int, list[Any]]]:
    """(day, the hits of its ranks) of each day that was planned, newest first, for the table of every day."""
    planned = [day for day in range(len(history.days)) if history.states[day]]
    return [
        (day, [history.hits[row[day]] if row[day] is not None else None for row in history.ranks])  # type: ignore[index]
        for day in reversed(planned)
    ]
