"""How quickly looks are stored: 2,000 through app.store, each in its own transaction, against the bare driver writing
the same rows in the same number of transactions, on SQLite with the same settings.

python tests/bench/bench_ingest.py [looks]
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from fleet import CHECKS, EVIDENCE, SNIPPET, TITLE, Fleet, people
from sqlalchemy import Engine
from sqlmodel import Session, select

import reports  # noqa: F401  the room of that name, before tests/reports can be taken for it
from app.db import PRAGMAS, migrate, open_engine, writing
from app.models import Hit
from app.schedule import slot_of
from app.store.attempts import end, start
from app.store.parses import add_parse, hash_of
from app.store.snapshots import finish, plan
from app.store.verdicts import set_verdict
from app.types import Evidence, Verdict
from scrapers.types import Check, Judgement, Result, Serp
from scrapers.urls import url_hash

SEARCHES = 40
LEAST = 0.20
AT = datetime(2026, 1, 1, 4, tzinfo=UTC)
VERDICT = Verdict("negative", "words", "words:+2", 0.6, tuple(Evidence(**one) for one in json.loads(EVIDENCE)), "s3")
JUDGED = Judgement("ok", "", (), tuple(Check(*one) for one in json.loads(CHECKS)))
Look = tuple[int, str, list[Result]]  # search, slot, results


def looks(count: int) -> list[Look]:
    """Day by day, each search's page turned a little: 0.77 new appearances a look."""
    chance = Random(1)
    pages = {number: [_result(chance) for _ in range(20)] for number in range(1, SEARCHES + 1)}
    found = []
    for number in range(count):
        search, day = number % SEARCHES + 1, AT + timedelta(days=number // SEARCHES)
        page = pages[search]
        if chance.random() < 0.77:
            page[chance.randrange(20)] = _result(chance)
        up = chance.randrange(19)
        page[up], page[up + 1] = page[up + 1], page[up]
        results = [_at(rank, *of) for rank, of in enumerate(page, 1)]
        found.append((search, f"{day:%Y-%m-%dT06:00:00}", results))
    return found


def _result(chance: Random) -> tuple[str, str, str]:
    number = chance.randrange(10**6)
    return f"https://www.site{number % 9000}.example/reviews/{number}", TITLE.format(number, 1, 2), SNIPPET.format(3, number, 4)  # fmt: skip


def _at(rank: int, url: str, title: str, snippet: str) -> Result:
    return Result(rank, url, url, title, snippet, url[8:50], url.split("/")[2], absolute_rank=rank + 2)


def through_the_store(engine: Engine, given: list[Look]) -> float:
    """Seconds: the look planned, its try, its reading with links, hits and ranks, first verdicts, its state."""
    begun = time.perf_counter()
    for search, slot, results in given:
        with writing(engine) as session:
            look = plan(session, search, slot_of(slot), "scheduled", AT)
            attempt = start(session, look.id or 0, "google", AT, AT)
            end(session, attempt, "ok", "", AT)
            parse = add_parse(session, search, look.id or 0, attempt, Serp(tuple(results), parser_version="google-2"), JUDGED, AT)  # fmt: skip
            _first_verdicts(session, search)
            finish(session, look.id or 0, "ok", "", parse)
    return time.perf_counter() - begun


def _first_verdicts(session: Session, search: int) -> None:
    for hit in session.exec(select(Hit).where(Hit.search_id == search, Hit.version == None)).all():  # noqa: E711
        set_verdict(session, hit, VERDICT, "rules", AT)


def by_the_driver(path: Path, given: list[Look]) -> float:
    """Seconds for the same rows."""
    at, begun = f"{AT:%Y-%m-%d %H:%M:%S.%f}", time.perf_counter()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for pragma in PRAGMAS:
            raw.execute(f"PRAGMA {pragma}")
        for search, slot, results in given:
            raw.execute("BEGIN IMMEDIATE")
            _one(raw, search, slot, results, at)
            raw.execute("COMMIT")
    return time.perf_counter() - begun


def _one(raw: sqlite3.Connection, search: int, slot: str, results: list[Result], at: str) -> None:
    look = _id(raw, "INSERT INTO snapshot (search_id, slot, fold, purpose, due, reason) VALUES (?, ?, 0, 'scheduled', ?, '')", search, slot, at)  # fmt: skip
    attempt = _id(raw, "INSERT INTO attempt (snapshot_id, no, source, state, started, deadline, ended, outcome, reason, cost) VALUES (?, 1, 'google', 'done', ?, ?, ?, 'ok', '', 0)", look, at, at, at)  # fmt: skip
    parse = _id(raw, "INSERT INTO parse (snapshot_id, attempt_id, parser_version, state, reason, unchecked, checks, n, snippets, pages, unread, title_length, at) VALUES (?, ?, 'google-2', 'ok', '', '[]', ?, 20, 20, 1, 0, 58, ?)", look, attempt, CHECKS, at)  # fmt: skip
    names = [url_hash(one.link) for one in results]
    raw.executemany("INSERT OR IGNORE INTO link (host, url, url_hash, unresolved) VALUES (?, ?, ?, 0)", [(one.host, one.link, name) for one, name in zip(results, names, strict=True)])  # fmt: skip
    marks = ",".join("?" * len(names))
    links = dict(raw.execute(f"SELECT url_hash, id FROM link WHERE url_hash IN ({marks})", names).fetchall())
    keys = [(links[name], hash_of(one)) for one, name in zip(results, names, strict=True)]
    raw.executemany("INSERT OR IGNORE INTO hit (search_id, link_id, kind, url, title, snippet, display_url, text_hash, evidence) VALUES (?, ?, 'organic', ?, ?, ?, ?, ?, '[]')", [(search, link, one.url, one.title, one.snippet, one.display_url, text) for one, (link, text) in zip(results, keys, strict=True)])  # fmt: skip
    known = raw.execute(f"SELECT link_id, text_hash, id, label FROM hit WHERE search_id = ? AND link_id IN ({marks})", (search, *links.values())).fetchall()  # fmt: skip
    hits = {(link, text): hit for link, text, hit, _ in known}
    raw.executemany("INSERT INTO result (parse_id, rank, hit_id, absolute_rank, page_no) VALUES (?, ?, ?, ?, 1)", [(parse, one.rank, hits[key], one.absolute_rank) for one, key in zip(results, keys, strict=True)])  # fmt: skip
    said = (VERDICT.label, VERDICT.kind, VERDICT.rule, EVIDENCE, VERDICT.confidence, VERDICT.version)
    for hit in [hit for _, _, hit, label in known if label is None]:
        raw.execute("INSERT INTO verdict_event (hit_id, new, evidence_kind, rule, evidence, confidence, version, actor, at) VALUES (?, ?, ?, ?, ?, ?, ?, 'rules', ?)", (hit, *said, at))  # fmt: skip
        raw.execute("UPDATE hit SET label = ?, evidence_kind = ?, rule = ?, evidence = ?, confidence = ?, version = ? WHERE id = ?", (*said, hit))  # fmt: skip
    raw.execute("UPDATE snapshot SET state = 'ok', current_parse = ? WHERE id = ?", (parse, look))


def _id(raw: sqlite3.Connection, statement: str, *values: Any) -> int:
    return raw.execute(statement, values).lastrowid or 0


def main() -> None:
    given = looks(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
    took, counts = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("store", "driver"):
            engine = open_engine(f"sqlite:///{Path(folder) / name}.db")
            migrate(on=engine)
            with writing(engine) as session:
                people(session, Fleet(1, SEARCHES, 1))
            took[name] = through_the_store(engine, given) if name == "store" else by_the_driver(Path(folder) / "driver.db", given)  # fmt: skip
            with engine.connect() as connection:
                counts[name] = [connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in ("snapshot", "parse", "result", "hit", "verdict_event")]  # fmt: skip
            engine.dispose()
    if counts["store"] != counts["driver"]:
        sys.exit(f"not the same rows: {counts}")
    share = took["driver"] / took["store"]
    print(f"{len(given)} looks: {len(given) / took['store']:.0f} a second through app.store, {len(given) / took['driver']:.0f} by the"
          f" driver: {100 * share:.0f} %, wanted {100 * LEAST:.0f}")  # fmt: skip
    sys.exit(0 if share >= LEAST else 1)


if __name__ == "__main__":
    main()
