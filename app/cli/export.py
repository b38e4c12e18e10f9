"""shemtov export: the record of a brand, or of all, as rows for other programs."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, Any, TextIO

import typer

from app.cli import say
from app.clock import clock
from app.db import migrate, reading
from app.errors import BadInput
from app.files import whole
from app.queries import brands as brand_queries
from app.queries.export import COLUMNS, csv_cell, export_rows
from app.queries.history import first_day
from app.queries.searches import searches
from app.types import Progress

Row = dict[str, Any]
FORMATS = ("csv", "json", "parquet")
AT_ONCE = 20_000  # rows of one group of a Parquet file: what of it is in memory at a time
NO_PYARROW = "Parquet needs the package pyarrow (55 MB): .venv/bin/python -m pip install pyarrow"


def register(app: typer.Typer) -> None:
    app.command("export")(export)


def export(
    brand: Annotated[str | None, typer.Option(help="Which brand.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All brands, one after the other.")] = False,
    form: Annotated[str, typer.Option("--format", help="csv, json (a line each) or parquet.")] = "csv",
    output: Annotated[Path | None, typer.Option(help="A file instead of stdout.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day; default: the whole record.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day; default: today.")] = None,
) -> None:
    """The record as rows: one per result seen, one per day that did not count."""
    if (brand is None) == (not everything):
        raise BadInput("export needs --brand, or --all")
    if form not in FORMATS:
        raise BadInput(f"--format is csv, json or parquet, not {form!r}")
    if form == "parquet" and output is None:
        raise BadInput("Parquet is no text: name a file with --output")
    end = day_typed(last) or clock().date() + timedelta(days=1)
    quiet = output is None and sys.stdout.isatty()  # rows and a counter on one screen are neither
    show = None if quiet else say.progress("export: searches")
    rows = record_rows(brand, day_typed(first) or date.min, end, show)
    migrate()
    if output is None:
        (_json if form == "json" else _csv)(sys.stdout, rows)
        return
    try:
        with output.open("wb") if output.exists() and not output.is_file() else whole(output.resolve()) as file:
            count = _write(file, form, rows)
    except OSError as wrong:
        raise BadInput(f"{output} cannot be written: {wrong.strerror}") from wrong
    say.line(f"{count} rows in {output}")


def record_rows(key: str | None, first: date, last: date, show: Progress | None = None) -> Iterator[Row]:
    """The rows of a brand, or of all brands, in one transaction; at most a search's year in memory."""
    with reading() as session:
        owners = brand_queries.brands(session) if key is None else (brand_queries.brand(session, key),)
        todo = [(owner, search) for owner in owners for search in searches(session, owner.id)]
        for done, (owner, search) in enumerate(todo, 1):
            yield from export_rows(session, owner, search, max(first, first_day(session, search.id, last)), last)
            session.expunge_all()  # what was read of one search is not kept for the next
            if show is not None:
                show(done, len(todo))


def day_typed(text: str | None) -> date | None:
    """A day as typed; BadInput when it is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise BadInput(f"{text!r} is no day; write 2026-11-21") from wrong


def _write(file: IO[bytes], form: str, rows: Iterable[Row]) -> int:
    if form == "parquet":
        return _parquet(file, rows)
    text = io.TextIOWrapper(file, "utf-8-sig" if form == "csv" else "utf-8", newline="")
    count = (_json if form == "json" else _csv)(text, rows)
    text.detach()
    return count


def _json(file: TextIO, rows: Iterable[Row]) -> int:
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007  # the last count is the answer
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return count


def _csv(file: TextIO, rows: Iterable[Row]) -> int:
    count, table = 0, csv.writer(file)
    for count, row in enumerate(rows, 1):
        if count == 1:  # not before: until there is a row there may be no such brand
            table.writerow(COLUMNS)
        table.writerow([csv_cell(row[column]) for column in COLUMNS])
    if not count:
        table.writerow(COLUMNS)
    return count


def _parquet(file: IO[bytes], rows: Iterable[Row]) -> int:
    """In groups of rows, compressed with zstd; days are dates, ranks and ids whole numbers, what is unknown is null."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as missing:
        raise BadInput(NO_PYARROW) from missing
    whole_number, number, words = pyarrow.int64(), pyarrow.float64(), pyarrow.string()
    kinds = {
        "search_id": whole_number, "snapshot_id": whole_number, "rank": whole_number, "date": pyarrow.date32(),
        "confidence": number, "rating": number, "scale": number,
    }  # fmt: skip
    schema, count, left = pyarrow.schema([(name, kinds.get(name, words)) for name in COLUMNS]), 0, iter(rows)
    with pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as table:
        while part := [row | {"date": date.fromisoformat(row["date"])} for row in islice(left, AT_ONCE)]:
            table.write_table(pyarrow.Table.from_pylist(part, schema))
            count += len(part)
    return count
