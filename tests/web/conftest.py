"""A year of looks at one invented brand, made once, and the application served over it."""

from __future__ import annotations

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
    """365 days of looks up to today."""
    return a_year(tmp_path_factory.mktemp("year"))


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
