"""What it would take: every climb is played through on the page, and its points are those of the page after it."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import given

from app.scoring.reach import climbed, fewer, passes, target
from app.scoring.reputation import WEIGHTS, Page, normalised, score
from app.types import LABELS, Label

PLAIN: Label = "neutral"
PAGES = st.lists(st.sampled_from(LABELS), min_size=8, max_size=20)
WEIGHED = st.lists(st.integers(0, 50), min_size=10, max_size=10).filter(any).map(normalised)


def page_of(labels: list[Label]) -> Page:
    return {rank: (rank, label) for rank, label in enumerate(labels, 1)}


def test_a_page_worked_out_by_hand() -> None:
    """Negative at 2, our own at 4: it gains 18, the negative keeps 12 of its 18, what we left at 4 was worth 8: +8."""
    page = page_of(["owned", "negative", "neutral", "owned", *[PLAIN] * 6])
    (one,) = passes(page)
    assert (one.negative_rank, one.good_rank, one.points) == (2, 4, 8.0)


def test_the_lowest_negative_leaves_the_top_ten() -> None:
    """A negative at 9 is out when two good results from below pass it; with one it is not."""
    page = page_of(["owned", *[PLAIN] * 7, "negative", "positive", "owned", *[PLAIN] * 5])
    found = fewer(page)
    assert found is not None
    assert (found.negative_rank, found.needed, found.climbing, found.points) == (9, 2, (10, 11), 3.0)
    short = fewer(page_of(["owned", *[PLAIN] * 7, "negative", "positive", *[PLAIN] * 6]))
    assert short is not None
    assert (short.needed, short.climbing, short.points) == (2, (10,), None)


def test_a_reached_target_asks_for_nothing() -> None:
    """Two of three good ones: one is missing, in place of the lowest that is not; with a target of two, none."""
    page = page_of(["owned", "positive", "negative", *[PLAIN] * 7])
    found = target(page, 3)
    assert found is not None
    assert (found.missing, found.instead_of, found.points) == (1, (10,), 1.0)
    assert target(page, 2) is None


@given(PAGES, WEIGHED)
def test_a_pass_brings_what_it_says(labels: list[Label], weights: tuple[int, ...]) -> None:
    """The points are the score after the climb less the score before it, exactly, and never a loss by our weights."""
    page = page_of(labels)
    for one in passes(page, weights):
        if one.good_rank is None:
            assert not any(label in ("owned", "positive") for label in labels[one.negative_rank :])
            continue
        after = climbed(page, [one.good_rank], one.negative_rank)
        assert one.points == (score(after, weights) or 0) - (score(page, weights) or 0)
        assert after[one.negative_rank][1] in ("owned", "positive")
        assert after[one.negative_rank + 1][1] == "negative"
        assert sorted(link for link, _ in after.values()) == sorted(page)


@given(PAGES)
def test_one_negative_fewer_is_one_fewer(labels: list[Label]) -> None:
    """After the climbs of `fewer` the top 10 holds exactly one negative less."""
    page, found = page_of(labels), fewer(page_of(labels), WEIGHTS)
    before = labels[:10].count("negative")
    assert (found is None) == (before == 0)
    if found is not None and found.points is not None:
        after = climbed(page, found.climbing, found.negative_rank)
        assert sum(label == "negative" for rank, (_, label) in after.items() if rank <= 10) == before - 1
        assert found.points > 0


def test_without_a_score_nothing_is_promised() -> None:
    """Seven results of the top 10 are too few."""
    page = page_of(["owned", "negative", "positive", *[PLAIN] * 4])
    assert (passes(page), fewer(page), target(page, 18)) == ((), None, None)
