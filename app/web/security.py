"""What every request and answer keeps to: nothing runs that is not ours, nothing is framed, nothing is told to
others, and nobody else's page acts in a person's name."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
SANDBOX = "sandbox; default-src 'none'"
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # Not "no-referrer": with it browsers call the origin of our own forms "null".
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
SAFE = ("GET", "HEAD", "OPTIONS")
MOST_BODY = 1_000_000  # bytes; the largest thing anybody sends is a logo of half that


class SecurityHeaders:
    """Adds the headers; an answer that sets a stricter one of its own keeps it. A page is kept in no cache: it is
    gone with its session."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, guarded)


class MostBody:
    """Refuses a body that is too large, or does not tell its length, before anybody reads it: a form is taken apart
    before it is asked who sent it. The server itself holds a body to the length it told."""

    def __init__(self, app: ASGIApp, page: Callable[[Request], Response], api: Callable[[Request], Response]) -> None:
        self.app, self.page, self.api = app, page, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp = self.app
        if scope["type"] == "http":
            request = Request(scope)
            length = request.headers.get("content-length", "0")
            if "transfer-encoding" in request.headers or not length.isdecimal() or int(length[:20]) > MOST_BODY:
                answer = (self.api if scope["path"].startswith("/api/") else self.page)(request)
        await answer(scope, receive, send)


class OwnOrigin:
    """Behind a proxy that ends TLS, a request's scheme and host are those of the public URL, whatever its headers
    say. Without one they are as they came."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self.app, self.public_url = app, public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self.public_url:
            scope["scheme"], _, host = self.public_url.partition("://")
            MutableHeaders(scope=scope)["host"] = host
        await self.app(scope, receive, send)


class SameOrigin:
    """Refuses every request that changes something unless a page of ours sent it. The API takes no cookie, so nobody
    can be made to use it."""

    def __init__(self, app: ASGIApp, refuse: Callable[[Request], Response]) -> None:
        self.app, self.refuse = app, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE or scope["path"].startswith("/api/v1/"):
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        answer = self.app if ours(request) else self.refuse(request)
        await answer(scope, receive, send)


def ours(request: Request) -> bool:
    """Whether a page of ours sent the request: the browser says so itself, an older one by the page's origin."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    return request.headers.get("origin") == f"{request.url.scheme}://{request.url.netloc}"
