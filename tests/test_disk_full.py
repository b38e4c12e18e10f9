"""The disk fills up in the middle of a run: what was committed stays, nothing false is on record, it is told once, and
the work goes on by itself when there is room."""

from __future__ import annotations

import logging
import os
import resource
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, Engine, event
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from workers import Site, come_due, expect_whole, finished, looked_at, open_looks, until

from app import jobs
from app.db import engine, open_engine, reading
from app.jobs import Worker
from app.models import Snapshot
from app.room import full
from app.settings import settings
from app.verify import verify

pytestmark = [pytest.mark.slow, pytest.mark.reliability]
SEARCHES = 12
NO_LIMIT = 2**30  # pages
TOLD = "the disk is full: nothing can be writt"
SIZE = resource.RLIMIT_FSIZE


@pytest.fixture
def site(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The slow site, as the practice source of every worker."""
    with Site(fails=0) as one, looked_at(one, monkeypatch):
        yield one


@pytest.fixture
def small_disk(postgresql_server: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of 100 MB, with a database of PostgreSQL on it that is this test's record. Only root can mount one."""
    folder = Path(tempfile.mkdtemp())  # not in pytest's folder, which the server's user cannot enter
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m,mode=0777", "tmpfs", folder], check=False)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("a small disk cannot be mounted here")
    server = open_engine(postgresql_server.render_as_string(hide_password=False))
    try:
        (folder / "tables").mkdir(mode=0o700)
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            home = Path(connection.exec_driver_sql("SHOW data_directory").scalar_one())
            os.chown(folder / "tables", home.stat().st_uid, home.stat().st_gid)
            connection.exec_driver_sql(f"CREATE TABLESPACE small LOCATION '{folder / 'tables'}'")
            connection.exec_driver_sql("CREATE DATABASE small TABLESPACE small")
        url = postgresql_server.set(database="small").render_as_string(hide_password=False)
        monkeypatch.setenv("SHEMTOV_DATABASE_URL", url)
        yield folder
        engine().dispose()
        with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("DROP DATABASE small WITH (FORCE)")
            connection.exec_driver_sql("DROP TABLESPACE small")
    finally:
        server.dispose()
        subprocess.run(["umount", "-l", folder], check=True)
        folder.rmdir()


class Pages:
    """The most pages of a database, for all its connections, as of the next time each is used."""

    def __init__(self, on: Engine) -> None:
        self.most = NO_LIMIT
        event.listen(on, "checkout", self._bound)

    def _bound(self, connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count={self.most}")


def proven(data_dir: Path) -> None:
    """What is on record now is true, and every look that has a state has the one it earned."""
    with reading() as session:
        assert [
            (f.name, f.broken[:3]) for f in verify(session, data_dir / "blobs", datetime.now(UTC)) if f.broken
        ] == []
        assert set(session.exec(select(Snapshot.state)).all()) <= {"ok", None}


def no_more(which: str, worker: Worker) -> Callable[[], None]:
    """Let the record, the queue or any file of this process grow no more; what lifts that."""
    if which == "files":
        most, limits = max(path.stat().st_size for path in settings().data_dir.glob("*.db*")), resource.getrlimit(SIZE)
        resource.setrlimit(SIZE, (most, limits[1]))
        return lambda: resource.setrlimit(SIZE, limits)
    on = worker.engine if which == "record" else worker.durable.engine
    assert on is not None
    pages = Pages(on)
    with on.connect() as connection:
        pages.most = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    return lambda: setattr(pages, "most", NO_LIMIT)


@pytest.mark.parametrize(
    "which", ["record", *(pytest.param(one, marks=pytest.mark.long) for one in ("files", "queue"))]
)
def test_the_disk_fills_up_in_the_middle(
    which: str, site: Site, data_dir: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite is at its last page, the record's or the queue's, or no file may grow (RLIMIT_FSIZE): looks wait, one line
    tells, nobody is asked meanwhile; with room again they are all taken, by the same worker."""
    more = 9 if which == "queue" else 0  # there, only many looks fill the file
    filled(site, data_dir, caplog, monkeypatch, lambda worker: no_more(which, worker), more)


@pytest.mark.long
def test_the_disk_of_postgresql_fills_up_in_the_middle(
    small_disk: Path, site: Site, data_dir: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same where the tables lie on a disk of their own, of which a stranger's file takes all that is left."""
    stranger = small_disk / "stranger"

    def no_more_there(_worker: Worker) -> Callable[[], None]:
        with stranger.open("wb") as file:
            while (left := os.statvfs(small_disk)).f_bfree:
                with suppress(OSError):  # the database has taken some of it meanwhile
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), left.f_bfree * left.f_frsize)
        return stranger.unlink

    filled(site, data_dir, caplog, monkeypatch, no_more_there, 9)


def filled(
    site: Site, data_dir: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
    fill: Callable[[Worker], Callable[[], None]], more: int,
) -> None:  # fmt: skip
    """A worker in the middle of its looks when the disk fills up. fill: does it, and gives what lifts it; more: looks
    that come due again and again until it is felt."""
    for name in ("AGAIN", "PICK_UP"):
        monkeypatch.setattr(jobs, name, 0.5)
    come_due(SEARCHES)
    worker = Worker()
    with caplog.at_level(logging.WARNING, "shemtov"):
        worker.start()
        assert until(lambda: finished() >= 2)
        lift = fill(worker)
        try:
            assert until(lambda: felt(worker, more))
            assert full(data_dir)
            proven(data_dir)
            under_way = len(site.asked) + 2 * settings().looks_at_once
            assert not until(lambda: len(site.asked) > under_way, 1.5)
        finally:
            lift()
        assert until(lambda: not worker.room.full and not open_looks())
        worker.stop()
    assert not full(data_dir)
    proven(data_dir)
    expect_whole(data_dir / "blobs", finished())
    assert [one.getMessage()[:38] for one in caplog.records if one.levelno >= logging.ERROR] == [TOLD]


def felt(worker: Worker, more: int) -> bool:
    """Whether the worker is out of room; with more looks to take until it is."""
    if more and not worker.room.full:
        with suppress(OperationalError):  # whoever plans them may be the first to feel it
            come_due(more)
    return worker.room.full
