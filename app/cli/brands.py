"""shemtov brand add | list, key add."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from app.cli import say
from app.db import migrate, reading, writing
from app.errors import BadInput
from app.models import Brand
from app.queries import brands as brand_queries
from app.queries.searches import searches
from app.schedule import next_due
from app.scoring.markets import Market, market
from app.scoring.owned import parse_owned
from app.secret import secret
from app.sources import default_sources
from app.store.brands import add_brand, home_workspace
from app.store.keys import add_key
from app.store.searches import add_search
from app.surroundings import clock
from app.types import OwnedSite
from scrapers import registry
from scrapers.errors import SourceMissing

brand = typer.Typer(help="Brands: add, list.", no_args_is_help=True)
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
) -> None:
    """Add a brand and the searches of its markets: all of it, or nothing."""
    markets = [known_market(code) for code in market_codes or ["en-us"]]
    sites = [known_site(text) for text in owned or []]
    sources = [known_source(text) for text in source or []]
    migrate()
    with writing() as session:
        new = add_brand(session, home_workspace(session), name, markets[0].code, sites)
        for pack in markets:
            for used in engine or [pack.engine]:
                for text in phrase or pack.phrases(new.name):
                    add_search(
                        session, new, phrase=text, engine=used, hl=pack.hl, gl=pack.gl, market=pack.code, depth=depth,
                        sources=sources or default_sources(used), next_due=first_due(markets[0]),
                    )  # fmt: skip
    tell(new)
    if not sites:
        say.warn(f"{new.name} owns no site yet: nothing can be labelled owned (add the brand with --owned example.com)")


@brand.command("list")
def list_brands() -> None:
    """The brands and their searches."""
    migrate()
    with reading() as session:
        found = brand_queries.brands(session)
        for one in found:
            say.line(f"{one.slug}  {one.name}  market {one.home_market}  owns {', '.join(one.owned) or 'nothing yet'}")
            for search in searches(session, one.id):
                when = (
                    search.next_due.isoformat(timespec="minutes")
                    if search.next_due and search.active
                    else "not scheduled"
                )
                say.line(f"  search {search.id}: {search.phrase}  {search.engine} {search.hl}-{search.gl}  next {when}")
    if not found:
        say.line("no brands yet: shemtov brand add NAME --owned example.com --market en-us")


@key.command("add")
def add_api_key(name: Annotated[str, typer.Argument(help="What the key is for.")]) -> None:
    """Make an API key; it is shown once."""
    migrate()
    with writing() as session:
        made = add_key(session, home_workspace(session), name, secret(), clock())
    say.line(made)


def known_market(code: str) -> Market:
    """The market pack of that code."""
    try:
        return market(code)
    except ValueError as unknown:
        raise BadInput(str(unknown)) from unknown


def known_site(text: str) -> OwnedSite:
    """An owned site as typed."""
    try:
        return parse_owned(text)
    except ValueError as wrong:
        raise BadInput(str(wrong)) from wrong


def known_source(name: str) -> str:
    """A source's name as typed."""
    try:
        return registry.source(name).NAME
    except SourceMissing as unknown:
        raise BadInput(str(unknown)) from unknown


def first_due(home: Market) -> datetime:
    """The first slot of a new search."""
    return next_due("06:00", home.zone, clock())


def tell(new: Brand) -> None:
    """What was added."""
    with reading() as session:
        found = searches(session, new.id or 0)
    say.line(f"added {new.name} ({new.slug}) with {len(found)} searches:")
    for search in found:
        sources = ", ".join(search.source_names)
        say.line(f"  {search.id}: {search.phrase}  {search.engine} {search.hl}-{search.gl}  from {sources}")
