"""The `shemtov` command: composition only; each command's file says what it does.

Exit codes: 0 done (warnings too), 3 some rows are errors, 2 the command itself was wrong.
"""

from __future__ import annotations

import sys

import typer
from sqlalchemy.exc import OperationalError
from typer.exceptions import TyperException

from app.cli import (
    adapt,
    archive,
    batch,
    brands,
    bulk,
    export,
    looks,
    moving,
    people,
    record,
    repair,
    reports,
    say,
    searches,
    serve,
    sources,
    train,
    weights,
    work,
)
from app.errors import AppError

app = typer.Typer(
    name="shemtov",
    help="Records what a customer sees when they search for a brand and its service.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (
    brands, bulk, searches, people, looks, batch, train, adapt, record, export, repair, archive, moving, reports,
    sources, weights, serve, work,
):  # fmt: skip
    part.register(app)


def main() -> None:
    """Run the command; a failure that is the caller's is one clear line on stderr."""
    try:
        code = app(standalone_mode=False)
    except AppError as failure:
        say.warn(failure.message)
        code = failure.exit_code
    except TyperException as failure:  # every wrong use of a command
        say.warn(failure.format_message())
        code = 2
    except OperationalError as failure:  # it is away, locked or full: the driver's first line says which
        say.warn(f"the database cannot be used: {str(failure.orig).partition(chr(10))[0]}")
        code = 2
    except (typer.Abort, KeyboardInterrupt):
        say.warn("stopped")
        code = 130
    sys.exit(code if isinstance(code, int) else 0)
