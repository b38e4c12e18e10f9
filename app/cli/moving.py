"""shemtov backup, restore, migrate-to: the whole record in one file, back from it, and into another database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import OperationalError

from app.backup import back_up
from app.cli import say
from app.clock import clock
from app.db import engine, open_engine
from app.errors import BadInput
from app.moving import move
from app.packing import SECRET
from app.restore import restore as restore_all
from app.settings import settings


def register(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("migrate-to")(migrate_to)


def backup(
    to: Annotated[Path, typer.Argument(help="A file, NAME.tar.zst, or a folder that is there.")],
) -> None:
    """Copy the whole record into one file while captures and pages go on, proven as it is made; upgrades nothing."""
    chosen = settings()
    made = back_up(
        engine(), chosen.data_dir, to, clock(), secret=not chosen.secret_key, progress=say.progress("blobs")
    )  # fmt: skip
    told = made.manifest
    rows = sum(table.rows for table in told.tables.values())
    size = made.path.stat().st_size
    say.line(f"{made.path}: {rows} rows of {len(told.tables)} tables, {told.blobs.count} blobs, {size / 1e6:.1f} MB")
    if SECRET in told.files:
        say.line("It holds this installation's secret, and people's names: keep it as you keep a key.")
    elif chosen.secret_key:
        say.line("The secret is not in it: SHEMTOV_SECRET_KEY is yours to keep, and a restored record needs the same.")
    for name in made.missing[:20]:
        say.warn(f"blob {name} is gone or damaged here and is not in the backup; shemtov verify says where it belongs")
    say.finish(len(made.missing))


def restore(
    file: Annotated[Path, typer.Argument(help="A file of shemtov backup.")],
    to: Annotated[Path, typer.Option(help="The data directory to make; empty, or not there yet.")],
    database: Annotated[
        str | None, typer.Option(help="An empty database for the rows, as a URL; without: a SQLite file there.")
    ] = None,
) -> None:
    """Make a data directory of a backup. Everything is proven first: a damaged file is refused, and leaves nothing."""
    with _reached():
        told = restore_all(file, to, open_engine(database) if database else None)
    rows = sum(table.rows for table in told.tables.values())
    say.line(f"{to}: {rows} rows of {len(told.tables)} tables, {told.blobs.count} blobs, as of {told.made}")
    if told.blobs.missing:
        say.warn(f"{told.blobs.missing} blobs were gone or damaged already when the backup was made")
    if SECRET not in told.files:
        say.line("No secret came with it: where the old installation had SHEMTOV_SECRET_KEY, set the same here.")
    say.line(f"Prove it: SHEMTOV_DATA_DIR={to}{' SHEMTOV_DATABASE_URL=...' if database else ''} shemtov verify")


def migrate_to(
    url: Annotated[str, typer.Argument(help="postgresql://person@host/name or sqlite:////path/file.db; empty.")],
) -> None:
    """Move the record into another database: every row, proven on both sides. This one is left as it is."""
    with _reached():
        moved = move(engine(), open_engine(url), settings().data_dir)
    for name, tally in sorted(moved.items()):
        say.line(f"{name}: {tally.rows} rows, the same on both sides")
    say.line("Set SHEMTOV_DATABASE_URL to the new database now, and start what you stopped. The old one is as it was.")


@contextmanager
def _reached() -> Iterator[None]:
    """A database that does not answer is the caller's to mend; its driver's first line says what is wrong."""
    try:
        yield
    except OperationalError as failure:
        raise BadInput(f"that database cannot be used: {str(failure.orig).partition(chr(10))[0]}") from failure
