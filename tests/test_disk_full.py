"""The disk fills up in the middle of a run: what was committed stays, nothing false is on record, it is told once, and
the work goes on by itself when there is room."""

from __future__ import annotations

import logging
import resource
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select
from workers import Site, come_due, expect_whole, finished, looked_at, open_looks, until

from app import jobs
from app.db import reading
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
    for name in ("AGAIN", "PICK_UP"):
        monkeypatch.setattr(jobs, name, 0.5)
    come_due(SEARCHES)
    worker = Worker()
    with caplog.at_level(logging.WARNING, "shemtov"):
        worker.start()
        assert until(lambda: finished() >= 2)
        lift = no_more(which, worker)
        try:
            assert until(lambda: come_due_if(which) and worker.room.full)
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


def come_due_if(which: str) -> bool:
    """More and more looks, where only many of them fill the file."""
    if which == "queue":
        come_due(9)
    return True
