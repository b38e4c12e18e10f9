"""A key goes to whom it is for and nowhere else: a canary, looked for wherever something is kept or shown."""

from __future__ import annotations

import asyncio
import base64
import logging
import sqlite3
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, quote_plus, urlsplit

import pytest
import zstandard
from apps import an_app
from fastapi.testclient import TestClient
from sites import looked_at, signed_in, use
from sqlmodel import select
from worlds import World

from app import pipeline, text_model
from app.cli import main
from app.db import engine, reading, writing
from app.models import Fetch, Hit, Search, Snapshot
from app.pipeline import Surroundings
from app.schedule import slot_at
from app.secret import secret
from app.settings import settings
from app.sources import access
from app.store.brands import home_workspace
from app.store.keys import add_key
from app.store.snapshots import plan
from scrapers.http import SHORTEST_SECRET, HttpFetcher, masked, without_secrets
from scrapers.practice.api import KEY, LOGIN
from scrapers.practice.refusals import ERRORS
from scrapers.practice.site import PracticeSite
from scrapers.registry import PROVIDERS, SOURCES, needs
from scrapers.types import Access, SearchRequest

TOKEN = base64.b64encode(LOGIN.encode()).decode()
CANARY = "QzXwVjKp"  # stands in every spelling of the key but one
FORMS = (CANARY, KEY, quote(KEY, safe=""), quote_plus(KEY), TOKEN)
KEYED = [name for name in PROVIDERS if needs(name) == "key"]
PHRASE = "Nativ Telecom customer service"


@pytest.fixture(scope="module")
def site() -> Iterator[PracticeSite]:
    """The practice site, for all tests of this file."""
    with PracticeSite() as running:
        yield running


