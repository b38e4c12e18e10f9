"""Fetches through a real Chromium: for engines that show themselves to nothing else. No stealth, no evasion.

Every fetch has its own context and one overall deadline; the final address and whatever stood on the page are kept
when it fails. A browser that crashed is started anew at the next fetch.
"""

from __future__ import annotations

import asyncio
import gc
import os
import shutil
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    CDPSession,
    Error,
    Page,
    Playwright,
    Request,
    Response,
    async_playwright,
)  # fmt: skip
from playwright.async_api import TimeoutError as PlaywrightTimeout

from scrapers.errors import BrowserCrashed, DeadlinePassed, FetchFailed, Forbidden, SourceMissing, TooLarge, Unreachable
from scrapers.gate import Gate
from scrapers.http import without_secrets
from scrapers.proxy import GatedProxy, origin
from scrapers.types import Fetch, RawPage

SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-gpu",
    # Chromium asks Google for its own updates and sign-ins, from our address: at this place there is nobody
    "--component-updater=url-source=http://127.0.0.1:9/,disable-background-downloads", "--gaia-url=http://127.0.0.1:9",
    # a page that speaks WebRTC would send packets past the gate; the switch has had both names
    "--webrtc-ip-handling-policy=disable_non_proxied_udp", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)  # fmt: skip
# Pictures, films and fonts are not needed to read a page of results. Asked of Chromium itself: everything else of a
# page then loads without waiting for us.
NOT_NEEDED = {"patterns": [{"resourceType": kind} for kind in ("Image", "Media", "Font")]}
STARTS = 30.0  # seconds, at least, until a Chromium that does not start is given up
LAST_WORD = 0.5  # seconds in which Chromium may still name a loss in its own words
# Playwright's client leaves what it knew of a page in circles, 0.2 MB each. Python looks for those when they are a
# quarter of all it holds: in a process as large as a worker's that is a hundred megabytes later.
SWEPT_AFTER = 50  # pages
WHOLE_PAGE = 4  # times the cap: what a document and all its parts may weigh together, unpacked
# Asked in a world of its own, where the page's scripts have put nothing in the place of what is called here.
AS_IT_STANDS = """(page => [location.href, (
    (page.doctype ? new XMLSerializer().serializeToString(page.doctype) : "") +
    (page.documentElement ? page.documentElement.outerHTML : "")
).slice(0, MOST)])(document)"""


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
        self.starting = asyncio.Lock()
        self.looked = 0

    async def __aenter__(self) -> BrowserFetcher:
        self.playwright = await driver()
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
        seen, failure = await self._once(fetch)
        if isinstance(failure, BrowserCrashed) and not seen.asked:  # it had died since the last page: a new one asks
            seen, failure = await self._once(fetch)
        return RawPage(
            body=bytes(seen.body), final_url=without_secrets(seen.url), http_status=seen.status,
            content_type="text/html; charset=utf-8", page_no=page_no, fetched_at=datetime.now(UTC),
            complete=failure is None, failure=failure.code if failure else None,
        )  # fmt: skip

    async def _once(self, fetch: Fetch) -> tuple[_Seen, FetchFailed | None]:
        seen = _Seen(fetch.url, self.max_bytes)
        async with self.starting:  # two fetches at once share one browser
            browser = await self._running()
        failure = await self._look(browser, fetch, seen)
        if isinstance(failure, BrowserCrashed) and not seen.asked and self.browser is browser:
            self.browser = None  # it may not have heard of its own death yet: nobody else is given it
            await _close(browser)
        return seen, failure

    async def _look(self, browser: Browser, fetch: Fetch, seen: _Seen) -> FetchFailed | None:
        """Visit, and say what went wrong if anything did. The context is closed when the caller gives up, too."""
        context: BrowserContext | None = None
        try:
            async with asyncio.timeout(fetch.within(self.deadline)):
                context = await browser.new_context(locale=fetch.locale)
                await self._visit(context, fetch, seen)
        except (TimeoutError, PlaywrightTimeout):
            await seen.rescue()
            return DeadlinePassed()
        except FetchFailed as known:
            await seen.rescue()
            return known
        except Error as lost:
            await seen.rescue()
            return self._named(lost, browser, seen)
        else:
            return None
        finally:
            await _close(context)
            self._sweep()

    def _sweep(self) -> None:
        """Now and then, let go of what nothing but itself holds any more."""
        self.looked += 1
        if self.looked % SWEPT_AFTER == 0:
            gc.collect()

    def _named(self, lost: Error, browser: Browser, seen: _Seen) -> FetchFailed:
        """Whose fault it was: Chromium's own, our gate's, or the source's."""
        if not seen.asked or seen.crashed or not browser.is_connected() or "crashed" in lost.message:
            return BrowserCrashed(lost.message)
        if self.proxy is not None and origin(seen.url) in self.proxy.refused:
            return Forbidden(lost.message)
        return Unreachable(lost.message)

    async def _visit(self, context: BrowserContext, fetch: Fetch, seen: _Seen) -> None:
        await self.gate.address(fetch.url)
        if fetch.headers:
            await context.set_extra_http_headers(dict(fetch.headers))
        page = await context.new_page()
        await seen.watch(page, await context.new_cdp_session(page))
        if fetch.form or fetch.json is not None or fetch.secrets:
            raise Forbidden("a form or a key is sent over HTTP, not through the browser")
        await seen.goto(fetch.url)
        await seen.look()
        if len(seen.body) > self.max_bytes or seen.full:
            del seen.body[self.max_bytes :]
            raise TooLarge(f"over {self.max_bytes} bytes")

    async def _running(self) -> Browser:
        if self.playwright is None or self.proxy is None:
            raise RuntimeError("use BrowserFetcher as an async context manager")
        if self.browser is None or not self.browser.is_connected():
            sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses root otherwise
            path = self.executable or chromium_path(self.playwright.chromium.executable_path)
            try:
                self.browser = await self.playwright.chromium.launch(
                    executable_path=path,
                    args=[*ARGUMENTS, *sandbox],
                    proxy={"server": self.proxy.url, "bypass": "<-loopback>"},  # loopback goes through it too
                    timeout=max(self.deadline, STARTS) * 1000,  # an overloaded machine starts it slowly
                )
            except Error as wrong:
                raise SourceMissing(f"{path} does not start: {wrong.message.splitlines()[0]}") from wrong
        return self.browser


