"""A sudden real crisis: told within its slot when two looks agree, told as unconfirmed when they do not, never silent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import escape

import pytest
from sqlmodel import select
from worlds import World

from app.db import reading, writing
from app.models import Change, Search, Snapshot
from app.queries.history import history
from app.queries.share import share
from app.runner import Taken, run_due

FIRST = date(2026, 11, 2)
LEARNED = 8
CRISIS = FIRST + timedelta(days=LEARNED)
BLOCK = '<div class="MjjYud">'
AGAIN = timedelta(minutes=11)
SIX_HOURS = timedelta(hours=6, minutes=5)


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, 0, 30, tzinfo=UTC)


def run(world: World, at: datetime) -> list[Taken]:
    async def collect() -> list[Taken]:
        return [taken async for taken in run_due(world.surroundings, lambda names: (list(names), []))]

    world.clock.at = at
    return asyncio.run(collect())


def learn(world: World, depth: int) -> None:
    """Eight calm days."""
    world.practice.always = FIRST
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due, search.depth = morning(FIRST) - timedelta(minutes=1), depth
        session.add(search)
    for number in range(LEARNED):
        assert [taken.state for taken in run(world, morning(FIRST + timedelta(days=number)))] == ["ok"]


def outrage(number: int, name: str = "forum") -> Callable[[date, str], str]:
    """So many complaints stand on top of each page, and as many of its results are gone, the brand's own first one too."""

    def alter(_day: date, text: str) -> str:
        head, *found = text.split(BLOCK)
        page = len(found) and found[0][:60].encode().hex()[-6:]
        tail = found[-1][found[-1].index("</div></div></div>") :] if number >= len(found) else ""
        new = [
            f'<div class="g tF2Cxc"><div class="yuRUbf"><a href="{escape(f"https://{name}{n}.example/{page}/t")}"><h3>נתיב טלקום: שירות גרוע, לא ממליץ ({n})</h3>'
            f'<cite>{name}{n}.example</cite></a></div><div class="VwiC3b"><span>שעתיים המתנה ואין מענה. חוויה נוראית, אל תתקרבו.</span></div></div></div>'
            for n in range(number)
        ]  # fmt: skip
        return BLOCK.join([head, *new, *found[number:]]) + tail

    return alter


def states(world: World) -> dict[str, str | None]:
    """State by purpose of the crisis day's looks."""
    with reading(world.engine) as session:
        looks = session.exec(select(Snapshot).where(Snapshot.slot >= CRISIS.isoformat())).all()
        return {look.purpose: look.state for look in looks if look.slot.startswith(CRISIS.isoformat())}


def outbox(world: World) -> list[str]:
    """Kinds of the changes since the crisis began."""
    with reading(world.engine) as session:
        query = select(Change.kind).join(Snapshot, Snapshot.id == Change.snapshot_id)  # type: ignore[arg-type]
        return list(session.exec(query.where(Snapshot.slot >= CRISIS.isoformat())).all())


def counted(world: World) -> int | None:
    """N of the crisis day's share, None for a gap."""
    with reading(world.engine) as session:
        return share(history(session, world.search, CRISIS, CRISIS), 10).n[0]


@pytest.mark.parametrize(("depth", "first"), [(10, "ok"), (20, "ok")])
def test_six_of_ten_results_change_within_a_day(world: World, depth: int, first: str) -> None:
    """Told at once, looked at again because the brand's first result is gone, and both looks are good."""
    learn(world, depth)
    world.practice.alter = outrage(6)
    assert [taken.state for taken in run(world, morning(CRISIS))] == [first]
    assert [taken.state for taken in run(world, morning(CRISIS) + AGAIN)] == ["ok"]
    assert states(world) == {"scheduled": "ok", "second": "ok"}
    assert outbox(world).count("negative_entered") == 6 * depth // 10
    assert "owned_lost" in outbox(world)
    assert counted(world) == 10


