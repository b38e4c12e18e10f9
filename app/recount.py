"""The figures counted anew, the plain way: from the readings in force and the list of verdicts, and nothing else.

Pages, API, files and paper get their numbers from app.queries. Here the same numbers come from the rows by other means:
which look speaks for a day, which label was given last, what the weights sum to. Both must agree to the digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, col, select

from app.models import Brand, Hit, Search, Snapshot, VerdictEvent, Workspace
from app.prove import Finding
from app.queries.brand_page import Asked, brand_page, week_by
from app.queries.days import DayRow, day_rows
from app.queries.history import history
from app.queries.numbers import Figures, Week
from app.queries.rows import COUNTED, BrandRow
from app.queries.searches import Watched, watched
from app.queries.week import week
from app.queries.weekly import weekly
from app.recount_beside import beside_again, blocks_again
from app.recount_readings import Page, entries, voices_again, week_again

WEIGHTS = (35, 18, 12, 8, 7, 6, 5, 4, 3, 2)
LEAST_OF = {10: 8, 20: 15}
NO_MATTER = datetime(2000, 1, 1, tzinfo=UTC)  # the day is named, so that no clock is asked
Labels = Mapping[int, str]
"""What a page shows: rank -> label."""


@dataclass(frozen=True, slots=True)
class Record:
    """pages: the labels of each day's page, None on a day whose looks do not count. entries: the pages that count,
    whole. labels: those given last, by hit. weights: of ranks 1 to 10, as they are stored."""

    pages: Mapping[date, Labels | None]
    entries: Mapping[date, Page]
    labels: Mapping[int, str]
    weights: Sequence[int]

    def since(self, first: date) -> Record:
        """From a day on."""
        return Record(
            {day: page for day, page in self.pages.items() if day >= first},
            {day: page for day, page in self.entries.items() if day >= first},
            self.labels,
            self.weights,
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """A page's numbers; None where too few results were observed."""

    n: int
    counts: tuple[int, int, int, int] | None
    n20: int
    good: int | None
    score: float | None
    highest_negative: int | None


def figures_again(session: Session, found: Finding) -> None:
    """Every day and every week of every search against the plain count; the last week as page and report serve it."""
    for search in session.exec(select(Search).where(Search.purpose == "share").order_by(col(Search.id))).all():
        record = _record(session, search, found)
        if record.pages:
            _search_again(session, search, record, found)
    blocks_again(session, found)


def _search_again(session: Session, search: Search, rows: Record, found: Finding) -> None:
    pages = rows.pages
    about, first, last = watched(session, search.id or 0), min(pages), max(pages)
    record = history(session, search.id or 0, first, last)
    where = f"search {search.id}"
    for top in (10, 20):
        for row in day_rows(record, top, about.brand.weights):
            _same_day(row, pages.get(row.date), rows.weights, f"{where}: {row.date} of {top}", found)
    ends = [day for day in record.days if (day - first).days % 7 == 6] + [last]
    for end in ends:
        _same_week(week(record, about.brand, 10, (), until=end, by=end), rows, about.brand, end, where, found)
    _as_served(session, about, rows, last, found)


def _as_served(session: Session, about: Watched, rows: Record, last: date, found: Finding) -> None:
    """The record's last week as page, API and report give it."""
    brand, identity = about.brand, about.search.id
    page = brand_page(session, brand.slug, Asked(identity), last, brand.workspace_id)
    in_sight = rows.since(page.history.days[0])
    _same_week(page.week, in_sight, brand, last, f"search {identity}, its page", found)
    api = week_by(session, identity, 20, last, NO_MATTER, brand.workspace_id)[2]
    _same_week(api, in_sight, brand, last, f"search {identity}, its API", found)
    voices_again(page.voices, in_sight.entries, rows.weights, f"search {identity}, its page", found)
    look = page.latest.id if page.latest else None
    beside_again(session, page.beside, look, rows.labels, f"search {identity}, its page", found)
    facts = weekly(session, identity, last, "en")
    if facts.week.now is not None:
        _same_week(facts.week, in_sight, brand, last, f"search {identity}, its report", found)
        look = facts.week.now.snapshot
        beside_again(session, facts.beside, look, rows.labels, f"search {identity}, its report", found)
    if facts.voices is not None:
        shown = {day: page for day, page in rows.entries.items() if facts.history.days[0] <= day <= facts.last}
        voices_again(facts.voices, shown, rows.weights, f"search {identity}, its report", found)


def _record(session: Session, search: Search, found: Finding) -> Record:
    """What the look that speaks for each day showed, and what ranks weigh for its brand."""
    speaking: dict[date, Snapshot] = {}
    query = select(Snapshot).where(Snapshot.search_id == search.id, col(Snapshot.state).is_not(None))
    for look in session.exec(query.order_by(col(Snapshot.slot), col(Snapshot.id))).all():
        day = date.fromisoformat(look.slot[:10])
        if day not in speaking or _stands_above(look, speaking[day]):
            speaking[day] = look
    labels = _labels(session, search, found)
    good = {day: look for day, look in speaking.items() if look.state in COUNTED}
    shown = entries(session, search.id or 0, good, labels)
    pages = {
        day: {rank: one.label for rank, one in shown[day].items()} if day in shown else None for day in speaking
    }  # fmt: skip
    home = session.get_one(Workspace, session.get_one(Brand, search.brand_id).workspace_id)
    return Record(pages, shown, labels, tuple(home.weights or WEIGHTS))


