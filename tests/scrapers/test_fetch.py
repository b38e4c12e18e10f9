"""The two ways out against a real misbehaving site, and a real Chromium: bounded, honest, gated."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
from worlds import PHRASES

from scrapers.browser import BrowserFetcher
from scrapers.browser import chromium_path as find_chromium
from scrapers.capture import capture
from scrapers.errors import Forbidden, SourceMissing
from scrapers.gate import Gate, public
from scrapers.http import HttpFetcher, without_secrets
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.practice.entries import worlds
from scrapers.practice.site import PracticeSite
from scrapers.registry import standards
from scrapers.types import Access, Fetch, RawPage, SearchRequest

PHRASE = PHRASES["google"][0]


@pytest.fixture(scope="module")
def site() -> Iterator[PracticeSite]:
    """The practice site, for all tests of this file."""
    with PracticeSite() as running:
        yield running


def url(site: PracticeSite, mode: str = "none", engine: str = "google", **query: str) -> str:
    asked = {"q": PHRASE, "hl": "he", "gl": "IL", "as_of": "2026-11-20", "mode": mode} | query
    return f"{site.url}/{engine}/search?{urlencode(asked)}"


def by_http(site: PracticeSite, mode: str, deadline: float = 10.0, max_bytes: int = 5_000_000) -> RawPage:
    async def fetch() -> RawPage:
        allowed = frozenset({site.url.removeprefix("http://")})
        async with HttpFetcher(allowed=allowed, deadline=deadline, max_bytes=max_bytes) as http:
            return await http(Fetch(url(site, mode)))

    return asyncio.run(fetch())


def test_a_page_arrives_with_its_address_and_status(site: PracticeSite) -> None:
    """Body, final URL, HTTP status, content type, and no failure."""
    page = by_http(site, "none")
    assert (page.http_status, page.complete, page.failure) == (200, True, None)
    assert page.final_url == url(site)
    assert b"rso" in page.body
    assert page.content_type == "text/html; charset=utf-8"


def test_the_page_without_javascript_is_served_on_demand(site: PracticeSite) -> None:
    """mode=nojs: the markup Google gives to plain clients, over HTTP."""
    page = by_http(site, "nojs")
    assert (page.http_status, page.complete) == (200, True)
    assert page.body.count(b'<a href="/url?q=https://') == 10


def test_a_drip_feed_is_stopped_by_the_overall_deadline(site: PracticeSite) -> None:
    """A byte now and then for ever: stopped, with what arrived."""
    begun = time.monotonic()
    page = by_http(site, "slow", deadline=0.5)
    assert (page.failure, page.complete) == ("deadline", False)
    assert page.body.startswith(b"<html>")
    assert time.monotonic() - begun < 5


def test_a_bomb_is_stopped_at_the_cap_without_filling_memory(site: PracticeSite) -> None:
    """Sixty megabytes in sixty kilobytes: cut at one megabyte, and never unpacked."""
    tracemalloc.start()
    page = by_http(site, "bomb", max_bytes=1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (page.failure, page.complete, len(page.body)) == ("too_large", False, 1_000_000)
    assert peak < 150_000_000  # the site itself holds the sixty megabytes in this process


def test_a_broken_connection_is_known_and_what_arrived_is_kept(site: PracticeSite) -> None:
    """Reset in the middle of the body."""
    page = by_http(site, "reset")
    assert (page.failure, page.complete) == ("unreachable", False)


def test_a_redirect_is_followed_and_its_end_is_told(site: PracticeSite) -> None:
    """The final URL is where the page came from."""
    page = by_http(site, "redirect")
    assert page.http_status == 200
    assert page.final_url is not None
    assert "mode=none" in page.final_url


def test_a_redirect_into_the_private_network_is_refused(site: PracticeSite) -> None:
    """Each hop passes the gate anew."""
    page = by_http(site, "inside")
    assert (page.failure, page.body) == ("address_refused", b"")
    assert page.final_url is not None
    assert "169.254.169.254" in page.final_url


def test_a_name_that_does_not_exist_is_unreachable() -> None:
    """No such host."""

    async def fetch() -> RawPage:
        async with HttpFetcher(deadline=10) as http:
            return await http(Fetch("http://nowhere.invalid/"))

    assert asyncio.run(fetch()).failure == "unreachable"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "192.0.0.8", "::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "ff02::1", "nonsense",
    ],
)  # fmt: skip
def test_private_and_odd_addresses_are_not_public(address: str) -> None:
    """What the standard library calls global and is not, too."""
    assert not public(address)


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/", "http://127.1/", "http://0x7f.1/", "http://2130706433/", "http://[::1]/", "http://localhost/",
        "file:///etc/passwd", "ftp://example.com/", "http://user@example.com/", "http:\\\\example.com/", "http://example.com:22/",
        "javascript:alert(1)", "http://",
    ],
)  # fmt: skip
def test_the_gate_refuses(target: str) -> None:
    """Loopback in every notation, other schemes, userinfo, other ports."""
    with pytest.raises(Forbidden):
        asyncio.run(Gate().address(target))


def test_a_named_host_passes_the_gate() -> None:
    """The operator's own base URL may be private."""
    assert asyncio.run(Gate(frozenset({"127.0.0.1:8099"})).address("http://127.0.0.1:8099/x")) is None


