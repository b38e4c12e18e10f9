"""What two good looks at the same search tell: who entered, left, climbed, fell, or was pushed down. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.types import Change, ChangeKind, Label, ScoredResult


def changes(before: Sequence[ScoredResult], now: Sequence[ScoredResult], *, quiet: bool = False) -> tuple[Change, ...]:
    """Compare two good pages of a search, by link. Empty when there was none before: nothing entered on day one.
    quiet: there was one before, and it was confirmed empty, so that all of this entered.

    An owned first result that vanished or fell is owned_lost. A fall that is wholly explained by entries above
    is displaced, not fell.
    """
    if not before and not quiet:
        return ()
    old = {row.url: row for row in before}
    new = {row.url: row for row in now}
    found = [_entered(row) for row in now if row.url not in old]
    found += [_left(row) for row in before if row.url not in new]
    for row in now:
        if row.url in old and old[row.url].rank != row.rank:
            found.append(_moved(old[row.url].rank, row, now, old))
    return tuple(found)


def owned_first_lost(before: Sequence[ScoredResult], now: Sequence[ScoredResult]) -> bool:
    """The brand's own first result is gone from the page: true news or a wrong page, so it asks for a second look."""
    first = next((row for row in before if row.rank == 1), None)
    return first is not None and first.label == "owned" and all(row.url != first.url for row in now)


def _entered(row: ScoredResult) -> Change:
    return Change("negative_entered" if row.label == "negative" else "entered", row.hit, None, row.rank)


def _left(row: ScoredResult) -> Change:
    kinds: dict[Label, ChangeKind] = {"negative": "negative_left", "owned": "owned_lost"}
    return Change(kinds.get(row.label, "left"), row.hit, row.rank, None)


def _moved(was: int, row: ScoredResult, now: Sequence[ScoredResult], old: dict[str, ScoredResult]) -> Change:
    if row.rank < was:
        return Change("climbed", row.hit, was, row.rank)
    entries_above = sum(1 for other in now if other.rank < row.rank and other.url not in old)
    pushed = row.rank - was <= entries_above
    return Change("displaced" if pushed else "fell", row.hit, was, row.rank)
