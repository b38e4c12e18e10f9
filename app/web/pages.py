"""Rows into pages: the numbers a template shows, computed here, and the templates rendered. No database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app import texts as say
from app.queries.brand_page import week_points
from app.queries.rows import BrandPage, BrandRow, History, ResultRow, SearchRow, Share, SnapshotRow
from app.web.access import Viewer
from app.web.render import render
from reports.heatmap import heatmap
from reports.share_chart import share_chart
from reports.svg import gaps

WEEKS = (4, 13, 52)
MOVES = ("climbed", "fell", "displaced")


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with its change against the last good look of the week before; tone: better, worse or "" ."""

    name: str
    label: str
    value: str
    detail: str
    change: str
    tone: str


def brand_page(page: BrandPage, lang: str, weeks: int, viewer: Viewer) -> str:
    """The page of a brand's search."""
    words = say.texts(lang)
    return render(
        "brand.html",
        lang,
        viewer,
        page=page,
        weeks=weeks,
        all_weeks=WEEKS,
        tiles=tiles(page, words),
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


def tiles(page: BrandPage, words: Mapping[str, str]) -> list[Tile]:
    """Highest negative, then the share of each label in the top N, each with its weekly change."""
    now, before = week_points(page.history, page.brand)
    found = [_highest(page.history, now, before, words)]
    for label, better in (("owned", 1), ("positive", 1), ("negative", -1)):
        found.append(_share(page.share, label, better, now, before, words))
    return found


def _highest(history: History, now: int | None, before: int | None, words: Mapping[str, str]) -> Tile:
    here, there = (_first_negative(history, day) if day is not None else None for day in (now, before))
    value = words["none"] if here is None else str(here)
    if before is None:
        return Tile(words["highest_negative"], "negative", value, "", words["no_last_week"], "")
    tone = "" if here == there else "better" if (here or 99) > (there or 99) else "worse"
    was = words["was"].format(value=words["none"] if there is None else words["rank_n"].format(rank=there))
    return Tile(words["highest_negative"], "negative", value, "", words["no_change"] if not tone else was, tone)


def _first_negative(history: History, day: int) -> int | None:
    for rank, row in enumerate(history.ranks, 1):
        hit = row[day]
        if hit is not None and history.hits[hit].label == "negative":
            return rank
    return None


def _share(
    share: Share, label: str, better: int, now: int | None, before: int | None, words: Mapping[str, str]
) -> Tile:
    here, there = (_percent(share, label, day) for day in (now, before))
    if here is None or now is None:
        return Tile(words[label], label, "–", words["too_few"], "", "")
    detail = words["of_n"].format(count=getattr(share, label)[now], n=share.n[now])
    if there is None:
        return Tile(words[label], label, f"{here}%", detail, words["no_last_week"], "")
    moved = here - there
    tone = "" if not moved else "better" if moved * better > 0 else "worse"
    sign = "\u2212" if moved < 0 else "+"
    change = f"{sign}{abs(moved)} {words['points']}" if moved else words["no_change"]
    return Tile(words[label], label, f"{here}%", detail, change, tone)


def _percent(share: Share, label: str, day: int | None) -> int | None:
    if day is None or getattr(share, label)[day] is None or not share.n[day]:
        return None
    return round(100 * int(getattr(share, label)[day]) / int(share.n[day] or 1))


def day_rows(history: History) -> list[tuple[int, list[Any]]]:
    """(day, the hits of its ranks) of each day that was planned, newest first, for the table of every day."""
    planned = [day for day in range(len(history.days)) if history.states[day]]
    return [
        (day, [history.hits[row[day]] if row[day] is not None else None for row in history.ranks])  # type: ignore[index]
        for day in reversed(planned)
    ]
