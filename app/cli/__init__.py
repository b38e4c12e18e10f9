"""The `shemtov` command: composition only; each command's file says what it does.

Exit codes: 0 done (warnings too), 3 some rows are errors, 2 the command itself was wrong.
"""

from __future__ import annotations

import sys

import click
import typer

from app.cli import batch, brands, looks, record, serve
from app.errors import AppError

app = typer.Typer(
    name="shemtov",
    help="Records what a customer sees when they search for a brand and its service.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for part in (brands, looks, batch, record, serve):
    part.register(app)


def main() -> None:
    """Run the command; a failure that is the caller's is one clear line on stderr."""
    try:
        app(standalone_mode=False)
    except AppError as failure:
        print(f"shemtov: {failure.message}", file=sys.stderr)
        sys.exit(failure.exit_code)
    except click.ClickException as failure:
        print(f"shemtov: {failure.format_message()}", file=sys.stderr)
        sys.exit(2)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except (click.Abort, KeyboardInterrupt):
        print("shemtov: stopped", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
