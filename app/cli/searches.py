"""shemtov search list | set: when a search is looked at, where its looks come from, whether at all."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from app.cli import say
from app.cli.brands import heard
from app.clock import clock
from app.db import migrate, reading, writing
from app.editing import Edit, plan_edit, save_edit
from app.errors import BadInput
from app.queries import brands as brand_queries
from app.queries.searches import Watched, searches, watched
from app.settings import settings
from app.spoken import spoken
from app.texts import shown

search = typer.Typer(help="Searches: list, set.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(search, name="search")


@search.command("list")
def list_searches(brand: Annotated[str | None, typer.Argument(help="A brand's slug; without: all.")] = None) -> None:
    """The searches with their schedules, sources and next looks."""
    migrate()
    with reading() as session:
        chosen = brand_queries.brand(session, brand).id if brand else None
        for one in searches(session, chosen, purpose=None):
            due = one.next_due.isoformat(timespec="minutes") if one.next_due and one.active else "none"
            say.line(f"{one.id}: {one.phrase}  {one.engine} {one.hl}-{one.gl}{heard(one)}")
            say.line(f"  {one.schedule} ({_said(one.schedule)})  next {due}  from {', '.join(one.source_names)}")


@search.command("set")
def set_search(
    number: Annotated[int, typer.Argument(help="A search's number (shemtov search list).")],
    schedule: Annotated[
        str | None, typer.Option(help='"06:00 18:00", "weekdays 06:00; weekend every 6 hours", "cron 0 6 * * 1-5".')
    ] = None,
    sources: Annotated[str | None, typer.Option(help="Where looks come from, in order, with commas.")] = None,
    active: Annotated[Literal["yes", "no"] | None, typer.Option(help="Whether it is looked at.")] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what it would be, and change nothing.")] = False,
) -> None:
    """Change when a search is looked at; in force at the next tick."""
    if (schedule, sources, active) == (None, None, None):
        raise BadInput("nothing to set: give --schedule, --sources or --active")
    migrate()
    names = None if sources is None else [name.strip() for name in sources.split(",") if name.strip()]
    with reading() as session:
        about = watched(session, number)
    now = clock()
    kept = None if active is None else active == "yes"
    edit = plan_edit(about, settings(), now, schedule=schedule, sources=names, active=kept)
    if edit.problems:
        raise BadInput("; ".join(problem.message for problem in edit.problems))
    if not preview:
        with writing() as session:
            save_edit(session, about, edit, now)
    tell(about, edit, "would be" if preview else "is")


def tell(about: Watched, edit: Edit, verb: str) -> None:
    """A search as it is now, or would be."""
    say.line(f"search {about.search.id} {verb} looked at: {edit.schedule} ({_said(edit.schedule)})")
    when = ", ".join(slot.local.strftime("%a %Y-%m-%d %H:%M") for slot in edit.following)
    say.line(f"  next in {about.brand.zone}: {when}" if when else "  not active: no look is planned")
    say.line(f"  from {', '.join(edit.sources)}: {edit.looks} looks a month, about ${edit.cost:.2f} by list prices")
    for reason in edit.why_not if not edit.able else ():
        say.warn(f"nobody is asked yet: {reason}")


def _said(schedule: str) -> str:
    """In English, without the marks that keep a line together on a page."""
    return shown(spoken(schedule, "en"))