def _stands_above(look: Snapshot, other: Snapshot) -> bool:
    """A look that counts above one that does not, then a scheduled one, then the later one (they come in order)."""
    here, there = ((one.state in COUNTED, one.purpose == "scheduled") for one in (look, other))
    return here >= there


def _labels(session: Session, search: Search, found: Finding) -> dict[int, str]:
    """hit -> the label it was given last; the hit itself must carry that one."""
    events = select(VerdictEvent.hit_id, VerdictEvent.new).join(Hit, col(Hit.id) == col(VerdictEvent.hit_id))
    given = dict(session.exec(events.where(Hit.search_id == search.id).order_by(col(VerdictEvent.id))).all())
    for hit, label in session.exec(select(Hit.id, Hit.label).where(Hit.search_id == search.id)).all():
        found.expect(label == given.get(hit or 0), f"hit {hit}: is {label}, was given {given.get(hit or 0)}")
    return given


def counted(labels: Labels, top: int, weights: Sequence[int] = WEIGHTS) -> Counted:
    """A page's numbers from its labels by rank."""
    shown = [label for rank, label in labels.items() if rank <= top]
    counts = tuple(shown.count(label) for label in ("owned", "positive", "neutral", "negative"))
    good = sum(label in ("owned", "positive") for label in labels.values())
    pulls = [
        weights[rank - 1] * (1 if label in ("owned", "positive") else -1)
        for rank, label in labels.items() if rank <= 10 and label != "neutral"
    ]  # fmt: skip
    seen = sum(rank <= 10 for rank in labels)
    return Counted(
        n=len(shown),
        counts=(counts[0], counts[1], counts[2], counts[3]) if len(shown) >= LEAST_OF[top] else None,
        n20=len(labels),
        good=good if len(labels) >= LEAST_OF[20] else None,
        score=50 + sum(pulls) / 2 if seen >= LEAST_OF[10] else None,
        highest_negative=min((rank for rank, label in labels.items() if label == "negative"), default=None),
    )


def _same_day(row: DayRow, labels: Labels | None, weights: Sequence[int], where: str, found: Finding) -> None:
    counts = (row.owned, row.positive, row.neutral, row.negative)
    served = (row.n, None if None in counts else counts, row.n20, row.good, row.score, row.highest_negative)
    again = (None,) * 6 if labels is None else _plain(counted(labels, row.top, weights))
    found.expect(served == again, f"{where}: {served} is served, the rows say {again}")


def _same_week(served: Week, rows: Record, brand: BrandRow, end: date, where: str, found: Finding) -> None:
    """The last day that counts, and the last of the calendar week before its week."""
    pages = rows.pages
    good = [day for day, labels in sorted(pages.items()) if labels is not None and day <= end]
    now = good[-1] if good else None
    start = now - timedelta(days=(now.weekday() - brand.week_start) % 7) if now else end
    past = [day for day in good if start - timedelta(days=7) <= day < start]
    for name, figures, day in (("this", served.now, now), ("the last", served.before, past[-1] if past else None)):
        _same_figures(figures, day, rows, f"{where}, {name} week of {end}", found)
    week_again(served, rows.entries, rows.weights, brand.target, f"{where}, {end}", found)
    if served.score_change is not None:
        total = sum(step.points for step in served.steps)
        found.expect(total == served.score_change, f"{where}, {end}: the steps sum to {total}")


def _same_figures(figures: Figures | None, day: date | None, rows: Record, where: str, found: Finding) -> None:
    if figures is None or day is None:
        found.expect(
            figures is None and day is None, f"{where}: {figures and figures.at} is served, the rows say {day}"
        )
        return
    shares = figures.shares
    counts = tuple(shares[label].count for label in ("owned", "positive", "neutral", "negative")) if shares else None
    served = (figures.n, counts, figures.n20, figures.good, figures.score, figures.highest_negative)
    again = _plain(counted(rows.pages[day] or {}, figures.top, rows.weights))
    found.expect(
        (figures.at, served) == (day, again), f"{where}: {figures.at} {served} is served, the rows say {again}"
    )
    percents = [(100 * share.count / share.n, share.percent) for share in (shares or {}).values()]
    found.expect(all(abs(exact - shown) <= 0.5 for exact, shown in percents), f"{where}: a share is rounded wrongly")


def _plain(counted: Counted) -> tuple[object, ...]:
    return (
        counted.n, counted.counts, counted.n20, counted.good, counted.score, counted.highest_negative,
    )  # fmt: skip
