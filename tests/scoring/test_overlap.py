"""Rank-biased overlap: its bounds, its order, and a value worked out by hand."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.scoring.overlap import overlap, volatility

RANKING = st.lists(st.integers(1, 40), min_size=1, max_size=25, unique=True)


def test_a_value_worked_out_by_hand() -> None:
    """[1, 2, 3] against [1, 3, 2] at p = 0.5: 1 * 1/8 + 1/2 + 1/2 * 1/4 + 1 * 1/8 = 0.875."""
    assert overlap([1, 2, 3], [1, 3, 2], p=0.5) == pytest.approx(0.875)


@given(RANKING)
def test_a_page_that_stayed_has_no_volatility(one: list[int]) -> None:
    """The same results in the same order."""
    assert volatility(one, one) == pytest.approx(0)


@given(RANKING)
def test_two_pages_that_share_nothing_are_wholly_volatile(one: list[int]) -> None:
    """None of the results is left."""
    assert volatility(one, [link + 100 for link in one]) == 1


@given(RANKING, RANKING)
def test_it_lies_between_the_two_and_has_no_side(one: list[int], other: list[int]) -> None:
    """0 to 1, the same from either page."""
    assert 0 <= volatility(one, other) <= 1
    assert volatility(one, other) == volatility(other, one)


@given(st.permutations(range(20)), st.integers(0, 17))
def test_the_upper_ranks_weigh_more(page: list[int], rank: int) -> None:
    """The same two neighbours changing places matter less the further down they stand."""
    assert volatility(page, swapped(page, rank)) > volatility(page, swapped(page, rank + 1))


@given(st.permutations(range(25)), st.permutations(range(20, 25)))
def test_nothing_below_rank_twenty_matters(page: list[int], tail: list[int]) -> None:
    """Both pages are cut off at the depth that is stated."""
    assert volatility(page, [*page[:20], *(link + 100 for link in tail)]) == pytest.approx(0)


def test_an_empty_page_has_no_overlap() -> None:
    """Nothing is said of what was not seen."""
    with pytest.raises(ValueError, match="empty"):
        overlap([], [1])


def swapped(page: list[int], rank: int) -> list[int]:
    found = list(page)
    found[rank], found[rank + 1] = found[rank + 1], found[rank]
    return found
