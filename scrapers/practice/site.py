"""The practice site: a small search site on this machine, for demos and tests, with every misbehaviour on demand.

GET /{engine}/search?q&hl&gl&page&as_of=YYYY-MM-DD&mode=... The page of a day is always the same; `mode` overrides how
that day misbehaves (none, captcha, consent, enablejs, empty, partial, hidden, wrong-language, wrong-engine, redirect,
inside, slow, bomb, reset, error503), or asks for Google's page without JavaScript (nojs). device=mobile asks for
Google's page for phones. Providers: see api.py; a chat model: chat.py.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import threading
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from functools import lru_cache

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from scrapers.practice.api import ROUTE
from scrapers.practice.chat import CHAT
from scrapers.practice.entries import Entry, World, worlds
from scrapers.practice.markup import CAPTCHA, CONSENT, ENABLE_JS, LAYOUTS, PER_PAGE, Asked, google_nojs
from scrapers.practice.mobile import google_mobile
from scrapers.practice.other_engines import OTHER_CAPTCHAS, OTHER_LAYOUTS, OTHER_PER_PAGE
from scrapers.types import Device

DEPTH = 20
DRAWN = LAYOUTS | OTHER_LAYOUTS
SIZES = PER_PAGE | OTHER_PER_PAGE
CAPTCHAS = CAPTCHA | OTHER_CAPTCHAS


async def search(request: Request) -> Response:
    """One page of a day."""
    engine = request.path_params["engine"]
    if engine not in DRAWN:
        return Response("no such engine", 404)
    query = request.query_params
    try:
        day = date.fromisoformat(query.get("as_of") or datetime.now(UTC).date().isoformat())
        page = max(int(query.get("page", "1")), 1)
    except ValueError:
        return Response("as_of is a day, page a number", 400)
    world = worlds().get(query.get("q", ""))
    mode = query.get("mode") or (world.mode(day) if world else "")
    device: Device = "mobile" if query.get("device") == "mobile" else "desktop"
    asked = Asked(query.get("q", ""), query.get("hl", "en"), query.get("gl", "US").upper(), page, False)
    return _misbehaved(mode, engine, asked, request) or HTMLResponse(page_of(engine, world, day, asked, mode, device))


def page_of(
    engine: str, world: World | None, day: date, asked: Asked, mode: str = "", device: Device = "desktop"
) -> str:
    """The document of one page; pure, so that a test needs no server."""
    size = SIZES[engine]
    entries: list[Entry] = world.page(day)[:DEPTH] if world and mode != "empty" else []
    shown = entries[(asked.page - 1) * size : asked.page * size]
    hl = "fr" if mode == "wrong-language" else asked.hl
    layout = DRAWN["bing" if mode == "wrong-engine" else engine]
    if layout is DRAWN["google"] and (mode == "nojs" or device == "mobile"):
        layout = google_nojs if mode == "nojs" else google_mobile
    more = len(entries) > asked.page * size
    text = layout(shown, Asked(asked.phrase, hl, asked.gl, asked.page, more, hidden=mode == "hidden"))
    return text[: len(text) * 3 // 5] if mode == "partial" else text


def _misbehaved(mode: str, engine: str, asked: Asked, request: Request) -> Response | None:
    """What the site answers instead of a page; None when it answers with one."""
    if mode == "captcha":
        return HTMLResponse(CAPTCHAS[engine], 429)
    if mode in ("consent", "enablejs"):
        return HTMLResponse(CONSENT if mode == "consent" else ENABLE_JS)
    if mode == "error503":
        return HTMLResponse("<html><body>503</body></html>", 503)
    if mode == "redirect":
        return RedirectResponse(str(request.url.include_query_params(mode="none")))
    if mode == "inside":
        return RedirectResponse("http://169.254.169.254/latest/meta-data/")
    if mode == "bomb":
        return Response(_bomb(), headers={"content-encoding": "gzip"}, media_type="text/html")
    if mode in ("slow", "reset"):
        return StreamingResponse(_drip(mode), media_type="text/html")
    return None


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    """Sixty megabytes in sixty kilobytes."""
    return gzip.compress(b"<p>" * 20_000_000)


async def _drip(mode: str) -> AsyncIterator[bytes]:
    yield b"<html><body>"
    if mode == "reset":
        raise ConnectionResetError("practice")
    while True:
        yield b" "
        await asyncio.sleep(0.05)


application = Starlette(routes=[ROUTE, CHAT, Route("/{engine}/search", search)])


class PracticeSite:
    """The site in a thread of this process, on 127.0.0.1; stop() when done. Also a context manager."""

    def __init__(self, port: int = 0) -> None:
        self.socket = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        config = uvicorn.Config(application, log_level="critical", lifespan="off", access_log=False)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)

    def start(self) -> None:
        """Serve; the socket listens already, so the first request waits rather than fails."""
        self.thread.start()

    def stop(self) -> None:
        """End, open answers included."""
        self.server.should_exit = self.server.force_exit = True
        self.thread.join(timeout=10)
        self.socket.close()

    def __enter__(self) -> PracticeSite:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()