def test_keys_never_stand_in_a_stored_address() -> None:
    """A provider's key is masked before anything is stored."""
    assert (
        without_secrets("https://serpapi.com/search.json?q=a&api_key=SECRET&hl=he")
        == "https://serpapi.com/search.json?q=a&api_key=***&hl=he"
    )


def look(site: PracticeSite, source: str, engine: str, day: date) -> tuple[list[RawPage], list[RawPage], SearchRequest]:
    """A whole look at one day: (pages, what was handed over to be stored, the request)."""
    phrase, code = PHRASES[engine]
    hl, gl = {"il-he": ("he", "IL"), "pl-pl": ("pl", "PL"), "en-us": ("en", "US")}[code]
    request = SearchRequest(engine, phrase, hl, gl, depth=20, as_of=datetime(day.year, day.month, day.day, tzinfo=UTC))
    kept: list[RawPage] = []

    async def run() -> list[RawPage]:
        allowed = frozenset({site.url.removeprefix("http://")})
        async with HttpFetcher(allowed=allowed, deadline=10) as http:
            return await capture(source, request, Access(site.url, "key"), http, deadline=20, on_page=kept.append)

    return asyncio.run(run()), kept, request


@pytest.mark.parametrize("engine", ["google", "bing", "duckduckgo"])
def test_twelve_weeks_of_the_practice_world_are_read(site: PracticeSite, engine: str) -> None:
    """Every third day of 84: at least 17 results on a good day, a refusal or a gap on a bad one, nothing unread."""
    world = worlds()[PHRASES[engine][0]]
    labels: set[str] = set()
    for number in range(0, 84, 3):
        day = date(2026, 11, 20) - timedelta(days=number)
        pages, kept, request = look(site, "practice", engine, day)
        serp = parse("practice", pages, request)
        state = judge(pages, serp, request, standards("practice", engine)).state
        assert kept[: len(pages)] == pages
        if world.mode(day):
            assert state != "ok", (day, world.mode(day))
        else:
            assert state == "ok"
            assert len(serp.results) >= 17
            labels |= {result.host for result in serp.results}
    assert len(labels) > 15


def test_capture_follows_pages_to_the_depth_and_stores_each_before_reading_it(site: PracticeSite) -> None:
    """Depth 20 on pages of ten: two fetches, twenty distinct results."""
    pages, kept, request = look(site, "practice", "google", date(2026, 11, 20))
    assert [page.page_no for page in kept] == [1, 2]
    assert len(parse("practice", pages, request).results) == 20


def test_a_captcha_ends_the_look_at_once(site: PracticeSite) -> None:
    """One request, no second page, no second try."""
    world = worlds()[PHRASE]
    day = next(d for n in range(84) if world.mode(d := date(2026, 11, 20) - timedelta(days=n)) == "captcha")
    pages, kept, request = look(site, "practice", "google", day)
    assert len(kept) == 1
    assert judge(pages, parse("practice", pages, request), request, standards("practice", "google")).state == "blocked"


