"""kill -9 of Chromium in the middle of looks, through the whole pipeline: every slot ends in one true state."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from sqlmodel import col, select
from watched import chromiums, family
from worlds import World

from app.db import reading, writing
from app.models import Hit, Link, Parse, Result, Search, Snapshot
from app.pipeline import Surroundings
from app.runner import Taken, run_due
from app.verify import verify
from scrapers.browser import BrowserFetcher
from scrapers.practice.entries import worlds
from scrapers.practice.site import PracticeSite
from scrapers.types import Access
from scrapers.urls import canonical

BROKEN = ("browser_crashed", "does not start", "unreachable", "deadline")


class Looks:
    """Looks at one day after the other, each through the same Chromium."""

    def __init__(self, world: World, made: Surroundings) -> None:
        self.world, self.made = world, made
        with reading(world.engine) as session:
            self.phrase = session.get_one(Search, world.search).phrase
        self.days = self._good_days()
        self.took = 1.0

    def _good_days(self) -> Iterator[datetime]:
        """Six in the morning, half a minute later, of days on which the practice site itself behaves."""
        at = self.world.clock.at.replace(hour=4, minute=0, second=30)
        while True:
            at += timedelta(days=1)
            if not worlds()[self.phrase].mode(at.date()):
                yield at

    async def whole(self) -> Taken:
        """One look that nobody disturbs."""
        began = time.monotonic()
        taken = await self._look()
        self.took = time.monotonic() - began
        return taken

    async def disturbed(self, after: float) -> tuple[Taken, bool]:
        """One look, its Chromium killed after that part of the time a look takes: whether one was there to kill."""
        looking = asyncio.create_task(self._look())
        await asyncio.wait({looking}, timeout=after * self.took)
        running = [] if looking.done() else chromiums()
        for pid in running:
            with suppress(ProcessLookupError):  # a Chromium that is just being started may have ended its own
                os.kill(pid, signal.SIGKILL)
        return await looking, bool(running)

    async def _look(self) -> Taken:
        self.world.clock.at = next(self.days)
        with writing(self.world.engine) as session:
            session.get_one(Search, self.world.search).next_due = self.world.clock.at - timedelta(minutes=1)
        (taken,) = [one async for one in run_due(self.made, lambda names: (list(names), []))]
        return taken


def expect_true(world: World, taken: Taken) -> None:
    """ok means every entry of that day's page, in its order; anything else says what broke."""
    with reading(world.engine) as session:
        snapshot = session.get_one(Snapshot, taken.snapshot_id)
        phrase = session.get_one(Search, world.search).phrase
        links = session.exec(
            select(Link.url)
            .join(Hit, col(Hit.link_id) == col(Link.id))
            .join(Result, col(Result.hit_id) == col(Hit.id))
            .join(Parse, col(Parse.id) == col(Result.parse_id))
            .where(Parse.id == snapshot.current_parse)
            .order_by(col(Result.rank))
        ).all()
    shown = worlds()[phrase].page(date.fromisoformat(taken.slot[:10]))[:20]
    if taken.state == "ok":
        assert list(links) == [canonical(entry.url) for entry in shown]
    else:
        assert taken.state in ("error", "partial")
        assert any(word in taken.reason for word in BROKEN), taken.reason


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.reliability
@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.long)])
async def test_a_killed_chromium_never_makes_a_look_untrue(kills: int, world: World, chromium_path: str) -> None:
    """Killed at seeded moments, sometimes again while it starts anew: one state per slot, and the next look works."""
    chance, killed, ended = random.Random(11), 0, []
    before = family()
    with PracticeSite() as site:
        allowed = frozenset({urlsplit(site.url).netloc})
        async with BrowserFetcher(allowed=allowed, deadline=15, executable=chromium_path) as browser:
            made = replace(
                world.surroundings, access=lambda _: Access(site.url), fetcher=lambda _: browser, deadline=25
            )
            looks = Looks(world, made)
            assert (await looks.whole()).state == "ok"
            assert (await looks.whole()).state == "ok"
            while killed < kills:
                for _ in range(chance.randrange(1, 3)):
                    taken, struck = await looks.disturbed(chance.uniform(0.0, 0.95))
                    killed += struck
                    ended.append(taken.state)
                    expect_true(world, taken)
                whole = await looks.whole()
                assert whole.state == "ok", whole.reason
                with reading(world.engine) as session:
                    assert [f.broken[:3] for f in verify(session, made.blobs, world.clock.at) if f.broken] == []
    print(f"{killed} kills, disturbed looks ended { ({state: ended.count(state) for state in ended}) }")
    assert {"error", "partial"} & set(ended)
    with reading(world.engine) as session:
        slots = session.exec(select(Snapshot.slot, Snapshot.state)).all()
    assert len({slot for slot, _ in slots}) == len(slots)
    assert None not in {state for _, state in slots}
    assert family() == before
