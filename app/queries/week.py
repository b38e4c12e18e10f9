"""A week's value against the week before: the one place where headline, tiles, score and actions are computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from app.queries.numbers import Action, Compared, Figures, Move, Quality, ShareFigure, Step, Urgency, Week
from app.queries.promise_gap import promise_gap
from app.queries.reach import reach
from app.queries.rows import COUNTED, BrandRow, History, ResultRow
from app.queries.share import ENOUGH
from app.queries.volatility import volatility
from app.schedule import week_start
from app.scoring import reputation
from app.scoring.reputation import WEIGHTS, Weights
from app.types import LABELS, Label

GOOD: tuple[Label, ...] = ("owned", "positive")
SEVEN = timedelta(days=7)


def week(
    history: History, brand: BrandRow, top: int, results: tuple[ResultRow, ...], *, until: date, by: date | None = None
) -> Week:
    """The week of the last good day of a history up to `by` (default: its end); until: the day quality ends with.

    results: those of that day's look, in order of rank, as app.queries.snapshots gives them (empty when not needed).
    """
    now, before = week_points(history, brand, by)
    weights = brand.weights
    here = figures(history, now, top, weights) if now is not None else None
    there = figures(history, before, top, weights) if before is not None else None
    rows = with_previous(results, history, before)
    actions = urgent(rows, history, before, brand)
    urgent_hits = {action.row.hit.link_id for action in actions}
    return Week(
        first=week_start(here.at if here else until, brand.week_start),
        now=here,
        before=there,
        steps=steps(history, now, before, weights) if now is not None and before is not None else (),
        actions=actions,
        others=tuple(
            row for row in rows
            if row.rank <= 10 and row.hit.label == "negative" and row.hit.link_id not in urgent_hits
        ),
        results=rows,
        quality=quality(history, until),
        promise=promise_gap(history, now) if now is not None else None,
        promise_before=promise_gap(history, before) if before is not None else None,
        volatility=volatility(history, now, before) if now is not None and before is not None else None,
        reach=reach(history, now, page_of(history, now), brand.target, weights) if now is not None else None,
    )  # fmt: skip


def week_points(history: History, brand: BrandRow, by: date | None = None) -> tuple[int | None, int | None]:
    """Indexes of the last good day, and of the last good day of the week before that one's."""
    good = [day for day in range(len(history.days)) if history.counted(day) and (by is None or history.days[day] <= by)]
    if not good:
        return None, None
    now = good[-1]
    start = week_start(history.days[now], brand.week_start)
    week_before = [day for day in good if start - SEVEN <= history.days[day] < start]
    return now, week_before[-1] if week_before else None


def figures(history: History, day: int, top: int, weights: Weights) -> Figures:
    """The numbers of one day that counts."""
    return figures_of(page_of(history, day), history.days[day], history.snapshots[day] or 0, top, weights)


def figures_of(page: reputation.Page, at: date, snapshot: int, top: int, weights: Weights = WEIGHTS) -> Figures:
    """The numbers of a page."""
    labels = {rank: label for rank, (_, label) in page.items()}
    n20 = sum(rank <= 20 for rank in labels)
    n = sum(rank <= top for rank in labels)
    counts = Counter(label for rank, label in labels.items() if rank <= top)
    return Figures(
        at=at,
        snapshot=snapshot,
        good=sum(label in GOOD for rank, label in labels.items() if rank <= 20) if n20 >= ENOUGH[20] else None,
        n20=n20,
        strip=tuple(labels.get(rank) for rank in range(1, 21)),
        highest_negative=min((rank for rank, label in labels.items() if label == "negative"), default=None),
        score=reputation.score(page, weights),
        top=top,
        n=n,
        shares={label: ShareFigure(counts[label], n, percent(counts[label], n)) for label in LABELS}
        if n >= ENOUGH[top]
        else None,
    )


def percent(count: int, n: int) -> int:
    """A share in per cent, rounded half up: 1 of 8 is 13."""
    return (200 * count + n) // (2 * n)


def page_of(history: History, day: int) -> dict[int, tuple[int, Label]]:
    """What stood where that day: rank -> (link, current label)."""
    hits = {rank: row[day] for rank, row in enumerate(history.ranks, 1)}
    return {rank: (history.hits[hit].link_id, history.hits[hit].label) for rank, hit in hits.items() if hit is not None}


