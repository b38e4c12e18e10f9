"""Prints HTML to PDF, and draws it as JPEG, in an offline Chromium of its own: nothing runs, nothing is fetched, the
same HTML gives the same PDF.

The HTML is written into the one page of an invented address, which was answered with a policy no markup can loosen:
sandboxed (no script, no form, no refresh), no frame, no address but data: for fonts and pictures. Behind that policy
stand a route that refuses every other request, a context that is offline, and a resolver that knows no host. Each print
gets a page of its own (and Chromium a process for it); the next one is made ready while nobody waits.
"""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, ClassVar, TypeAlias, TypeVar

import pikepdf
from playwright.async_api import Browser, Error, Page, Playwright, Route
from playwright.async_api import TimeoutError as PlaywrightTimeout

from app.errors import AppError
from reports.typeface import FAMILY, font_css
from scrapers.browser import chromium_path, driver
from scrapers.errors import SourceMissing

PAPER = "https://paper.invalid/"
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:"
ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",  # preconnects and prefetches pass no route; addresses are mapped too
    "--no-proxy-server", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-gpu", "--no-first-run",
)  # fmt: skip
# Frames show nothing, one with its document inside would. A face that only the page margins use is asked for when it
# is too late, so all of them are loaded first.
READY = """
document.querySelectorAll("iframe, frame, object, embed").forEach(frame => frame.remove());
Promise.allSettled([...document.fonts].map(face => face.load())).then(() => document.fonts.ready).then(() => 0)
"""
NODE = re.compile(rb"/ID \(node(\d{8})\)")
HEIGHT = "Math.max(document.documentElement.scrollHeight, document.body ? document.body.scrollHeight : 0)"
SCREEN = 800  # pixels: a page that fills its screen is as high as one
QUALITY = 60
PATIENCE = 5.0
# Tags that Chromium takes from PDF 2.0, and what readers of 1.7 are to take them for.
NEWER = {"/Strong": pikepdf.Name.Span, "/Em": pikepdf.Name.Span}
Result = TypeVar("Result")
Work: TypeAlias = "Callable[[_Chromium], Awaitable[Result]]"


class PrintFailed(AppError):
    """No PDF came of it; the next print starts with a fresh Chromium."""

    status: ClassVar[int] = 503


