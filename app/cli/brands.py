"""shemtov brand add | list, key add (brand import: app/cli/bulk.py)."""

from __future__ import annotations

from typing import Annotated

import typer

from app.bulk import Bulk
from app.cli import say
from app.clock import clock
from app.db import migrate, reading, writing
from app.errors import BadInput
from app.models import Brand
from app.onboarding import SCHEDULE, Plan, PlannedSearch, make_brand, plan_brand
from app.queries import brands as brand_queries
from app.queries.rows import SearchRow
from app.queries.searches import searches
from app.secret import secret
from app.settings import settings
from app.store.brands import home_workspace
from app.store.keys import add_key

brand = typer.Typer(help="Brands: add, import, list.", no_args_is_help=True)
key = typer.Typer(help="API keys: add.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(brand, name="brand")
    app.add_typer(key, name="key")


@brand.command("add")
def add(
    name: Annotated[str, typer.Argument(help="The brand as customers type it.")],
    owned: Annotated[list[str] | None, typer.Option(help="A site it owns: host, or host/profile. Repeats.")] = None,
    market_codes: Annotated[list[str] | None, typer.Option("--market", help="Home market first. Repeats.")] = None,
    engine: Annotated[list[str] | None, typer.Option(help="Search engine. Repeats.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Where looks come from, in order. Repeats.")] = None,
    phrase: Annotated[list[str] | None, typer.Option(help="Phrases instead of the market's own. Repeats.")] = None,
    depth: Annotated[int, typer.Option(min=1, max=100, help="How many results are wanted.")] = 20,
    target: Annotated[int, typer.Option(min=1, max=20, help="How many of the first 20 should be ours or good.")] = 18,
    schedule: Annotated[str, typer.Option(help='When to look: "06:00 18:00", "weekdays 06:00", ...')] = SCHEDULE,
    watch: Annotated[bool, typer.Option("--watch", help="Also listen at the markets' complaint sites.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be made and what it costs.")] = False,
) -> None:
    """Add a brand and the searches of its markets: all of it, or nothing."""
    plan = plan_brand(
        name, owned or [], market_codes or ["en-us"], settings(), engines=engine or [], sources=source or [],
        phrases=phrase or [], depth=depth, target=target, watch=watch, schedule=schedule,
    )  # fmt: skip
    if preview:
        foretell(plan)
        return
    migrate()
    with writing() as session:
        new = make_brand(session, home_workspace(session), plan, clock())
    tell(new)
    say.line(costs(plan))
    if plan.owns_nothing:
        say.warn(f"{new.name} owns no site yet: nothing can be labelled owned (add the brand with --owned example.com)")
    for reasons in dict.fromkeys(search.why_not for search in plan.searches if search.asks_nobody):
        say.warn(f"nobody is asked yet: {'; '.join(reasons)}")


@brand.command("list")
def list_brands() -> None:
    """The brands and their searches."""
    migrate()
    with reading() as session:
        found = brand_queries.brands(session)
        for one in found:
            say.line(f"{one.slug}  {one.name}  market {one.home_market}  owns {', '.join(one.owned) or 'nothing yet'}")
            for search in searches(session, one.id, purpose=None):
                when = (
                    search.next_due.isoformat(timespec="minutes")
                    if search.next_due and search.active
                    else "not scheduled"
                )
                what = f"{search.phrase}  {search.engine} {search.hl}-{search.gl}"
                say.line(f"  search {search.id}: {what}  next {when}{heard(search)}")
    if not found:
        say.line("no brands yet: shemtov brand add NAME --owned example.com --market en-us")


@key.command("add")
def add_api_key(name: Annotated[str, typer.Argument(help="What the key is for.")]) -> None:
    """Make an API key; it is shown once."""
    migrate()
    with writing() as session:
        made = add_key(session, home_workspace(session), name, secret(), clock())
    say.line(made)


def tell(new: Brand) -> None:
    """What was added."""
    with reading() as session:
        found = searches(session, new.id or 0, purpose=None)
    say.line(f"added {new.name} ({new.slug}) with {len(found)} searches:")
    for search in found:
        sources = ", ".join(search.source_names)
        say.line(
            f"  {search.id}: {search.phrase}  {search.engine} {search.hl}-{search.gl}  from {sources}{heard(search)}"
        )


def foretell(plan: Plan) -> None:
    """What would be added; BadInput with every problem when it could not be."""
    if plan.problems:
        raise BadInput("; ".join(problem.message for problem in plan.problems))
    say.line(f"{plan.name} would have {len(plan.searches)} searches; nothing was made:")
    for search in plan.searches:
        asked = ", ".join(search.able) or "nobody yet"
        say.line(
            f"  {search.phrase}  {search.engine} {search.hl}-{search.gl}  asks {asked}  {search.looks} looks, "
            f"${search.cost:.2f} a month{heard(search)}"
        )
    say.line(costs(plan))


def costs(plan: Plan | Bulk) -> str:
    """What the looks of a brand, or of many, cost, in one line."""
    return f"{plan.looks} looks a month, about ${plan.cost:.2f} by list prices (second looks come on top)"


def heard(search: SearchRow | PlannedSearch) -> str:
    """Marks a search that only listens."""
    return "  (only listens)" if search.purpose == "watch" else ""