class _Seen:
    """What the browser saw so far."""

    def __init__(self, url: str, most: int) -> None:
        self.url = url
        self.most = most
        self.body = bytearray()
        self.status: int | None = None
        self.page: Page | None = None
        self.session: CDPSession | None = None
        self.frame = ""
        self.told: set[asyncio.Future[Any]] = set()
        self.asked = False  # somebody, for the page
        self.crashed = False
        self.full = False  # more came than a page may weigh
        self.cut = ""  # why no more of the page will come
        self.enough = asyncio.Event()  # one of the two
        self.came: defaultdict[str, int] = defaultdict(int)

    async def watch(self, page: Page, session: CDPSession) -> None:
        """From now on: where the page itself was sent, what it was answered and what that weighs, come what may."""
        self.page, self.session = page, session
        page.on("response", self._answered)
        page.on("requestfailed", self._lost)
        page.on("crash", self._crash)
        session.on("Network.dataReceived", self._weigh)
        session.on("Fetch.requestPaused", self._refuse)
        tree: dict[str, Any]
        tree, *_ = await asyncio.gather(
            session.send("Page.getFrameTree"),
            session.send("Network.enable"),
            session.send("Fetch.enable", NOT_NEEDED),
        )
        self.frame = tree["frameTree"]["frame"]["id"]

    def _refuse(self, paused: dict[str, Any]) -> None:
        """A part nobody needs: it fails, as far as the page is concerned."""
        if self.session is not None:
            why = {"requestId": paused["requestId"], "errorReason": "BlockedByClient"}
            told = asyncio.ensure_future(self.session.send("Fetch.failRequest", why))
            told.add_done_callback(lambda done: done.cancelled() or done.exception())  # the page may be gone already
            self.told.add(told)
            told.add_done_callback(self.told.discard)

    def _weigh(self, piece: dict[str, Any]) -> None:
        """Some bytes, unpacked. A document's request bears the name of its loader, which has no dot."""
        request, size = str(piece["requestId"]), int(piece["dataLength"])
        self.came[request] += size
        self.came[""] += size
        if self.came[""] > WHOLE_PAGE * self.most or ("." not in request and self.came[request] > self.most):
            self.full = True
            self.enough.set()

    def _answered(self, response: Response) -> None:
        if _is_the_page(response.request):
            self.url, self.status = response.url, response.status

    def _lost(self, request: Request) -> None:
        if not _is_the_page(request):
            return
        self.url, why = request.url, request.failure or "lost"
        if "ERR_ABORTED" not in why:  # the page sent itself elsewhere
            self.cut = why
            self.enough.set()

    def _crash(self, _: Page) -> None:
        self.crashed = True

    async def goto(self, url: str) -> None:
        """Load the address until its document stands, or as much of it as will come or may come.

        Chromium never says that a document stands when its connection ended in the middle.
        """
        if self.page is None or self.session is None:
            return
        self.asked = True
        going = asyncio.ensure_future(self.page.goto(url, wait_until="domcontentloaded", timeout=0))
        enough = asyncio.ensure_future(self.enough.wait())
        try:
            await asyncio.wait({going, enough}, return_when=asyncio.FIRST_COMPLETED)
            if self.full:
                await self.session.send("Page.stopLoading")
                return
            await asyncio.wait({going}, timeout=LAST_WORD if self.cut else None)
            if not going.done():
                raise Unreachable(self.cut)
            await going
        finally:
            going.cancel()
            enough.cancel()

    async def look(self) -> None:
        """Take the address and the document as they stand, no more of it than may be kept."""
        if self.session is None:
            return
        world = await self.session.send("Page.createIsolatedWorld", {"frameId": self.frame})
        asked = {
            "expression": AS_IT_STANDS.replace("MOST", str(self.most + 1)),
            "contextId": world["executionContextId"],
            "returnByValue": True,
        }
        found = (await self.session.send("Runtime.evaluate", asked))["result"].get("value")
        if found is None:
            raise Unreachable("the page could not be read")
        here, text = found
        if here.startswith("chrome-error:"):
            return  # Chromium's own error page is nothing the source sent
        self.url = here if here != "about:blank" else self.url
        self.body[:] = text.encode("utf-8", "replace")

    async def rescue(self) -> None:
        """The same after a failure, when the page still answers."""
        try:
            async with asyncio.timeout(2):
                if not self.body:
                    await self.look()
        except (TimeoutError, FetchFailed):
            return
        except Error as lost:
            self.crashed = self.crashed or "crashed" in lost.message


def _is_the_page(request: Request) -> bool:
    """Whether a request is for the page itself, not for a part of it or a frame in it."""
    try:
        return request.is_navigation_request() and request.frame.parent_frame is None
    except Error:  # its frame is gone
        return False


async def _close(open_one: BrowserContext | Browser | None) -> None:
    """Close what may be dead already, without waiting for it for ever."""
    if open_one is None:
        return
    try:
        async with asyncio.timeout(5):
            await open_one.close()
    except (TimeoutError, Error):
        return


async def driver() -> Playwright:
    """Playwright, with its driver, a process of its own; SourceMissing says what to do when that does not start."""
    try:
        return await async_playwright().start()
    except Exception as dead:  # it ends before it says anything, and Playwright has no name for that
        said = f"{dead}".partition("\n")[0] or type(dead).__name__
        raise SourceMissing(f"playwright does not start: {said} (on Debian: apt-get install libatomic1)") from dead


def chromium_path(own: str) -> str:
    """Playwright's own Chromium when it is installed, else the system's; SourceMissing says what to do."""
    if Path(own).exists():
        return own
    found = next((path for name in SYSTEM_BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise SourceMissing("no Chromium found: run `make setup`, or set SHEMTOV_CHROMIUM to a browser's path")
    return found
