"""A year of looks at one invented brand, made once, and the application served over it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from sqlmodel import Session
from worlds import PHRASES, Clock, PracticeWorld

from app.db import migrate, open_engine, reading, writing
from app.main import create_app
from app.pipeline import Surroundings
from app.printing import WEEK, last_week
from app.queries.brand_page import Asked, brand_page
from app.queries.rows import BrandRow
from app.queries.weekly import frozen, weekly
from app.runner import run_due
from app.scoring.markets import market
from app.scoring.owned import parse_owned
from app.store.annotations import add_annotation
from app.store.brands import add_brand, home_workspace
from app.store.reports import keep_report
from app.store.searches import add_search
from scrapers.types import Access

DAYS = 365
BLOCKED = (1, 40, 41, 42, 200, 330)


@dataclass(frozen=True)
class Year:
    """A data directory with a year in it. good and bad: snapshots that count and do not; link: one of the results."""

    folder: Path
    good: int
    bad: int
    link: int


def a_year(folder: Path) -> Year:
    """365 days of looks up to today, six of them blocked, with an annotation."""
    engine = open_engine(f"sqlite:///{folder / 'shemtov.db'}")
    migrate(on=engine)
    now = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    clock, practice = Clock(now - timedelta(days=DAYS)), PracticeWorld()
    practice.modes = {(now - timedelta(days=back)).date(): "captcha" for back in BLOCKED}
    phrase, code = PHRASES["google"]
    with writing(engine) as session:
        sites = [parse_owned(site) for site in ("nativ-telecom.example", "social.example/nativtelecom")]
        brand = add_brand(session, home_workspace(session), "Nativ Telecom", code, sites)
        pack = market(code)
        add_search(
            session, brand, phrase=phrase, engine="google", hl=pack.hl, gl=pack.gl, market=code, sources=["practice"],
            next_due=clock.at - timedelta(hours=1),
        )  # fmt: skip
        add_annotation(session, brand.id or 0, (now - timedelta(days=30)).date(), "Strike at the call centre", "", now)
    access = Access("http://practice.example")
    world = Surroundings(engine, folder / "blobs", clock, lambda _name: access, practice.of, 30)
    asyncio.run(_looks(world, clock, now))
    with reading(engine) as session:
        page = brand_page(session, "nativ-telecom", Asked(weeks=0), now.date())
    with writing(engine) as session:
        _printed(session, world.blobs, page.brand, now)
    engine.dispose()
    states = dict(zip(page.history.snapshots, page.history.states, strict=True))
    bad = next(snapshot for snapshot, state in states.items() if state == "blocked")
    assert page.latest is not None
    return Year(folder, page.latest.id, bad or 0, page.week.results[3].hit.link_id)


async def _looks(world: Surroundings, clock: Clock, until: datetime) -> None:
    while clock.at < until:
        clock.at += timedelta(days=1)
        async for _ in run_due(world, lambda names: (list(names), [])):
            pass


def _printed(session: Session, blobs: Path, brand: BrandRow, now: datetime) -> None:
    """Last week's report, and one whose labels are others today. What their paper shows is no matter here."""
    for weeks, lang in ((0, "he"), (1, "pl")):
        facts = weekly(session, brand.main_search or 0, last_week(brand, now) - weeks * WEEK, lang)
        rows = tuple(replace(row, hit=replace(row.hit, label="neutral")) for row in facts.week.results)
        spoiled = replace(facts, week=replace(facts.week, results=rows)) if weeks else facts
        keep_report(
            session, blobs, b"%PDF", brand_id=brand.id, search_id=facts.search.id, week=facts.first, lang=lang, at=now,
            data={"facts": frozen(spoiled), "imprint": {"name": "", "accent": "#5b3a8c", "logo": ""}},
        )  # fmt: skip


@dataclass(frozen=True)
class Site:
    """The application being served: its base URL, and a session of its owner as a browser's cookie."""

    url: str
    record: Year
    cookie: tuple[str, str]

    @property
    def paths(self) -> tuple[str, ...]:
        """Every page a signed-in person sees."""
        return (
            "/",
            "/brands/nativ-telecom",
            "/brands/nativ-telecom?weeks=52&top=20",
            "/add",
            "/work",
            "/sources",
            "/queue",
            "/queue?view=list&brand=nativ-telecom",
            "/brands/nativ-telecom/labels/preview?hit=1&scope=host&label=neutral&everywhere=1",
            "/brands/nativ-telecom/rules",
            "/brands/nativ-telecom/searches",
            "/brands/nativ-telecom/reports",
            "/letterhead",
            "/weights",
            f"/snapshots/{self.record.good}",
            f"/snapshots/{self.record.bad}",
            f"/snapshots/{self.record.good}/diff",
            f"/snapshots/{self.record.good}/diff?with={self.record.bad}",
            "/brands/nativ-telecom/days",
            "/brands/nativ-telecom/days?weeks=4&top=20",
            f"/searches/1/links/{self.record.link}",
            "/no-such-page",
        )


@contextmanager
def served() -> Iterator[str]:
    """The application on a port of its own, until the end; its base URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(), log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=10)
