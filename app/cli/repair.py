"""shemtov record-page: an archived page made into a test case, for who repairs a reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from app.cli import say
from app.db import migrate, reading
from app.errors import BadInput
from app.recording import record_page
from app.settings import settings

CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def register(app: typer.Typer) -> None:
    app.command("record-page")(record)


def record(
    snapshot: Annotated[int, typer.Argument(help="A look's number, as its page and `shemtov reparse` show it.")],
    case: Annotated[str, typer.Option(help="What to call the case: small letters, digits and hyphens.")],
    output: Annotated[Path, typer.Option(help="Where cases are kept.")] = Path("tests/pages"),
    page: Annotated[int, typer.Option(min=1, help="Which page of the look.")] = 1,
    why: Annotated[str, typer.Option(help="Why the case is kept, for its note.")] = "",
) -> None:
    """Make a test case of an archived page: every name, host, text and token in it replaced by an invented one."""
    if CASE.fullmatch(case) is None:
        raise BadInput(f"--case {case!r}: small letters, digits and hyphens, such as new-layout")
    migrate()
    with reading() as session:
        made = record_page(session, settings().blobs, snapshot, case=case, output=output, page_no=page, why=why)
    say.line(f"{made.folder}: {made.state}, {made.results} results")
    say.line("read it through before you commit it: what it shows must be invented")
