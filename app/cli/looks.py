"""shemtov capture, import: looks taken now, looks saved before."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import say
from app.cli.archive import draw_taken, once_a_day
from app.clock import clock
from app.db import engine, migrate, reading, writing
from app.errors import AppError, BadInput, Conflict
from app.files import json_rows
from app.imports import Saved, import_rows
from app.lock import capturing, worker_here
from app.models import Snapshot
from app.operations import operation
from app.pipeline import Surroundings
from app.queries import brands as brand_queries
from app.queries.due import open_snapshots
from app.queries.rows import SearchRow
from app.queries.searches import searches, watched
from app.queries.workers import living
from app.rank_lists import read_ranks
from app.runner import Taken, ask_now, run_due, take
from app.settings import settings
from app.sources import access, usable
from app.store.snapshots import put_in_queue
from app.surroundings import surroundings

WORKER_TAKES = 300.0  # seconds a person waits for a worker's look
BY_HAND = "by hand"  # the queue of a look that a command takes itself


def register(app: typer.Typer) -> None:
    app.command("capture")(capture)
    app.command("import")(import_pages)


def capture(
    search: Annotated[int | None, typer.Argument(help="A search's number (shemtov brand list).")] = None,
    due: Annotated[bool, typer.Option("--due", help="Everything that is due, second looks included.")] = False,
    at: Annotated[str | None, typer.Option(help="Another moment than now; practice world only.")] = None,
    browser: Annotated[bool, typer.Option("--browser", help="Through Chromium, whatever the engine.")] = False,
) -> None:
    """Look at one search now, or take all looks that are due."""
    if (search is None) == (not due):
        raise BadInput("capture needs a search's number, or --due")
    migrate()
    now = travelled(at)
    asyncio.run(_capture(search, now, browser=browser))


async def _capture(search: int | None, now: Callable[[], datetime], *, browser: bool) -> None:
    with reading() as session:
        wanted = searches(session, purpose=None) if search is None else (watched(session, search).search,)
    _check_travel(wanted, now)
    special = browser or now is not clock
    if _worker_lives() and (search is None or not special):
        looks = [] if search is None else [await _by_the_worker(wanted[0])]
        if search is None:
            _left_to_the_worker(special)
    else:
        looks = await _by_ourselves(wanted, search, now, browser=browser)
    for taken in looks if search is not None else ():
        _tell(taken)
    if any(taken.state == "error" for taken in looks):
        raise typer.Exit(say.ROWS_FAILED)


async def _by_ourselves(
    wanted: tuple[SearchRow, ...], search: int | None, now: Callable[[], datetime], *, browser: bool
) -> list[Taken]:
    """The looks taken in this process, without a worker."""
    sources = frozenset(name for one in wanted for name in one.source_names)
    looks = []
    with nullcontext() if search is not None else capturing(settings().data_dir):
        async with surroundings(sources, now, browser=browser) as world:
            if search is not None:
                looks = [await look_now(world, wanted[0])]
            else:
                async for taken in run_due(world, able):
                    _tell(taken)
                    looks.append(taken)
                say.line(f"{len(looks)} looks taken" if looks else "nothing is due")
        await asyncio.to_thread(draw_taken, [taken.snapshot_id for taken in looks])
        if search is None:
            await asyncio.to_thread(once_a_day)
    return looks


def _worker_lives() -> bool:
    """Whether a worker takes what is due here: the lock says it of a SQLite record, its beats on PostgreSQL."""
    if not settings().on_postgresql:
        return worker_here(settings().data_dir)
    with reading() as session:
        return bool(living(session, settings().dead_after))


def _left_to_the_worker(special: bool) -> None:
    """`capture --due` beside a worker: nothing is left to do, which is no error in a crontab."""
    if special:
        raise Conflict("a worker takes what is due here, by its own clock and way: stop it first, or leave it to it")
    with reading() as session:
        count = len(open_snapshots(session, clock()))
    say.line(f"a worker takes what is due; {count} looks wait or run")


async def _by_the_worker(search: SearchRow) -> Taken:
    """A look now, put in front of the worker's queue, and what came of it."""
    _set_up(search)
    with writing() as session:
        asked = ask_now(session, search.id, clock()).id or 0
    until = time.monotonic() + WORKER_TAKES
    while True:
        with reading() as session:
            look = session.get_one(Snapshot, asked)
        if look.state is not None or look.due > clock() or time.monotonic() > until:
            return Taken(asked, search.id, search.phrase, look.slot, look.state or "", look.reason)
        await asyncio.sleep(0.3)


