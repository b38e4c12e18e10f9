"""A fleet's years, loaded in bulk: brands whose pages turn as real ones do, through the bare drivers into our own tables.

Four in five of a page's results stand unchanged from one day to the next; 0.77 appearances a look were never seen
before (docs/operations.md, "How much room, and how fast"). Every look counts, and has its try, its answer, its reading
with fifteen checks, and what changed; every appearance has its verdict on record.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from random import Random
from typing import Any

from sqlalchemy import Engine, func, select, update
from sqlmodel import Session, col

from app.db import migrate, writing
from app.models import Brand, Hit, Search, Workspace
from app.types import LABELS
from scrapers.urls import url_hash

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
PAGE = 20
LINKS = 100_000
CHECKS = json.dumps(
    [
        ["Results container", True, "found"], ["The engine asked", True, "google"],
        ["Our phrase echoed", True, "Nativ Telecom customer service"], ["Answered as asked", True, "yes"],
        ["Organic results", True, "20 (usual 20 over 14 looks, enough from 15)"],
        ["With snippets", True, "100% (usual 100%)"], ["Shape", True, "title and address on 20 of 20"],
        ["Links that tell their target", True, "20 of 20"], ["Results that are no ads", True, "20 of 20"],
        ["Language", True, "asked he, the page says he"], ["Country", True, "asked IL, the page says IL"],
        ["End-of-page sign", True, "found"], ["Blocks left unread", True, "0"],
        ["Known results read", True, "19 of 19"], ["New since last look", True, "5%"],
    ],
    separators=(",", ":"),
)  # fmt: skip
EVIDENCE = json.dumps([{"field": "snippet", "start": 0, "end": 11, "text": "no answer a"}, {"field": "title", "start": 16, "end": 23, "text": "refused"}], separators=(",", ":"))  # fmt: skip
TITLE = "Nativ Telecom customer service: what {} wrote in {} about page {}"
SNIPPET = (
    "We waited {} days for a technician, called the service line again and again, and nobody could tell us why the "
    "refund of invoice {} had been promised and was never paid; in the end the answer came, on day {} of waiting."
)
COLUMNS = {
    "link": "id host url url_hash unresolved",
    "hit": "id search_id link_id kind url title snippet display_url text_hash label evidence_kind rule evidence confidence"
           " version",
    "verdict_event": "id hit_id new evidence_kind rule evidence confidence version actor at",
    "blob": "id sha256 kind codec size",
    "snapshot": "id search_id slot fold purpose due state reason current_parse runs",
    "attempt": "id snapshot_id no source state started deadline ended outcome reason cost",
    "fetch": "id attempt_id page_no blob_id final_url http_status content_type complete bytes at",
    "parse": "id snapshot_id attempt_id parser_version state reason unchecked checks n snippets pages unread title_length"
             " at",
    "result": "parse_id rank hit_id absolute_rank page_no",
    "change": "id search_id snapshot_id kind hit_id from_rank to_rank",
}  # fmt: skip
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Fleet:
    """brands share the searches; each is looked at once a day, `days` days up to today."""

    brands: int
    searches: int
    days: int

    @property
    def looks(self) -> int:
        return self.searches * self.days

    @property
    def results(self) -> int:
        return self.looks * PAGE


def fill(engine: Engine, fleet: Fleet) -> None:
    """Migrate an empty database and load the fleet into it."""
    migrate(on=engine)
    with writing(engine) as session:
        people(session, fleet)
    (_fill_sqlite if engine.dialect.name == "sqlite" else _fill_postgresql)(engine, fleet)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def brand_of(number: int, fleet: Fleet) -> int:
    """The brand of a search; search n is the main one of brand n, as far as there are brands."""
    return (number - 1) % fleet.brands + 1


def people(session: Session, fleet: Fleet) -> None:
    session.add(Workspace(id=1, name="Home", slug="home"))
    session.flush()
    session.add_all(
        Brand(id=n, workspace_id=1, name=f"Brand {n}", slug=f"brand-{n}", home_market="il-he")
        for n in range(1, fleet.brands + 1)
    )
    session.flush()
    session.add_all(
        Search(id=n, brand_id=brand_of(n, fleet), market="il-he", phrase=f"Brand {n} service", engine="google", hl="he", gl="IL")
        for n in range(1, fleet.searches + 1)
    )  # fmt: skip
    session.flush()
    for n in range(1, fleet.brands + 1):
        session.get_one(Brand, n).main_search = n


def relabel(engine: Engine, brands: int, run: int) -> None:
    """Another label for the newest hit of so many brands' main searches. run: even and odd ones give different labels."""
    with writing(engine) as session:
        newest = select(func.max(col(Hit.id))).where(col(Hit.search_id) <= brands).group_by(col(Hit.search_id))
        label = "negative" if run % 2 else "positive"
        session.connection().execute(update(Hit).where(col(Hit.id).in_(newest)).values(label=label))


def _links() -> Iterator[tuple[Any, ...]]:
    for n in range(1, LINKS + 1):
        host = f"www.site{n % 9000}.example"
        url = f"https://{host}/reviews/nativ-telecom/customer-service/{n}"
        yield n, host, url, url_hash(url), False


