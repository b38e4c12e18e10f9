"""The outbound gate at every place that reaches out: hosts and addresses nobody may reach, in all their disguises."""

from __future__ import annotations

import ast
import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from reached import reached
from wire import HTML, Wire, wire

from app.settings import Settings
from app.surroundings import Fetchers
from scrapers import gate
from scrapers.browser import BrowserFetcher
from scrapers.gate import Gate
from scrapers.http import HttpFetcher
from scrapers.proxy import GatedProxy
from scrapers.registry import PROVIDERS, SOURCES
from scrapers.types import Access, Fetch, SearchRequest

ROOT = Path(__file__).resolve().parents[2]
# Private, special, or not what they seem; none may be connected to, whoever asks.
HOSTS = (
    "127.0.0.1", "127.1", "127.0.1", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::a00:1]", "[64:ff9b:1::1]",
    "[2002:7f00:1::]", "[fe80::1]", "[fd00::1]", "[fec0::1]", "[ff02::1]", "10.0.0.1", "172.16.0.1", "172.31.255.254",
    "192.168.0.1", "100.64.0.1", "169.254.169.254", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "localhost", "localhost.", "LOCALHOST", "a.localhost", "b.a.localhost.", "①②⑦.⓪.⓪.①", "１２７.0.0.1",
    "127。0。0。1", "ｌocalhost", "localhost:22", "127.0.0.1:8080",
)  # fmt: skip
TRICKS = (
    "http://example.com@127.0.0.1/", "http://127.0.0.1\\@example.com/", "http:\\\\127.0.0.1\\", "http://example.com:80@127.0.0.1/",
    "http://127.0.0.1#@example.com/", "http://127.0.0.1?@example.com/", "http://user:pass@localhost/", "http://xn--/",
    "http://[::1%25lo]/", "http://example.com:99999/", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:80/x",
)  # fmt: skip
TARGETS = (*(f"http://{host}/" for host in HOSTS), *TRICKS)
# A name that does not exist is nobody's address; all others are refused by name.
REFUSALS = ("address_refused", "unreachable")


def redirect(target: str) -> bytes:
    return b"HTTP/1.1 302 Found\r\nLocation: " + target.encode() + b"\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("target", TARGETS)
async def test_http_reaches_none_of_them(target: str) -> None:
    """Asked directly, or sent there by a redirect of a host the operator named: no connection is even tried."""
    async with (
        wire({"/x": redirect(target)}) as server,
        HttpFetcher(allowed=frozenset({server.base}), deadline=5) as http,
    ):
        with reached() as places:
            direct = await http(Fetch(target))
            sent = await http(Fetch(server.url("/x")))
    assert direct.failure in REFUSALS
    assert sent.failure in REFUSALS
    assert (direct.body, sent.body) == (b"", b"")
    assert set(places) <= {("127.0.0.1", int(server.base.split(":")[1]))}


@pytest.mark.browser
@pytest.mark.slow
async def test_chromium_reaches_none_of_them(chromium_path: str) -> None:
    """Asked directly or sent there by a redirect: the proxy connects to the named server and to nobody else."""
    answers = {f"/{number}": redirect(target) for number, target in enumerate(TARGETS)}
    async with wire(answers) as server:
        allowed = frozenset({server.base})
        async with BrowserFetcher(allowed=allowed, deadline=5, executable=chromium_path) as browser:
            with reached() as places:
                for number, target in enumerate(TARGETS):
                    direct = await browser(Fetch(target))
                    sent = await browser(Fetch(server.url(f"/{number}")))
                    assert direct.failure in REFUSALS, target
                    assert sent.failure in REFUSALS, target
    assert set(places) == {("127.0.0.1", int(server.base.split(":")[1]))}


# A frame whose address holds a name and a password is refused by Chromium without a word: hence the nine seconds.
PARTS = """<html><body><script>
const targets = TARGETS, settled = [], sockets = targets.filter((url, number) => number % 6 == 0);
const when = (one, add) => settled.push(new Promise(done => { one.onload = one.onerror = done; setTimeout(done, 9000); add && document.body.append(one); }));
for (const url of targets) {
  settled.push(fetch(url, {mode: "no-cors"}).catch(() => 0));
  const image = new Image(); when(image); image.src = url;
  for (const kind of ["script", "iframe"]) { const one = document.createElement(kind); one.src = url; when(one, true); }
  settled.push(fetch(url, {method: "POST", body: "x", mode: "no-cors", keepalive: true}).catch(() => 0));
  try { navigator.sendBeacon(url, "x"); } catch (wrong) {}
  if (sockets.includes(url)) try { const line = new WebSocket(url.replace("http", "ws")); settled.push(new Promise(done => { line.onclose = done; })); }
  catch (wrong) {}
}
Promise.all(settled).then(() => fetch("/settled"));
</script><script src=/waits></script>""".replace("\n", " ")


