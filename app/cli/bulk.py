"""shemtov brand import: many brands of one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.brand_files import read_brands
from app.bulk import Bulk, Told, make_all, plan_all
from app.cli import say
from app.cli.brands import brand, costs
from app.clock import clock
from app.db import engine, migrate, reading, writing
from app.operations import operation
from app.settings import settings
from app.store.brands import home_workspace

MOST_TOLD = 300  # characters of one line about one problem: a cell may hold thousands


def register(_app: typer.Typer) -> None:
    """It stands among the brands' commands."""


@brand.command("import")
def import_brands(
    file: Annotated[Path, typer.Argument(help="CSV or TOML with name, market, owned, phrase, ... (docs/moving-in.md)")],
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be made and what it costs.")] = False,
    skip_wrong: Annotated[bool, typer.Option("--skip-wrong", help="Make the right ones, leave the wrong out.")] = False,
    encoding: Annotated[
        str | None, typer.Option(help="Of an old CSV, such as windows-1255 or windows-1250; default: UTF-8.")
    ] = None,
) -> None:
    """Add the brands of a file with their searches: all of them, or none. Those that are there are left alone."""
    typed = read_brands(file, encoding)
    migrate()
    with writing() as session:
        workspace = home_workspace(session)
    with reading() as session:
        bulk = plan_all(session, typed, workspace.id or 0, settings())
    for wrong in bulk.wrong:
        for message in wrong.what:
            say.warn(f"{_where(wrong)}: {message}"[:MOST_TOLD])
    makes = not preview and (skip_wrong or not bulk.wrong)
    if makes:
        with operation(engine(), "brands", say.progress("brands")) as progress, writing() as session:
            make_all(session, workspace, bulk, clock(), progress)
    tell(bulk, made=makes, each=preview)
    say.finish(len(bulk.wrong))


def tell(bulk: Bulk, *, made: bool, each: bool) -> None:
    """What was made, or would be; each: brand by brand."""
    for plan in bulk.new if each else ():
        say.line(f"{plan.name}: {len(plan.searches)} searches, {plan.looks} looks, ${plan.cost:.2f} a month")
    for there in bulk.there:
        differs = f"; it differs: {', '.join(there.what)}" if there.what else ""
        say.line(f"{_where(there)}: there already, left alone{differs}")
    count = sum(len(plan.searches) for plan in bulk.new)
    what = f"{len(bulk.new)} brands with {count} searches"
    say.line(f"added {what}" if made else f"{what} would be added; nothing was made")
    say.line(f"{len(bulk.there)} brands were there already, {len(bulk.wrong)} are wrong")
    if bulk.new:
        say.line(costs(bulk))
    _warn_of(bulk)


def _warn_of(bulk: Bulk) -> None:
    """What is allowed and may not be meant, once for all brands."""
    bare = [plan.name for plan in bulk.new if plan.owns_nothing]
    if bare:
        say.warn(f"{_some(bare)} own no site yet: nothing of theirs can be labelled owned")
    silent = [search for plan in bulk.new for search in plan.searches if search.asks_nobody]
    for reasons in dict.fromkeys(search.why_not for search in silent):
        say.warn(f"nobody is asked yet: {'; '.join(reasons)}")


def _where(told: Told) -> str:
    name = told.name[:60] or "a brand without a name"
    return f"line {told.line} ({name})" if told.line else name


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