def steps(history: History, now: int, before: int, weights: Weights) -> tuple[Step, ...]:
    """What moved the score between two days, the greatest effect first; nothing where a day has no score."""
    hits = {history.hits[hit].link_id: history.hits[hit] for day in (before, now) for hit in hits_on(history, day)}
    was, is_now = page_of(history, before), page_of(history, now)
    if reputation.score(was) is None or reputation.score(is_now) is None:
        return ()
    return tuple(
        Step(hits[part.link], part.points, part.from_rank, part.to_rank)
        for part in reputation.parts(was, is_now, weights)
    )


def hits_on(history: History, day: int) -> list[int]:
    """The hits of a day, by rank."""
    return [row[day] for row in history.ranks if row[day] is not None]  # type: ignore[misc]


def with_previous(rows: tuple[ResultRow, ...], history: History, before: int | None) -> tuple[ResultRow, ...]:
    """The results with the rank each had on an earlier day."""
    if before is None:
        return rows
    past = {link: rank for rank, (link, _) in page_of(history, before).items()}
    return tuple(replace(row, previous_rank=past.get(row.hit.link_id)) for row in rows)


def urgent(rows: tuple[ResultRow, ...], history: History, before: int | None, brand: BrandRow) -> tuple[Action, ...]:
    """The negatives that are new or rising: new in the top 10, rising there, new in 11 to 20; the better rank first."""
    if before is None:
        return ()
    labels = dict(page_of(history, before).values())
    found = []
    for row in rows:
        kind = _urgency(row, labels.get(row.hit.link_id))
        if kind:
            place = (0 if kind != "rising" else 1) if row.rank <= 10 else 2
            on_weekend = row.hit.first_seen is not None and row.hit.first_seen.weekday() in brand.weekend
            found.append((place, row.rank, Action(row, kind, row.previous_rank, on_weekend)))
    return tuple(action for _, _, action in sorted(found, key=lambda one: one[:2]))


def _urgency(row: ResultRow, label_before: Label | None) -> Urgency | None:
    if row.hit.label != "negative" or row.rank > 20:
        return None
    if row.previous_rank is None:
        return "new"
    if label_before != "negative":
        return "turned"
    return "rising" if row.rank <= 10 and row.rank < row.previous_rank else None


def quality(history: History, until: date) -> Quality:
    """The seven days that end with `until`, or with the day before while that day has not been looked at."""
    place = {day: i for i, day in enumerate(history.days)}
    if until not in place or not history.states[place[until]]:
        until -= timedelta(days=1)
    days = tuple(until - timedelta(days=back) for back in range(6, -1, -1))
    return quality_of(history, days, [place.get(day) for day in days])


def quality_of(history: History, days: tuple[date, ...], places: Sequence[int | None]) -> Quality:
    """The same of any days, by their places in the history (None before it begins)."""
    states = tuple("" if i is None else history.states[i] for i in places)
    snapshots = tuple(None if i is None else history.snapshots[i] for i in places)
    planned = tuple(i is None or history.expected(i) for i in places)
    return Quality(days, states, snapshots, sum(state in COUNTED for state in states), planned)


def compared(history: History, first: date, last: date) -> Compared | None:
    """The last good looks at or before two days; None when there are not two different ones."""
    one, two = (_good_by(history, day) for day in (first, last))
    if one is None or two is None or one == two:
        return None
    was = {history.hits[hit].link_id: (rank, hit) for rank, hit in _ranked(history, one)}
    now = {history.hits[hit].link_id: (rank, hit) for rank, hit in _ranked(history, two)}
    both = [link for link in now if link in was]
    return Compared(
        first=history.days[one],
        last=history.days[two],
        first_snapshot=history.snapshots[one] or 0,
        last_snapshot=history.snapshots[two] or 0,
        entered=tuple(Move(history.hits[hit], None, rank) for link, (rank, hit) in now.items() if link not in was),
        left=tuple(Move(history.hits[hit], rank, None) for link, (rank, hit) in was.items() if link not in now),
        moved=tuple(
            Move(history.hits[now[link][1]], was[link][0], now[link][0])
            for link in both if was[link][0] != now[link][0]
        ),
        same=sum(was[link][0] == now[link][0] for link in both),
    )  # fmt: skip


def _good_by(history: History, day: date) -> int | None:
    return max((i for i in range(len(history.days)) if history.counted(i) and history.days[i] <= day), default=None)


def _ranked(history: History, day: int) -> list[tuple[int, int]]:
    return [(rank, row[day]) for rank, row in enumerate(history.ranks, 1) if row[day] is not None]  # type: ignore[misc]