def _searches(fleet: Fleet) -> Iterator[Rows]:
    looks = iter(range(1, fleet.looks + 1))
    hits, changes = iter(range(1, 10**9)), iter(range(1, 10**9))
    for number in range(1, fleet.searches + 1):
        yield _Search(number, hits, changes).rows(fleet.days, looks)


class _Search:
    """One search's pages, day by day."""

    def __init__(self, number: int, hits: Iterator[int], changes: Iterator[int]) -> None:
        self.number, self.hits, self.changes = number, hits, changes
        self.chance = Random(number)  # the same fleet in every run
        self.found: Rows = {table: [] for table in COLUMNS}
        self.page = [self._hit(self._link()) for _ in range(PAGE)]

    def rows(self, days: int, looks: Iterator[int]) -> Rows:
        first = TODAY - timedelta(days=days - 1)
        for back in range(days):
            look, day = next(looks), first + timedelta(days=back)
            if back:
                self._turn(look)
            self._look(look, day)
        return self.found

    def _turn(self, look: int) -> None:
        """A text that was written again, a link that came for another, two neighbours who changed places."""
        chance = self.chance.random()
        at = self.chance.randrange(PAGE)
        (link, _), old = self.page[at], self.page[at]
        if chance < 0.4:
            self.page[at] = self._hit(link)
        elif chance < 0.77:
            self.page[at] = self._hit(self._link())
            for kind, hit, before, after in (
                ("entered", self.page[at][1], None, at + 1),
                ("left", old[1], at + 1, None),
            ):
                self.found["change"].append((next(self.changes), self.number, look, kind, hit, before, after))
        for _ in range(2):
            up = self.chance.randrange(PAGE - 1)
            self.page[up], self.page[up + 1] = self.page[up + 1], self.page[up]

    def _link(self) -> int:
        return self.chance.randrange(LINKS) + 1

    def _hit(self, link: int) -> tuple[int, int]:
        hit = next(self.hits)
        label = self.chance.choice(LABELS)
        url = f"https://www.site{link % 9000}.example/reviews/nativ-telecom/customer-service/{link}"
        said = ("words", "words:+2", EVIDENCE, 0.6, "s3")
        self.found["hit"].append((hit, self.number, link, "organic", url, TITLE.format(hit, link, hit % 97), SNIPPET.format(hit % 89, hit, hit % 31), url[8:50], hit.to_bytes(16, "big"), label, *said))  # fmt: skip
        self.found["verdict_event"].append((hit, hit, label, *said, "rules", NOW))
        return link, hit

    def _look(self, look: int, day: date) -> None:
        at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        asked = f"https://www.google.com/search?q=Brand+{self.number}+service&hl=he&gl=IL&num=20"
        self.found["blob"].append((look, f"{look:064x}", "raw", "zstd", 294_000))
        self.found["snapshot"].append((look, self.number, f"{day}T06:00:00", 0, "scheduled", at, "ok", "", look, 1))
        self.found["attempt"].append((look, look, 1, "serpapi", "done", at, at, at, "ok", "", 0.01))
        self.found["fetch"].append((look, look, 1, look, asked, 200, "text/html; charset=utf-8", True, 294_000, at))
        self.found["parse"].append((look, look, look, "google-2", "ok", "", "[]", CHECKS, PAGE, PAGE, 2, 0, 58.0, at))
        self.found["result"].extend(
            (look, rank, hit, rank + 2, 1 + rank // 11) for rank, (_, hit) in enumerate(self.page, 1)
        )


def _fill_sqlite(engine: Engine, fleet: Fleet) -> None:
    with closing(sqlite3.connect(str(engine.url.database))) as raw:
        raw.execute("PRAGMA synchronous=OFF")
        raw.execute("PRAGMA cache_size=-400000")
        sqlite3.register_adapter(datetime, lambda at: f"{at:%Y-%m-%d %H:%M:%S.%f}")
        for found in chain([{"link": list(_links())}], _searches(fleet)):
            for table, rows in found.items():
                names = COLUMNS[table].split()
                raw.executemany(
                    f'INSERT INTO "{table}" ({", ".join(names)}) VALUES ({", ".join("?" * len(names))})',
                    rows,
                )
        raw.commit()


def _fill_postgresql(engine: Engine, fleet: Fleet) -> None:
    raw: Any = engine.raw_connection()
    with closing(raw):
        cursor = raw.cursor()
        cursor.execute("SET session_replication_role = replica")  # what is loaded is whole: no key is looked up again
        batch: Rows = {"link": list(_links())}
        for number, found in enumerate(_searches(fleet), 1):
            for table, rows in found.items():
                batch.setdefault(table, []).extend(rows)
            if number % 25 == 0 or number == fleet.searches:
                for table in COLUMNS:
                    _copy(cursor, table, batch.pop(table, []))
        raw.commit()
        cursor.execute("SET session_replication_role = origin")
        raw.commit()


def _copy(cursor: Any, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(f'COPY "{table}" ({", ".join(COLUMNS[table].split())}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
