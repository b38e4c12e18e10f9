"""Lists of ranks from other trackers, CSV, read into what an import takes: one list of ranks 1 to n for each look."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.csv_files import decoded, records, refuse_document
from app.errors import BadInput
from app.files import read_page_file
from app.imports import Saved, device_of, engine_of, moment
from app.queries.rows import BrandRow
from app.scoring.markets import market
from scrapers.providers.ranks import NAME
from scrapers.types import RawPage
from scrapers.urls import target

MOST_BYTES, MOST_ROWS = 200_000_000, 500_000
# Our name of a column, and what trackers call it.
COLUMNS = {
    "date": "date captured_at day time", "phrase": "phrase keyword query search_term", "rank": "rank position",
    "link": "url link address landing_page", "title": "title", "snippet": "snippet description",
    "engine": "engine search_engine", "hl": "hl language", "gl": "gl country", "device": "device",
}  # fmt: skip
KNOWN = {called: name for name, names in COLUMNS.items() for called in names.split()}
NEEDED = ("date", "rank", "link")
Cells = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Noted:
    """One row: what stood at a rank. line: where the file says so; link: in its canonical form."""

    line: int
    rank: int
    link: str
    cells: Cells


def read_ranks(
    path: Path, brand: BrandRow, now: datetime, said: Mapping[str, str | None], encoding: str | None = None
) -> Iterator[Saved | str]:
    """The lists of a file, each with all ranks of one moment; for one that cannot be taken, why. said: what holds
    where the file has no such column (phrase, engine, hl, gl, device); language and country are else those of the
    brand's home market, the engine google. BadInput when the file as a whole cannot be read."""
    content = read_page_file(path, MOST_BYTES)
    refuse_document(content, path)
    found = records(decoded(content, encoding, path), path, lambda head: _name(head) in COLUMNS)
    _, heads = next(found, (0, []))
    names = _columns(heads, path)
    home = market(brand.home_market)
    given = {"engine": "google", "hl": home.hl, "gl": home.gl, "device": "desktop"}
    given |= {name: value for name, value in said.items() if value}
    looks: dict[tuple[str, ...], list[Noted]] = {}
    for number, (line, cells) in enumerate(found):
        if number >= MOST_ROWS:
            raise BadInput(f"{path}: more than {MOST_ROWS} rows; cut it into files of fewer")
        row = given | {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}
        try:
            noted = Noted(line, _rank(row), _link(row), row)
            key = tuple(row.get(name, "") for name in ("date", "engine", "phrase", "hl", "gl", "device"))
            looks.setdefault(key, []).append(noted)
        except BadInput as wrong:
            yield f"{path}, line {line}: {wrong.message}"
    for rows in looks.values():
        where = f"{path}, line {rows[0].line}"
        try:
            yield _saved(rows, where, brand.zone, now)
        except BadInput as wrong:
            yield f"{where}: {wrong.message.removeprefix(f'{where}: ')}"


def _saved(rows: list[Noted], where: str, zone: str, now: datetime) -> Saved:
    """All rows of one moment as one answer."""
    rows = sorted(rows, key=lambda row: row.rank)
    cells = rows[0].cells
    links: dict[str, int] = {}
    for place, row in enumerate(rows, 1):
        if row.rank < place:
            raise BadInput(f"rank {row.rank} of {cells['date']} stands there twice")
        if row.rank > place:
            told = f"rank {place} of {cells['date']} is missing"
            raise BadInput(f"{told}: a list that leaves out ranks does not say what stood there")
        if (other := links.setdefault(row.link, place)) != place:  # counted once, all below it would move up
            raise BadInput(f"ranks {other} and {place} of {cells['date']} are the same address")
    phrase = cells.get("phrase")
    if not phrase:
        raise BadInput("no phrase; a column of that name, or --phrase")
    hl, gl = cells["hl"].lower(), cells["gl"].upper()
    engine = engine_of(cells["engine"].lower(), hl, gl, where)
    seen = moment(cells["date"], zone, now, where)
    listed = [{name: row.cells.get(name, "") for name in ("link", "title", "snippet")} for row in rows]
    body = json.dumps({"phrase": phrase, "engine": engine, "rows": listed}, ensure_ascii=False, separators=(",", ":"))
    page = RawPage(body.encode("utf-8", "replace"), fetched_at=seen, content_type="application/json")
    return Saved(Path(where), NAME, engine, phrase, hl, gl, device_of(cells["device"], where), seen, page)


def _rank(row: Cells) -> int:
    lacking = [name for name in NEEDED if not row.get(name)]
    if lacking:
        raise BadInput(f"no {lacking[0]}")
    told = row["rank"]
    if not (told.isascii() and told.isdigit() and 1 <= int(told[:4]) <= 100):
        raise BadInput(f"rank is a whole number from 1 to 100, not {told[:40]!r}")
    return int(told)


def _link(row: Cells) -> str:
    """A row nobody could read would be left out later, and all below it would move up."""
    found = target(row["link"], "", row.get("title", ""))
    if found is None:
        raise BadInput(f"the url is no address on the web: {row['link'][:80]!r}")
    return found.link


def _columns(heads: list[str], path: Path) -> list[str]:
    """Our name of each column, "" for one that is not ours: trackers write out many more."""
    names = [_name(head) for head in heads]
    lacking = [name for name in NEEDED if name not in names]
    doubled = sorted({name for name in names if name in COLUMNS and names.count(name) > 1})
    for trouble, what in ((lacking, "no column"), (doubled, "two columns")):
        if trouble:
            raise BadInput(f"{path}: {what} {', '.join(map(repr, trouble))}; columns: {', '.join(COLUMNS)}")
    return [name if name in COLUMNS else "" for name in names]


def _name(head: str) -> str:
    return KNOWN.get("_".join(head.strip().strip('"').lower().split()), "")
