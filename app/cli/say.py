"""How commands speak: results on stdout, one clear line per problem on stderr, progress where a person watches."""

from __future__ import annotations

import json
import sys
from typing import Any

import typer

from app.types import Progress

ROWS_FAILED = 3


def line(text: str) -> None:
    """One line of result."""
    sys.stdout.write(text + "\n")


def shown(text: str) -> None:
    """The same of text from outside, hostile characters made visible."""
    line("".join(c if c.isprintable() else repr(c)[1:-1] for c in text))


def row(value: dict[str, Any]) -> None:
    """One JSON line of result; characters that are no text become a replacement mark, never a crash."""
    text = json.dumps(value, ensure_ascii=False)
    sys.stdout.write(text.encode("utf-8", "replace").decode("utf-8") + "\n")


def warn(text: str) -> None:
    """One line on stderr, hostile characters made visible."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    sys.stderr.write(f"shemtov: {shown}\n")


def progress(what: str) -> Progress:
    """A counter on stderr that a terminal sees move; elsewhere a line now and then."""
    terminal = sys.stderr.isatty()

    def show(done: int, of: int) -> None:
        if terminal:
            sys.stderr.write(f"\r{what}: {done} of {of}" + ("\n" if done == of else ""))
        elif done == of or done % max(of // 10, 1) == 0:
            sys.stderr.write(f"{what}: {done} of {of}\n")
        sys.stderr.flush()

    return show


def finish(errors: int) -> None:
    """Exit 3 when some rows were errors."""
    if errors:
        raise typer.Exit(ROWS_FAILED)
