"""How much our ways out cost: BrowserFetcher and HttpFetcher against a bare Playwright and a bare httpx, in one run.

Bare Playwright: launched once, a new context for each page, goto(domcontentloaded) and content(), no route, no proxy.
Bare httpx: one AsyncClient as people use it, connections kept, client.get() and response.content. Both ask the same
local pages of 300 to 900 KB; the four take turns page by page, and who begins changes, so that a busy machine hurts all.

python tests/bench/bench_capture.py [pages through Chromium] [pages over HTTP]
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser, async_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from padded import addresses, padded_site

from scrapers.browser import ARGUMENTS, BrowserFetcher, chromium_path
from scrapers.http import HttpFetcher
from scrapers.types import Fetch

LEAST_BROWSER, LEAST_HTTP = 0.85, 0.7
Way = Callable[[str], Awaitable[int]]


async def in_turns(ways: tuple[Way, Way], urls: list[str]) -> tuple[list[float], list[float]]:
    """Seconds of each page, by each way."""
    took: tuple[list[float], list[float]] = ([], [])
    for number, url in enumerate(urls):
        for which in (0, 1) if number % 2 else (1, 0):
            began = time.perf_counter()
            size = await ways[which](url)
            took[which].append(time.perf_counter() - began)
            if size < 200_000:
                raise RuntimeError(f"{url}: only {size} bytes came")
    return took


def told(name: str, took: tuple[list[float], list[float]], least: float) -> bool:
    """One line; whether our throughput is high enough beside the bare one's."""
    ours, bare = (sum(one) for one in took)
    ratio = bare / ours
    pairs = median(b / o for o, b in zip(*took, strict=True))
    print(
        f"{name}: {len(took[0])} pages, ours {1000 * median(took[0]):.1f} ms, bare {1000 * median(took[1]):.1f} ms (medians);"
        f" throughput {ratio:.2f} of bare, median of pairs {pairs:.2f}, wanted {least:.2f}"
    )
    return max(ratio, pairs) >= least


def through_bare(browser: Browser) -> Way:
    async def look(url: str) -> int:
        context = await browser.new_context(locale="he-IL")
        page = await context.new_page()
        await page.goto(url, wait_until="domcontentloaded")
        text = await page.content()
        await context.close()
        return len(text)

    return look


async def chromium(base: str, count: int) -> bool:
    """Ours and Playwright's own, each with a Chromium that is warm."""
    async with (
        async_playwright() as playwright,
        BrowserFetcher(allowed=frozenset({urlsplit(base).netloc})) as fetcher,
    ):
        path = chromium_path(playwright.chromium.executable_path)
        bare = await playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, "--no-sandbox"])

        async def ours(url: str) -> int:
            page = await fetcher(Fetch(url, locale="he-IL"))
            return len(page.body) if page.failure is None else 0

        ways = (ours, through_bare(bare))
        await in_turns(ways, addresses(base, 4))
        took = await in_turns(ways, addresses(base, count))
        await bare.close()
    return told("Chromium", took, LEAST_BROWSER)


async def http(base: str, count: int) -> bool:
    """Ours and httpx's own client."""
    async with HttpFetcher(allowed=frozenset({urlsplit(base).netloc})) as fetcher, httpx.AsyncClient() as client:

        async def ours(url: str) -> int:
            page = await fetcher(Fetch(url))
            return len(page.body) if page.failure is None else 0

        async def bare(url: str) -> int:
            return len((await client.get(url)).content)

        await in_turns((ours, bare), addresses(base, 9))
        took = await in_turns((ours, bare), addresses(base, count))
    return told("HTTP", took, LEAST_HTTP)


def main() -> int:
    """0 when both are fast enough."""
    counts = [int(word) for word in sys.argv[1:]] + [36, 360][len(sys.argv) - 1 :]
    with padded_site() as base:
        good = [asyncio.run(chromium(base, counts[0])), asyncio.run(http(base, counts[1]))]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
