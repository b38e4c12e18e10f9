"""The disk fills up in the middle of a run: what was committed stays, nothing false is on record, it is told once, and
the work goes on by itself when there is room."""

from __future__ import annotations

import logging
import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select
from workers import Site, Team, come_due, expect_whole, finished, looked_at, until

from app.db import engine, reading
from app.jobs import Worker
from app.models import Snapshot
from app.room import full
from app.verify import verify

pytestmark = [pytest.mark.slow, pytest.mark.reliability]
SEARCHES = 12
NO_LIMIT = 2**30  # pages
TOLD = "the disk is full: nothing can be written"


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
        assert [(f.name, f.broken[:3]) for f in verify(session, data_dir / "blobs", datetime.now(UTC)) if f.broken] == []
        assert set(session.exec(select(Snapshot.state)).all()) <= {"ok", None}


@pytest.mark.parametrize("which", ["record", "queue"])
def test_a_database_that_can_grow_no_more(
    which: str, site: Site, data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite is at its last page, the record's or the queue's: looks wait, one line tells, nobody is asked meanwhile;
    with room again they are all taken, by the same worker."""
    come_due(SEARCHES)
    worker = Worker()
    on = engine() if which == "record" else worker.durable.engine
    assert on is not None
    pages = Pages(on)
    with caplog.at_level(logging.INFO):
        worker.start()
        assert until(lambda: finished() >= 2)
        with on.connect() as connection:
            pages.most = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        if which == "queue":
            come_due(3)
        assert until(lambda: worker.room.full)
        assert full(data_dir)
        proven(data_dir)
        before, asked = finished(), len(site.asked)
        assert not until(lambda: finished() > before + 4, 6)
        assert len(site.asked) <= asked + 8, "only what was under way"
        pages.most = NO_LIMIT
        assert until(lambda: finished() >= SEARCHES + (3 if which == "queue" else 0))
        worker.stop()
    assert not full(data_dir)
    expect_whole(data_dir / "blobs", SEARCHES + (3 if which == "queue" else 0))
    proven(data_dir)
    assert len([one for one in caplog.records if one.levelno >= logging.ERROR]) == 1
    assert TOLD in caplog.text


def test_files_at_the_limit_of_their_size(site: Site, team: Team, data_dir: Path) -> None:
    """No file may grow (RLIMIT_FSIZE): the same, for a worker in a process of its own, seen from outside."""
    come_due(SEARCHES)
    worker = team.hire()
    assert until(lambda: finished() >= 2)
    most = max(path.stat().st_size for path in data_dir.glob("*.db*"))
    before = resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    come_due(3)
    assert until(lambda: full(data_dir))
    proven(data_dir)
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, before)
    assert until(lambda: finished() >= SEARCHES + 3)
    assert team.dismiss() == [0]
    assert not full(data_dir)
    expect_whole(data_dir / "blobs", SEARCHES + 3)
    proven(data_dir)
    told = Path(team.errors.name).read_text(encoding="utf-8")
    assert told.count(TOLD) == 1
    assert "Traceback" not in told
