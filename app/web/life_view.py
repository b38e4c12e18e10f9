"""The page of one result of a search: its whole life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse

from app.queries.life import Life, SeenDay, life
from app.queries.marks import RULES
from app.queries.rows import HitRow, ResultRow
from app.texts import language, texts
from app.web.access import Lang, NowDep, SessionDep, ViewerDep
from app.web.render import render
from app.web.saying import SaidDep
from reports.life_chart import life_chart
from reports.svg import gaps

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Id = Annotated[int, Path(ge=1, le=2**31)]


@dataclass(frozen=True, slots=True)
class Stay:
    """Days in a row at one rank, in one appearance."""

    hit: HitRow
    rank: int
    days: tuple[SeenDay, ...]


@router.get("/searches/{search_id}/links/{link_id}")
def one_life(
    search_id: Id, link_id: Id, session: SessionDep, viewer: ViewerDep, now: NowDep, said: SaidDep, lang: Lang = None
) -> str:
    """Titles, ranks, labels, days: everything on record about one result."""
    found = life(session, search_id, link_id, now, viewer.workspace)
    spoken = language(lang, found.search.hl)
    words, history = texts(spoken), found.history
    depth = max(found.search.depth, 20)
    good = [day for i, day in enumerate(history.days) if history.counted(i)]
    return render(
        "life.html", spoken, viewer, life=found, said=said, row=_row(found),
        chart=life_chart(history, found.brand.weekend, depth, words, spoken, summary(found, words)),
        gaps=[(history.days[a], history.days[b], state, history.snapshots[b]) for a, b, state in gaps(history)],
        stays=stays(found), of_hit={one.hit.id: one.hit for one in found.appearances}, rules=RULES,
        place=f"/searches/{search_id}/links/{link_id}", practice="practice" in found.search.source_names,
        last_good=good[-1] if good else None,
    )  # fmt: skip


def _row(found: Life) -> ResultRow | None:
    """The result where it stood last, for its correction; None when no day shows it."""
    return ResultRow(found.days[-1].rank, None, 1, None, found.hit) if found.days else None


def summary(found: Life, words: Mapping[str, str]) -> str:
    """The chart in words."""
    if found.best is None:
        return f"{words['life_chart']}: {words['life_no_day']}"
    return words["life_summary"].format(best=found.best, worst=found.worst, count=len(found.days))


def stays(found: Life) -> list[Stay]:
    """The days that show it, the newest first, joined where nothing changed from one day to the next."""
    hits = {one.hit.id: one.hit for one in found.appearances}
    joined: list[Stay] = []
    for day in found.days:
        last = joined[-1] if joined else None
        if last and (last.hit.id, last.rank) == (day.hit, day.rank) and last.days[-1].at + timedelta(1) == day.at:
            joined[-1] = Stay(last.hit, last.rank, (*last.days, day))
        else:
            joined.append(Stay(hits[day.hit], day.rank, (day,)))
    return joined[::-1]
