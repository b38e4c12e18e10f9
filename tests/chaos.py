"""A server that does what servers do at their worst. The first part of a path says what: /drip/..., /bomb/..., /page/...

/mix/... answers well or ill by a seeded list with an exact share of ill answers, in the order in which it is asked.
"""

from __future__ import annotations

import asyncio
import random
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from worlds import PHRASES

from scrapers.practice.entries import worlds
from scrapers.practice.markup import CAPTCHA, Asked
from scrapers.practice.site import page_of

MEGABYTE = 1_000_000
HUGE = 300
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
CLOSE = b"Connection: close\r\n"
STATUSES = {"429": b"429 Too Many Requests", "403": b"403 Forbidden", "503": b"503 Service Unavailable"}
PLACES = {
    "inside": b"http://169.254.169.254/latest/meta-data/", "loopback": b"http://127.0.0.1:8081/", "file": b"file:///etc/passwd",
    "ftp": b"ftp://example.com/", "script": b"javascript:alert(1)",
}  # fmt: skip
BAD = (
    "drip",
    "429",
    "403",
    "503",
    "captcha",
    "reset",
    "reset_later",
    "cut",
    "cut_open",
    "loop",
    "inside",
    "file",
    "bomb",
)


@lru_cache(maxsize=1)
def bomb() -> bytes:
    """Three hundred megabytes in less than one, never whole in memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = (b"<p>ordinary words in a paragraph</p>" * (MEGABYTE // 36 + 1))[:MEGABYTE]
    packed = [packer.compress(b"<html><body>"), *(packer.compress(piece) for _ in range(HUGE)), packer.flush()]
    return b"".join(packed)


@lru_cache(maxsize=64)
def page(path: str) -> bytes:
    """What the practice site answers there; a page of no search is Google's of a fixed day."""
    query = {key: values[0] for key, values in parse_qs(urlsplit(path).query).items()}
    phrase, number = query.get("q", PHRASES["google"][0]), int(query.get("page", "1"))
    day = date.fromisoformat(query.get("as_of", "2026-11-20"))
    asked = Asked(phrase, query.get("hl", "he"), query.get("gl", "IL"), number, False)
    return page_of("google", worlds().get(phrase), day, asked, "none").encode()


@dataclass
class Chaos:
    """base: its "host:port". mixed: how often /mix/ answered how; plan: how it will, the last first."""

    base: str = ""
    mixed: Counter[str] = field(default_factory=Counter)
    plan: list[str] = field(default_factory=list)
    running: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, kind: str) -> str:
        return f"http://{self.base}/{kind}/x"

    def mix(self, count: int, seed: int) -> None:
        """The next answers of /mix/: of so many exactly 30 of 100 are ill, all kinds alike."""
        ill = count * 30 // 100
        self.plan = ["page"] * (count - ill) + [BAD[number % len(BAD)] for number in range(ill)]
        random.Random(seed).shuffle(self.plan)
        self.plan.reverse()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: a request, a misdeed."""
        task = asyncio.current_task()
        if task is not None:
            self.running.add(task)
            task.add_done_callback(self.running.discard)
        with suppress(OSError, asyncio.IncompleteReadError):
            path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode("latin-1")
            kind = path.split("/")[1]
            if kind == "mix":
                kind = self.plan.pop()
                self.mixed[kind] += 1
            await self._answer(kind, path, reader, writer)
        writer.close()

    async def _answer(self, kind: str, path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = page(path)
        whole = OK + CLOSE + b"Content-Length: %d\r\n\r\n" % len(body) + body
        if kind in STATUSES:
            text = b"<html><body>no</body></html>"
            writer.write(b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (STATUSES[kind], CLOSE, len(text), text))
        elif kind == "captcha":
            text = CAPTCHA["google"].encode()
            writer.write(OK + CLOSE + b"Content-Length: %d\r\n\r\n" % len(text) + text)
        elif kind == "loop" or kind in PLACES:
            to = PLACES.get(kind, b"/loop/x")
            writer.write(b"HTTP/1.1 302 Found\r\n%sLocation: %s\r\nContent-Length: 0\r\n\r\n" % (CLOSE, to))
        elif kind in SLOW:
            await SLOW[kind](reader, writer)
        elif kind in ("reset", "reset_later"):
            writer.write(whole[: len(whole) // 2] if kind == "reset_later" else b"")
            await writer.drain()
            writer.transport.abort()
        elif kind == "cut":
            writer.write(whole[: len(whole) // 2])
        elif kind == "cut_open":
            writer.write(OK + CLOSE + b"\r\n" + body[: len(body) // 2])
        elif kind == "bomb":
            packed = bomb()
            writer.write(OK + CLOSE + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)
        else:
            writer.write(whole)
        await writer.drain()


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A letter now and then, until the other side has had enough."""
    writer.write(OK + b"\r\n<html><body>")
    enough = asyncio.ensure_future(reader.read())
    while not enough.done():
        writer.write(b".")
        await writer.drain()
        await asyncio.wait({enough}, timeout=0.05)


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Nothing at all."""
    await reader.read()


async def _headers_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A promise."""
    writer.write(OK + b"Content-Length: 9000\r\n\r\n")
    await reader.read()


async def _plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Three hundred megabytes, as they are."""
    writer.write(OK + CLOSE + b"Content-Length: %d\r\n\r\n<html><body>" % (HUGE * MEGABYTE + 12))
    piece = b"<p>ordinary words in a paragraph</p>" * (MEGABYTE // 360)
    for _ in range(HUGE * MEGABYTE // len(piece)):
        writer.write(piece)
        await writer.drain()


async def _headers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Header after header."""
    writer.write(OK)
    while not reader.at_eof():
        writer.write(b"X-Header: %s\r\n" % (b"x" * 1000))
        await writer.drain()


Misdeed = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]
SLOW: dict[str, Misdeed] = {
    "drip": _drip, "silent": _silent, "headers_only": _headers_only, "plain": _plain, "headers": _headers,
}  # fmt: skip


@asynccontextmanager
async def chaos() -> AsyncIterator[Chaos]:
    """The server, for as long as the block runs; what still hangs then is let go."""
    one = Chaos()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.base = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield one
    server.close()
    for task in one.running:
        task.cancel()
    if one.running:
        await asyncio.wait(one.running, timeout=5)
