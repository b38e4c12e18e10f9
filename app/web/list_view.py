"""The page of all brands, and the same list as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from app import texts as say
from app.kept import Kept
from app.queries.all_brands import GROUPS, LINES, SORTS, BrandLine, Sort, all_brands
from app.queries.numbers import Tone
from app.queries.rows import COUNTED
from app.scoring.reputation import WEIGHTS
from app.texts import language
from app.web.access import Lang, NowDep, SessionDep, Viewer, ViewerDep
from app.web.render import render
from app.web.tables import csv_answer
from reports.numbers import signed, tone_of, toned
from reports.sparkline import days_seen, seven, sparkline

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
SortQuery = Annotated[Sort, Query()]
Words = Mapping[str, str]
COLUMNS = (
    "brand", "slug", "search_id", "phrase", "engine", "hl", "gl", "device", "group", "last_good", "good", "n20",
    "good_change", "target", "highest_negative", "highest_negative_before", "score", "score_change", "days_observed",
    "days_planned", "days_not_counted",
)  # fmt: skip

ROWS: Kept[tuple[int, int, date, str], Markup] = Kept(LINES.room * len(say.LANGUAGES))
"""(brand, its revision, its today, language) -> its drawn row."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A brand's row as it is written. Changes are ("", "") where none may be said."""

    line: BrandLine
    spark: Markup
    seven: Markup
    days_seen: str
    reasons: str
    good_change: tuple[str, Tone]
    negative_change: tuple[str, Tone]
    score: str
    score_change: tuple[str, Tone]


@router.get("/")
def brands_page(
    session: SessionDep, viewer: ViewerDep, now: NowDep, sort: SortQuery = "worse", lang: Lang = None
) -> str:
    """All brands, by what got worse or in another order."""
    return list_page(all_brands(session, now, viewer.workspace, sort), sort, language(lang, viewer.language), viewer)


@router.get("/brands.csv")
def brands_csv(session: SessionDep, viewer: ViewerDep, now: NowDep, sort: SortQuery = "worse") -> Response:
    """The same list, a row a brand, weekly changes left empty where none may be said."""
    found = all_brands(session, now, viewer.workspace, sort)
    return csv_answer("brands", COLUMNS, (csv_row(line) for line in found))


def list_page(lines: Sequence[BrandLine], sort: Sort, lang: str, viewer: Viewer) -> str:
    """The page, its rows in groups when it is sorted by what got worse."""
    rows = [(line.group, brand_row(line, lang)) for line in lines]
    groups = (
        [(name, [row for group, row in rows if group == name]) for name in GROUPS]
        if sort == "worse"
        else [("all", [row for _, row in rows])]
    )
    return render(
        "brands.html",
        lang,
        viewer,
        count=len(rows),
        groups=[(name, found) for name, found in groups if found],
        sort=sort,
        sorts=SORTS,
        weights=" · ".join(map(str, lines[0].brand.weights if lines else WEIGHTS)),
    )


def brand_row(line: BrandLine, lang: str) -> Markup:
    """A brand's row of the table; drawn once for each revision of the brand."""
    key = line.brand.id, line.revision, line.history.days[-1], lang
    if (kept := ROWS.get(key)) is not None:
        return kept
    row = Markup(render("brand_row.html", lang, None, row=shown_row(line, say.texts(lang), lang)))  # noqa: S704  a template's, escaped
    if line.revision:
        ROWS.put(key, row)
    return row


def shown_row(line: BrandLine, words: Words, lang: str) -> Shown:
    """Every number of a row with its change in words."""
    now = line.week.now
    return Shown(
        line=line,
        spark=sparkline(line.good, line.history, line.brand.target, _spark_label(line, words)),
        seven=seven(line.week.quality, words, lang),
        days_seen=days_seen(line.week.quality, words),
        reasons=", ".join(words[state] for state in _missing(line)),
        good_change=_signed_change(line, line.week.good_change, words, lang),
        negative_change=_negative_change(line, words),
        score=say.decimal(now.score, lang) if now and now.score is not None else "–",
        score_change=_signed_change(line, line.week.score_change, words, lang),
    )


def _signed_change(line: BrandLine, change: float | None, words: Words, lang: str) -> tuple[str, Tone]:
    if not line.compared or change is None:
        return "", ""
    tone = tone_of(change)
    return (toned(signed(change, lang), tone, words) if change else words["no_change"]), tone


def _negative_change(line: BrandLine, words: Words) -> tuple[str, Tone]:
    before = line.week.before
    if not line.compared or before is None:
        return "", ""
    tone = line.week.negative_tone
    was = words["was_none"] if before.highest_negative is None else words["was_at"].format(rank=before.highest_negative)
    return (toned(was, tone, words) if tone else words["no_change"]), tone


def _missing(line: BrandLine) -> list[str]:
    """Why days of the week do not count, each reason once, in the order of time."""
    return list(dict.fromkeys(state for state in line.week.quality.states if state and state not in COUNTED))


def _spark_label(line: BrandLine, words: Words) -> str:
    """The picture in words."""
    seen = [value for value in line.good if value is not None]
    values = words["list_spark_none"]
    if seen:
        values = words["list_spark_range"].format(low=min(seen), high=max(seen), last=seen[-1])
    gaps = sum(bool(state) and state not in COUNTED for state in line.history.states)
    return words["list_spark"].format(values=values, gaps=gaps)


def csv_row(line: BrandLine) -> dict[str, Any]:
    """A brand for a spreadsheet."""
    now, before, search, said = line.week.now, line.week.before, line.search, line.compared
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "brand": line.brand.name, "slug": line.brand.slug, "group": line.group, "target": line.brand.target,
        "last_good": line.last_good.isoformat(sep=" ", timespec="minutes") if line.last_good else None,
        "days_observed": line.week.quality.observed, "days_planned": line.week.quality.expected,
        "days_not_counted": " ".join(_spoilt(line)),
    }  # fmt: skip
    if search:
        row |= {
            "search_id": search.id, "phrase": search.phrase, "engine": search.engine, "hl": search.hl, "gl": search.gl,
            "device": search.device,
        }  # fmt: skip
    if now:
        row |= {"good": now.good, "n20": now.n20, "highest_negative": now.highest_negative, "score": now.score}
    if said and before:
        row |= {
            "good_change": line.week.good_change, "score_change": line.week.score_change,
            "highest_negative_before": before.highest_negative,
        }  # fmt: skip
    return row


def _spoilt(line: BrandLine) -> Iterator[str]:
    """ "2026-11-21:blocked" of each day of the week that does not count."""
    quality = line.week.quality
    for day, state in zip(quality.days, quality.states, strict=True):
        if state and state not in COUNTED:
            yield f"{day}:{state}"
