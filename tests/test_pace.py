"""Requests to one source keep their distance, whichever worker makes them; nobody waits in this test."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from app.db import migrate, writing
from app.lanes import JITTER, Lanes, lanes_of
from app.settings import Settings
from app.store.lanes import SOON, clear_lanes
from scrapers.capture import GRACE
from scrapers.http import AGENT
from scrapers.registry import PROVIDERS, SOURCES
from scrapers.types import Fetch, RawPage

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Time:
    """Seconds that pass only when somebody sleeps or a source takes its time."""

    at: float = 100.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.at

    def by_database(self, _session: object) -> datetime:
        return START + timedelta(seconds=self.at)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)


@pytest.fixture(params=["database", "postgresql"])
def record(request: pytest.FixtureRequest) -> Engine:
    """A migrated record on either kind of database."""
    made: Engine = request.getfixturevalue(request.param)
    if request.param == "postgresql":
        migrate(on=made)
    return made


def lanes(record: Engine, time: Time, worker: str = "here-1-a", rates: str = "", chance: float = 0.0) -> Lanes:
    """Those of one worker."""
    made = Lanes(record, Settings(rates=rates), worker, lambda: chance, time.by_database)
    made.pace.now, made.pace.sleep = time, time.sleep
    return made


async def asked(
    time: Time, workers: Sequence[Lanes], sources: Sequence[str], takes: float = 2.0
) -> list[tuple[str, float]]:
    """When each of the sources was asked, one look after the other, by workers in turn; an answer takes two seconds."""
    seen = []
    for number, source in enumerate(sources):

        async def fetch(_fetch: Fetch, page_no: int, source: str = source) -> RawPage:
            seen.append((source, time.at))
            time.at += takes
            return RawPage(b"", page_no=page_no)

        await workers[number % len(workers)].of(source, fetch)(Fetch("http://x.example"), 1)
    return seen


def test_a_pause_lies_between_an_answer_and_the_next_request(record: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five seconds after the answer, three quarters of the jitter on top, whichever of two workers asks; another source
    is not held up."""
    monkeypatch.setattr(SOURCES["google"], "PAUSE", 5.0, raising=False)
    monkeypatch.setattr(SOURCES["bing"], "PAUSE", 8.0, raising=False)
    time = Time()
    two = [lanes(record, time, worker, chance=0.75) for worker in ("here-1-a", "here-2-b")]
    seen = asyncio.run(asked(time, two, ["google", "bing", "google", "google"]))
    gap = 5 * (1 + 0.75 * JITTER)
    assert [source for source, _ in seen] == ["google", "bing", "google", "google"]
    assert seen[1][1] == 102.0
    assert seen[2][1] == pytest.approx(102.0 + gap)
    assert seen[3][1] - seen[2][1] == pytest.approx(2.0 + gap)


def test_a_source_that_was_left_alone_long_enough_is_asked_at_once(record: Engine) -> None:
    """No pause is added to one that passed by itself; our own practice site needs none."""
    time = Time()
    one = [lanes(record, time)]
    asyncio.run(asked(time, one, ["google"]))
    time.at += 60
    asyncio.run(asked(time, one, ["google", *["practice"] * 3]))
    assert time.slept == []


def test_no_window_holds_more_than_was_said(record: Engine) -> None:
    """Three requests in any two seconds, twelve looks at once by two workers: whatever an answer takes, the fourth
    comes two seconds after one of the three before was answered."""
    time = Time()
    two = [lanes(record, time, worker, "google=3/2") for worker in ("here-1-a", "here-2-b")]
    began: list[float] = []
    under_way = [0]

    async def fetch(_fetch: Fetch, page_no: int) -> RawPage:
        began.append(time.at)
        under_way[0] += 1
        assert under_way[0] <= 3
        for _ in range(3):
            await asyncio.sleep(0)
            time.at += 0.01
        under_way[0] -= 1
        return RawPage(b"", page_no=page_no)

    async def all_at_once() -> None:
        await asyncio.gather(*(two[n % 2].of("google", fetch)(Fetch("http://x.example"), 1) for n in range(12)))

    asyncio.run(all_at_once())
    assert len(began) == 12
    assert all(later - first >= 2 for first, later in zip(began, began[3:], strict=False))


def test_what_a_dead_worker_had_under_way_holds_nobody_up_for_long(record: Engine) -> None:
    """A request whose worker died counts until it is surely over; once its worker is given up, for its pause alone. A
    worker that was given up and comes back takes no lane from its successor."""
    time = Time()
    dead, other = lanes(record, time, "here-1-a", "google=1/7"), lanes(record, time, "here-2-b", "google=1/7")
    fetch = Fetch("http://x.example", seconds=20.0)
    lost = dead._enter("google", fetch)
    assert not isinstance(lost, float)
    time.at += 20 + GRACE + 7 - 1
    assert other._enter("google", fetch) == SOON
    with writing(record) as session:
        clear_lanes(session, time.by_database(session), {"here-2-b"})
    time.at += 1
    mine = other._enter("google", fetch)
    assert not isinstance(mine, float)
    dead._leave(lost)
    time.at += 7
    assert other._enter("google", fetch) == SOON
    with writing(record) as session:
        clear_lanes(session, time.by_database(session), set())
    time.at += 7
    assert not isinstance(dead._enter("google", fetch), float)


def test_waiting_takes_from_the_looks_own_time(record: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fetch that had 20 seconds left and waited five has 15."""
    monkeypatch.setattr(SOURCES["google"], "PAUSE", 5.0, raising=False)
    time, left = Time(), []
    one = lanes(record, time)

    async def fetch(asked: Fetch, page_no: int) -> RawPage:
        left.append(asked.seconds)
        return RawPage(b"", page_no=page_no)

    async def twice() -> None:
        for _ in range(2):
            await one.of("google", fetch)(Fetch("http://x.example", seconds=20.0), 1)

    asyncio.run(twice())
    assert left == [20.0, pytest.approx(15.0)]


def test_every_source_but_our_own_has_a_limit() -> None:
    """By itself one request at a time and a pause; SHEMTOV_RATES says otherwise, for any."""
    found = lanes_of(Settings(rates="serpapi=20/1 practice=5/1"))
    assert found["serpapi"] == (20, 1.0)
    assert found["practice"] == (5, 1.0)
    assert "practice" not in lanes_of(Settings())
    assert {name for name, (many, pause) in lanes_of(Settings()).items() if many == 1 and pause >= 1} == set(
        SOURCES
    ) - {"practice"}
    assert set(PROVIDERS) < set(found)


def test_we_say_who_we_are() -> None:
    """Our own name, nobody's browser; no source asks under another."""
    assert AGENT.startswith("ShemTov/")
    assert "Mozilla" not in AGENT