def able(names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Which of a search's sources may be used here."""
    return usable(names, settings())


async def look_now(world: Surroundings, search: SearchRow) -> Taken:
    """A look outside the schedule, in a slot of its own."""
    _set_up(search)
    with writing(world.engine) as session:
        planned = ask_now(session, search.id, world.now())
        put_in_queue(session, planned, BY_HAND, world.now())  # ours: a worker's clock leaves it alone
    return await take(world, planned.id or 0, able)


def _set_up(search: SearchRow) -> None:
    """BadInput when no source of the search may be used here."""
    names, reasons = able(search.source_names)
    if not names:
        raise BadInput("; ".join(reasons))


def travelled(at: str | None) -> Callable[[], datetime]:
    """The clock: the real one, or one that stands at the moment asked for."""
    if at is None:
        return clock
    try:
        moment_asked = datetime.fromisoformat(at)
    except ValueError as wrong:
        raise BadInput(f"--at {at!r} is no moment; write 2026-11-24T06:00+02:00") from wrong
    if moment_asked.tzinfo is None:
        raise BadInput(f"--at {at} needs its zone; write 2026-11-24T06:00+02:00")
    return lambda: moment_asked


def _check_travel(wanted: tuple[SearchRow, ...], now: Callable[[], datetime]) -> None:
    if now is not clock and any(one.source_names != ("practice",) for one in wanted):
        raise BadInput("--at is for the practice world; the real one is seen as it is now")


def _tell(taken: Taken) -> bool:
    """One line about a look; True when it ended as an error."""
    reason = f": {taken.reason}" if taken.reason else ""
    say.line(f"{taken.slot}  search {taken.search_id} {taken.phrase}  {taken.state or 'open'}{reason}")
    return taken.state == "error"


def import_pages(
    brand: Annotated[str, typer.Option(help="The brand they belong to.")],
    manifest: Annotated[
        Path | None,
        typer.Argument(help="JSON lines: path, engine, phrase, captured_at, hl, gl, ...; or a .csv of ranks."),
    ] = None,
    file: Annotated[Path | None, typer.Option(help="A single saved page instead of a manifest.")] = None,
    source: Annotated[str | None, typer.Option("--engine", help="Engine or provider of the page.")] = None,
    phrase: Annotated[str | None, typer.Option(help="What was searched.")] = None,
    captured_at: Annotated[str | None, typer.Option(help="When: 2026-11-21 or 2026-11-21T06:00.")] = None,
    hl: Annotated[str | None, typer.Option(help="Language, such as he.")] = None,
    gl: Annotated[str | None, typer.Option(help="Country, such as IL.")] = None,
    device: Annotated[str, typer.Option(help="desktop or mobile.")] = "desktop",
    page_no: Annotated[int, typer.Option(min=1, max=10)] = 1,
    final_url: Annotated[str | None, typer.Option()] = None,
    http_status: Annotated[int | None, typer.Option()] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a CSV that is not UTF-8, such as windows-1255.")] = None,
) -> None:
    """Make snapshots of saved pages, as a capture would have made them, so that charts start in the past.

    A list of ranks from another tracker (.csv, .tsv) is kept as it was noted; without a page it counts in no chart."""
    if (manifest is None) == (file is None):
        raise BadInput("import needs a manifest, or --file with --engine, --phrase, --captured-at, --hl and --gl")
    row = {
        "path": str(file), "engine": source, "phrase": phrase, "captured_at": captured_at, "hl": hl, "gl": gl,
        "device": device, "page_no": page_no, "final_url": final_url, "http_status": http_status,
    }  # fmt: skip
    migrate()
    with reading() as session:
        owner = brand_queries.brand(session, brand)
    rows: Iterator[dict[str, Any] | Saved | str] = iter([row])
    if manifest and manifest.suffix.lower() in (".csv", ".tsv"):
        said = {"phrase": phrase, "engine": source, "hl": hl, "gl": gl, "device": device}
        rows = read_ranks(manifest, owner, clock(), said, encoding)
    elif manifest:
        rows = json_rows(manifest)
    world = Surroundings(engine(), settings().blobs, clock, lambda name: access(name, settings()), _offline)
    errors = done = 0
    with operation(world.engine, "import") as progress:
        for one in import_rows(world, owner.id, rows, manifest.parent if manifest else Path(), progress):
            if one.state is None:
                errors += 1
                say.warn(one.reason)
            else:
                done += 1
                say.line(f"{one.path}  {one.state}{': ' + one.reason if one.reason else ''}")
    say.line(f"{done} looks imported, {errors} rows refused")
    say.finish(errors)


def _offline(source: str) -> Any:
    raise AppError(f"an import reaches nobody, not even {source}")