@pytest.mark.browser
@pytest.mark.slow
async def test_no_part_of_a_page_reaches_any_of_them(chromium_path: str) -> None:
    """Pictures, scripts, frames, fetch, beacons and WebSockets of one page: all end, none gets through."""
    targets = json.dumps([target for target in TARGETS if target.startswith("http")])
    body = PARTS.replace("TARGETS", targets).encode()
    page = HTML + b"Content-Length: %d\r\n\r\n" % len(body) + body
    waits = HTML + b"Content-Length: 9\r\n\r\n"
    async with wire({"/x": page, "/waits": waits}, frozenset({"/waits"})) as server:
        allowed = frozenset({server.base})
        async with BrowserFetcher(allowed=allowed, deadline=60, executable=chromium_path) as browser:
            with reached() as places:
                loading = asyncio.create_task(browser(Fetch(server.url("/x"))))
                while not loading.done() and not any(" /settled " in head for _, head in server.heads):
                    await asyncio.wait({loading}, timeout=0.1)
                assert not loading.done(), loading.result().failure
                loading.cancel()
                await asyncio.wait({loading})
            assert browser.proxy is not None
            refused = set(browser.proxy.refused)
    assert any(" /settled " in head for _, head in server.heads)
    assert {"10.0.0.1:80", "169.254.169.254:80", "100.64.0.1:80", "224.0.0.1:80", "127.0.0.1:80", "::1:80"} <= refused
    assert set(places) == {("127.0.0.1", int(server.base.split(":")[1]))}
    assert {head.split()[1] for _, head in server.heads} <= {"/x", "/waits", "/settled", "/favicon.ico"}


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_providers_address_is_private_only_where_the_operator_named_it(
    provider: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same request: answered when its base URL stands in the settings, refused without a connection when not."""
    request = SearchRequest(SOURCES[provider].ENGINE, "x", "en", "US")
    async with wire({}) as server, AsyncExitStack() as stack:
        base = f"http://{server.base}"
        fetch = SOURCES[provider].fetch(request, 1, Access(base, "name:key-of-ours"))
        with reached() as places:
            refused = await Fetchers(Settings(), stack, browser=False).of(provider)(fetch, 1)
        monkeypatch.setenv(f"SHEMTOV_{provider.upper()}_URL", base)
        answered = await Fetchers(Settings(), stack, browser=False).of(provider)(fetch, 1)
        elsewhere = await Fetchers(Settings(), stack, browser=False).of(provider)(Fetch("http://127.0.0.1:9/"), 1)
    assert (refused.failure, places) == ("address_refused", [])
    assert (answered.http_status, answered.failure) == (200, None)
    assert elsewhere.failure == "address_refused"


class TwoFaced:
    """A name server whose answers change: each list once, the last one for ever. wanted: the
    hosts it was asked for."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.wanted: set[str] = set()

    async def __call__(self, host: str, port: int) -> list[str]:
        self.wanted.add(host)
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


THERE, INSIDE = ["127.0.0.2"], ["127.0.0.1"]


@pytest.fixture
async def two(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Wire, Wire]]:
    """Two servers at one port, the first at an address that counts as public here, the second inside."""
    answer = HTML + b"Content-Length: %d\r\n\r\n%s"
    async with wire({"/": answer % (6, b"inside")}) as inside:
        port = int(inside.base.split(":")[1])
        there = Wire(answers={"/": answer % (5, b"there")})
        server = await asyncio.start_server(there.serve, "127.0.0.2", port)
        monkeypatch.setattr(gate, "PORTS", (port,))
        monkeypatch.setattr(gate, "public", lambda address: address == "127.0.0.2")
        yield there, inside
        server.close()


async def test_http_connects_to_the_address_that_was_checked(two: tuple[Wire, Wire]) -> None:
    """One question to the name server per fetch, one answer for check and connection; the next answer is checked anew,
    also when a connection to the old address was kept."""
    there, inside = two
    names = TwoFaced(THERE, INSIDE)
    async with HttpFetcher(deadline=5) as http:
        http.gate = Gate(resolve=names)
        url = inside.url("/", "rebound.example")
        first, second = await http(Fetch(url)), await http(Fetch(url))
    assert (first.body, first.failure) == (b"there", None)
    assert (second.body, second.failure) == (b"", "address_refused")
    assert (len(there.heads), len(inside.heads), names.asked) == (1, 0, 2)


