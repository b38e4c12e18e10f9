"""shemtov serve, demo."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
import sys
from datetime import timedelta
from typing import Annotated

import typer

from app import logs
from app.cli import say
from app.cli.people import LINK_LASTS, PORT, address, visit
from app.cli.reports import demo_report
from app.clock import clock
from app.db import migrate, writing
from app.demo import BRAND, run_demo
from app.errors import BadInput
from app.queries.people import any_person, person_of
from app.secret import secret
from app.settings import settings
from app.store.brands import home_workspace
from app.store.people import add_person, make_link

SECRET = 32
DEMO_OWNER = "owner@practice.example"


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("demo")(demo)


def serve(
    host: Annotated[str, typer.Option(help="Beyond this machine: see docs/operations.md.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = PORT,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Take what is due, too.")] = True,
) -> None:
    """Serve the brand pages and the API, and take what is due; the first time, print the link for the owner."""
    check_reach(host)
    migrate()
    first = first_visit(port)
    if first:
        say.line(f"Nobody can sign in yet. Within the hour, and once, this link lets the owner in:\n  {first}")
        say.line("Later links: stop and serve again.")
    run_server(host, port, worker=worker)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Exit instead of serving.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535)] = PORT,
) -> None:
    """Set up an invented brand on the practice site, run the whole job on it, show where everything is."""
    migrate()
    for text in asyncio.run(run_demo(say.progress)):
        say.line(text)
    say.line(demo_report(BRAND))
    say.line(f"Sign in as {DEMO_OWNER}, once, within 24 hours: {demo_visit(port)}")
    if once:
        return
    say.line(f"Then the pages: {address(port)}/   API: {address(port)}/api/v1/openapi.json")
    run_server("127.0.0.1", port)


def first_visit(port: int) -> str:
    """The link that makes the first owner, "" once there is one. Only who reads this terminal can see it."""
    with writing() as session:
        if any_person(session):
            return ""
        return visit(make_link(session, None, secret(), clock(), timedelta(hours=1)), port)


def demo_visit(port: int) -> str:
    """A link for the practice world's owner, who is made when missing."""
    now = clock()
    with writing() as session:
        home = home_workspace(session).id or 0
        owner = person_of(session, DEMO_OWNER) or add_person(session, home, DEMO_OWNER, "Practice owner", "owner", now)
        return visit(make_link(session, owner.id, secret(), now, LINK_LASTS), port)


def check_reach(host: str) -> None:
    """Beyond this machine only with a secret of the operator's and the address people type; BadInput says so."""
    chosen = settings()
    if not loopback(host) and (len(chosen.secret_key) < SECRET or not chosen.public_url):
        raise BadInput(
            f"{host} is no loopback address: to serve beyond this machine, set SHEMTOV_SECRET_KEY (at least {SECRET} "
            "characters) and SHEMTOV_PUBLIC_URL (docs/operations.md)"
        )


def check_queues() -> None:
    """BadInput when the worker's settings are wrong, before anything is served."""
    from app.jobs import queues  # brings the durable engine

    queues(settings())


def run_server(host: str, port: int, *, worker: bool = False) -> None:
    """Serve until stopped."""
    import uvicorn  # slow to import, and only this command needs it

    from app.main import create_app  # likewise

    logs.install()
    if worker:
        check_queues()
    sys.stdout.flush()  # a link that waits in a pipe's buffer lets nobody in
    # uvicorn passes the signal on once it has ended: an end in order is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    # No header of a proxy is believed: what is needed of one, the public URL says.
    uvicorn.run(
        create_app(worker=worker, ahead=True), host=host, port=port, log_level="warning", server_header=False,
        proxy_headers=False,
    )  # fmt: skip


def loopback(host: str) -> bool:
    """True for this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
