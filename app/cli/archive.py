"""shemtov retention: what is kept for how long."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli import say
from app.db import engine, migrate, writing
from app.retention import Kept, due_today, retain
from app.settings import settings
from app.store.archive import keep_days
from app.store.brands import home_workspace
from app.surroundings import clock


def register(app: typer.Typer) -> None:
    app.command("retention")(retention)


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
    kept = retain(
        engine(), settings().blobs, clock(), settings().raw_days, dry_run=dry_run, progress=say.progress("retention")
    )
    say.line(told(kept, dry_run=dry_run))
    for problem in kept.problems:
        say.warn(problem)
    say.finish(len(kept.problems))


def once_a_day() -> None:
    """Retention at the end of a due run, the first of a day."""
    if due_today(settings().data_dir, clock()):
        kept = retain(engine(), settings().blobs, clock(), settings().raw_days)
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
