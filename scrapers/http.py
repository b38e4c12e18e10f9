"""Fetches over plain HTTP: one gate, one overall deadline, a cap on the decoded body, the final URL, no surprises.

A failure is an answer too: what arrived is kept, with the reason beside it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import ssl
import zlib
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import quote, quote_plus, urljoin, urlsplit, urlunsplit

import httpx

from scrapers.errors import DeadlinePassed, FetchFailed, Forbidden, TooLarge, Unreachable
from scrapers.gate import Gate, split
from scrapers.types import Fetch, RawPage

MOST_REDIRECTS = 5
REDIRECTS = (301, 302, 303, 307, 308)
PACKED = ("gzip", "x-gzip", "deflate")
AGENT = "ShemTov/0.1 (reputation monitor)"
KEPT_FOR = 4.0  # seconds an idle connection may be used again: less than the five after which servers hang up
MOST_KEPT = 8  # names whose connection is kept
SHORTEST_SECRET = 6  # masking "a" everywhere would tear the answer, and protect nothing
_SECRET = re.compile(r"((?:api_key|key|token)=)[^&#]+", re.I)

for _name in ("httpx", "httpcore"):  # they write whole addresses and headers into the log, keys included
    logging.getLogger(_name).setLevel(logging.WARNING)


class HttpFetcher:
    """Use as `async with HttpFetcher() as fetch: page = await fetch(Fetch(url), 1)`. Never raises for a bad answer."""

    def __init__(
        self, *, allowed: frozenset[str] = frozenset(), deadline: float = 30.0, max_bytes: int = 5_000_000
    ) -> None:
        self.gate = Gate(allowed)
        self.deadline = deadline
        self.max_bytes = max_bytes
        self.lines = _Lines(deadline)

    async def __aenter__(self) -> HttpFetcher:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.lines.close()

    async def __call__(self, fetch: Fetch, page_no: int = 1) -> RawPage:
        """One fetch, redirects followed: the raw page, with what arrived also when it failed."""
        arrived = _Arrived(fetch.url)
        failure: FetchFailed | None = None
        try:
            async with asyncio.timeout(fetch.within(self.deadline)):
                await self._follow(fetch, arrived)
        except TimeoutError:
            failure = DeadlinePassed()
        except FetchFailed as known:
            failure = known
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, zlib.error, OSError, UnicodeError) as lost:
            failure = Unreachable(str(lost))
        return RawPage(
            body=masked(bytes(arrived.body), fetch.secrets),
            final_url=without_secrets(arrived.url, fetch.secrets),
            http_status=arrived.status,
            content_type=arrived.content_type,
            page_no=page_no,
            fetched_at=datetime.now(UTC),
            complete=failure is None,
            failure=failure.code if failure else None,
        )

    async def _follow(self, fetch: Fetch, arrived: _Arrived) -> None:
        origin = urlsplit(fetch.url)[:2]  # a step down from https is another origin
        sent: Fetch | None = fetch
        for _ in range(MOST_REDIRECTS + 1):
            same = urlsplit(arrived.url)[:2] == origin
            headers = {"user-agent": AGENT, "accept-encoding": "gzip"} | (dict(fetch.headers) if same else {})
            location = await self._once(arrived, headers, sent)
            if location is None:
                return
            arrived.url, sent = _onward(arrived.url, location), None
        raise Forbidden("too many redirects")

    async def _once(self, arrived: _Arrived, headers: dict[str, str], sent: Fetch | None) -> str | None:
        """One request at the checked address; the place it sends us to, or None when it answered.

        sent: whose form or JSON goes along; None after a redirect, which nothing is posted to.
        """
        parts = split(arrived.url)
        address = await self.gate.address(arrived.url)
        url, extensions = parts.geturl(), {}
        if address is not None:
            host = f"[{address}]" if ":" in address else address
            url = urlunsplit(parts._replace(netloc=host + (f":{parts.port}" if parts.port else "")))
            headers = headers | {"host": parts.netloc}
            extensions = {"sni_hostname": parts.hostname}
        form, text = (sent.form, sent.json) if sent else (None, None)
        if text is not None:
            headers = {"content-type": "application/json"} | headers
        method = "GET" if form is None and text is None else "POST"
        kept = method == "GET" and not (sent and sent.secrets)
        line = await self.lines.take(parts[:2], address) if kept else self.lines.new(address)
        whole = False
        try:
            response = await line.ask(method, url, headers=headers, data=form, content=text, extensions=extensions)
            location = await self._take_in(response, arrived)
            whole = True
        finally:
            await (self.lines.give_back(line) if kept and whole else line.client.aclose())
        return location

    async def _take_in(self, response: httpx.Response, arrived: _Arrived) -> str | None:
        """What one request brought; the place it sends us to, or None when it answered."""
        try:
            arrived.status = response.status_code
            arrived.content_type = response.headers.get("content-type", "")[:200] or None
            arrived.body.clear()
            location = response.headers.get("location")
            if response.status_code in REDIRECTS and location:
                return str(location)
            await self._read(response, arrived)
        finally:
            await response.aclose()
        return None

    async def _read(self, response: httpx.Response, arrived: _Arrived) -> None:
        """The body, unpacked here and not by the library, so that a bomb stops at the cap and a cut is known."""
        coding = response.headers.get("content-encoding", "").strip().lower()
        if coding not in ("", "identity", *PACKED):
            raise Unreachable(f"packed as {coding}, which nobody asked for")
        unpack = zlib.decompressobj(47) if coding in PACKED else None
        began = False
        async for chunk in response.aiter_raw():
            began = began or bool(chunk)
            room = self.max_bytes - len(arrived.body)
            arrived.body += unpack.decompress(chunk, room) if unpack else chunk[:room]
            if len(arrived.body) >= self.max_bytes:
                raise TooLarge(f"over {self.max_bytes} bytes")
            if unpack and unpack.unused_data:
                raise Unreachable("more came after the end of the packed body")
        if unpack and began and not unpack.eof:
            raise Unreachable("the packed body was cut off")


class _Line:
    """A client that speaks with one name at one checked address, for one fetch at a time."""

    def __init__(self, client: httpx.AsyncClient, name: object, address: str | None) -> None:
        self.client = client
        self.name = name
        self.address = address

    async def ask(self, method: str, url: str, extensions: dict[str, Any], **what: Any) -> httpx.Response:
        """The answer, its body still to be read. A connection that was kept may have ended: then once more, anew."""
        connected = False

        async def note(event: str, _: object) -> None:
            nonlocal connected
            connected = connected or event == "connection.connect_tcp.started"

        request = self.client.build_request(method, url, extensions=extensions | {"trace": note}, **what)
        try:
            return await self.client.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if connected:
                raise
            return await self.client.send(request, stream=True)


class _Lines:
    """The lines at hand. Two names never share one, nor do two fetches at once: a connection was made and verified for
    one name, and its address was checked for that name. What is posted, or bears a key and costs money, goes over a new
    one: it is sent once."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.trusted = httpx.create_ssl_context(trust_env=False)
        self.kept: dict[object, _Line] = {}

    async def take(self, name: object, address: str | None) -> _Line:
        """The kept line to that name if it leads to the address that was just checked, else a new one."""
        line = self.kept.pop(name, None)
        if line is not None and line.address == address:
            return line
        if line is not None:
            await line.client.aclose()
        return self.new(address, name)

    def new(self, address: str | None, name: object = None) -> _Line:
        """A line with a connection of its own."""
        client = httpx.AsyncClient(
            verify=self.trusted,
            follow_redirects=False,
            timeout=self.deadline,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # no fetch knows another's
            limits=httpx.Limits(max_connections=1, keepalive_expiry=KEPT_FOR),
        )
        return _Line(client, name, address)

    async def give_back(self, line: _Line) -> None:
        """Keep it for the next fetch; the one that was kept longest without use makes room."""
        old = self.kept.pop(line.name, None)
        self.kept[line.name] = line
        if old is None and len(self.kept) > MOST_KEPT:
            old = self.kept.pop(next(iter(self.kept)))
        if old is not None:
            await old.client.aclose()

    async def close(self) -> None:
        """End them all."""
        while self.kept:
            await self.kept.popitem()[1].client.aclose()


class _Arrived:
    """What arrived so far."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.body = bytearray()
        self.status: int | None = None
        self.content_type: str | None = None


def _onward(url: str, location: str) -> str:
    """Where a redirect leads."""
    try:
        return urljoin(url, location)
    except ValueError as wrong:
        raise Forbidden("a redirect to no address") from wrong


def without_secrets(url: str, secrets: tuple[str, ...] = ()) -> str:
    """An address that may be stored and shown: keys in it are masked."""
    return masked(_SECRET.sub(r"\1***", url).encode("utf-8", "replace"), secrets).decode("utf-8", "replace")[:4000]


def masked(body: bytes, secrets: tuple[str, ...]) -> bytes:
    """What arrived, without our own key: some providers write it back into the addresses of their answers."""
    for secret in secrets:
        if len(secret) >= SHORTEST_SECRET:
            for form in {secret, quote(secret, safe=""), quote_plus(secret), secret.replace("/", "\\/")}:
                body = body.replace(form.encode(), b"***")
    return body
