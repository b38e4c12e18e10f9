"""What it would take, with the results it is about: app.scoring.reach played through on a day. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.queries.rows import History, HitRow
from app.scoring import reach as played
from app.scoring.reach import Fewer, Target
from app.scoring.reputation import Page, Weights


@dataclass(frozen=True, slots=True)
class Climb:
    """To pass a negative of the top 10: the nearest good result below it, how many ranks it must gain, and the points
    that brings. None thrice when no good one stands below it in the first twenty."""

    negative: HitRow
    rank: int
    good: HitRow | None
    from_rank: int | None
    ranks: int | None
    points: float | None


@dataclass(frozen=True, slots=True)
class Reach:
    """climbs: one for each negative of the top 10. fewer: one negative fewer there, None when there is none. target:
    None when the brand's target of good results among the first twenty is reached."""

    climbs: tuple[Climb, ...]
    fewer: Fewer | None
    target: Target | None


def reach(history: History, day: int, page: Page, wanted: int, weights: Weights) -> Reach:
    """Of a day that counts; page: what stood where on it, wanted: how many of twenty are to be good."""
    hits = {rank: history.hits[hit] for rank, row in enumerate(history.ranks, 1) if (hit := row[day]) is not None}
    return Reach(
        climbs=tuple(_climb(one, hits) for one in played.passes(page, weights)),
        fewer=played.fewer(page, weights),
        target=played.target(page, wanted, weights),
    )


def _climb(one: played.Pass, hits: dict[int, HitRow]) -> Climb:
    good = one.good_rank
    return Climb(
        hits[one.negative_rank], one.negative_rank, hits[good] if good else None, good,
        good - one.negative_rank if good else None, one.points,
    )  # fmt: skip