def taken(world: World, site: PracticeSite, provider: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A look in every mode and one at nobody, with a real key over real HTTP; the states they ended in."""
    monkeypatch.setenv(f"SHEMTOV_{provider.upper()}_KEY", LOGIN if provider == "dataforseo" else KEY)
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.engine, search.sources, search.hl, search.gl = SOURCES[provider].ENGINE, [provider], "en", "US"
        search.phrase, search.market = PHRASE, "en-us"
        session.add(search)
    modes = ["none", "partial", "hidden", "cut", *ERRORS[provider]]
    bases = [f"{site.url}/api/{mode}/2026-11-20/{provider}" for mode in modes] + ["http://127.0.0.1:9"]

    async def run() -> list[str]:
        ended = []
        allowed = frozenset({urlsplit(site.url).netloc, "127.0.0.1:9"})
        async with HttpFetcher(allowed=allowed, deadline=10) as http:
            made = Surroundings(
                world.engine, world.surroundings.blobs, world.clock, lambda name: access(name, settings()),
                lambda _: http, 20,
            )  # fmt: skip
            for base in bases:
                monkeypatch.setenv(f"SHEMTOV_{provider.upper()}_URL", base)
                settings.cache_clear()
                world.clock.at += timedelta(days=2)  # whoever refused has rested: the next mode is asked again
                with writing(world.engine) as session:
                    slot = slot_at(world.clock.at, "Asia/Jerusalem")
                    planned = plan(session, world.search, slot, "now", world.clock.at).id or 0
                ended.append(await pipeline.look(made, planned, (provider,)))
        return ended

    return asyncio.run(run())


def kept(folder: Path) -> Iterator[bytes]:
    """Everything on disk: the database as SQL, each file as it stands, each raw answer as it is read."""
    for file in folder.rglob("*"):
        if file.suffix == ".db":
            with sqlite3.connect(file) as connection:
                yield "\n".join(connection.iterdump()).encode()
        if file.is_file():
            yield file.read_bytes()
        if file.suffix == ".zst":
            yield zstandard.ZstdDecompressor().decompressobj().decompress(file.read_bytes())


def said(command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command writes, to either stream."""
    monkeypatch.setattr(sys, "argv", ["shemtov", *command])
    with pytest.raises(SystemExit):
        main()
    written = capsys.readouterr()
    return written.out + written.err


@pytest.mark.parametrize("provider", KEYED)
def test_a_key_is_nowhere_but_with_its_provider(
    provider: str, world: World, site: PracticeSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Good looks, refusals, failures and nobody there: not in the log, on disk, in an export, on a page."""
    caplog.set_level(logging.DEBUG)
    use(world, monkeypatch)
    ended = taken(world, site, provider, monkeypatch)
    assert ended[0] == "ok", "the key worked"
    assert len(set(ended)) >= 4
    with reading() as session:
        assert len(session.exec(select(Fetch.final_url)).all()) >= 9
    nowhere(world, caplog.text, monkeypatch, capsys)


def nowhere(world: World, log: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """No spelling of the key in the log, in what commands say, on the pages of the looks, or on disk."""
    shown = [log]
    shown += [said(["verify"], monkeypatch, capsys)]
    shown += [
        said(["export", "--brand", "nativ-telecom", "--format", form], monkeypatch, capsys) for form in ("csv", "json")
    ]
    assert len(shown[-1]) > 1000
    client = signed_in(TestClient(an_app()), engine())
    with writing() as session:
        ours = add_key(session, home_workspace(session), "test", secret(), world.clock.at)
    with reading() as session:
        looks = session.exec(select(Snapshot.id)).all()
    for look in looks:
        for address in (f"/snapshots/{look}", f"/api/v1/snapshots/{look}"):
            page = client.get(address, headers={"authorization": f"Bearer {ours}"})
            assert page.status_code == 200, (address, page.text[:500])
            shown.append(page.text)
    everything = [text.encode() for text in shown] + list(kept(world.surroundings.blobs.parent))
    for form in FORMS:
        assert not any(form.encode() in part for part in everything), form


def test_the_key_of_a_text_endpoint_is_nowhere_but_there(
    world: World, site: PracticeSite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Answered, refused with the key written back, failed, nobody there: the same places hold none of it."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(text_model, "reader", lambda: None)  # the rules alone stand behind it: quick
    monkeypatch.setenv("SHEMTOV_TEXT_MODEL", "endpoint")
    monkeypatch.setenv("SHEMTOV_TEXT_ENDPOINT_MODEL", "tiny")
    bases = [f"{site.url}/chat/{mode}/v1" for mode in ("good", "good", "failed")] + ["http://127.0.0.1:9/v1"]
    for number, base in enumerate(bases):
        monkeypatch.setenv("SHEMTOV_TEXT_ENDPOINT_KEY", KEY if number != 1 else f"{KEY}/{KEY}")
        monkeypatch.setenv("SHEMTOV_TEXT_ENDPOINT_URL", base)
        use(world, monkeypatch)
        world.practice.alter = lambda day, text: text.replace("</h3>", f" {day}</h3>")  # titles nobody was asked about
        looked_at(world)
    with reading() as session:
        spoken = session.exec(select(Hit.id).where(Hit.rule == "model:endpoint:tiny@p1")).all()
    assert spoken, "the key worked"
    assert "HTTP 401" in caplog.text
    assert "HTTP 500" in caplog.text
    assert "unreachable" in caplog.text
    nowhere(world, caplog.text, monkeypatch, capsys)


@pytest.mark.parametrize("provider", KEYED)
def test_neither_access_nor_fetch_shows_a_key_when_it_is_printed(provider: str) -> None:
    """A traceback, an assertion, a debugger's line: what holds a key prints none."""
    given = Access(key=LOGIN if provider == "dataforseo" else KEY)
    fetch = SOURCES[provider].fetch(SearchRequest(SOURCES[provider].ENGINE, "x", "en", "US"), 1, given)
    printed = repr(given) + repr(fetch) + str(fetch)
    assert not any(form in printed for form in FORMS)
    assert fetch.secrets
    assert not any(form in without_secrets(fetch.url, fetch.secrets) for form in FORMS)


def test_a_key_is_masked_in_every_spelling_and_nothing_else_is() -> None:
    """As it is, as an address and as JSON write it; what is too short to be a key tears nothing."""
    body = f"{KEY} {quote(KEY, safe='')} {KEY.replace('/', chr(92) + '/')} key".encode()
    assert masked(body, (KEY,)) == b"*** *** *** key"
    assert masked(b"a banana", ("a" * (SHORTEST_SECRET - 1), "a", "")) == b"a banana"