class Printer:
    """Use as `with Printer(path) as printer: pdf = printer.pdf(html, title, lang, at)`, from any thread, inside a
    running event loop or not. Prints queue for the one warm Chromium, which starts at the first print.

    executable: path of a Chromium; None finds Playwright's own or the system's. deadline: seconds for one print,
    counted from its turn, a start of Chromium included.
    """

    def __init__(self, executable: str | None = None, deadline: float = 60.0) -> None:
        self.executable = executable
        self.deadline = deadline
        self._turn = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._chromium: _Chromium | None = None

    def __enter__(self) -> Printer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def pdf(self, html: str, title: str, lang: str, at: datetime) -> bytes:
        """The PDF of self-contained HTML: A4 unless its @page says otherwise, tagged, with an outline.

        title: shown in the window's bar. lang: "he", "pl", "en". at: the moment the file says it was made; a naive
        one is a ValueError. PrintFailed says in one sentence why there is no PDF.
        """
        if at.utcoffset() is None:
            raise ValueError("a moment of printing needs its zone")
        with self._turn:
            printed = self._run(self._print(lambda chromium: chromium.print(html)))
            whole = settled(printed, title, lang, at)
            self._run(self._prepare())
        return whole

    def picture(self, html: str, width: int, most_height: int) -> tuple[bytes, int]:
        """(a JPEG of a page as a screen of that width shows it, its height in pixels), cut at most_height; under the
        same policy as paper. PrintFailed says in one sentence why there is none."""
        with self._turn:
            return self._run(self._print(lambda chromium: chromium.draw(html, width, most_height)))

    def settle(self) -> None:
        """Wait until the page of the next print is ready, if any print came before; until then it keeps a core busy."""
        with self._turn:
            if self._chromium is not None:
                self._run(self._settle())

    def close(self) -> None:
        """End Chromium and whatever belongs to it. A later print starts anew."""
        with self._turn:
            if self._loop is None or self._thread is None:
                return
            self._run(self._end())
            self._run(_no_task_left())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()
            self._loop = self._thread = None

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """In the printer's own loop, so that a loop of the caller's is neither needed nor in the way."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="printer", daemon=True)
            self._thread.start()
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        finally:
            future.cancel()  # a caller who was interrupted waits no longer; nothing to cancel otherwise

    async def _print(self, work: Work[Result]) -> Result:
        whole = False
        try:
            async with asyncio.timeout(self.deadline):
                printed = await self._warm(work)
                if printed is None:
                    printed = await self._fresh(work)
                whole = True
                return printed
        except (TimeoutError, PlaywrightTimeout) as late:
            raise PrintFailed(
                f"printing took longer than {self.deadline:g} seconds, so Chromium was ended", "print_slow"
            ) from late
        except SourceMissing as missing:
            raise PrintFailed(str(missing), "print_no_chromium") from missing
        except Error as lost:
            raise PrintFailed(f"Chromium did not print: {lost.message.splitlines()[0]}", "print_failed") from lost
        finally:
            if not whole:
                await self._end()

    async def _warm(self, work: Work[Result]) -> Result | None:
        """By the Chromium that is there; None when there is none, or when it turns out to have died since."""
        if self._chromium is None or not self._chromium.lives:
            return None
        try:
            return await work(self._chromium)
        except Error:
            return None

    async def _fresh(self, work: Work[Result]) -> Result:
        await self._end()
        self._chromium = _Chromium()
        await self._chromium.start(self.executable, self.deadline)
        return await work(self._chromium)

    async def _prepare(self) -> None:
        """Begin the next page, now that nobody waits: it would take a core from what is being read."""
        if self._chromium is not None:
            self._chromium.prepare()

    async def _settle(self) -> None:
        if self._chromium is not None and self._chromium.ready is not None:
            await asyncio.wait([self._chromium.ready], timeout=self.deadline)

    async def _end(self) -> None:
        if self._chromium is not None:
            ended, self._chromium = self._chromium, None
            await ended.end()


class _Chromium:
    """One Chromium with its driver, from start to end."""

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._page: Page | None = None
        self._group: int | None = None
        self.ready: asyncio.Task[object] | None = None
        self._asked = False

    @property
    def lives(self) -> bool:
        """Whether it can be asked to print."""
        return self._page is not None and self._browser is not None and self._browser.is_connected()

    async def start(self, executable: str | None, deadline: float) -> None:
        """SourceMissing when there is none that starts."""
        self._playwright = await driver()
        path = executable or chromium_path(self._playwright.chromium.executable_path)
        sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses root otherwise
        try:
            self._browser = await self._playwright.chromium.launch(
                executable_path=path,
                args=[*ARGUMENTS, *sandbox],
                timeout=800 * deadline,  # the driver gives up, and cleans up, before we do
            )
        except PlaywrightTimeout:
            raise
        except Error as wrong:
            raise SourceMissing(f"{path} does not start: {wrong.message.splitlines()[0]}") from wrong
        self._group = await _group_of(self._browser)
        context = await self._browser.new_context(java_script_enabled=False, offline=True, service_workers="block")
        context.set_default_timeout(0)  # the whole print has one deadline
        await context.route("**/*", self._answer)
        self._page = await context.new_page()

    async def print(self, html: str) -> bytes:
        """The PDF as Chromium writes it. After an error, or when cancelled, this Chromium is to be ended."""
        if self._page is None:
            raise RuntimeError("start it first")
        await self._turned_over(self._page)
        await self._page.set_content(html)
        await self._page.evaluate(READY)
        return await self._page.pdf(
            width="210mm", height="297mm", prefer_css_page_size=True, print_background=True, tagged=True, outline=True
        )

    async def draw(self, html: str, width: int, most_height: int) -> tuple[bytes, int]:
        """A JPEG of the page and its height. The same holds after an error."""
        if self._page is None:
            raise RuntimeError("start it first")
        await self._turned_over(self._page)
        await self._page.set_viewport_size({"width": width, "height": SCREEN})
        await self._page.set_content(html)
        await self._page.evaluate(READY)
        height = max(min(int(await self._page.evaluate(HEIGHT)), most_height), 1)
        await self._page.set_viewport_size({"width": width, "height": height})
        drawn = await self._page.screenshot(type="jpeg", quality=QUALITY, animations="disabled")
        self.ready = asyncio.create_task(self._empty(self._page))
        return drawn, height

    def prepare(self) -> None:
        """Begin the page of the next print."""
        if self._page is not None and self.ready is None:
            self.ready = asyncio.create_task(self._exercised(self._page))

    async def _turned_over(self, page: Page) -> None:
        """The page that was made ready, or an empty one."""
        ready, self.ready = self.ready, None
        await (ready or self._empty(page))

    async def _empty(self, page: Page) -> None:
        """A page that nothing was printed from yet, with the policy."""
        self._asked = True
        await page.goto(PAPER)

    async def _exercised(self, page: Page) -> None:
        """The same in a process that has read our typeface and laid out a line, which takes it as long as a print."""
        await self._empty(page)
        await page.set_content(f"<!doctype html><style>{font_css()}</style><p style='font-family:{FAMILY}'>a <b>b</b>")
        await page.evaluate(READY)
        await page.pdf(tagged=True, outline=True)

    async def _answer(self, route: Route) -> None:
        """The page itself, once; nothing else."""
        with suppress(Error):  # the page went away meanwhile
            if route.request.url == PAPER and self._asked:
                self._asked = False
                await route.fulfill(
                    body="<!doctype html>", content_type="text/html; charset=utf-8",
                    headers={"content-security-policy": POLICY},
                )  # fmt: skip
            else:
                await route.abort("aborted")  # any other code would put an error page in its place

    async def end(self) -> None:
        """Kill it with all its children, stopped ones too, then let the driver go."""
        if self._group is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._group, signal.SIGKILL)
        if self._playwright is not None:
            with suppress(TimeoutError, Error):
                async with asyncio.timeout(PATIENCE):
                    await self._playwright.stop()
        if self.ready is not None:
            self.ready.cancel()
            await asyncio.gather(self.ready, return_exceptions=True)


async def _no_task_left() -> None:
    """What still waited for the Chromium that was ended."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _group_of(browser: Browser) -> int | None:
    """The group the driver started Chromium in: everything in it is Chromium. None when it is our own."""
    session = await browser.new_browser_cdp_session()
    told = await session.send("SystemInfo.getProcessInfo")
    main = next(process["id"] for process in told["processInfo"] if process["type"] == "browser")
    group = os.getpgid(main)
    return group if group != os.getpgrp() else None


