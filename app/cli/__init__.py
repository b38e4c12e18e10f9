"""The `shemtov` command: composition only; each command's file says what it does.

Exit codes: 0 done (warnings too), 3 some rows are errors, 2 the command itself was wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module

import typer
from sqlalchemy.exc import OperationalError
from typer.exceptions import TyperException

from app.cli import say
from app.errors import AppError

# Which file has which commands, in the order of the help. Only the file of what was typed is imported: all of them,
# with all that they need, take longer than most commands.
PARTS = {
    "brands": ("brand", "key"), "bulk": ("brand",), "searches": ("search",), "people": ("person",),
    "looks": ("capture", "import"), "batch": ("parse", "score"), "train": ("train",), "adapt": ("adapt",),
    "record": ("reparse", "rescore", "verify"), "export": ("export",), "repair": ("record-page",),
    "archive": ("retention", "forget", "picture"), "moving": ("backup", "restore", "migrate-to"),
    "reports": ("report", "sign"), "sources": ("sources",), "weights": ("weights",), "serve": ("serve", "demo"),
    "work": ("worker", "work"),
}  # fmt: skip


def commands(typed: Sequence[str] = ()) -> typer.Typer:
    """The command of a line of words; all of them where its first word names none."""
    first = next((word for word in typed if not word.startswith("-")), "")
    return _put_together(tuple(part for part, names in PARTS.items() if first in names) or tuple(PARTS))


@lru_cache(maxsize=4)
def _put_together(parts: tuple[str, ...]) -> typer.Typer:
    app = typer.Typer(name="shemtov", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(shemtov)
    for part in parts:
        import_module(f"app.cli.{part}").register(app)
    return app


def shemtov() -> None:
    """Records what a customer sees when they search for a brand and its service."""


def main() -> None:
    """Run the command; a failure that is the caller's is one clear line on stderr."""
    try:
        code = commands(sys.argv[1:])(standalone_mode=False)
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
