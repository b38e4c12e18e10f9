"""The clock of the workers: what it plans and queues once, whatever breaks, and what is put right afterwards."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from dbos import DBOS
from sqlmodel import Session, col, select
from worlds import World

from app import durable
from app.db import reading, writing
from app.durable import Durable, Job, Queue, job_name
from app.models import Attempt, Search, Snapshot
from app.recovering import MOST_RUNS, give_back, heal, pick_up, reap
from app.runner import ask_now, cancel, take
from app.store.attempts import claim
from app.store.snapshots import finish
from app.ticking import AGAIN, BATCH, ORDINARY, PRIORITY, tick
from app.verify import verify

SOON = timedelta(seconds=1)


def able(names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    return list(names), []


class Queued(list[tuple[str, str, int]]):
    """A queue that only remembers: (job, queue, priority)."""

    def __call__(self, _session: Session, jobs: Sequence[Job]) -> None:
        self += [(job.name, job.queue, job.priority) for job in jobs]


def come_due(world: World, days: int = 0) -> None:
    """The slot of six o'clock has come; so many days ago, when the clock was stopped."""
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = datetime(2026, 11, 2, 4, tzinfo=UTC)
        session.add(search)
    world.clock.at = datetime(2026, 11, 2, 4, 0, 30, tzinfo=UTC) + timedelta(days=days)


def looks(world: World) -> list[Snapshot]:
    with reading(world.engine) as session:
        return list(session.exec(select(Snapshot).order_by(col(Snapshot.id))).all())


def sound(world: World) -> None:
    """The record proves itself."""
    with reading(world.engine) as session:
        found = verify(session, world.surroundings.blobs, world.clock())
    assert [(one.name, one.broken[:3]) for one in found if one.broken] == []


@pytest.fixture
def engine_at(tmp_path: Path) -> Iterator[Durable]:
    """The durable engine on a file of its own, not started."""
    made = Durable(f"sqlite:///{tmp_path / 'durable.db'}", "here-1-a")
    yield made
    DBOS.destroy()


def test_a_slot_is_queued_once_however_often_the_clock_ticks(world: World) -> None:
    """Due: planned, in the queue of its source, and the next slot is set. Three ticks later: the same."""
    come_due(world)
    queue = Queued()
    told = [tick(world.surroundings, able, queue) for _ in range(3)]
    assert [(one.due, one.queued, one.missed) for one in told] == [(1, 1, 0), (0, 0, 0), (0, 0, 0)]
    assert queue == [("look-1-1", "practice", ORDINARY)]
    assert [(s.queue, s.runs, s.state) for s in looks(world)] == [("practice", 1, None)]
    with reading(world.engine) as session:
        assert session.get_one(Search, world.search).next_due == datetime(2026, 11, 3, 4, tzinfo=UTC)


def test_a_clock_that_jumps_three_days_catches_up_with_one_look(world: World) -> None:
    """Three slots were missed and say so; today's is looked at. Nothing is invented."""
    come_due(world, days=3)
    queue = Queued()
    assert tick(world.surroundings, able, queue).missed == 3
    assert [(s.slot[:10], s.state, s.reason) for s in looks(world)] == [
        ("2026-11-02", "error", "missed"), ("2026-11-03", "error", "missed"), ("2026-11-04", "error", "missed"),
        ("2026-11-05", None, ""),
    ]  # fmt: skip
    assert [job for job, *_ in queue] == ["look-4-1"]
    sound(world)


def test_who_asks_comes_first_and_second_looks_before_the_rest(world: World) -> None:
    """Priorities: asked for by hand, picked up again, second look, ordinary; a look asked for twice is one."""
    come_due(world)
    with writing(world.engine) as session:
        asked = ask_now(session, world.search, world.clock())
        assert ask_now(session, world.search, world.clock() + SOON).id == asked.id
    queue = Queued()
    tick(world.surroundings, able, queue)
    assert [priority for *_, priority in queue] == [PRIORITY["now"], ORDINARY]
    assert PRIORITY["now"] < AGAIN < PRIORITY["second"] < ORDINARY


def test_a_crash_between_queue_and_commit_queues_nothing_twice(world: World, engine_at: Durable) -> None:
    """The job stands in the engine's file, our transaction is lost: the next tick asks for the very same job."""
    come_due(world)
    ran: list[str] = []
    engine_at.start(lambda job: ran.append(job) or "ok", [])  # type: ignore[func-returns-value]

    def crash(session: Session, jobs: Sequence[Job]) -> None:
        engine_at.enqueue(session, jobs)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tick(world.surroundings, able, crash)
    assert looks(world) == []
    assert tick(world.surroundings, able, engine_at.enqueue).queued == 1
    DBOS.register_queue("practice", polling_interval_sec=0.05)
    assert DBOS.retrieve_workflow("look-1-1").get_result() == "ok"
    assert ran == ["look-1-1"]
    sound(world)