async def test_a_name_with_one_private_address_is_refused(two: tuple[Wire, Wire]) -> None:
    """Whoever mixes them hopes that we take the wrong one."""
    _, inside = two
    async with HttpFetcher(deadline=5) as http:
        http.gate = Gate(resolve=TwoFaced(THERE + INSIDE))
        page = await http(Fetch(inside.url("/", "mixed.example")))
    assert (page.failure, inside.heads) == ("address_refused", [])


@pytest.mark.parametrize("tunnel", [True, False], ids=["CONNECT", "plain"])
async def test_the_proxy_connects_to_the_address_that_was_checked(tunnel: bool, two: tuple[Wire, Wire]) -> None:
    """The same for each connection of the browser, through a tunnel (https, WebSocket) or not."""
    there, inside = two
    host = inside.url("", "rebound.example").removeprefix("http://")
    names = TwoFaced(THERE, INSIDE)
    async with GatedProxy(Gate(resolve=names)) as proxy:
        came = [await through(proxy, host, tunnel=tunnel) for _ in range(2)]
    assert came[0].endswith(b"there")
    assert came[1] == b""
    assert (len(there.heads), len(inside.heads), names.asked) == (1, 0, 2)


async def through(proxy: GatedProxy, host: str, *, tunnel: bool) -> bytes:
    """All that comes back through the proxy."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.url.rpartition(":")[2]))
    if tunnel:
        writer.write(f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        if not await reader.readline():
            writer.close()
            return b""
        await reader.readline()
    place = "/" if tunnel else f"http://{host}/"
    writer.write(f"GET {place} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    came = await reader.read()
    writer.close()
    return came


@pytest.mark.browser
async def test_chromium_connects_to_the_address_that_was_checked(two: tuple[Wire, Wire], chromium_path: str) -> None:
    """The name turns inside after the look's own check and the proxy's: the page came from there, its part from nowhere."""
    there, inside = two
    body = b"<html><body>there<script src=http://rebound.example:%d/part></script>" % gate.PORTS[0]
    there.answers["/"] = HTML + b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    async with BrowserFetcher(deadline=15, executable=chromium_path) as browser:
        assert browser.proxy is not None
        browser.gate = browser.proxy.gate = Gate(resolve=TwoFaced(THERE, THERE, INSIDE))
        page = await browser(Fetch(inside.url("/", "rebound.example")))
        assert browser.proxy.refused == {f"rebound.example:{gate.PORTS[0]}"}
    assert page.failure is None
    assert b"there" in page.body
    assert inside.heads == []


@pytest.mark.browser
async def test_chromium_asks_for_nothing_but_pages(chromium_path: str) -> None:
    """Neither updates nor accounts: what leaves this machine is what a look asked for."""
    async with wire({}) as server:
        allowed = frozenset({server.base})
        async with BrowserFetcher(allowed=allowed, deadline=15, executable=chromium_path) as browser:
            assert browser.proxy is not None
            names = TwoFaced(INSIDE)
            browser.gate = browser.proxy.gate = Gate(allowed, names)
            for number in range(4):
                assert (await browser(Fetch(server.url(f"/{number}"), locale="he-IL"))).body
    assert names.wanted == set()


MAY = {
    "httpx": {"scrapers/http.py"},
    "playwright": {"scrapers/browser.py"},
    "socket": {"scrapers/gate.py", "scrapers/practice/site.py"},  # the site listens, it does not reach out
    "ssl": {"scrapers/http.py"},
    "open_connection": {"scrapers/proxy.py"},
    "create_connection": set(), "create_datagram_endpoint": set(), "sock_connect": set(), "urllib.request": set(),
    "urllib3": set(), "http.client": set(), "requests": set(), "aiohttp": set(), "ftplib": set(), "telnetlib": set(),
}  # fmt: skip


def used(file: Path) -> Iterator[str]:
    """Modules it imports, with all their parents, and names it takes from anything."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            names += [alias.name for alias in node.names if node.module == "asyncio"]
        else:
            names = [node.attr] if isinstance(node, ast.Attribute) else []
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[: end + 1]) for end in range(len(parts)))


def test_only_the_ways_out_know_how_to_reach_out() -> None:
    """A new file that opens connections passes the gate or does not pass this test."""
    found = {
        (word, str(file.relative_to(ROOT)))
        for room in ("app", "scrapers")
        for file in (ROOT / room).rglob("*.py")
        for word in set(used(file)) & set(MAY)
    }
    assert sorted((word, file) for word, file in found if file not in MAY[word]) == []
    assert {word for word, _ in found} == {word for word, files in MAY.items() if files}
