"""What a source may answer over plain HTTP, byte for byte: cuts are known, nothing raises, nothing is carried over."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass, replace

import pytest
from wire import HTML, Wire, wire

from scrapers.gate import Gate, public
from scrapers.http import MOST_KEPT, HttpFetcher
from scrapers.types import Fetch, RawPage

PAGE = "".join(f"<p>{number * number}</p>" for number in range(5000)).encode()
PACKED = gzip.compress(PAGE)
HALF = PACKED[: len(PACKED) // 2]
GZIP = HTML + b"Content-Encoding: gzip\r\n"
CLOSED = b"Connection: close\r\n\r\n"


class Everywhere(Gate):
    """Every name is at the address of the test's server, as two sites of one content network are."""

    async def address(self, url: str) -> str | None:
        await super().address(url) if "127.0.0.1" in url else None
        return "127.0.0.1"


@dataclass(frozen=True)
class At(Gate):
    """Every name is at one address."""

    at: str = "127.0.0.1"

    async def address(self, url: str) -> str | None:
        return self.at


async def got(answer: bytes) -> RawPage:
    async with wire({"/x": answer}) as server:
        return await asked(server, server.url("/x"))


async def asked(server: Wire, url: str, **headers: str) -> RawPage:
    async with HttpFetcher(allowed=frozenset({server.base}), deadline=10) as http:
        return await http(Fetch(url, headers))


@pytest.mark.parametrize(
    "answer",
    [
        GZIP + CLOSED + HALF,
        GZIP + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n" % len(HALF) + HALF + b"\r\n0\r\n\r\n",
    ],
    ids=["to the end of the connection", "in chunks that end in good order"],
)
async def test_a_packed_body_that_was_cut_off_is_not_complete(answer: bytes) -> None:
    """The packing knows its end, also where HTTP does not tell: what arrived is kept and called cut."""
    page = await got(answer)
    assert (page.complete, page.failure) == (False, "unreachable")
    assert 0 < len(page.body) < len(PAGE)
    assert PAGE.startswith(page.body)


