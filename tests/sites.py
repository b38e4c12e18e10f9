"""The real application over a test's database, and somebody signed in to it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import select
from worlds import World

from app import db
from app.db import writing
from app.models import Person, Workspace
from app.passwords import password_hash
from app.runner import run_due
from app.secret import secret
from app.settings import settings
from app.store.brands import home_workspace
from app.store.people import add_person, start_session
from app.web.access import cookie_name

# What a browser says of a form of our own; without it a POST is refused.
OURS = {"sec-fetch-site": "same-origin"}


def use(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the application reads and writes this world's database and raw pages."""
    monkeypatch.setenv("SHEMTOV_DATA_DIR", str(world.surroundings.blobs.parent))
    monkeypatch.setenv("SHEMTOV_DATABASE_URL", world.engine.url.render_as_string(hide_password=False))
    for cached in (settings, db.engine):
        cached.cache_clear()


def looked_at(world: World) -> None:
    """One day's look on record."""

    async def collect() -> None:
        world.clock.at += timedelta(days=1)
        async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
            pass

    asyncio.run(collect())


def let_in(
    engine: Engine,
    role: str = "owner",
    *,
    email: str = "owner@practice.example",
    name: str = "Dana Levi",
    password: str = "",
    workspace: int | None = None,
    language: str = "en",
    at: datetime | None = None,
) -> str:
    """Make a person, once, and a session of theirs, begun now or at another moment; returns its token."""
    now = at or datetime.now(UTC)
    with writing(engine) as session:
        person = session.exec(select(Person).where(Person.email == email)).first()
        if person is None:
            home = workspace or home_workspace(session).id or 0
            person = add_person(session, home, email, name, role, now)
            person.language = language
            person.password = password_hash(password) if password else None
            session.add(person)
        return start_session(session, person.id or 0, secret(), now)


def signed_in(client: TestClient, engine: Engine, role: str = "owner", **who: Any) -> TestClient:
    """The client with a session in its cookie, sending forms as our own pages do. who: as for let_in."""
    client.cookies.clear()
    client.cookies.set(cookie_name(), let_in(engine, role, **who))
    client.headers.update(OURS)
    return client


def other_workspace(engine: Engine) -> int:
    """A second workspace of the installation, empty."""
    with writing(engine) as session:
        found = session.exec(select(Workspace).where(Workspace.slug == "other")).first()
        if found is None:
            found = Workspace(name="Other", slug="other")
            session.add(found)
            session.flush()
        return found.id or 0