def test_a_crisis_that_looks_like_another_page_is_told_after_the_second_look(world: World) -> None:
    """Seven of ten are new: suspect, told to nobody; eleven minutes later confirmed, counted and told, once."""
    learn(world, 10)
    world.practice.alter = outrage(7)
    assert [taken.state for taken in run(world, morning(CRISIS))] == ["suspect"]
    assert (outbox(world), counted(world)) == ([], None)
    assert [taken.state for taken in run(world, morning(CRISIS) + AGAIN)] == ["ok"]
    assert states(world) == {"scheduled": "ok", "second": "ok"}
    assert outbox(world).count("negative_entered") == 7
    assert "owned_lost" in outbox(world)
    assert "unconfirmed" not in outbox(world)
    assert counted(world) == 10
    run(world, morning(CRISIS) + SIX_HOURS)
    assert outbox(world).count("negative_entered") == 7


def blocked(world: World) -> None:
    world.practice.modes[CRISIS] = "captcha"


def unreachable(world: World) -> None:
    world.practice.modes[CRISIS] = "unreachable"


def another_page(world: World) -> None:
    world.practice.alter = outrage(8, "blog")


def half_a_page(world: World) -> None:
    whole = outrage(7)
    world.practice.alter = lambda day, text: whole(day, text)[: len(text) // 2]


def empty(world: World) -> None:
    world.practice.modes[CRISIS] = "empty"
    world.practice.alter = lambda _day, text: text


@pytest.mark.parametrize("second", [blocked, unreachable, another_page, half_a_page, empty])
def test_a_crisis_nobody_could_confirm_is_told_as_such(world: World, second: Callable[[World], None]) -> None:
    """The second look fails or disagrees: after six hours that is told, and the page is in no share."""
    learn(world, 10)
    world.practice.alter = outrage(7)
    run(world, morning(CRISIS))
    second(world)
    assert [taken.state for taken in run(world, morning(CRISIS) + AGAIN)] != ["ok"]
    run(world, morning(CRISIS) + timedelta(hours=5))
    assert outbox(world) == []
    run(world, morning(CRISIS) + SIX_HOURS)
    assert outbox(world) == ["unconfirmed"]
    assert counted(world) is None


def test_a_crisis_nobody_looked_at_again_is_told_as_unconfirmed(world: World) -> None:
    """The machine slept: the second look is missed the next day, and the suspicion is told then."""
    learn(world, 10)
    world.practice.alter = outrage(7)
    run(world, morning(CRISIS))
    world.practice.alter = lambda _day, text: text
    run(world, morning(CRISIS + timedelta(days=1)))
    assert states(world) == {"scheduled": "suspect", "second": "error"}
    assert outbox(world) == ["unconfirmed"]
    assert counted(world) is None


def test_a_page_that_comes_back_is_no_crisis(world: World) -> None:
    """The second look shows the page of every day: that one counts, the odd one does not, and nobody is alarmed."""
    learn(world, 10)
    world.practice.alter = outrage(7)
    run(world, morning(CRISIS))
    world.practice.alter = lambda _day, text: text
    run(world, morning(CRISIS) + AGAIN)
    run(world, morning(CRISIS) + SIX_HOURS)
    assert states(world) == {"scheduled": "suspect", "second": "ok"}
    assert outbox(world) == []
    assert counted(world) == 10


def test_two_looks_at_quite_another_page_prove_nothing_until_it_stays(world: World) -> None:
    """Not one result of the day before, twice: unconfirmed every day; after two weeks it is what is usual now."""
    learn(world, 10)
    world.practice.alter = outrage(10)
    for number in range(16):
        day = morning(CRISIS + timedelta(days=number))
        for at in (day, day + AGAIN, day + SIX_HOURS):
            run(world, at)
    with reading(world.engine) as session:
        looks = select(Snapshot.state).where(Snapshot.slot >= CRISIS.isoformat(), Snapshot.purpose == "scheduled")
        found = list(session.exec(looks.order_by(Snapshot.slot)).all())
    assert found == ["suspect"] * 13 + ["suspect", "ok", "ok"]
    assert outbox(world).count("unconfirmed") == 14
