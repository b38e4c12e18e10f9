"""The pages in a real Chromium: nothing runs that is not ours, nothing overflows, nothing needs JavaScript."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from sites import let_in, use
from sqlmodel import select
from worlds import World

from app.db import reading, writing
from app.main import create_app
from app.models import Hit, Search
from app.runner import run_due
from app.web.access import cookie_name

HOSTILE = (
    "<script>document.title='owned'</script>", '"><img src=x onerror="document.title=1">', "</title></svg><script>document.title=2</script>",
    "\u202etxt.exe", "x" * 4000, "<style>*{display:none}</style>",
)  # fmt: skip


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The application served over two days of looks with hostile titles; its base URL."""
    use(world, monkeypatch)
    now = datetime.now(UTC)
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = now - timedelta(days=2)
        session.add(search)

    async def days() -> None:
        for at in (now - timedelta(days=1), now):
            world.clock.at = at
            async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
                pass

    asyncio.run(days())
    with writing(world.engine) as session:
        for hit, text in zip(session.exec(select(Hit)).all(), HOSTILE, strict=False):
            hit.title = hit.snippet = text
            session.add(hit)
    app = create_app()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_pages_hold_in_a_browser(site: str, world: World, chromium_path: str, width: int, script: bool) -> None:
    """Three languages, phone and desktop, with and without JavaScript: no overflow, no policy report, no dialog."""
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script)
        context.add_cookies([{"name": cookie_name(), "value": let_in(world.engine), "url": site}])
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda request: None if request.url.startswith(site) else said.append(request.url))
        for path in (
            "/?lang=en",
            "/brands/nativ-telecom?lang=he",
            "/brands/nativ-telecom?lang=pl&top=20",
            "/snapshots/1?lang=en",
            "/signin?lang=he",
        ):
            answer = page.goto(site + path, wait_until="networkidle")
            assert answer is not None
            assert answer.status == 200
            assert page.title().endswith(("Shem Tov", "שם טוב"))
            if script:
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert page.locator(".plot.heat a").count() >= 20 or "brands/" not in path
        browser.close()
    assert said == []


@pytest.mark.browser
def test_the_archived_page_can_do_nothing(site: str, world: World, chromium_path: str) -> None:
    """Opened by itself it has no origin, runs no script and asks for nothing."""
    with reading(world.engine) as session:
        digest = session.connection().exec_driver_sql("SELECT sha256 FROM blob").scalars().first()
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        context = browser.new_context()
        context.add_cookies([{"name": cookie_name(), "value": let_in(world.engine), "url": site}])
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site}/raw/{digest}", wait_until="networkidle")
        assert page.evaluate("self.origin") == "null"
        browser.close()
    assert asked == [f"{site}/raw/{digest}"]
