"""Chromium's way out: a proxy on this machine that lets nothing pass the gate would refuse.

A browser follows redirects and loads parts of pages by itself, so asking it nicely is not enough: every connection it
makes goes through here, to the checked address, or nowhere.
"""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from scrapers.errors import FetchFailed
from scrapers.gate import Gate

_HOP = re.compile(rb"\r\n(?:proxy-connection|connection|proxy-authorization):[^\r\n]*", re.I)
_CHUNK = 65536


class GatedProxy:
    """Use as `async with GatedProxy(gate) as proxy:` and give proxy.url to a browser."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.url = ""
        self.server: asyncio.Server | None = None

    async def __aenter__(self) -> GatedProxy:
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_CHUNK)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        if self.server is not None:
            self.server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of the browser: joined with where it may go, or closed without a word."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self._join(head, reader, writer)
        except (FetchFailed, OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def _join(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        method, target, version = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
        tunnel = method == "CONNECT"
        url = f"https://{target}/" if tunnel else target
        parts = urlsplit(url)
        address = await self.gate.address(url) or parts.hostname or ""
        there, onward = await asyncio.open_connection(address, parts.port or (443 if tunnel else 80))
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
            onward.close()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Everything that comes, until it ends; then the other side is told."""
    while chunk := await source.read(_CHUNK):
        sink.write(chunk)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()
