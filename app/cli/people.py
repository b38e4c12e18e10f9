"""shemtov person add | link | list | disable: who may sign in. There is no open sign-up."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from app.cli import say
from app.clock import clock
from app.db import migrate, reading, writing
from app.errors import Conflict
from app.queries.people import known_person
from app.queries.people import people as everybody
from app.secret import secret
from app.settings import settings
from app.store import people as store
from app.store.brands import home_workspace

PORT = 8000
LINK_LASTS = timedelta(hours=24)
Email = Annotated[str, typer.Argument(help="The e-mail address they sign in with.")]

person = typer.Typer(help="People who sign in: add, link, list, disable.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(person, name="person")


@person.command("add")
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="Their name, as the pages show it.")],
    role: Annotated[str, typer.Option(help="owner, analyst or viewer.")] = "viewer",
) -> None:
    """Let a person in; prints the one-time link by which they come and choose a password."""
    migrate()
    now = clock()
    with writing() as session:
        made = store.add_person(session, home_workspace(session).id or 0, email, name, role, now)
        token = store.make_link(session, made.id, secret(), now, LINK_LASTS)
    say.line(f"{made.email} may come in as {role}, once, within 24 hours, and choose a password:\n  {visit(token)}")


@person.command("link")
def link(email: Email) -> None:
    """A new one-time link for a person: the way back when a password is forgotten."""
    migrate()
    now = clock()
    with writing() as session:
        found = known_person(session, email)
        if found.disabled is not None:
            raise Conflict(f"{found.email} is kept out: shemtov person disable {found.email} --undo")
        token = store.make_link(session, found.id, secret(), now, LINK_LASTS)
    say.line(f"{found.email} may come in, once, within 24 hours, and choose a new password:\n  {visit(token)}")


@person.command("list")
def list_people() -> None:
    """Everybody who may sign in."""
    migrate()
    with writing() as session:
        home = home_workspace(session).id or 0
    with reading() as session:
        found = everybody(session, home)
    for one in found:
        state = "kept out" if one.disabled else "has a password" if one.has_password else "no password yet"
        last = f"last here {one.last_used:%Y-%m-%d}" if one.last_used else "not here yet"
        say.line(f"{one.email}  {one.name}  {one.role}  {state}, {last}")
    if not found:
        say.line("nobody yet: shemtov serve prints the link of the first owner")


@person.command("disable")
def disable(email: Email, undo: Annotated[bool, typer.Option("--undo", help="Let them in again.")] = False) -> None:
    """Keep a person out: their sessions and links end at once, what they did stays on record."""
    migrate()
    with writing() as session:
        found = known_person(session, email)
        if undo:
            store.enable(session, found)
        else:
            store.disable(session, found, clock())
    say.line(f"{found.email} {'may sign in again' if undo else 'is kept out'}")


def address(port: int = PORT) -> str:
    """Where people reach the pages."""
    return settings().public_url or f"http://127.0.0.1:{port}"


def visit(token: str, port: int = PORT) -> str:
    """The address of a one-time link."""
    return f"{address(port)}/welcome?token={token}"
