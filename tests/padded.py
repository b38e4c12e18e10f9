"""Pages of the practice world as heavy as real ones: a server in a process of its own, for benches and leak hunts.

/{engine}/{kilobytes}/page answers the same page each time, padded with scripts and styles to its size, with 12
pictures, 2 style sheets and 3 scripts beside it; every answer is packed for whoever asks for gzip, as search engines do.
"""

from __future__ import annotations

import gzip
import multiprocessing
import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from worlds import PHRASES

from scrapers.practice.entries import worlds
from scrapers.practice.markup import Asked
from scrapers.practice.site import page_of

DAY = date(2026, 11, 20)
SIZES = (300, 600, 900)
PARTS = [f'<img src="/part/{n}.svg" width=90 height=60>' for n in range(12)]
HEAD = "".join(
    [f'<link rel=stylesheet href="/part/{n}.css">' for n in range(2)]
    + [f'<script src="/part/{n}.js"></script>' for n in range(3)]
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"><rect width="90" height="60"/></svg>'
KINDS = {
    "svg": ("image/svg+xml", SVG * 40),
    "css": ("text/css", "p{margin:1px}\n" * 2000),
    "js": ("text/javascript", "var a=1;\n" * 4000),
}


@lru_cache(maxsize=16)
def padded(engine: str, kilobytes: int) -> tuple[bytes, bytes]:
    """The page, plain and packed."""
    phrase, _ = PHRASES[engine]
    page = page_of(engine, worlds()[phrase], DAY, Asked(phrase, "he", "IL", 1, False), "none")
    chance = random.Random(kilobytes)
    words = (f"var w{n}={chance.random()};" for n in range(10**9))
    script = ["<script>"]
    missing = kilobytes * 1024 - len(page.encode()) - len(HEAD) - sum(map(len, PARTS)) - 20
    while missing > 0:
        script.append(next(words))
        missing -= len(script[-1])
    text = page.replace("</head>", f"{HEAD}</head>", 1).replace(
        "</body>", "".join(PARTS) + "".join(script) + "</script></body>", 1
    )
    body = text.encode()
    return body, gzip.compress(body)


async def answer(request: Request) -> Response:
    """A page, packed when that is asked for."""
    plain, packed = padded(request.path_params["engine"], int(request.path_params["size"]))
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers={"content-encoding": "gzip"}, media_type="text/html; charset=utf-8")
    return Response(plain, media_type="text/html; charset=utf-8")


async def part(request: Request) -> Response:
    """A picture, a style sheet or a script."""
    kind, text = KINDS[request.path_params["name"].rpartition(".")[2]]
    return Response(text, media_type=kind)


def serve(listening: socket.socket) -> None:
    """In the process of its own, until it is ended."""
    routes = [Route("/part/{name}", part), Route("/{engine}/{size}/page", answer)]
    config = uvicorn.Config(Starlette(routes=routes), log_level="critical", lifespan="off", access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def padded_site() -> Iterator[str]:
    """Its address, for as long as the block runs."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        process = multiprocessing.get_context("fork").Process(target=serve, args=(listening,), daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            process.terminate()
            process.join(10)


def addresses(base: str, count: int) -> list[str]:
    """So many addresses of pages: engines and sizes in turn."""
    engines = tuple(PHRASES)
    return [f"{base}/{engines[n % 3]}/{SIZES[n // 3 % 3]}/page" for n in range(count)]
