"""Requests to one source keep their distance; nobody waits in this test."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from scrapers.http import AGENT
from scrapers.pace import JITTER, Pace
from scrapers.registry import SOURCES
from scrapers.types import Fetch, RawPage


@dataclass
class Time:
    """Seconds that pass only when somebody sleeps or a source takes its time."""

    at: float = 100.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


async def asked(time: Time, sources: list[str], chance: float = 0.0, takes: float = 2.0) -> list[tuple[str, float]]:
    """When each of the sources was asked, one look after the other; every answer takes two seconds."""
    pace, seen = Pace(time, time.sleep, lambda: chance), []

    def fetcher(source: str) -> object:
        async def fetch(_fetch: Fetch, page_no: int) -> RawPage:
            seen.append((source, time.at))
            time.at += takes
            return RawPage(b"", page_no=page_no)

        return fetch

    for source in sources:
        await pace.of(source, fetcher(source))(Fetch("http://x.example"), 1)  # type: ignore[arg-type]
    return seen


def test_a_pause_lies_between_an_answer_and_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds after the answer, three quarters of the jitter on top; another source is not held up."""
    monkeypatch.setattr(SOURCES["google"], "PAUSE", 5.0, raising=False)
    monkeypatch.setattr(SOURCES["bing"], "PAUSE", 8.0, raising=False)
    time = Time()
    seen = asyncio.run(asked(time, ["google", "bing", "google", "google"], chance=0.75))
    gap = 5 * (1 + 0.75 * JITTER)
    assert [source for source, _ in seen] == ["google", "bing", "google", "google"]
    assert seen[1][1] == 102.0
    assert seen[2][1] == pytest.approx(102.0 + gap)
    assert seen[3][1] - seen[2][1] == pytest.approx(2.0 + gap)


def test_a_source_that_was_left_alone_long_enough_is_asked_at_once() -> None:
    """No pause is added to one that passed by itself; our own practice site needs none."""
    time = Time()
    asyncio.run(asked(time, ["google", "google"], takes=0.0))
    assert len(time.slept) == 1
    time = Time()
    asyncio.run(asked(time, ["practice"] * 3))
    assert time.slept == []


def test_two_looks_at_once_ask_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many tasks: never two requests to one source at a time, each pair the pause apart."""
    monkeypatch.setattr(SOURCES["google"], "PAUSE", 5.0, raising=False)
    time, starts, running = Time(), [], [0]
    pace = Pace(time, time.sleep, lambda: 0.0)

    async def fetch(_fetch: Fetch, page_no: int) -> RawPage:
        running[0] += 1
        assert running[0] == 1
        starts.append(time.at)
        await asyncio.sleep(0)
        running[0] -= 1
        return RawPage(b"", page_no=page_no)

    async def all_at_once() -> None:
        await asyncio.gather(*(pace.of("google", fetch)(Fetch("http://x.example"), 1) for _ in range(4)))

    asyncio.run(all_at_once())
    assert starts == [100.0, 105.0, 110.0, 115.0]


def test_waiting_takes_from_the_looks_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fetch that had 20 seconds left and waited five has 15."""
    monkeypatch.setattr(SOURCES["google"], "PAUSE", 5.0, raising=False)
    time, left = Time(), []
    pace = Pace(time, time.sleep, lambda: 0.0)

    async def fetch(asked: Fetch, page_no: int) -> RawPage:
        left.append(asked.seconds)
        return RawPage(b"", page_no=page_no)

    async def twice() -> None:
        for _ in range(2):
            await pace.of("google", fetch)(Fetch("http://x.example", seconds=20.0), 1)

    asyncio.run(twice())
    assert left == [20.0, 15.0]


def test_we_say_who_we_are() -> None:
    """Our own name, nobody's browser; no source asks under another."""
    assert AGENT.startswith("ShemTov/")
    assert "Mozilla" not in AGENT
