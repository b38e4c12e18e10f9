"""Page after page of one look, until the asked depth of distinct results is reached or the engine ends."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace

from scrapers import registry
from scrapers.errors import SourceMissing
from scrapers.http import without_secrets
from scrapers.parse import parse
from scrapers.types import Access, Fetch, RawPage, SearchRequest

MOST_PAGES = 5
GRACE = 8.0  # seconds past a look's deadline in which a fetcher hands over what arrived and closes what it opened

Fetcher = Callable[[Fetch, int], Awaitable[RawPage]]


async def capture(
    source: str, request: SearchRequest, access: Access, fetcher: Fetcher, *, deadline: float,
    on_page: Callable[[RawPage], None],
) -> list[RawPage]:  # fmt: skip
    """The raw pages of a look. Each is handed to on_page before it is read. deadline: seconds over all pages.

    Ends at the depth, at the engine's last page, at a page that failed, was refused or added nothing new. A page that
    the deadline cuts is a page: what arrived of it, marked as incomplete. SourceMissing when the source cannot answer
    the search as it is asked: then nobody is asked.
    """
    refusal = registry.refusal(source, request)
    if refusal is not None:
        raise SourceMissing(refusal)
    pages: list[RawPage] = []
    known = 0
    plan, onward = registry.source(source).fetch, registry.onward(source)
    loop = asyncio.get_running_loop()
    until = loop.time() + deadline
    for page_no in range(1, MOST_PAGES + 1):
        left = max(until - loop.time(), 0.0)
        asked = onward(pages[-1], request, access) if onward and pages else plan(request, page_no, access)
        if asked is None:
            break
        fetch = replace(asked, locale=locale_of(request), seconds=left)
        page = replace(await _fetched(fetcher, fetch, page_no, left + GRACE), page_no=page_no)
        on_page(page)
        pages.append(page)
        serp = parse(source, pages, request)
        found = len(serp.results)
        if found == known or page.failure is not None or found >= request.depth or serp.signs.more is not True:
            break
        known = found
    return pages


def pages_for(source: str, depth: int) -> int:
    """How many requests a look of that depth takes when every page is whole."""
    per_page = int(getattr(registry.source(source), "PER_PAGE", 10))
    return min(math.ceil(depth / per_page), MOST_PAGES)


def locale_of(request: SearchRequest) -> str | None:
    """The language a customer's browser would be set to: "he-IL"; None where the search names no language."""
    return "-".join(code for code in (request.hl, (request.gl or "").upper()) if code) if request.hl else None


async def _fetched(fetcher: Fetcher, fetch: Fetch, page_no: int, seconds: float) -> RawPage:
    """What the fetcher brought by the deadline; nothing of a fetcher that does not even then let go."""
    try:
        async with asyncio.timeout(seconds):
            return await fetcher(fetch, page_no)
    except TimeoutError:
        return RawPage(b"", without_secrets(fetch.url, fetch.secrets), complete=False, failure="deadline")
