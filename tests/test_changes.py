"""What two good looks tell."""

from __future__ import annotations

from app.changes import changes, owned_first_lost
from app.types import Label, ScoredResult


def page(*rows: tuple[str, Label]) -> list[ScoredResult]:
    return [ScoredResult(rank, ord(url), url, label) for rank, (url, label) in enumerate(rows, 1)]


def kinds(before: list[ScoredResult], now: list[ScoredResult]) -> list[tuple[str, str, int | None, int | None]]:
    return [(c.kind, chr(c.hit), c.from_rank, c.to_rank) for c in changes(before, now)]


def test_a_complaint_that_enters_pushes_the_next_one_down() -> None:
    """A forum thread at 2 is negative_entered; what stood at 2 is displaced to 3, and did not fall by itself."""
    before = page(("a", "owned"), ("b", "neutral"))
    now = page(("a", "owned"), ("x", "negative"), ("b", "neutral"))
    assert kinds(before, now) == [("negative_entered", "x", None, 2), ("displaced", "b", 2, 3)]


def test_a_fall_further_than_the_entries_explain_is_a_fall() -> None:
    """One entry above explains one place, not two."""
    before = page(("a", "owned"), ("b", "neutral"), ("c", "neutral"))
    now = page(("a", "owned"), ("x", "neutral"), ("c", "neutral"), ("b", "neutral"))
    assert ("fell", "b", 2, 4) in kinds(before, now)
    assert ("displaced", "c", 3, 3) not in kinds(before, now)


def test_leaving_is_told_by_label() -> None:
    """A complaint that is gone, an own page that is lost, and another that left are three things."""
    before = page(("a", "owned"), ("b", "negative"), ("c", "neutral"))
    assert kinds(before, page()) == [
        ("owned_lost", "a", 1, None), ("negative_left", "b", 2, None), ("left", "c", 3, None),
    ]  # fmt: skip


def test_the_first_look_changes_nothing() -> None:
    """Without a look before, nothing entered."""
    assert changes((), page(("a", "owned"))) == ()


def test_an_owned_first_result_that_vanished_asks_for_a_second_look() -> None:
    """Only when the first was ours and is gone altogether."""
    before = page(("a", "owned"), ("b", "neutral"))
    assert owned_first_lost(before, page(("b", "neutral")))
    assert not owned_first_lost(before, page(("b", "neutral"), ("a", "owned")))
    assert not owned_first_lost(page(("b", "neutral")), page(("a", "owned")))
