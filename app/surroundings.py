"""The real world of a look: network, browser and disk of this process, from the settings."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from app.clock import clock
from app.db import engine
from app.files import sweep
from app.lanes import Lanes
from app.pipeline import Surroundings
from app.settings import Settings, settings
from app.sources import access
from scrapers import registry
from scrapers.browser import BrowserFetcher
from scrapers.capture import Fetcher
from scrapers.http import HttpFetcher
from scrapers.practice.site import PracticeSite
from scrapers.types import Access, Fetch, RawPage


@asynccontextmanager
async def surroundings(
    sources: frozenset[str], now: Callable[[], datetime] = clock, *, browser: bool = False, worker: str | None = None
) -> AsyncIterator[Surroundings]:
    """What looks at those sources need. The practice site is started here unless one is set; browser=True looks at
    everything through Chromium, otherwise only at the engines that need it. worker: whose looks they are."""
    chosen = settings()
    lanes = Lanes(engine(), chosen, worker)
    sweep(chosen.blobs, clock())
    async with AsyncExitStack() as stack:
        if "practice" in sources and not chosen.practice_url:
            site = PracticeSite()
            site.start()
            stack.callback(site.stop)
            chosen = chosen.model_copy(update={"practice_url": site.url})
        fetchers = Fetchers(chosen, stack, browser=browser)

        def reach(name: str) -> Access:
            return access(name, chosen)

        def paced(name: str) -> Fetcher:
            return lanes.of(name, fetchers.of(name))

        yield Surroundings(
            engine(), chosen.blobs, now, reach, paced, chosen.look_deadline, budget=chosen.daily_budget,
            spread=timedelta(minutes=chosen.spread_minutes), worker=worker,
        )  # fmt: skip


@dataclass
class Fetchers:
    """The two ways out, each opened when it is first needed."""

    settings: Settings
    stack: AsyncExitStack
    browser: bool
    http: HttpFetcher | None = None
    chromium: BrowserFetcher | None = None

    def of(self, source: str) -> Fetcher:
        """The fetcher a source needs; a provider, and its key, never go through a browser."""
        through_browser = registry.needs_browser(source) or (self.browser and source not in registry.PROVIDERS)
        return self._chromium if through_browser else self._http

    async def _http(self, fetch: Fetch, page_no: int) -> RawPage:
        if self.http is None:
            self.http = await self.stack.enter_async_context(
                HttpFetcher(
                    allowed=self._allowed(), deadline=self.settings.fetch_deadline, max_bytes=self.settings.max_bytes
                )
            )
        return await self.http(fetch, page_no)

    async def _chromium(self, fetch: Fetch, page_no: int) -> RawPage:
        if self.chromium is None:
            self.chromium = await self.stack.enter_async_context(
                BrowserFetcher(
                    allowed=self._allowed(), deadline=self.settings.fetch_deadline, max_bytes=self.settings.max_bytes,
                    executable=self.settings.chromium or None,
                )
            )  # fmt: skip
        return await self.chromium(fetch, page_no)

    def _allowed(self) -> frozenset[str]:
        """Private addresses the operator named: base URLs and the practice site."""
        urls = [getattr(self.settings, f"{name}_url", "") for name in registry.SOURCES]
        return frozenset(urlsplit(url).netloc for url in urls if url)
