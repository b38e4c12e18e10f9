"""How long the list of all brands takes: 500 brands with 91 days of 20 results each, filled straight into SQLite.

python tests/bench/bench_list.py [brands]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, insert
from sqlmodel import Session

from app.db import migrate, open_engine, reading, writing
from app.models import Attempt, Brand, Hit, Link, Parse, Result, Search, Snapshot, Workspace
from app.queries.all_brands import DAYS, all_brands
from app.texts import LANGUAGES
from app.types import LABELS
from app.web.access import Viewer
from app.web.list_view import list_page

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HITS = 60


def fill(engine: Engine, brands: int) -> None:
    """Brands whose pages turn a little every day, one day in twenty blocked."""
    with writing(engine) as session:
        session.add(Workspace(name="Home", slug="home"))
        _many(session, Link, ({"id": i, "host": "e.example", "url": f"https://e.example/{i}", "url_hash": i.to_bytes(16, "big")} for i in range(1, 2001)))  # fmt: skip
        for number in range(1, brands + 1):
            _one(session, number)


def _one(session: Session, number: int) -> None:
    session.add(Brand(id=number, workspace_id=1, name=f"Brand {number}", slug=f"brand-{number}", home_market="il-he"))
    session.flush()
    session.add(Search(id=number, brand_id=number, market="il-he", phrase=f"Brand {number}", engine="google", hl="he", gl="IL"))  # fmt: skip
    session.flush()
    session.get_one(Brand, number).main_search = number
    base = number * HITS
    _many(session, Hit, (
        {"id": base + i, "search_id": number, "link_id": base % 1900 + i + 1, "kind": "organic", "url": "https://e.example/",
         "title": "t", "snippet": "", "display_url": "", "text_hash": i.to_bytes(16, "big"), "evidence": [],
         "label": LABELS[(i * 7 + number) % 4]} for i in range(HITS)))  # fmt: skip
    ids = [(number * 200 + back, NOW.date() - timedelta(days=back)) for back in range(DAYS)]
    good = [(look, day) for look, day in ids if look % 20]
    _many(session, Snapshot, (_snapshot(look, number, day) for look, day in ids))
    _many(session, Attempt, ({"id": look, "snapshot_id": look, "no": 1, "source": "google", "state": "done", "started": NOW, "deadline": NOW} for look, _ in good))  # fmt: skip
    _many(session, Parse, ({"id": look, "snapshot_id": look, "attempt_id": look, "parser_version": "google 1", "state": "ok", "checks": [], "unchecked": [], "n": 20, "at": NOW} for look, _ in good))  # fmt: skip
    _many(session, Result, (
        {"parse_id": look, "rank": rank, "hit_id": base + (rank + day.toordinal() // 5 * (rank % 3)) % HITS}
        for look, day in good for rank in range(1, 21)))  # fmt: skip
    session.connection().exec_driver_sql(
        "UPDATE snapshot SET current_parse = id WHERE search_id = ? AND state = 'ok'", (number,)
    )


def _snapshot(look: int, search: int, day: date) -> dict[str, Any]:
    return {
        "id": look, "search_id": search, "slot": f"{day}T06:00:00", "fold": 0, "purpose": "scheduled", "due": NOW,
        "state": "ok" if look % 20 else "blocked", "reason": "" if look % 20 else "captcha",
    }  # fmt: skip


def _many(session: Session, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    session.execute(insert(table), list(rows))


def main() -> None:
    """Median of five: the questions to the database, and the page."""
    brands = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'bench.db'}")
        migrate(on=engine)
        fill(engine, brands)
        asked, drawn, size = [], [], 0
        for _ in range(5):
            with reading(engine) as session:
                start = time.perf_counter()
                lines = all_brands(session, NOW)
                asked.append(time.perf_counter() - start)
            start = time.perf_counter()
            size = len(list_page(lines, "worse", LANGUAGES[1], Viewer(1, "", 1, "owner")))
            drawn.append(time.perf_counter() - start)
        print(
            f"{brands} brands x {DAYS} days: asked {median(asked):.2f} s, drawn {median(drawn):.2f} s, {size / 1e6:.2f} MB"
        )


if __name__ == "__main__":
    main()
