"""A week's numbers: last good look against last good look, urgency, quality, two days compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import record_brand
from sqlalchemy import Engine

from app.db import writing
from app.queries.brand_page import Asked, brand_page, week_by
from app.queries.rows import BrandRow, History, HitRow, ResultRow
from app.queries.week import compared, percent, quality, week
from app.types import LABELS, Label

SUNDAY = date(2026, 11, 1)
BRAND = BrandRow(1, 1, "Nativ", "nativ", "il-he", "Asia/Jerusalem", 6, (4, 5), 18, 1, ())


def hit(link: int, label: Label, first: date = SUNDAY) -> HitRow:
    return HitRow(
        link, link, f"https://e.example/{link}", f"https://e.example/{link}", "e.example", f"t{link}", "", label,
        "words", "r", 0.7, (), None, None, first,
    )  # fmt: skip


def history(days: dict[int, list[int] | str], hits: dict[int, HitRow], length: int = 21) -> History:
    """days: offset from a Sunday -> links by rank, or a state that does not count; other days were not planned."""
    span = tuple(SUNDAY + timedelta(days=i) for i in range(length))
    states = tuple("" if i not in days else "ok" if isinstance(days[i], list) else str(days[i]) for i in range(length))
    pages = {i: page for i, page in days.items() if isinstance(page, list)}
    ranks = tuple(tuple(dict(enumerate(pages.get(i, []))).get(rank) for i in range(length)) for rank in range(20))
    return History(
        span, states, ("",) * length, tuple(100 + i for i in range(length)),
        tuple("p1" if i in pages else "" for i in range(length)), ranks, hits,
    )  # fmt: skip


def rows(found: History, day: int) -> tuple[ResultRow, ...]:
    links = [row[day] for row in found.ranks]
    return tuple(ResultRow(r, r, 1, None, found.hits[link]) for r, link in enumerate(links, 1) if link is not None)


HITS = {i: hit(i, "owned") for i in range(1, 30)} | {
    31: hit(31, "negative", SUNDAY + timedelta(days=13)), 32: hit(32, "negative"), 33: hit(33, "negative"),
    34: hit(34, "negative"),
}  # fmt: skip


def test_a_week_is_its_last_good_look_against_that_of_the_week_before() -> None:
    """A blocked Saturday: Friday speaks for its week, in every number alike."""
    found = history({5: list(range(1, 21)), 6: "blocked", 12: [31, *range(1, 20)], 13: "blocked"}, HITS)
    got = week(found, BRAND, 10, rows(found, 12), until=SUNDAY + timedelta(days=13))
    assert got.now is not None
    assert got.before is not None
    assert (got.now.at, got.before.at) == (SUNDAY + timedelta(days=12), SUNDAY + timedelta(days=5))
    assert (got.now.good, got.before.good, got.good_change) == (19, 20, -1)
    assert (got.now.highest_negative, got.negative_tone) == (1, "worse")
    assert got.score_change == sum(step.points for step in got.steps) == -35.0
    assert got.share_change("owned") == -10


def test_without_a_week_before_there_is_no_change_and_nothing_is_new() -> None:
    """Nothing to compare with is said as such: no change, no action, the negatives stand among the others."""
    found = history({12: [31, *range(1, 20)]}, HITS)
    got = week(found, BRAND, 10, rows(found, 12), until=SUNDAY + timedelta(days=13))
    assert (got.before, got.good_change, got.score_change, got.steps, got.actions) == (None, None, None, (), ())
    assert [row.rank for row in got.others] == [1]


def test_urgency_puts_new_before_rising_and_the_top_ten_before_the_rest() -> None:
    """New in the top 10, rising there, new in 11 to 20; a negative that stands still is among the others."""
    before = [1, 2, 34, 4, 5, 6, 7, 8, 33, 10, *range(11, 21)]
    now = [1, 2, 34, 4, 33, 31, 7, 8, 9, 10, *range(11, 15), 32, *range(16, 21)]
    found = history({5: before, 12: now}, HITS)
    got = week(found, BRAND, 10, rows(found, 12), until=SUNDAY + timedelta(days=13))
    assert [(a.row.rank, a.urgency) for a in got.actions] == [(6, "new"), (5, "rising"), (15, "new")]
    assert [a.on_weekend for a in got.actions] == [True, False, False]
    assert [row.rank for row in got.others] == [3]


def test_a_result_that_turned_negative_is_as_urgent_as_a_new_one() -> None:
    """The same link under another label: nobody should have to find that in a table."""
    hits = HITS | {40: hit(40, "neutral"), 41: replace(hit(41, "negative"), link_id=40)}
    found = history({5: [40, *range(2, 21)], 12: [41, *range(2, 21)]}, hits)
    got = week(found, BRAND, 10, rows(found, 12), until=SUNDAY + timedelta(days=13))
    assert [(a.row.rank, a.urgency) for a in got.actions] == [(1, "turned")]


def test_too_few_results_give_no_number() -> None:
    """Seven results: no share of the top 10, no score, no headline; the highest negative is what was seen."""
    found = history({12: [1, 2, 31, 4, 5, 6, 7]}, HITS)
    now = week(found, BRAND, 10, rows(found, 12), until=SUNDAY + timedelta(days=13)).now
    assert now is not None
    assert (now.shares, now.score, now.good, now.n, now.n20, now.highest_negative) == (None, None, None, 7, 7, 3)


def test_quality_counts_seven_days_and_leaves_out_a_day_still_to_come() -> None:
    """Four of seven are needed; today counts once it was looked at, in whatever state."""
    found = history({8: list(range(1, 21)), 9: "blocked", 10: "error", 11: [1] * 1, 12: [1]}, HITS)
    early = quality(found, SUNDAY + timedelta(days=13))
    assert (early.days[-1], early.observed, early.known) == (SUNDAY + timedelta(days=12), 3, False)
    late = quality(history({8: [1], 9: [1], 10: [1], 13: "blocked"}, HITS), SUNDAY + timedelta(days=13))
    assert (late.days[-1], late.states[-1], late.observed) == (SUNDAY + timedelta(days=13), "blocked", 3)


@pytest.mark.parametrize(
    ("seen", "known"), [((8, 9, 10), True), ((8, 9), False), ((), False)], ids=["three of five", "two of five", "none"]
)
def test_a_day_without_a_planned_look_is_not_missing(seen: tuple[int, ...], known: bool) -> None:
    """Looks on weekdays: five days are expected, three of them make a week; no look at the weekend is no gap."""
    kept = history({day: [1] for day in seen}, HITS)
    planned = tuple(day.weekday() not in (4, 5) for day in kept.days)
    found = quality(replace(kept, planned=planned), SUNDAY + timedelta(days=14))
    assert (found.observed, found.expected, found.known) == (len(seen), 5, known)
    assert [day.weekday() for day, there in zip(found.days, found.planned, strict=True) if not there] == [4, 5]


def test_a_look_on_an_unplanned_day_counts_as_planned() -> None:
    """The schedule of today says nothing about a day that was looked at under another one."""
    kept = replace(history({8: [1], 12: "blocked"}, HITS), planned=(False,) * 21)
    found = quality(kept, SUNDAY + timedelta(days=13))
    assert (found.observed, found.expected, found.known) == (1, 2, False)


def test_two_days_are_compared_by_their_good_looks() -> None:
    """A day that does not count is spoken for by the last good one before it; the same look twice is no comparison."""
    found = history({5: [1, 2, 3], 6: "blocked", 12: [2, 4, 3], 13: "blocked"}, HITS)
    got = compared(found, SUNDAY + timedelta(days=6), SUNDAY + timedelta(days=13))
    assert got is not None
    assert [m.hit.link_id for m in got.entered] == [4]
    assert [m.hit.link_id for m in got.left] == [1]
    assert [(m.hit.link_id, m.from_rank, m.to_rank) for m in got.moved] == [(2, 2, 1)]
    assert got.same == 1
    assert compared(found, SUNDAY + timedelta(days=12), SUNDAY + timedelta(days=13)) is None
    assert compared(found, SUNDAY, SUNDAY + timedelta(days=13)) is None


@given(st.integers(1, 20).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_per_cent_is_rounded_half_up(figure: tuple[int, int]) -> None:
    """1 of 8 is 13 per cent on page, paper and API alike."""
    count, n = figure
    assert percent(count, n) == int(100 * count / n + 0.5)


@given(st.lists(st.sampled_from(LABELS), min_size=8, max_size=20))
def test_the_counts_of_a_page_sum_to_n(labels: list[Label]) -> None:
    """Whatever stands on the page, every observed result is counted once."""
    hits = {i: hit(i, label) for i, label in enumerate(labels, 1)}
    found = history({3: list(hits)}, hits)
    now = week(found, BRAND, 10, rows(found, 3), until=SUNDAY + timedelta(days=6)).now
    assert now is not None
    assert now.shares is not None
    assert sum(figure.count for figure in now.shares.values()) == now.n == min(len(labels), 10)


@pytest.mark.parametrize("last", [20, 40, 80])
def test_the_weeks_numbers_do_not_depend_on_the_range_shown(database: Engine, last: int) -> None:
    """A brand that was not seen for weeks has the same headline on 4 weeks, on 13 and on the whole record."""
    today = SUNDAY + timedelta(days=150)
    good: tuple[Label, ...] = ("owned", "negative", *("neutral",) * 18)
    with writing(database) as session:
        record_brand(session, "Nativ", {today - timedelta(days=back): good for back in (last, last + 7)})
        pages = [brand_page(session, "nativ", Asked(weeks=weeks), today) for weeks in (4, 13, 0)]
        served = week_by(session, pages[0].search.id, 10, today, datetime(2026, 1, 1, tzinfo=UTC))[2]
    assert [page.week for page in pages] == [served] * 3
    assert served.now is not None
    assert (served.now.at, served.now.good) == (today - timedelta(days=last), 1)
