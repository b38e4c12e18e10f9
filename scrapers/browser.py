"""Fetches through a real Chromium: for engines that show themselves to nothing else. No stealth, no evasion.

Every fetch has its own context and one overall deadline; the final address and whatever stood on the page are kept
when it fails. A browser that crashed is started anew at the next fetch.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Error, Page, Playwright, Route, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout

from scrapers.errors import BrowserCrashed, DeadlinePassed, FetchFailed, Forbidden, SourceMissing, TooLarge, Unreachable
from scrapers.gate import Gate
from scrapers.http import without_secrets
from scrapers.proxy import GatedProxy
from scrapers.types import Fetch, RawPage

SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-gpu",
)  # fmt: skip
NOT_NEEDED = frozenset({"image", "media", "font"})


class BrowserFetcher:
    """Use as `async with BrowserFetcher() as fetch: page = await fetch(Fetch(url), page_no)`."""

    def __init__(
        self, *, allowed: frozenset[str] = frozenset(), deadline: float = 30.0, max_bytes: int = 5_000_000,
        executable: str | None = None,
    ) -> None:  # fmt: skip
        self.gate = Gate(allowed)
        self.deadline = deadline
        self.max_bytes = max_bytes
        self.executable = executable
        self.playwright: Playwright | None = None
        self.browser: Browser | None = None
        self.proxy: GatedProxy | None = None

    async def __aenter__(self) -> BrowserFetcher:
        self.playwright = await async_playwright().start()
        self.proxy = await GatedProxy(self.gate).__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await _close(self.browser)
        if self.playwright is not None:
            await self.playwright.stop()
        if self.proxy is not None:
            await self.proxy.__aexit__()

    async def __call__(self, fetch: Fetch, page_no: int = 1) -> RawPage:
        """One page as the browser shows it. Never raises for a bad answer; SourceMissing when there is no browser."""
        seen = _Seen(fetch.url)
        failure: FetchFailed | None = None
        browser = await self._running()
        context: BrowserContext | None = None
        try:
            async with asyncio.timeout(self.deadline):
                context = await browser.new_context()
                await self._visit(context, fetch, seen)
        except (TimeoutError, PlaywrightTimeout):
            failure = DeadlinePassed()
        except FetchFailed as known:
            failure = known
        except Error as lost:
            failure = BrowserCrashed(lost.message) if not browser.is_connected() else Unreachable(lost.message)
        if failure is not None:
            await seen.rescue()
        await _close(context)
        return RawPage(
            body=bytes(seen.body), final_url=without_secrets(seen.url), http_status=seen.status,
            content_type="text/html; charset=utf-8", page_no=page_no, fetched_at=datetime.now(UTC),
            complete=failure is None, failure=failure.code if failure else None,
        )  # fmt: skip

    async def _visit(self, context: BrowserContext, fetch: Fetch, seen: _Seen) -> None:
        await self.gate.address(fetch.url)
        if fetch.headers:
            await context.set_extra_http_headers(dict(fetch.headers))
        await context.route("**/*", _without_pictures)
        seen.page = await context.new_page()
        if fetch.form:
            raise Forbidden("a form is sent over HTTP, not through the browser")
        response = await seen.page.goto(fetch.url, wait_until="domcontentloaded")
        seen.status = response.status if response else None
        await seen.look()
        if len(seen.body) > self.max_bytes:
            del seen.body[self.max_bytes :]
            raise TooLarge(f"over {self.max_bytes} bytes")

    async def _running(self) -> Browser:
        if self.playwright is None or self.proxy is None:
            raise RuntimeError("use BrowserFetcher as an async context manager")
        if self.browser is None or not self.browser.is_connected():
            sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses root otherwise
            self.browser = await self.playwright.chromium.launch(
                executable_path=self.executable or chromium_path(self.playwright.chromium.executable_path),
                args=[*ARGUMENTS, *sandbox],
                proxy={"server": self.proxy.url, "bypass": "<-loopback>"},  # loopback goes through it too
            )
        return self.browser


async def _without_pictures(route: Route) -> None:
    """Pictures, films and fonts are not needed to read a page of results."""
    await (route.abort() if route.request.resource_type in NOT_NEEDED else route.continue_())


class _Seen:
    """What the browser saw so far."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.body = bytearray()
        self.status: int | None = None
        self.page: Page | None = None

    async def look(self) -> None:
        """Take the address and the document as they stand."""
        if self.page is None or self.page.url.startswith("chrome-error:"):
            return  # Chromium's own error page is nothing the source sent
        self.url = self.page.url if self.page.url != "about:blank" else self.url
        self.body[:] = (await self.page.content()).encode("utf-8", "replace")

    async def rescue(self) -> None:
        """The same after a failure, when the page still answers."""
        try:
            async with asyncio.timeout(2):
                if not self.body:
                    await self.look()
        except (TimeoutError, Error):
            return


async def _close(open_one: BrowserContext | Browser | None) -> None:
    """Close what may be dead already, without waiting for it for ever."""
    if open_one is None:
        return
    try:
        async with asyncio.timeout(5):
            await open_one.close()
    except (TimeoutError, Error):
        return


def chromium_path(own: str) -> str:
    """Playwright's own Chromium when it is installed, else the system's; SourceMissing says what to do."""
    if Path(own).exists():
        return own
    found = next((path for name in SYSTEM_BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise SourceMissing("no Chromium found: run `make setup`, or set SHEMTOV_CHROMIUM to a browser's path")
    return found
