"""A server on this machine that answers the exact bytes a test wants, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HTML = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"


@dataclass
class Wire:
    """base: its "host:port". heads: (connection, request head as sent). hang: the paths whose answer never ends.

    most: requests it answers on one connection; at the next it hangs up without a word. None: as many as come.
    """

    base: str = ""
    answers: dict[str, bytes] = field(default_factory=dict)
    hang: frozenset[str] = frozenset()
    most: int | None = None
    heads: list[tuple[int, str]] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    connections: int = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.base.split(':')[1]}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        number = self.connections
        answered = 0
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode("latin-1"):
                path = head.split()[1]
                self.heads.append((number, head))
                if answered == self.most:
                    break
                answered += 1
                writer.write(self.answers.get(path, HTML + b"Content-Length: 2\r\n\r\nok"))
                await writer.drain()
                self.asked.set()
                if path in self.hang:
                    await reader.read()  # until the other side has had enough
                if "connection: close" in (head + self.answers.get(path, b"").decode("latin-1")).lower():
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def wire(
    answers: Mapping[str, bytes], hang: frozenset[str] = frozenset(), most: int | None = None
) -> AsyncIterator[Wire]:
    """The server, for as long as the block runs."""
    one = Wire(answers=dict(answers), hang=hang, most=most)
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.base = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield one
    server.close()
