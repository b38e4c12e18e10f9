"""How long a correction of one host takes: 200 searches x 365 days of 20 results, filled straight into SQLite.

python tests/bench/bench_relabel.py [searches] [days]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, insert
from sqlmodel import Session

from app.corrections import correct, say, take_back
from app.db import migrate, open_engine, reading, writing
from app.models import Attempt, Brand, Change, Hit, Link, Parse, Result, Search, Snapshot, VerdictEvent, Workspace
from app.preview import preview
from app.queries.label_queue import label_queue
from app.store.label_rules import Saying
from app.types import LABELS, Label
from scrapers.urls import url_hash

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HITS, HOSTS, PER_BRAND = 60, 400, 4
WORDS: dict[str, Any] = {
    "evidence_kind": "words",
    "rule": "words:+2",
    "evidence": [],
    "confidence": 0.6,
    "version": "s1",
}


def host(number: int) -> str:
    return f"{'help.' if number % 3 == 0 else ''}site{number % HOSTS}.example"


def fill(engine: Engine, searches: int, days: int) -> None:
    """Brands of four searches each, whose pages turn a little every five days; every hit with its verdict on record."""
    with writing(engine) as session:
        session.add(Workspace(name="Home", slug="home"))
        addresses = [(i, host(i), f"https://{host(i)}/page/{i}") for i in range(1, 2401)]
        _many(session, Link, [{"id": i, "host": name, "url": url, "url_hash": url_hash(url), "unresolved": False} for i, name, url in addresses])  # fmt: skip
        for number in range(1, searches + 1):
            _one(session, number, days)


def _one(session: Session, number: int, days: int) -> None:
    brand = (number - 1) // PER_BRAND + 1
    if (number - 1) % PER_BRAND == 0:
        session.add(Brand(id=brand, workspace_id=1, name=f"Brand {brand}", slug=f"brand-{brand}", home_market="il-he"))
        session.flush()
    session.add(Search(id=number, brand_id=brand, market="il-he", phrase=f"Brand {number}", engine="google", hl="he", gl="IL"))  # fmt: skip
    session.flush()
    session.get_one(Brand, brand).main_search = (brand - 1) * PER_BRAND + 1
    base = number * HITS
    hits = [(base + i, LABELS[(i * 7 + number) % 4], (base * 7 + i * 13) % 2399 + 1) for i in range(HITS)]
    _many(session, Hit, [
        {"id": hit, "search_id": number, "link_id": link, "kind": "organic", "url": "https://e.example/", "title": "t",
         "snippet": "", "display_url": "", "text_hash": hit.to_bytes(16, "big"), "label": label, **WORDS}
        for hit, label, link in hits])  # fmt: skip
    _many(session, VerdictEvent, [{"hit_id": hit, "new": label, "actor": "rules", "at": NOW, **WORDS} for hit, label, _ in hits])  # fmt: skip
    looks = [(number * 1000 + back, NOW.date() - timedelta(days=back)) for back in range(days)]
    _many(session, Snapshot, [{"id": look, "search_id": number, "slot": f"{day}T06:00:00", "fold": 0, "purpose": "scheduled", "due": NOW, "state": "ok", "reason": ""} for look, day in looks])  # fmt: skip
    _many(session, Attempt, [{"id": look, "snapshot_id": look, "no": 1, "source": "google", "state": "done", "started": NOW, "deadline": NOW} for look, _ in looks])  # fmt: skip
    _many(session, Parse, [{"id": look, "snapshot_id": look, "attempt_id": look, "parser_version": "google 1", "state": "ok", "checks": [], "unchecked": [], "n": 20, "at": NOW} for look, _ in looks])  # fmt: skip
    _many(session, Result, [{"parse_id": look, "rank": rank, "hit_id": base + _turn(rank, day)} for look, day in looks for rank in range(1, 21)])  # fmt: skip
    _many(session, Change, [{"search_id": number, "snapshot_id": look, "kind": "entered", "hit_id": base + _turn(rank, day), "to_rank": rank} for look, day in looks if day.toordinal() % 5 == 0 for rank in (2, 5, 8)])  # fmt: skip
    session.connection().exec_driver_sql("UPDATE snapshot SET current_parse = id WHERE search_id = ?", (number,))


def _turn(rank: int, day: date) -> int:
    return (rank + day.toordinal() // 5 * (rank % 3)) % HITS


def _many(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(table), rows)


def timed(what: str, times: int, run: Callable[[int], int]) -> None:
    """Print the median of a few runs, and how many hits the last one changed."""
    took, changed = [], 0
    for number in range(times):
        start = time.perf_counter()
        changed = run(number)
        took.append(time.perf_counter() - start)
    print(f"{what}: {1000 * median(took):.0f} ms, {changed} hits", flush=True)


def main() -> None:
    """Correct one host for a brand and for all brands, turn by turn between two labels; undo; preview; the queue."""
    searches, days = (int(sys.argv[i]) if len(sys.argv) > i else n for i, n in ((1, 200), (2, 365)))
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'bench.db'}")
        migrate(on=engine)
        fill(engine, searches, days)
        print(f"{searches} searches x {days} days")
        rules: list[int] = []

        def everywhere(number: int) -> int:
            label: Label = "negative" if number % 2 else "positive"
            with writing(engine) as session:
                done = say(session, Saying(1, None, "host", "site7.example", label), "Dana", NOW + timedelta(number))
            rules.append(done.rule)
            return done.changed

        def undo(_number: int) -> int:
            with writing(engine) as session:
                return take_back(session, rules.pop(), "Dana", NOW)

        def one_brand(number: int) -> int:
            label: Label = "negative" if number % 2 else "positive"
            with writing(engine) as session:
                return correct(
                    session, 1, "https://site7.example/", "host", label, "Dana", NOW + timedelta(number)
                ).changed

        def tried(_number: int) -> int:
            saying = Saying(1, None, "host", "site9.example", "negative")
            return preview(lambda session: say(session, saying, "Dana", NOW), NOW, engine).results

        def queued(_number: int) -> int:
            with reading(engine) as session:
                return len(label_queue(session, 1, NOW).rows)

        timed("one host, all brands", 5, everywhere)
        timed("taken back", 5, undo)
        timed("one host, one brand", 5, one_brand)
        timed("preview of one host, all brands", 3, tried)
        timed("label queue", 3, queued)


if __name__ == "__main__":
    main()
