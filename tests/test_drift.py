"""The drift alarm, simulated: silent on clean days, whatever the size of the installation; quick when a parser slips."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from sqlmodel import select
from test_resting import due, morning, run
from worlds import World

from app.db import reading, writing
from app.drift import ENOUGH, LEAST, YOUNG, Drift, Yield, batches, drifts
from app.models import Parse
from app.queries.yields import yields

FIRST = date(2026, 1, 1)
DAYS = 140
SLIP = 120


def pages(searches: int, seed: int, slip: str = "", *, growing: bool = False) -> list[Yield]:
    """Daily looks of so many searches, each with its own usual; from day 120 on the parser slips in one way."""
    chance = random.Random(seed)
    usual = [(chance.choice([8, 9, 10]), chance.uniform(0.8, 1), chance.uniform(30, 60)) for _ in range(searches)]
    found = []
    for day in range(DAYS):
        for search, (size, snippets, length) in enumerate(usual):
            if chance.random() < 0.08 or (growing and search > searches * (day + 30) / DAYS):
                continue  # a gap, or a brand that was added later
            n = sum(min(10, max(4, size + chance.choice([-2, -1, -1, 0, 0, 0, 0, 0, 1]))) for _ in range(2))
            with_snippet = sum(chance.random() < snippets for _ in range(n))
            unread = chance.choice([0, 0, 0, 0, 1])
            title = length + chance.gauss(0, 2.5)
            if slip and day >= SLIP:
                n, unread, with_snippet, title = slipped(slip, n, unread, with_snippet, title)
            found.append(Yield(FIRST + timedelta(days=day), search, 2, n, unread, min(with_snippet, n), title))
    return found


def slipped(slip: str, n: int, unread: int, snippets: int, title: float) -> tuple[int, int, int, float]:
    match slip:
        case "half the results":
            return n // 2, unread, snippets, title
        case "two results unread":
            return n - 2, unread + 2, snippets, title
        case "no snippets":
            return n, unread, 0, title
        case "fewer snippets":
            return n, unread, int(snippets * 0.85), title
        case "titles cut":
            return n, unread, snippets, title * 0.6
    raise ValueError(slip)


def alarms(found: list[Yield]) -> tuple[Drift, ...]:
    return drifts(found, 10**6)


@pytest.mark.slow
@pytest.mark.parametrize(("searches", "histories"), [(2, 10), (4, 10), (12, 10), (30, 6), (90, 3)])
def test_clean_days_raise_no_alarm(searches: int, histories: int) -> None:
    """Histories of 140 clean days, brands being added to the larger ones: not one false alarm in 1,700 batches."""
    batched = 0
    for seed in range(histories):
        found = pages(searches, seed, growing=searches > 10)
        batched += max(len(batches(found)) - YOUNG, 0)
        assert alarms(found) == (), seed
    assert batched >= histories * 5


@pytest.mark.slow
@pytest.mark.parametrize(
    "slip", ["half the results", "two results unread", "no snippets", "fewer snippets", "titles cut"]
)
@pytest.mark.parametrize(("searches", "within"), [(4, 14), (12, 4), (40, 1)])
def test_every_slip_is_found(slip: str, searches: int, within: int) -> None:
    """In each of four histories, within the days that a batch takes; none of the alarms is older than the slip."""
    for seed in range(4):
        found = [a for a in alarms(pages(searches, seed, slip)) if a.day >= FIRST + timedelta(days=SLIP)]
        assert found, seed
        assert (min(a.day for a in found) - FIRST).days - SLIP <= within
        assert all(a.part < LEAST for a in found)


def test_a_new_language_is_no_drift() -> None:
    """Thirty searches with half as long titles and fewer results join: each is measured against itself."""
    old = [Yield(FIRST + timedelta(days=d), s, 2, 20, 0, 18, 60.0) for d in range(40) for s in range(30)]
    new = [Yield(FIRST + timedelta(days=d), s, 2, 10, 0, 9, 25.0) for d in range(30, 40) for s in range(30, 90)]
    assert alarms(sorted(old + new, key=lambda one: one.day)) == ()


def test_a_young_record_and_a_handful_of_pages_say_nothing() -> None:
    """Fewer than five batches before, or fewer looks than a batch holds: no alarm either way."""
    few = [Yield(FIRST + timedelta(days=d), 0, 1, 10 if d < 4 else 1, 0, 9, 50.0) for d in range(5)]
    assert batches(few) == []
    assert drifts(few) == ()
    young = [Yield(FIRST + timedelta(days=d), s, 1, 10 if d < 4 else 1, 0, 1, 50.0) for d in range(5) for s in range(ENOUGH)]  # fmt: skip
    assert len(batches(young)) == 5
    assert drifts(young) == ()


def test_yields_come_from_the_record(world: World) -> None:
    """What a page yielded is stored with its parse; imports, refusals and older parses are left out."""
    world.practice.always = morning().date()
    due(world, morning())
    run(world, morning(), ["practice"])
    world.practice.modes[morning(days=1).date()] = "captcha"
    run(world, morning(days=1), ["practice"])
    with writing(world.engine) as session:
        parse = session.exec(select(Parse).where(Parse.state == "ok")).one()
        assert (parse.pages, parse.unread) == (2, 0)
        assert parse.title_length is not None
        assert 10 < parse.title_length < 100
        found = yields(session, "practice", "google", morning(days=2))
        assert [(y.day, y.pages, y.n, y.title_length) for y in found] == [(morning().date(), 2, 20, parse.title_length)]
        parse.unread = None
        session.add(parse)
    with reading(world.engine) as session:
        assert yields(session, "practice", "google", morning(days=2)) == []
        assert yields(session, "google", "google", morning(days=2)) == []
