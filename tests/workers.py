"""Workers in processes of their own, a slow site for them to look at, and a record of searches that are due."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, func, select
from worlds import PHRASES

from app.db import engine, migrate, reading, writing
from app.models import Attempt, Result, Snapshot
from app.scoring.markets import market
from app.settings import settings
from app.store.brands import add_brand, home_workspace
from app.store.searches import add_search
from app.verify import verify
from scrapers.practice.entries import worlds
from scrapers.practice.markup import Asked
from scrapers.practice.site import page_of

DAY = date(2026, 11, 20)
PATIENCE = 120.0  # seconds until a test gives up waiting
_never = threading.Event()


@lru_cache(maxsize=64)
def page(engine: str, phrase: str, hl: str, gl: str, number: int) -> bytes:
    """What the practice site answers on a day without trouble."""
    return page_of(engine, worlds().get(phrase), DAY, Asked(phrase, hl, gl, number, False), "none").encode()


@dataclass
class Site:
    """A search site that takes its time: `seconds` before an answer, as long as `open` is not set none at all.
    Every `fails`th answer is a connection that breaks. asked: when (monotonic), one a request."""

    seconds: float = 0.1
    fails: int = 10
    asked: list[float] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Site:
        self.open.set()
        site = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(time.monotonic())
                broken = site.fails and len(site.asked) % site.fails == 0
                _never.wait(site.seconds)
                site.open.wait(PATIENCE)
                if broken:
                    self.connection.close()
                    return
                parts = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(parts.query).items()}
                body = page(parts.path.split("/")[1], query["q"], query["hl"], query["gl"], int(query["page"]))
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_told: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads, request_queue_size = True, 128

            def handle_error(self, *_told: object) -> None:
                pass  # a worker that was killed took its connection along

        self.server = Server(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.open.set()
        self.server.shutdown()
        self.server.server_close()

    def most_a_second(self) -> int:
        """The most requests that arrived within any second."""
        return max(sum(at <= other < at + 1 for other in self.asked) for at in self.asked)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"


def come_due(count: int, days: int = 0, sources: tuple[str, ...] = ("practice",)) -> list[int]:
    """So many searches, three a brand, of which each has the slot of last midnight due, and those of days before."""
    zone = ZoneInfo("Asia/Jerusalem")
    midnight = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
    made = []
    with writing() as session:
        for number in range(count):
            used, (phrase, code) = list(PHRASES.items())[number % len(PHRASES)]
            if number % len(PHRASES) == 0:
                brand = add_brand(
                    session,
                    home_workspace(session),
                    f"Nativ Telecom {number} of {count}, {uuid.uuid4().hex[:6]}",
                    "il-he",
                    [],
                )
            pack = market(code)
            search = add_search(
                session, brand, phrase=phrase, engine=used, hl=pack.hl, gl=pack.gl, market=code, sources=sources,
                next_due=midnight.astimezone(UTC),
            )  # fmt: skip
            search.schedule = "00:00"
            session.add(search)
            made.append(search.id or 0)
    return made


@dataclass
class Team:
    """Workers; errors go to a file, which a failed test shows."""

    errors: IO[bytes]
    settings: dict[str, str] = field(default_factory=dict)
    members: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def hire(self, *words: str) -> subprocess.Popen[bytes]:
        """One more worker, or another command; it begins in a moment."""
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *(words or ("worker",))], stdout=subprocess.DEVNULL, stderr=self.errors,
            env=os.environ | self.settings, start_new_session=True,
        )  # fmt: skip
        self.members.append(process)
        return process

    def kill(self, number: int = 0) -> None:
        """kill -9, and no goodbye."""
        process = self.members.pop(number)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def dismiss(self) -> list[int]:
        """SIGTERM to all; their exit codes."""
        for process in self.members:
            process.send_signal(signal.SIGTERM)
        codes = [process.wait(timeout=60) for process in self.members]
        self.members.clear()
        return codes

    def __enter__(self) -> Team:
        return self

    def __exit__(self, *_error: object) -> None:
        while self.members:
            self.kill()


@contextmanager
def looked_at(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty record whose practice source is the slow site, for every worker that starts meanwhile."""
    monkeypatch.setenv("SHEMTOV_PRACTICE_URL", site.url)
    settings.cache_clear()
    migrate()
    yield
    engine().dispose()


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Wait for something another process does; whether it came in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        _never.wait(0.05)
    return True


def open_looks() -> int:
    """Planned looks without a state that are due by now."""
    with reading() as session:
        query = select(func.count()).where(col(Snapshot.state).is_(None), Snapshot.due <= datetime.now(UTC))
        return session.exec(query).one()


def finished() -> int:
    with reading() as session:
        return session.exec(select(func.count()).where(col(Snapshot.state).is_not(None))).one()


def tries() -> Counter[str]:
    """How many tries ended how: their reason, or "" of those that brought a page."""
    with reading() as session:
        return Counter(reason or "" for reason in session.exec(select(Attempt.reason)).all())


def expect_whole(blobs: Path, searches: int) -> None:
    """Each slot has one final state, nothing is double, nothing runs, and the record proves itself."""
    with reading() as session:
        slots = session.exec(
            select(Snapshot.search_id, Snapshot.slot, Snapshot.state).where(Snapshot.purpose == "scheduled")
        ).all()
        assert len(slots) == len({slot[:2] for slot in slots}) == searches
        assert {state for *_, state in slots} <= {"ok", "partial", "error"}
        ranks = session.exec(select(Result.parse_id, Result.rank)).all()
        assert len(ranks) == len(set(ranks)) > 0
        assert set(session.exec(select(Attempt.state)).all()) == {"done"}
        assert [(f.name, f.broken[:3]) for f in verify(session, blobs, datetime.now(UTC)) if f.broken] == []
