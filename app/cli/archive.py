"""shemtov retention, forget, picture: what is kept for how long, and what is kept no longer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli import say
from app.clock import clock
from app.db import engine, migrate, reading, writing
from app.errors import BadInput
from app.files import write_whole
from app.forget import forget as forget_all
from app.forgotten import Kind
from app.operations import operation
from app.queries.archive import picture_of
from app.queries.blobs import content
from app.retention import Kept, due_today, retain
from app.settings import settings
from app.store.archive import keep_days
from app.store.brands import home_workspace

ACTOR = "operator"


def register(app: typer.Typer) -> None:
    app.command("retention")(retention)
    app.command("forget")(forget)
    app.command("picture")(picture)


def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")] = False,
    days: Annotated[
        int | None,
        typer.Option(min=-1, max=36_500, help="From now on; 0: for ever, -1: as SHEMTOV_RAW_DAYS says."),
    ] = None,
) -> None:
    """Put cleaned copies in the place of raw answers whose days are over. Results and labels stay."""
    migrate()
    if days is not None and not dry_run:
        with writing() as session:
            keep_days(session, home_workspace(session).id or 0, None if days < 0 else days)
    with operation(engine(), "retention", say.progress("retention"), dry_run=dry_run) as progress:
        kept = retain(engine(), settings().blobs, clock(), settings().raw_days, dry_run=dry_run, progress=progress)
    say.line(told(kept, dry_run=dry_run))
    for problem in kept.problems:
        say.warn(problem)
    say.finish(len(kept.problems))


def forget(
    url: Annotated[str | None, typer.Argument(help="The address of a result.")] = None,
    text: Annotated[str | None, typer.Option(help="A name, or any words; capitals and spaces do not matter.")] = None,
    host: Annotated[str | None, typer.Option(help="A whole host and all hosts below it.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")] = False,
) -> None:
    """Remove what names somebody for good, from rows, pages, pictures and printed reports; ranks and labels stay."""
    asked: dict[Kind, str | None] = {"url": url, "text": text, "host": host}
    given = [(kind, typed) for kind, typed in asked.items() if typed is not None]
    if len(given) != 1:
        raise BadInput("forget needs one thing: a URL, --text TEXT or --host HOST")
    migrate()
    kind, typed = given[0]
    with operation(engine(), "forget", say.progress("forget"), dry_run=dry_run) as progress:
        done = forget_all(
            engine(), settings().blobs, kind, typed, ACTOR, clock(), dry_run=dry_run, progress=progress
        )  # fmt: skip
    for name, count in done.counts.items():
        say.line(f"{count} {name}{' would be forgotten' if dry_run else ' forgotten'}")
    if dry_run:
        return
    say.line("forgotten here; exports, printed copies and backups elsewhere are yours to remove")
    if not done.packed:
        say.warn("somebody is reading the database: stop the server, then forget once more to empty its log")


def picture(
    snapshot: Annotated[int, typer.Argument(help="A look's number, as its page shows it.")],
    output: Annotated[Path | None, typer.Option(help="Write the JPEG to a file too.")] = None,
) -> None:
    """Draw what a look's page looked like, from its archived answer, offline; the picture stays beside the look."""
    from app.picturing import draw  # draws with matplotlib's and Chromium's help: slow to import
    from app.printing import close_printer

    migrate()
    try:
        draw(engine(), settings().blobs, snapshot, clock())
    finally:
        close_printer()
    with reading() as session:
        made = picture_of(session, snapshot)
    if made is None:
        raise BadInput(f"snapshot {snapshot} has no picture")
    if output is not None:
        write_whole(output, content(settings().blobs, made.sha256))
    say.line(f"picture of snapshot {snapshot}: {made.width} x {made.height}, drawn from the archived answer")


def draw_taken(looks: list[int]) -> None:
    """Pictures of the looks of a run that brought new negatives. One that cannot be drawn is told and costs nothing."""
    from app.picturing import draw_new
    from app.printing import close_printer

    try:
        for snapshot, problem in draw_new(engine(), settings().blobs, looks, clock()):
            (say.warn if problem else say.line)(f"picture of snapshot {snapshot}: {problem or 'drawn'}")
    finally:
        close_printer()


def once_a_day() -> None:
    """Retention at the end of a due run, the first of a day."""
    if due_today(settings().data_dir, clock()):
        with operation(engine(), "retention") as progress:
            kept = retain(engine(), settings().blobs, clock(), settings().raw_days, progress=progress)
        if kept.replaced or kept.whole or kept.dropped:
            say.line(told(kept))
        for problem in kept.problems:
            say.warn(problem)


def told(kept: Kept, *, dry_run: bool = False) -> str:
    """One line for a person."""
    would = "would be " if dry_run else ""
    return (
        f"{kept.replaced} raw answers {would}replaced by cleaned copies ({kept.raw_bytes / 1e6:.1f} MB by "
        f"{kept.clean_bytes / 1e6:.1f} MB), {kept.whole} kept whole, {kept.dropped} of canaries dropped"
    )
