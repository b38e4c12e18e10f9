"""What tests share: a database of their own, the practice world in memory, a clock that stands still."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from app.db import migrate, open_engine, writing
from app.pipeline import Surroundings
from app.scoring.markets import market
from app.scoring.owned import parse_owned
from app.store.brands import add_brand, home_workspace
from app.store.searches import add_search
from hypothesis import settings
from scrapers.practice.entries import worlds
from scrapers.practice.markup import CAPTCHA, Asked
from scrapers.practice.site import page_of
from scrapers.types import Access, Fetch, RawPage
from sqlalchemy import Engine

settings.register_profile("same", derandomize=True, deadline=None, max_examples=200)
settings.load_profile("same")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
PHRASES = {
    "google": ("נתיב טלקום שירות לקוחות", "il-he"),
    "bing": ("Nativ Telecom obsługa klienta", "pl-pl"),
    "duckduckgo": ("Nativ Telecom customer service", "en-us"),
}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of captured pages and labelled results; the test says that it skips when it is not there."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: tests on captured pages are skipped")
    return SHARED


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory of its own, for this process and those it starts."""
    from app import db, settings as module  # noqa: PLC0415  their caches are what this fixture clears

    for name in [name for name in os.environ if name.startswith("SHEMTOV_") and name != "SHEMTOV_CHROMIUM"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SHEMTOV_DATA_DIR", str(tmp_path / "data"))
    for cached in (module.settings, db.engine):
        cached.cache_clear()
    yield tmp_path / "data"
    for cached in (module.settings, db.engine):
        cached.cache_clear()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    """A migrated SQLite database of its own."""
    engine = open_engine(f"sqlite:///{tmp_path / 'test.db'}")
    migrate(on=engine)
    yield engine
    engine.dispose()


@dataclass
class Clock:
    """A clock that stands where it is put."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


class PracticeWorld:
    """The practice pages without a server; `modes` overrides how a day misbehaves, `alter` what a page says, and
    `always` shows the same day's entries whatever the date."""

    def __init__(self) -> None:
        self.modes: dict[date, str] = {}
        self.alter: Callable[[date, str], str] = lambda day, text: text
        self.asked: list[str] = []
        self.always: date | None = None

    def of(self, _source: str) -> Callable[[Fetch, int], object]:
        return self.fetch

    async def fetch(self, fetch: Fetch, page_no: int) -> RawPage:
        self.asked.append(fetch.url)
        parts = urlsplit(fetch.url)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        engine, day = parts.path.split("/")[1], date.fromisoformat(query["as_of"])
        mode = self.modes.get(day, "none")
        asked = Asked(query["q"], query["hl"], query["gl"], page_no, False)
        if mode == "captcha":
            return RawPage(CAPTCHA[engine].encode(), fetch.url, 429, "text/html", page_no)
        if mode == "unreachable":
            return RawPage(b"", fetch.url, page_no=page_no, complete=False, failure="unreachable")
        text = self.alter(day, page_of(engine, worlds().get(query["q"]), self.always or day, asked, mode))
        return RawPage(text.encode(), fetch.url, 200, "text/html", page_no)


@dataclass
class World:
    """A brand with a search in a database, and the surroundings its looks need."""

    engine: Engine
    surroundings: Surroundings
    practice: PracticeWorld
    clock: Clock
    brand: int
    search: int


@pytest.fixture
def world(database: Engine, tmp_path: Path) -> World:
    """The invented brand with its Hebrew search, before its first look, on a Sunday noon in Jerusalem."""
    clock, practice = Clock(datetime(2026, 11, 1, 10, tzinfo=UTC)), PracticeWorld()
    made = Surroundings(
        database, tmp_path / "blobs", clock, lambda _name: Access("http://practice.example"), practice.of, 30  # type: ignore[arg-type]
    )
    phrase, code = PHRASES["google"]
    pack = market(code)
    with writing(database) as session:
        sites = [parse_owned(site) for site in ("nativ-telecom.example", "social.example/nativtelecom", "video.example/@nativ-telecom")]
        brand = add_brand(session, home_workspace(session), "Nativ Telecom", code, sites)
        search = add_search(
            session, brand, phrase=phrase, engine="google", hl=pack.hl, gl=pack.gl, market=code, sources=["practice"],
            next_due=clock.at,
        )  # fmt: skip
        return World(database, made, practice, clock, brand.id or 0, search.id or 0)
