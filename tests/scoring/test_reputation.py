"""The reputation score: its range, its honesty about missing ranks, and parts that sum to its change."""

from __future__ import annotations

import random

from app.scoring.reputation import LEAST, WEIGHTS, Page, parts, score
from app.types import LABELS, Label

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
