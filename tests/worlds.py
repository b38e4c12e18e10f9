"""What looks need in tests: a clock that stands still, the practice pages in memory, a brand to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Engine

from app.pipeline import Surroundings
from scrapers.capture import Fetcher
from scrapers.practice.entries import worlds
from scrapers.practice.markup import CAPTCHA, Asked
from scrapers.practice.site import page_of
from scrapers.types import Fetch, RawPage

PHRASES = {
    "google": ("נתיב טלקום שירות לקוחות", "il-he"),
    "bing": ("Nativ Telecom obsługa klienta", "pl-pl"),
    "duckduckgo": ("Nativ Telecom customer service", "en-us"),
}


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

    def of(self, _source: str) -> Fetcher:
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