def settled(printed: bytes, title: str, lang: str, at: datetime) -> bytes:
    """What Chromium printed with its facts set and packed small; nothing in it tells one run from another."""
    with pikepdf.open(io.BytesIO(_nodes_in_order(printed))) as pdf:
        when = at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ")
        producer = str(pdf.trailer.get("/Info", pikepdf.Dictionary()).get("/Producer", ""))
        pdf.trailer.Info = pdf.make_indirect(pikepdf.Dictionary({
            "/Title": pikepdf.String(title), "/Creator": pikepdf.String("Shem Tov"),
            "/Producer": pikepdf.String(producer), "/CreationDate": pikepdf.String(when),
            "/ModDate": pikepdf.String(when),
        }))  # fmt: skip
        _sort_names(pdf)
        if "/StructTreeRoot" in pdf.Root:
            pdf.Root.StructTreeRoot.RoleMap = pikepdf.Dictionary(NEWER)
        pdf.Root.Lang = pikepdf.String(lang)
        reading = pikepdf.Name.R2L if lang == "he" else pikepdf.Name.L2R
        pdf.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True, Direction=reading)
        packed = io.BytesIO()
        pdf.save(
            packed,
            min_version="1.7",
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return packed.getvalue()


def _nodes_in_order(printed: bytes) -> bytes:
    """Chromium names table heads after its nodes, by numbers it uses up and gives out again: ours are their order.

    The names stay as long as they were, so that no offset moves; the tree of names is to be sorted again.
    """
    own: dict[bytes, bytes] = {}
    for node in NODE.findall(printed):
        own.setdefault(node, b"(node%08d)" % (len(own) + 1))
    return re.sub(rb"\(node(\d{8})\)", lambda found: own.get(found[1], found[0]), printed)


def _sort_names(pdf: pikepdf.Pdf) -> None:
    """One sorted leaf instead of the tree in which readers look up table heads."""
    structure = pdf.Root.get("/StructTreeRoot")
    if structure is None or "/IDTree" not in structure:
        return
    found: dict[bytes, pikepdf.Object] = {}
    branches = [structure.IDTree]
    while branches:
        branch = branches.pop()
        branches.extend(branch.get("/Kids", []))
        names = list(branch.get("/Names", []))
        found |= {bytes(name): element for name, element in zip(names[::2], names[1::2], strict=True)}
    flat = [piece for name in sorted(found) for piece in (pikepdf.String(name.decode("ascii")), found[name])]
    structure.IDTree = pdf.make_indirect(pikepdf.Dictionary(Names=pikepdf.Array(flat)))
