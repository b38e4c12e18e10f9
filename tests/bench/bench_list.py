"""How long the list of all brands takes: 500 brands with 91 days of 20 results each, in SQLite; read and drawn anew,
again when nothing has changed, and after a label changed at 25 of them.

python tests/bench/bench_list.py [brands]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from fleet import NOW, Fleet, fill, relabel
from sqlalchemy import Engine

import reports  # noqa: F401  the room of that name, before tests/reports can be taken for it
from app.db import open_engine, reading
from app.kept import Kept
from app.queries import all_brands as listed
from app.queries.all_brands import DAYS, all_brands
from app.texts import LANGUAGES
from app.web import list_view
from app.web.access import Viewer
from app.web.list_view import list_page

CHANGED = 25


def forget() -> None:
    """As a new process would begin."""
    listed.LINES, list_view.ROWS = Kept(listed.LINES.room), Kept(list_view.ROWS.room)


def timed(engine: Engine, before: Callable[[int], None]) -> tuple[float, float, int]:
    """Median seconds of reading and of drawing, and how large the page is."""
    read, drawn, size = [], [], 0
    for run in range(5):
        before(run)
        start = time.perf_counter()
        with reading(engine) as session:
            lines = all_brands(session, NOW)
        middle = time.perf_counter()
        size = len(list_page(lines, "worse", LANGUAGES[1], Viewer(1, "", 1, "owner")).encode())
        read.append(middle - start)
        drawn.append(time.perf_counter() - middle)
    return median(read), median(drawn), size


def main() -> None:
    brands = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'bench.db'}")
        fill(engine, Fleet(brands, brands, DAYS))
        for what, before in (
            ("anew", lambda _: forget()),
            ("unchanged", lambda _: None),
            (f"{CHANGED} changed", lambda run: relabel(engine, CHANGED, run)),
        ):
            read, drawn, size = timed(engine, before)
            print(
                f"{brands} brands, {what}: read {1000 * read:.0f} ms, drawn {1000 * drawn:.0f} ms, {size / 1e6:.2f} MB"
            )
        engine.dispose()


if __name__ == "__main__":
    main()