# --- a real Chromium -------------------------------------------------------------------------------------------------


def by_browser(site: PracticeSite, chromium: str, use: Callable[[BrowserFetcher], Awaitable[RawPage]]) -> RawPage:
    async def fetch() -> RawPage:
        allowed = frozenset({site.url.removeprefix("http://")})
        async with BrowserFetcher(allowed=allowed, deadline=15, executable=chromium) as browser:
            return await use(browser)

    return asyncio.run(fetch())


@pytest.mark.browser
def test_chromium_sees_what_http_sees(site: PracticeSite, chromium_path: str) -> None:
    """The same results from the rendered page."""
    page = by_browser(site, chromium_path, lambda browser: browser(Fetch(url(site))))
    assert (page.http_status, page.failure) == (200, None)
    request = SearchRequest("google", PHRASE, "he", "IL")
    there, here = (parse("google", [p], request).results for p in (by_http(site, "none"), page))
    assert [r.link for r in here] == [r.link for r in there] != []


@pytest.mark.browser
def test_chromium_is_gated_too(site: PracticeSite, chromium_path: str) -> None:
    """A redirect into the private network goes nowhere."""
    page = by_browser(site, chromium_path, lambda browser: browser(Fetch(url(site, "inside"))))
    assert page.failure in ("unreachable", "address_refused")
    assert b"meta-data" not in page.body


@pytest.mark.browser
def test_chromium_stops_at_the_deadline_and_keeps_the_address(site: PracticeSite, chromium_path: str) -> None:
    """A page that never ends."""

    async def use(browser: BrowserFetcher) -> RawPage:
        browser.deadline = 2
        return await browser(Fetch(url(site, "slow")))

    page = by_browser(site, chromium_path, use)
    assert (page.failure, page.complete) == ("deadline", False)
    assert page.final_url is not None


@pytest.mark.browser
def test_a_killed_chromium_is_named_and_the_next_fetch_works(site: PracticeSite, chromium_path: str) -> None:
    """kill -9 while a page is loading: browser_crashed; then a new browser."""

    async def use(browser: BrowserFetcher) -> RawPage:
        await browser(Fetch(url(site)))
        loading = asyncio.create_task(browser(Fetch(url(site, "slow"))))
        await asyncio.wait({loading}, timeout=1.5)  # the page never ends: it is being loaded now
        assert not loading.done()
        running = children()
        assert running
        for pid in running:
            os.kill(pid, signal.SIGKILL)
        crashed = await loading
        assert crashed.failure in ("browser_crashed", "unreachable")
        return await browser(Fetch(url(site)))

    page = by_browser(site, chromium_path, use)
    assert (page.http_status, page.failure) == (200, None)


@pytest.mark.browser
def test_a_chromium_that_died_between_two_pages_costs_none(site: PracticeSite, chromium_path: str) -> None:
    """kill -9 while nothing is loading, and at once the next fetch, before anybody heard of the death: nobody was asked
    yet, so a new browser asks."""

    async def use(browser: BrowserFetcher) -> RawPage:
        page = await browser(Fetch(url(site)))
        for _ in range(3):
            running = children()
            assert running
            for pid in running:
                os.kill(pid, signal.SIGKILL)
            page = await browser(Fetch(url(site)))
            assert (page.http_status, page.failure) == (200, None)
        return page

    assert by_browser(site, chromium_path, use).complete


def children() -> list[int]:
    """The main processes of the Chromiums this process started through its driver."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    ours = {str(os.getpid())}
    for _ in range(4):
        ours |= {pid for pid, parent, _ in rows if parent in ours}
    return [
        int(pid)
        for pid, _, args in rows
        if pid in ours and "chrom" in args and "--type=" not in args and "--headless" in args
    ]


@pytest.mark.browser
def test_a_browser_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """One clear sentence with what to do."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SourceMissing, match="SHEMTOV_CHROMIUM"):
        find_chromium("/nowhere/chromium")
