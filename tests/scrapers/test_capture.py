"""The deadline of a look, against a server that answers exact bytes: what arrived by then is kept, and said to be cut."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from wire import HTML, wire
from worlds import PHRASES

from scrapers import capture as capturing
from scrapers.browser import BrowserFetcher
from scrapers.capture import Fetcher, capture
from scrapers.engines import google
from scrapers.http import HttpFetcher
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.practice.entries import worlds
from scrapers.practice.markup import Asked
from scrapers.practice.site import page_of
from scrapers.registry import standards
from scrapers.types import Access, Fetch, Judgement, RawPage, SearchRequest

PHRASE = PHRASES["google"][0]
REQUEST = SearchRequest("google", PHRASE, "he", "IL", depth=20)
DAY = date(2026, 11, 20)


def path(page_no: int) -> str:
    return google.fetch(REQUEST, page_no, Access("http://x")).url.removeprefix("http://x")


def body(page_no: int) -> bytes:
    return page_of("google", worlds()[PHRASE], DAY, Asked(PHRASE, "he", "IL", page_no, False)).encode()


def whole(page_no: int) -> bytes:
    return HTML + b"Content-Length: %d\r\n\r\n" % len(body(page_no)) + body(page_no)


def half(page_no: int) -> bytes:
    text = body(page_no)
    return HTML + b"Content-Length: %d\r\n\r\n" % len(text) + text[: len(text) // 2]


async def look(base: str, fetcher: Fetcher, deadline: float) -> tuple[list[RawPage], Judgement]:
    kept: list[RawPage] = []
    pages = await capture("google", REQUEST, Access(f"http://{base}"), fetcher, deadline=deadline, on_page=kept.append)
    assert kept == pages
    return pages, judge(pages, parse("google", pages, REQUEST), REQUEST, standards("google", "google"))


async def test_a_page_cut_by_the_looks_deadline_is_kept() -> None:
    """The half that arrived is a raw answer, incomplete, and no more than partial however good it reads."""
    async with (
        wire({path(1): half(1)}, frozenset({path(1)})) as server,
        HttpFetcher(allowed=frozenset({server.base}), deadline=30) as http,
    ):
        pages, judged = await look(server.base, http, 0.5)
    assert [page.body for page in pages] == [body(1)[: len(body(1)) // 2]]
    assert (pages[0].complete, pages[0].failure, pages[0].http_status) == (False, "deadline", 200)
    assert (judged.state, judged.reason) == ("partial", "page 1: deadline")


async def test_the_deadline_holds_over_all_pages_of_a_look() -> None:
    """The first page came whole, the second hangs: both are kept, with their numbers."""
    async with (
        wire({path(1): whole(1), path(2): half(2)}, frozenset({path(2)})) as server,
        HttpFetcher(allowed=frozenset({server.base}), deadline=30) as http,
    ):
        pages, judged = await look(server.base, http, 1)
    assert [(page.page_no, page.complete) for page in pages] == [(1, True), (2, False)]
    assert pages[1].body == body(2)[: len(body(2)) // 2]
    assert (judged.state, judged.reason) == ("partial", "page 2: deadline")


@pytest.mark.browser
async def test_chromium_hands_over_what_stood_there_at_the_looks_deadline(chromium_path: str) -> None:
    """Its own deadline is far away; the look's is not."""
    async with (
        wire({path(1): half(1)}, frozenset({path(1)})) as server,
        BrowserFetcher(allowed=frozenset({server.base}), deadline=60, executable=chromium_path) as browser,
    ):
        pages, judged = await look(server.base, browser, 3)
    assert (pages[0].complete, pages[0].failure) == (False, "deadline")
    assert b"LC20lb" in pages[0].body
    assert judged.state == "partial"


async def test_a_fetcher_that_never_lets_go_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deadline and grace passed: an empty answer with its reason, never a look that hangs."""
    monkeypatch.setattr(capturing, "GRACE", 0.05)

    async def stuck(fetch: Fetch, page_no: int) -> RawPage:
        await asyncio.Event().wait()
        raise AssertionError

    pages, judged = await look("nowhere.example", stuck, 0.05)
    assert [(page.body, page.complete, page.failure, page.page_no) for page in pages] == [(b"", False, "deadline", 1)]
    assert (judged.state, judged.reason) == ("error", "deadline")
