"""Signing in: who gets in, for how long, and everybody who does not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from sites import OURS, let_in, use
from worlds import Clock, World

from app.db import writing
from app.main import create_app
from app.secret import secret
from app.store.people import make_link
from app.web import access

EMAIL, PASSWORD = "dana@practice.example", "a good long sentence"
OPEN = {
    ("GET", "/api/v1/openapi.json"), ("HEAD", "/api/v1/openapi.json"), ("GET", "/shemtov.css"), ("GET", "/shemtov.js"),
    ("GET", "/favicon.ico"), ("GET", "/heebo.ttf"), ("GET", "/signin"), ("POST", "/signin"), ("POST", "/signout"),
    ("GET", "/welcome"), ("POST", "/welcome"),
}  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    """The moment of every request."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def app(world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """The real application on a brand without looks, with a clock of its own."""
    use(world, monkeypatch)
    made = create_app()
    made.dependency_overrides[access.now] = clock
    return made


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser that nobody signed in with, sending forms of our own."""
    with TestClient(app, headers=OURS, follow_redirects=False) as made:
        yield made


def known(world: World, **who: str) -> None:
    """A person with a password."""
    let_in(world.engine, **({"email": EMAIL, "password": PASSWORD} | who))  # type: ignore[arg-type]


def link(world: World, clock: Clock, person: int | None = None, hours: int = 1) -> str:
    with writing(world.engine) as session:
        return make_link(session, person, secret(), clock.at, timedelta(hours=hours))


def sign_in(client: TestClient, password: str = PASSWORD, email: str = EMAIL, after: str = "/") -> int:
    """Send the form; the status of the answer."""
    return int(client.post("/signin", data={"email": email, "password": password, "next": after}).status_code)


def test_every_route_is_open_by_name_or_wants_somebody(client: TestClient, app: FastAPI) -> None:
    """A new route is signed-in unless it is put on the list here: 303 to the sign-in page, or 401."""
    seen = set()
    for route in iter_route_contexts(app.routes):
        path = str(route.path)
        for method in route.methods or ():
            seen.add((method, path))
            if (method, path) in OPEN:
                continue
            filled = re.sub(r"{(\w+)[^}]*}", lambda name: "a" * 64 if name[1] == "digest" else "1", path)
            answer = client.request(method, filled)
            if method == "GET" and not path.startswith("/api/"):
                assert answer.status_code == 303, path
                assert parse_qs(urlsplit(answer.headers["location"]).query)["next"] == [filled]
            else:
                assert answer.status_code == 401, (method, path)
    assert seen >= OPEN
    assert len(seen) >= len(OPEN) + 13


def test_in_and_out(client: TestClient, world: World) -> None:
    """The right password opens the page that was asked for; after signing out the session opens nothing."""
    known(world)
    asked = client.get("/brands/nativ-telecom?weeks=4").headers["location"]
    wanted = parse_qs(urlsplit(asked).query)["next"][0]
    assert wanted == "/brands/nativ-telecom?weeks=4"
    assert sign_in(client, "not the password") == 401
    assert sign_in(client, after=wanted) == 303
    page = client.get(wanted)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "Dana Levi" in page.text
    kept = client.cookies["shemtov_session"]
    assert client.post("/signout").status_code == 303
    assert client.cookies.get("shemtov_session") is None
    client.cookies.set("shemtov_session", kept)
    assert client.get("/").status_code == 303
