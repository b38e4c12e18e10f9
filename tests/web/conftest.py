"""A year of looks at one invented brand, made once, and the application served over it."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import let_in
from years import Site, Year, a_year, served

from app import db
from app.settings import settings
from app.web.access import cookie_name


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    """365 days of looks up to today, made once for all processes of this run: by the first that wants it."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "year"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = folder / "year.json"
        if not told.exists():
            made = a_year(folder)
            told.write_text(json.dumps((made.good, made.bad, made.link)), encoding="utf-8")
    return Year(folder, *json.loads(told.read_text(encoding="utf-8")))


@pytest.fixture
def record(year: Year, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Year:
    """The year as this test's own: its database copied, the settings pointing at it."""
    folder = tmp_path / "year"
    folder.mkdir()
    shutil.copy(year.folder / "shemtov.db", folder / "shemtov.db")
    (folder / "blobs").symlink_to(year.folder / "blobs")
    monkeypatch.setenv("SHEMTOV_DATA_DIR", str(folder))
    for cached in (settings, db.engine):
        cached.cache_clear()
    return Year(folder, year.good, year.bad, year.link)


@pytest.fixture
def site(record: Year) -> Iterator[Site]:
    """The application over the year, on a port of its own."""
    token = let_in(db.engine())
    with served() as url:
        yield Site(url, record, (cookie_name(), token))
