"""A real Chromium against a server that answers exact bytes: nothing passes the gate, nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from wire import HTML, Wire, wire

from scrapers.browser import BrowserFetcher
from scrapers.errors import SourceMissing
from scrapers.types import Fetch

pytestmark = pytest.mark.browser
BEGUN = HTML + b"\r\n<html><body>begun"


@asynccontextmanager
async def chromium(
    path: str, answers: Mapping[str, bytes], hang: frozenset[str] = frozenset()
) -> AsyncIterator[tuple[BrowserFetcher, Wire]]:
    async with (
        wire(answers, hang) as server,
        BrowserFetcher(allowed=frozenset({server.base}), deadline=15, executable=path) as browser,
    ):
        yield browser, server


def descendants(word: str) -> list[int]:
    """Processes this one started, directly or not, with that word in their command line."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    ours = {str(os.getpid())}
    for _ in range(6):
        ours |= {pid for pid, parent, _ in rows if parent in ours}
    return [int(pid) for pid, _, args in rows if pid in ours and word in args]


class Packets(asyncio.DatagramProtocol):
    """Whatever arrives by UDP."""

    def __init__(self) -> None:
        self.came: list[bytes] = []

    def datagram_received(self, data: bytes, _: object) -> None:
        self.came.append(data)


async def test_no_packet_goes_around_the_gate(chromium_path: str) -> None:
    """WebRTC would ask a STUN server on any address; the page waits until it gave up."""
    loop = asyncio.get_running_loop()
    transport, packets = await loop.create_datagram_endpoint(Packets, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    script = (
        f"let p = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{port}'}}]}});"
        "p.onicegatheringstatechange = () => p.iceGatheringState == 'complete' && fetch('/gathered');"
        "p.createDataChannel('x'); p.createOffer().then(o => p.setLocalDescription(o));"
    ).encode()
    body = b"<html><body><script>" + script + b"</script><script src=/waits></script>"
    page = HTML + b"Content-Length: %d\r\n\r\n" % len(body) + body
    async with chromium(chromium_path, {"/rtc": page, "/waits": BEGUN}, frozenset({"/waits"})) as (browser, server):
        browser.deadline = 4
        await browser(Fetch(server.url("/rtc")))
        assert any(" /gathered " in head for _, head in server.heads)
    transport.close()
    assert packets.came == []


async def test_a_refused_redirect_is_named_with_its_address(chromium_path: str) -> None:
    """The gate's refusal is not the source's silence."""
    to = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n"
    async with chromium(chromium_path, {"/x": to}) as (browser, server):
        page = await browser(Fetch(server.url("/x")))
    assert (page.failure, page.complete, page.body) == ("address_refused", False, b"")
    assert page.final_url == "http://169.254.169.254/latest"


async def test_a_page_that_never_ends_keeps_its_status_and_what_stood_there(chromium_path: str) -> None:
    """A 429 whose body hangs is still known as a 429."""
    answer = BEGUN.replace(b"200 OK", b"429 Too Many")
    async with chromium(chromium_path, {"/x": answer}, frozenset({"/x"})) as (browser, server):
        browser.deadline = 3
        page = await browser(Fetch(server.url("/x")))
    assert (page.failure, page.complete, page.http_status) == ("deadline", False, 429)
    assert b"begun" in page.body


async def test_a_body_shorter_than_promised_is_never_complete(chromium_path: str) -> None:
    """The connection ended in the middle of the page."""
    answer = HTML + b"Content-Length: 9000\r\nConnection: close\r\n\r\n<html><body><p>half</p>"
    async with chromium(chromium_path, {"/x": answer}) as (browser, server):
        browser.deadline = 3
        page = await browser(Fetch(server.url("/x")))
    assert not page.complete
    assert page.failure is not None


async def test_a_page_whose_process_died_is_a_crash_and_not_the_sources_fault(chromium_path: str) -> None:
    """The renderer is killed while the browser lives; the next page works."""
    async with chromium(chromium_path, {"/x": BEGUN}, frozenset({"/x"})) as (browser, server):
        loading = asyncio.create_task(browser(Fetch(server.url("/x"))))
        await server.asked.wait()
        for pid in descendants("--type=renderer"):
            os.kill(pid, signal.SIGKILL)
        assert (await loading).failure == "browser_crashed"
        assert (await browser(Fetch(server.url("/next")))).failure is None


async def test_a_look_that_gives_up_leaves_no_page_behind(chromium_path: str) -> None:
    """The caller's own deadline closes the context too."""
    async with chromium(chromium_path, {"/x": BEGUN}, frozenset({"/x"})) as (browser, server):
        loading = asyncio.create_task(browser(Fetch(server.url("/x"))))
        await server.asked.wait()
        loading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await loading
        assert browser.browser is not None
        assert browser.browser.contexts == []


async def test_two_fetches_at_once_share_one_browser_and_speak_their_languages(chromium_path: str) -> None:
    """One Chromium, a context each: a Hebrew search is asked by a Hebrew browser."""
    async with chromium(chromium_path, {}) as (browser, server):
        wanted = {"/he": "he-IL", "/pl": "pl-PL"}
        pages = await asyncio.gather(*(browser(Fetch(server.url(path), locale=code)) for path, code in wanted.items()))
        heads = {head.split()[1]: head.lower() for _, head in server.heads}
        assert len([pid for pid in descendants("--headless") if pid not in descendants("--type=")]) == 1
    assert [page.failure for page in pages] == [None, None]
    assert all(f"accept-language: {locale.lower()}" in heads[path] for path, locale in wanted.items())


async def test_a_browser_that_does_not_start_is_said() -> None:
    """A clear sentence instead of a stack of the driver's own."""
    async with BrowserFetcher(executable="/bin/false") as browser:
        with pytest.raises(SourceMissing, match="does not start"):
            await browser(Fetch("http://example.com/"))


async def test_a_driver_that_does_not_start_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a small system, where its node lacks a library and ends at once."""
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\nexit 127\n")
    node.chmod(0o755)
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(node))
    with pytest.raises(SourceMissing, match=r"playwright does not start: .*libatomic1"):
        async with BrowserFetcher():
            raise AssertionError("no driver, and it started")
