"""shemtov reparse, rescore, verify, export: the record read again, proven, taken out."""

from __future__ import annotations

import csv
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from app.again import Again, Reread
from app.again import reparse as reparse_all
from app.again import rescore as rescore_all
from app.cli import say
from app.db import engine, migrate, reading
from app.errors import BadInput
from app.files import write_whole
from app.flips import told as told_flips
from app.pipeline import Surroundings
from app.queries import brands as brand_queries
from app.queries.export import COLUMNS, csv_cell, export_rows
from app.queries.history import first_day
from app.queries.searches import searches
from app.rereading import told
from app.settings import settings
from app.sources import access
from app.surroundings import clock
from app.verify import verify as verify_all
from scrapers.registry import ENGINES


def register(app: typer.Typer) -> None:
    app.command("reparse")(reparse)
    app.command("rescore")(rescore)
    app.command("verify")(verify)
    app.command("export")(export)


def reparse(
    force: Annotated[bool, typer.Option("--all", help="Also what today's parser version has read already.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and write nothing.")] = False,
    engine: Annotated[str | None, typer.Option(help="Only looks at this engine.")] = None,
    since: Annotated[str | None, typer.Option(help="Only looks from this day on.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write what changed to this file, as JSON.")] = None,
) -> None:
    """Read the archive again with today's parsers and say what changed; old readings stay beside the new ones."""
    if engine is not None and engine not in ENGINES:
        raise BadInput(f"unknown engine {engine!r}; known: {', '.join(ENGINES)}")
    first = _day(since)
    migrate()
    found = reparse_all(
        _archive(), say.progress("reparse"), force=force, dry_run=dry_run, engine=engine, since=first
    )  # fmt: skip
    for line in told(found.tallies):
        say.line(line)
    if report is not None:
        write_whole(report, json.dumps(_report(found, dry_run=dry_run), ensure_ascii=False, indent=1).encode())
    say.line(f"{found.seen} looks, {found.changed} read again{', nothing written: a dry run' if dry_run else ''}")
    _finish(found)


def _report(found: Reread, *, dry_run: bool) -> dict[str, Any]:
    return {
        "at": clock().isoformat(),
        "dry_run": dry_run,
        "looks": found.seen,
        "read_again": found.changed,
        "problems": list(found.problems),
        "by_source_and_state": [tally.as_data() for tally in found.tallies],
    }


def rescore(
    accept: Annotated[
        bool, typer.Option("--accept", help="Go on although many labels change; read them first.")
    ] = False,
) -> None:
    """Label every result again with today's rules; every change is kept as an event.

    Says first which labels change. When that is more than one in twenty, nothing is written without --accept.
    """
    migrate()
    found = rescore_all(_archive(), say.progress("rescore"), accept=accept)
    for text in told_flips(found.flips):
        say.shown(text)
    if found.refused:
        say.warn(
            "more than 5 % of the labels would change on unchanged pages: nothing was written; read, then --accept"
        )
        raise typer.Exit(say.ROWS_FAILED)
    _tell("results", found)


def verify() -> None:
    """Say whether the record's invariants hold; exit 1 when one is broken."""
    migrate()
    with reading() as session:
        findings = verify_all(session, settings().blobs, clock())
    for found in findings:
        notes = "".join(f"; {count} {what}" for what, count in sorted(found.notes.items()))
        say.line(
            f"{found.name} {'holds' if not found.broken else 'BROKEN'}: {found.what} ({found.checked} checks{notes})"
        )
        for problem in found.broken[:20]:
            say.warn(f"{found.name}: {problem}")
    if any(found.broken for found in findings):
        raise typer.Exit(1)


def export(
    brand: Annotated[str, typer.Option(help="Which brand.")],
    form: Annotated[str, typer.Option("--format", help="csv or json.")] = "csv",
    output: Annotated[Path | None, typer.Option(help="A file instead of stdout.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First day; default: the whole record.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day; default: today.")] = None,
) -> None:
    """The record of a brand as rows: one per result seen, one per day that did not count."""
    if form not in ("csv", "json"):
        raise BadInput(f"--format is csv or json, not {form!r}")
    end = _day(last) or clock().date() + timedelta(days=1)
    start = _day(first) or date.min
    migrate()
    if output is None:
        _write(sys.stdout, brand, form, start, end)
        return
    with output.open("w", encoding="utf-8-sig" if form == "csv" else "utf-8", newline="") as file:
        _write(file, brand, form, start, end)


def _write(file: TextIO, key: str, form: str, first: date, last: date) -> None:
    with reading() as session:
        owner = brand_queries.brand(session, key)
        rows = (
            row
            for search in searches(session, owner.id)
            for row in export_rows(session, owner, search, max(first, first_day(session, search.id, last)), last)
        )
        if form == "json":
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
            return
        table = csv.writer(file)
        table.writerow(COLUMNS)
        table.writerows([csv_cell(row[column]) for column in COLUMNS] for row in rows)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as wrong:
        raise BadInput(f"{text!r} is no day; write 2026-11-21") from wrong


def _archive() -> Surroundings:
    def nobody(source: str) -> object:
        raise BadInput(f"reading the archive reaches nobody, not even {source}")

    return Surroundings(engine(), settings().blobs, clock, lambda name: access(name, settings()), nobody)  # type: ignore[arg-type]


def _tell(what: str, again: Again) -> None:
    say.line(f"{again.seen} {what} read again, {again.changed} changed")
    _finish(again)


def _finish(again: Again) -> None:
    for problem in again.problems:
        say.warn(problem)
    say.finish(len(again.problems))