def test_an_upgrade_strands_no_job(world: World, engine_at: Durable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Queued under an older version, one of them begun by it: the newer version takes the queue, and the reaper what
    was begun."""
    monkeypatch.setattr(durable, "VERSION", "looks-0")
    begun, held = threading.Event(), threading.Event()

    def hold(_job: str) -> str:
        begun.set()
        held.wait(30)
        return "late"

    engine_at.start(hold, [Queue("practice", 1)])
    come_due(world)
    tick(world.surroundings, able, engine_at.enqueue)
    with writing(world.engine) as session:
        engine_at.enqueue(session, [Job(f"look-{number}-1", "practice", ORDINARY) for number in (97, 98, 99)])
    assert begun.wait(30)
    engine_at.stop(0)
    monkeypatch.setattr(durable, "VERSION", "looks-1")
    newer, ran = Durable(engine_at.url, "here-2-b"), list[str]()
    newer.start(lambda job: ran.append(job) or "ok", [Queue("practice", 4)])  # type: ignore[func-returns-value]
    assert [executor for _, executor in newer.running()] == ["here-1-a"]
    assert reap(world.engine, newer, world.clock(), 30, "here-2-b") == [1]
    tick(world.surroundings, able, newer.enqueue)
    for job in ("look-1-2", "look-97-1", "look-98-1", "look-99-1"):
        assert DBOS.retrieve_workflow(job).get_result() == "ok"
    held.set()
    assert sorted(ran) == ["look-1-2", "look-97-1", "look-98-1", "look-99-1"]
    sound(world)


@pytest.mark.parametrize("own_clock", [True, False])
def test_the_engine_starts_whatever_sqlite_there_is(
    own_clock: bool, tmp_path: Path, database: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From Python 3.12 on its tables want a clock that SQLite has from 3.42 on; an older one gets ours, which works with
    every SQLite. Without it an older one cannot be started: the day that is no longer true we may drop it."""
    monkeypatch.setattr(durable, "SUBSECOND", (99,) if own_clock else (0,))
    needed = sys.version_info >= (3, 12) and sqlite3.sqlite_version_info < (3, 42)
    made = Durable(f"sqlite:///{tmp_path / 'durable.db'}", "here-1-a")
    try:
        if own_clock and made.engine is not None:
            with made.engine.connect() as connection:
                told = connection.exec_driver_sql("SELECT unixepoch('subsec') * 1000").scalar_one()
            assert abs(told / 1000 - datetime.now(UTC).timestamp()) < 600
        elif needed:
            with pytest.raises(Exception, match="version_timestamp"):
                made.start(lambda _job: "ok", [])
            return
        made.start(lambda _job: "ok", [Queue("practice", 1)])
        with reading() as session:
            made.enqueue(session, [Job(job_name(1, 1), "practice", ORDINARY)])
        assert DBOS.retrieve_workflow("look-1-1").get_result() == "ok"
        began = DBOS.list_workflows()[0].created_at or 0
        assert abs(began / 1000 - datetime.now(UTC).timestamp()) < 600
    finally:
        DBOS.destroy()


def test_a_lost_job_is_queued_anew(world: World, engine_at: Durable) -> None:
    """The engine's file was deleted: after a minute its looks are the clock's again, under a new name."""
    come_due(world)
    tick(world.surroundings, able, Queued())
    engine_at.start(lambda _job: "ok", [])
    assert heal(world.engine, engine_at, world.clock()) == []
    assert heal(world.engine, engine_at, world.clock() + timedelta(minutes=2)) == [1]
    queue = Queued()
    tick(world.surroundings, able, queue)
    assert queue == [("look-1-2", "practice", AGAIN)]


def test_a_look_lost_in_our_own_hands_is_picked_up(world: World, engine_at: Durable) -> None:
    """The engine says it runs here, and nobody is at it: seen twice, its try ends and the clock has it again."""
    come_due(world)
    begun, held = threading.Event(), threading.Event()
    engine_at.start(lambda _job: begun.set() or str(held.wait(30)), [Queue("practice", 1)])  # type: ignore[func-returns-value]
    tick(world.surroundings, able, engine_at.enqueue)
    assert begun.wait(30)
    with writing(world.engine) as session:
        claim(session, 1, "practice", world.clock(), world.clock() + SOON, "here-1-a")

    def seen(before: set[int], *in_hand: str) -> set[int]:
        return pick_up(world.engine, engine_at, "here-1-a", lambda: set(in_hand), before, world.clock())

    assert seen({1}, "look-1-1") == set()
    assert seen(set()) == {1}
    assert [s.queue for s in looks(world)] == ["practice"]
    assert seen({1}) == set()
    assert [s.queue for s in looks(world)] == [None]
    with reading(world.engine) as session:
        assert session.exec(select(Attempt.reason)).all() == ["broke off: lost"]
    assert engine_at.active(["look-1-1"]) == set()
    held.set()


def test_a_look_that_takes_three_workers_along_is_parked(world: World) -> None:
    """Three tries ended with their worker: it ends as an error that says so, and is never queued again by itself."""
    come_due(world)
    queue, now = Queued(), world.clock()
    tick(world.surroundings, able, queue)
    with writing(world.engine) as session:
        for no in (1, 2, 3):
            session.add(Attempt(snapshot_id=1, no=no, source="practice", state="done", outcome="error", reason="abandoned", started=now, deadline=now))  # fmt: skip
        snapshot = session.get_one(Snapshot, 1)
        snapshot.queue = snapshot.queued_at = None
        session.add(snapshot)
    for _ in range(2):
        tick(world.surroundings, able, queue)
    assert len(queue) == 1
    assert [(s.state, s.reason) for s in looks(world)] == [("error", "gave up after 3 dead workers")]


def test_a_look_that_breaks_is_tried_again_later_and_not_for_ever(world: World) -> None:
    """A bug or a lost database: its try is ended, it waits a minute; after ten runs it is an error."""
    come_due(world)
    tick(world.surroundings, able, Queued())
    with writing(world.engine) as session:
        claim(session, 1, "practice", world.clock(), world.clock() + SOON, "w")
    give_back(world.engine, "w", (1, 1), "broke off: ValueError", world.clock())
    assert [(s.due - world.clock(), s.queue, s.reason) for s in looks(world)] == [
        (timedelta(minutes=1), None, "broke off: ValueError")
    ]
    with writing(world.engine) as session:
        session.get_one(Snapshot, 1).runs = MOST_RUNS
    give_back(world.engine, "w", (1, 1), "broke off: ValueError", world.clock())
    assert [s.state for s in looks(world)] == [None], "another run is another worker's"
    give_back(world.engine, "w", (1, MOST_RUNS), "broke off: ValueError", world.clock())
    assert [(s.state, s.reason) for s in looks(world)] == [("error", "gave up after 10 runs")]


async def test_one_at_a_time_is_at_a_look(world: World) -> None:
    """While somebody's try runs, another gets none; past its deadline it is taken over. A finished look gets none."""
    come_due(world)
    tick(world.surroundings, able, Queued())
    now = world.clock()
    with writing(world.engine) as session:
        assert claim(session, 1, "practice", now, now + SOON, "a") is not None
        assert claim(session, 1, "practice", now, now + SOON, "b") is None
    assert (await take(world.surroundings, 1, able)).state == ""
    assert world.practice.asked == []
    with writing(world.engine) as session:
        assert claim(session, 1, "practice", now + 2 * SOON, now + 3 * SOON, "b") is not None
        finish(session, 1, "error", "missed")
        assert claim(session, 1, "practice", now + 9 * SOON, now + 10 * SOON, "c") is None


async def test_a_look_called_off_stays_called_off(world: World) -> None:
    """Cancelled while its page was fetched: the page is kept, the state stays, nothing is read from it."""
    come_due(world)
    tick(world.surroundings, able, Queued())
    real = world.practice.fetch

    async def meanwhile(fetch: object, page_no: int) -> object:
        with writing(world.engine) as session:
            cancel(session, 1, "Dana", world.clock())
        return await real(fetch, page_no)  # type: ignore[arg-type]

    world.practice.fetch = meanwhile  # type: ignore[assignment, method-assign]
    assert (await take(world.surroundings, 1, able)).reason == "cancelled by Dana"
    with reading(world.engine) as session:
        assert session.get_one(Snapshot, 1).current_parse is None
        assert session.exec(select(Attempt.state, Attempt.reason)).all() == [("done", "cancelled")]


def test_more_than_a_batch_is_queued_in_one_tick(world: World) -> None:
    """A backlog longer than one transaction."""
    come_due(world)
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search).model_dump(exclude={"id", "phrase"})
        session.add_all([Search(phrase=f"phrase {number}", **search) for number in range(2 * BATCH)])
    queue = Queued()
    assert tick(world.surroundings, able, queue).queued == 2 * BATCH + 1
    assert len(set(queue)) == 2 * BATCH + 1


def test_old_jobs_are_forgotten_and_young_ones_never(engine_at: Durable, database: object) -> None:
    """A week after its end a job is gone; within an hour none is, whatever is asked for."""
    engine_at.start(lambda _job: "ok", [Queue("practice", 4)])
    with reading() as session:
        engine_at.enqueue(session, [Job(job_name(1, 1), "practice", ORDINARY)])
    assert DBOS.retrieve_workflow("look-1-1").get_result() == "ok"
    now = datetime.now(UTC)
    assert engine_at.purge(now, timedelta(0)) == 0
    assert engine_at.purge(now + timedelta(days=6)) == 0
    assert engine_at.purge(now + timedelta(days=8)) == 1
    assert DBOS.list_workflows() == []
