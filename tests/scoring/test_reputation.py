"""The reputation score: its range, its honesty about missing ranks, and parts that sum to its change."""

from __future__ import annotations

import random

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.scoring.reputation import LEAST, WEIGHTS, Page, normalised, parts, score, version
from app.types import LABELS, Label

PAGES = st.permutations(range(30)).flatmap(
    lambda links: st.lists(st.sampled_from(LABELS), min_size=6, max_size=20).map(
        lambda labels: {rank: (links[rank], label) for rank, label in enumerate(labels, 1)}
    )
)
OURS: Label = "owned"
BAD: Label = "negative"


def page(*labels: Label, shift: int = 0) -> Page:
    return {rank: (rank + shift, label) for rank, label in enumerate(labels, 1)}


def test_the_weights_are_a_whole_page() -> None:
    """Ten ranks, a hundred points."""
    assert (len(WEIGHTS), sum(WEIGHTS)) == (10, 100)


def test_the_score_runs_from_0_to_100() -> None:
    """All ours is 100, all negative 0, nothing either way 50."""
    assert [score(page(*[label] * 10)) for label in LABELS] == [100, 100, 50, 0]


def test_ranks_beyond_ten_do_not_count() -> None:
    """A negative at 11 changes shares, never the score."""
    assert score(page(*[OURS] * 10, *[BAD] * 10)) == 100


def test_an_absent_rank_counts_as_neutral_and_too_few_give_no_score() -> None:
    """Nothing is scaled up: eight owned results reach 95 (2 and 3 points are missing, halved); seven give no score."""
    assert score(page(*[OURS] * 8)) == 50 + (100 - 3 - 2) / 2
    assert score(page(*[OURS] * (LEAST - 1))) is None


def test_parts_sum_to_the_change() -> None:
    """Over 2,000 random pairs of pages the parts give the change to the digit, and no part is zero."""
    chance = random.Random(7)
    for _ in range(2000):
        before, now = (
            {
                rank: (link, chance.choice(LABELS))
                for rank, link in enumerate(chance.sample(range(30), chance.randint(8, 20)), 1)
            }
            for _ in range(2)
        )
        one, two = score(before), score(now)
        assert one is not None
        assert two is not None
        found = parts(before, now)
        assert sum(part.points for part in found) == two - one
        assert all(part.points for part in found)


def test_a_part_says_where_its_result_stood() -> None:
    """A complaint that enters at 3 and pushes our page from 3 to 4: two parts, the greater first."""
    before = page(*[OURS] * 10)
    now: Page = {1: (1, OURS), 2: (2, OURS), 3: (99, BAD)} | {r: (r - 1, OURS) for r in range(4, 11)}
    found = parts(before, now)
    assert (found[0].link, found[0].points, found[0].from_rank, found[0].to_rank) == (99, -6.0, None, 3)
    assert (found[1].link, found[1].points, found[1].from_rank, found[1].to_rank) == (3, -2.0, 3, 4)


@given(st.lists(st.floats(0, 1000), min_size=10, max_size=10).filter(any))
def test_weights_of_ones_own_are_whole_and_sum_to_a_hundred(typed: list[float]) -> None:
    """Each within one of its exact part, so that the parts of a change stay exact; what is whole already stays."""
    found = normalised(typed)
    assert (len(found), sum(found), min(found) >= 0) == (10, 100, True)
    assert all(abs(one - 100 * given / sum(typed)) < 1 + 1e-6 for one, given in zip(found, typed, strict=True))
    assert normalised(found) == found


def test_our_weights_keep_their_name_and_others_show_their_numbers() -> None:
    """Ours in any measure are ours."""
    assert version(normalised([weight * 3 for weight in WEIGHTS])) == "w1"
    assert version(normalised([1] * 10)) == "w 10-10-10-10-10-10-10-10-10-10"
    assert version(normalised([1, 1, 1, 0, 0, 0, 0, 0, 0, 0])) == "w 34-33-33-0-0-0-0-0-0-0"


@pytest.mark.parametrize(
    "typed", [[1] * 9, [1] * 11, [0] * 10, [-1, *[1] * 9], [float("nan"), *[1] * 9], [1e300, *[1] * 9]]
)
def test_weights_that_weigh_nothing_are_refused(typed: list[float]) -> None:
    """Too few, too many, all zero, negative, no number."""
    with pytest.raises(ValueError, match="weigh"):
        normalised(typed)


@given(PAGES, PAGES, st.lists(st.integers(0, 50), min_size=10, max_size=10).filter(any))
def test_parts_sum_to_the_change_by_any_weights(before: Page, now: Page, typed: list[int]) -> None:
    """To the digit, as by ours."""
    weights = normalised(typed)
    was, is_now = score(before, weights), score(now, weights)
    if was is not None and is_now is not None:
        assert sum(part.points for part in parts(before, now, weights)) == is_now - was
