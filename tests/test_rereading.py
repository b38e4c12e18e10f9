"""The archive read again: what changed is said, by source and state, and a dry run leaves everything as it was."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import func, select
from worlds import World

from app.again import Reread, reparse
from app.cli.record import _report
from app.db import reading, writing
from app.models import Change, Hit, Parse, Search, Snapshot
from app.rereading import Reading, Row, Tally, difference, told
from app.runner import run_due
from scrapers.registry import SOURCES
from scrapers.types import RawPage, SearchRequest, Serp

DAY = date(2026, 11, 2)
DAYS = 6


def quiet(_done: int, _of: int) -> None:
    """Nobody watches."""


@pytest.fixture
def looked(world: World) -> World:
    """Six days of looks."""
    start = datetime(2026, 11, 2, 4, 0, 30, tzinfo=UTC)
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = start - timedelta(minutes=1)
        session.add(search)

    async def look() -> None:
        for number in range(DAYS):
            world.clock.at = start + timedelta(days=number)
            async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
                pass

    asyncio.run(look())
    return world


def read_by(monkeypatch: pytest.MonkeyPatch, bent: Callable[[Serp], Serp]) -> None:
    """A newer reader of Google's pages that reads them otherwise."""
    old = SOURCES["google"].read

    def read(raw: RawPage, request: SearchRequest) -> Serp:
        return bent(old(raw, request))

    monkeypatch.setattr(SOURCES["google"], "read", read)
    monkeypatch.setattr(SOURCES["google"], "VERSION", 99)


def every_third_lost(serp: Serp) -> Serp:
    return dataclasses.replace(serp, results=serp.results[::3])


def shouting(serp: Serp) -> Serp:
    loud = tuple(dataclasses.replace(one, title=one.title.upper() + "!") for one in serp.results)
    return dataclasses.replace(serp, results=loud[:1] + tuple(reversed(loud[1:])))


def everything(world: World) -> list[int]:
    with reading(world.engine) as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in (Parse, Hit, Change, Snapshot)]


def test_a_reader_that_loses_results_is_told_before_it_is_trusted(
    looked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry run says ok -> suspect with its looks and what they lost; parses, hits, changes and states stay."""
    before = everything(looked)
    read_by(monkeypatch, every_third_lost)
    found = reparse(looked.surroundings, quiet, dry_run=True)
    (tally,) = found.tallies
    assert (tally.source, tally.state, tally.looks, tally.changed) == ("practice", "ok", DAYS, DAYS)
    assert tally.states == {"ok -> suspect": DAYS - 1}  # only the first one had no look before it
    assert (tally.added, tally.removed) == (0, DAYS * 12)
    assert tally.worst[0].was != tally.worst[0].now
    assert everything(looked) == before
    with reading(looked.engine) as session:
        assert set(session.exec(select(Snapshot.state)).all()) == {"ok"}


def test_what_another_reading_changed_is_counted(looked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another order and other titles: moved and titles say so, and the report file holds the same."""
    read_by(monkeypatch, shouting)
    found = reparse(looked.surroundings, quiet)
    (tally,) = found.tallies
    assert (tally.added, tally.removed) == (0, 0)
    assert tally.titles == DAYS * 20
    assert tally.moved > DAYS * 10
    assert any("titles" in line for line in told(found.tallies))
    written = json.loads(json.dumps(_report(found, dry_run=False)))
    assert written["by_source_and_state"][0]["titles"] == tally.titles
    assert len(written["by_source_and_state"][0]["worst"]) == 5
    assert reparse(looked.surroundings, quiet).changed == 0


def test_only_what_was_asked_for_is_read_again(looked: World) -> None:
    """By engine, and from a day on."""

    def again(engine: str | None, since: date | None) -> Reread:
        return reparse(looked.surroundings, quiet, force=True, dry_run=True, engine=engine, since=since)

    assert again("bing", None).seen == 0
    assert again("google", DAY + timedelta(days=4)).seen == 2
    assert again(None, None).seen == DAYS


def test_a_reading_that_says_the_same_changed_nothing() -> None:
    """Two equal readings: counted as read again, not as changed, and no example."""
    one = Reading(1, "google", "google-1", "ok", "", (Row(1, "https://a.example/", "A", "a"),))
    tally = Tally("google", "ok")
    tally.add(difference(one, one))
    assert (tally.looks, tally.changed, tally.worst) == (1, 0, [])


def test_the_worst_comes_first() -> None:
    """A state that changed stands above any number of results, results above texts."""
    rows = tuple(Row(n, f"https://h{n}.example/", "A", "a") for n in range(1, 9))
    old = Reading(1, "google", "google-1", "ok", "", rows)
    tally = Tally("google", "ok")
    texts = dataclasses.replace(old, rows=tuple(dataclasses.replace(row, title="B") for row in rows))
    for number, new in enumerate(
        [texts, dataclasses.replace(old, rows=rows[:4]), dataclasses.replace(old, state="suspect")]
    ):
        tally.add(dataclasses.replace(difference(old, new), snapshot=number))
    assert [one.snapshot for one in tally.worst] == [2, 1, 0]
    assert tally.states == {"ok -> suspect": 1}


def test_the_command_writes_its_report(
    looked: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """shemtov reparse --all --dry-run --report: lines for a person, JSON for a program."""
    from app.cli import record

    monkeypatch.setattr(record, "_archive", lambda: looked.surroundings)
    monkeypatch.setattr(record, "migrate", lambda: None)
    record.reparse(force=True, dry_run=True, engine="google", since="2026-11-03", report=tmp_path / "report.json")
    said = capsys.readouterr().out
    assert f"{DAYS - 1} looks, {DAYS - 1} read again, nothing written: a dry run" in said
    assert json.loads((tmp_path / "report.json").read_bytes())["dry_run"] is True
