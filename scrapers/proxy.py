"""Chromium's way out: a proxy on this machine that lets nothing pass the gate would refuse.

A browser follows redirects and loads parts of pages by itself, so asking it nicely is not enough: every connection it
makes goes through here, to the checked address, or nowhere.
"""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from scrapers.errors import FetchFailed, Forbidden
from scrapers.gate import Gate

_HOP = re.compile(rb"\r\n(?:proxy-connection|connection|proxy-authorization):[^\r\n]*", re.I)
_CHUNK = 65536


class GatedProxy:
    """Use as `async with GatedProxy(gate) as proxy:` and give proxy.url to a browser."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.url = ""
        self.server: asyncio.Server | None = None
        self.refused: set[str] = set()  # addresses ("host:port") the gate refused
        self.open: set[asyncio.StreamWriter] = set()
        self.running: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> GatedProxy:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_CHUNK)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        if self.server is not None:
            self.server.close()
        for end in tuple(self.open):
            end.transport.abort()  # a connection that still hangs ends now, rather than with the loop
        if self.running:
            await asyncio.wait(self.running, timeout=5)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the browser: joined with where it may go, or closed without a word."""
        task = asyncio.current_task()
        if task is not None:
            self.running.add(task)
            task.add_done_callback(self.running.discard)
        self.open.add(writer)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self._join(head, reader, writer)
        except (FetchFailed, OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self.open.discard(writer)
            writer.close()

    async def _join(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, version = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
        tunnel = method == "CONNECT"
        url = f"https://{target}/" if tunnel else target
        parts = urlsplit(url)
        try:
            address = await self.gate.address(url) or parts.hostname or ""
        except Forbidden:
            self.refused.add(origin(url))
            raise
        self.refused.discard(origin(url))
        there, onward = await asyncio.open_connection(address, parts.port or (443 if tunnel else 80))
        self.open.add(onward)
        try:
            if tunnel:
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                place = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
                rest = _HOP.sub(b"", b"\r\n" + head.split(b"\r\n", 1)[1])
                onward.write(f"{method} {place} {version}\r\nConnection: close".encode("ascii") + rest)
            async with asyncio.TaskGroup() as both:
                both.create_task(_pour(reader, onward))
                both.create_task(_pour(there, writer))
        except* OSError:
            pass
        finally:
            self.open.discard(onward)
            onward.close()


def origin(url: str) -> str:
    """host:port of an address, the port always written."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (443 if parts.scheme == 'https' else 80)}"


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Everything that comes, until it ends; then the other side is told."""
    while chunk := await source.read(_CHUNK):
        sink.write(chunk)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()