async def test_a_whole_packed_body_is_complete_whatever_the_case_of_its_name() -> None:
    """Content-Encoding: GZIP is gzip."""
    page = await got(HTML + b"Content-Encoding: GZIP\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED)
    assert (page.complete, page.failure, page.body) == (True, None, PAGE)


async def test_what_follows_a_packed_body_ends_the_fetch() -> None:
    """Bytes after the end are neither read for ever nor dropped in silence."""
    page = await got(GZIP + CLOSED + PACKED + b"x" * 1_000_000)
    assert (page.complete, page.failure, page.body) == (False, "unreachable", PAGE)


async def test_a_packing_nobody_asked_for_is_no_answer() -> None:
    """Bytes that cannot be read are never called a whole page."""
    page = await got(HTML + b"Content-Encoding: br\r\nContent-Length: 3\r\n\r\nabc")
    assert (page.complete, page.failure, page.http_status) == (False, "unreachable", 200)


@pytest.mark.parametrize("place", [b"http://[bad", b"http://user@example.com/", b"file:///etc/passwd", b"//\\x/"])
async def test_a_redirect_to_no_address_is_a_failure_and_not_an_exception(place: bytes) -> None:
    """A hostile Location header ends one fetch, not the run."""
    page = await got(b"HTTP/1.1 302 Found\r\nLocation: " + place + b"\r\nContent-Length: 0\r\n\r\n")
    assert (page.complete, page.failure, page.http_status) == (False, "address_refused", 302)


async def test_a_redirect_to_a_name_in_its_own_letters_is_followed() -> None:
    """The Host header is sent in A-labels."""
    async with wire({}) as server:
        to = server.url("/there", "żółw.example").encode()
        server.answers["/x"] = b"HTTP/1.1 302 Found\r\nLocation: " + to + b"\r\nContent-Length: 0\r\n\r\n"
        async with HttpFetcher(deadline=10) as http:
            http.gate = Everywhere(frozenset({server.base}))
            page = await http(Fetch(server.url("/x")))
    assert (page.http_status, page.body, page.failure) == (200, b"ok", None)
    assert "host: xn--w-uga1v8h.example:" in server.heads[-1][1].lower()


async def test_a_key_in_a_header_stays_with_its_origin() -> None:
    """A redirect to another server takes no credentials along."""
    async with wire({}) as other, wire({}) as server:
        to = other.url("/there").encode()
        server.answers["/x"] = b"HTTP/1.1 302 Found\r\nLocation: " + to + b"\r\nContent-Length: 0\r\n\r\n"
        async with HttpFetcher(allowed=frozenset({server.base, other.base}), deadline=10) as http:
            page = await http(Fetch(server.url("/x"), {"x-api-key": "SECRET"}))
    assert page.body == b"ok"
    assert "SECRET" in server.heads[0][1]
    assert "SECRET" not in other.heads[0][1]


async def test_two_names_at_one_address_share_neither_connection_nor_cookies() -> None:
    """A connection is verified for one name, which alone uses it again; a cookie belongs to one fetch."""
    cookie = b"Set-Cookie: seen=yes\r\nContent-Length: 2\r\n\r\nok"
    async with wire({"/a": HTML + cookie, "/b": HTML + cookie}) as server, HttpFetcher(deadline=10) as http:
        http.gate = Everywhere()
        for name in "aba":
            await http(Fetch(server.url(f"/{name}", f"{name}.example")))
    assert [number for number, _ in server.heads] == [1, 2, 1]
    assert not any("seen=yes" in head for _, head in server.heads)


async def test_an_address_that_changed_is_never_reached_over_the_old_connection() -> None:
    """The gate's answer is the one that counts, at every fetch."""
    async with wire({}) as server, HttpFetcher(deadline=10) as http:
        moved = await asyncio.start_server(server.serve, "127.0.0.2", int(server.base.split(":")[1]))
        for address in ("127.0.0.1", "127.0.0.2", "127.0.0.2"):
            http.gate = At(at=address)
            await http(Fetch(server.url("/x", "a.example")))
            assert [line.address for line in http.lines.kept.values()] == [address]
        moved.close()
    assert [number for number, _ in server.heads] == [1, 2, 2]


@pytest.mark.parametrize(
    "fetch",
    [Fetch("", secrets=("SECRET-KEY",)), Fetch("", form={"q": "x"}), Fetch("", json="{}")],
    ids=["with a key", "a form", "JSON"],
)
async def test_what_must_be_sent_once_has_a_connection_of_its_own(fetch: Fetch) -> None:
    """A kept connection may have ended, and then its request is made again: never one that costs money or changes."""
    async with wire({}) as server, HttpFetcher(allowed=frozenset({server.base}), deadline=10) as http:
        await http(Fetch(server.url("/x")))
        await http(replace(fetch, url=server.url("/x")))
        await http(Fetch(server.url("/x")))
    assert [number for number, _ in server.heads] == [1, 2, 1]


async def test_a_kept_connection_that_ended_is_no_failure_of_the_source() -> None:
    """The server hangs up at the second request it gets on one connection: asked again on a new one, once."""
    async with wire({}, most=1) as server, HttpFetcher(allowed=frozenset({server.base}), deadline=10) as http:
        pages = [await http(Fetch(server.url("/x"))) for _ in range(3)]
    assert [(page.body, page.failure) for page in pages] == [(b"ok", None)] * 3
    assert [number for number, _ in server.heads] == [1, 1, 2, 2, 3]


async def test_a_new_connection_that_is_lost_is_not_asked_again() -> None:
    """Only a kept connection gives the benefit of the doubt: a server that hangs up is asked once."""
    async with wire({}, most=0) as server, HttpFetcher(allowed=frozenset({server.base}), deadline=10) as http:
        assert (await http(Fetch(server.url("/x")))).failure == "unreachable"
        assert (await http(Fetch(server.url("/x")))).failure == "unreachable"
    assert [number for number, _ in server.heads] == [1, 2]


async def test_only_so_many_names_have_a_connection_kept() -> None:
    """Whoever redirects to a thousand names leaves eight open connections, none after the end."""
    async with wire({}) as server:
        async with HttpFetcher(deadline=10) as http:
            http.gate = Everywhere()
            for number in range(MOST_KEPT + 3):
                await http(Fetch(server.url("/x", f"n{number}.example")))
            assert len(http.lines.kept) == MOST_KEPT
        assert http.lines.kept == {}


@pytest.mark.parametrize("address", ["::127.0.0.1", "fec0::1", "3fff::1", "5f00::1"])
def test_old_and_special_addresses_are_not_public(address: str) -> None:
    """IPv4-compatible, site-local, documentation and segment-routing addresses, all global to Python 3.11."""
    assert not public(address)


async def test_what_is_posted_as_json_is_sent_once_and_to_nobody_else() -> None:
    """POST with its type and its key; a redirect to another server is followed by a GET that carries neither."""
    sent_text = '[{"q": "שירות"}]'
    async with wire({}) as other, wire({}) as server:
        to = other.url("/there").encode()
        server.answers["/x"] = b"HTTP/1.1 302 Found\r\nLocation: " + to + b"\r\nContent-Length: 0\r\n" + CLOSED
        async with HttpFetcher(allowed=frozenset({server.base, other.base}), deadline=10) as http:
            page = await http(Fetch(server.url("/x"), {"x-api-key": "SECRET-KEY"}, json=sent_text))
    assert page.body == b"ok"
    sent, onward = server.heads[0][1].lower(), other.heads[0][1].lower()
    assert sent.startswith("post /x ")
    assert "content-type: application/json" in sent
    assert f"content-length: {len(sent_text.encode())}" in sent
    assert onward.startswith("get /there ")
    assert "secret-key" not in onward
    assert "content-length" not in onward
