"""How much of one ranking is found again in another, the first ranks weighing most: rank-biased overlap. Pure.

Webber, Moffat and Zobel, "A similarity measure for indefinite rankings", ACM Transactions on Information Systems
28(4), 2010. A reader goes on from one rank to the next with probability p; the overlap of two rankings is what share of
the results that such a reader meets stand on both. Cut off at depth k it is, extrapolated (their equation 30):

    RBO = X(k)/k * p^k + (1 - p)/p * sum over d = 1..k of X(d)/d * p^d

where X(d) is how many results the first d ranks of both share. volatility = 1 - RBO: 0 for the same results in the same
order, 1 for two pages that share nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

P = 0.9
DEPTH = 20


def overlap(one: Sequence[int], other: Sequence[int], p: float = P, depth: int = DEPTH) -> float:
    """0 to 1, of the first k results: k is what both rankings have, at most `depth`. ValueError when one is empty."""
    k = min(len(one), len(other), depth)
    if not k:
        raise ValueError("nothing can be said of an empty ranking")
    shared = [_shared(one, other, d) for d in range(1, k + 1)]
    tail = sum(found / d * p**d for d, found in enumerate(shared, 1))
    return min(max(shared[-1] / k * p**k + (1 - p) / p * tail, 0.0), 1.0)


def volatility(one: Sequence[int], other: Sequence[int], p: float = P, depth: int = DEPTH) -> float:
    """1 - overlap."""
    return 1 - overlap(one, other, p, depth)


def _shared(one: Sequence[int], other: Sequence[int], depth: int) -> int:
    return len(set(one[:depth]) & set(other[:depth]))
