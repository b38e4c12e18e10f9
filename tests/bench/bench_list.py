"""How long the list of all brands takes: 500 brands with 91 days of 20 results each, in SQLite; read anew, read again
when nothing has changed, and drawn.

python tests/bench/bench_list.py [brands]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar

from fleet import NOW, Fleet, fill

import reports  # noqa: F401  the room of that name, before tests/reports can be taken for it
from app.db import open_engine, reading
from app.kept import Kept
from app.queries import all_brands as listed
from app.queries.all_brands import DAYS, BrandLine, all_brands
from app.texts import LANGUAGES
from app.web.access import Viewer
from app.web.list_view import list_page

T = TypeVar("T")


def timed(run: Callable[[], T]) -> tuple[float, T]:
    """Median seconds of five, and what the last one gave."""
    took = []
    for _ in range(5):
        start = time.perf_counter()
        found = run()
        took.append(time.perf_counter() - start)
    return median(took), found


def main() -> None:
    brands = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'bench.db'}")
        fill(engine, Fleet(brands, brands, DAYS))

        def again() -> tuple[BrandLine, ...]:
            with reading(engine) as session:
                return all_brands(session, NOW)

        def anew() -> tuple[BrandLine, ...]:
            listed.LINES = Kept(listed.LINES.room)
            return again()

        first, _ = timed(anew)
        kept, lines = timed(again)
        drawn, page = timed(lambda: list_page(lines, "worse", LANGUAGES[1], Viewer(1, "", 1, "owner")))
        print(
            f"{brands} brands x {DAYS} days: read anew {first:.2f} s, again {kept:.3f} s, drawn {drawn:.2f} s,"
            f" {len(page) / 1e6:.2f} MB"
        )
        engine.dispose()


if __name__ == "__main__":
    main()
