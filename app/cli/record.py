"""shemtov reparse, rescore, verify: the record read again and proven."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.again import Again, Reread
from app.again import reparse as reparse_all
from app.again import rescore as rescore_all
from app.cli import say
from app.cli.export import day_typed
from app.clock import clock
from app.db import engine, migrate, reading
from app.errors import BadInput, NotAccepted
from app.files import write_whole
from app.flips import told as told_flips
from app.operations import operation
from app.pipeline import Surroundings
from app.rereading import told
from app.settings import settings
from app.sources import access
from app.verify import verify as verify_all
from scrapers.registry import ENGINES


def register(app: typer.Typer) -> None:
    app.command("reparse")(reparse)
    app.command("rescore")(rescore)
    app.command("verify")(verify)


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
    first = day_typed(since)
    migrate()
    archive = _archive()
    with operation(archive.engine, "reparse", say.progress("reparse"), dry_run=dry_run) as progress:
        found = reparse_all(archive, progress, force=force, dry_run=dry_run, engine=engine, since=first)
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
    archive = _archive()
    with operation(archive.engine, "rescore", say.progress("rescore")) as progress:
        found = rescore_all(archive, progress, accept=accept)
        for text in told_flips(found.flips):
            say.shown(text)
        if found.refused:
            raise NotAccepted(
                "more than 5 % of the labels would change on unchanged pages: nothing was written; read, then --accept"
            )
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
