"""shemtov serve, demo."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Annotated

import typer

from app.cli import say
from app.db import migrate
from app.demo import run_demo
from app.errors import BadInput

PORT = 8000


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)
    app.command("demo")(demo)


def serve(
    host: Annotated[str, typer.Option(help="A loopback address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = PORT,
) -> None:
    """Serve the brand pages and the API."""
    if not loopback(host):
        raise BadInput(f"{host} is no loopback address: until people can sign in, serve answers this machine only")
    migrate()
    run_server(host, port)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Exit instead of serving.")] = False,
    port: Annotated[int, typer.Option(min=1, max=65535)] = PORT,
) -> None:
    """Set up an invented brand on the practice site, run the whole job on it, show where everything is."""
    migrate()
    for text in asyncio.run(run_demo(say.progress)):
        say.line(text)
    if once:
        return
    say.line(f"Brand page: http://127.0.0.1:{port}/   API: http://127.0.0.1:{port}/api/v1/openapi.json")
    run_server("127.0.0.1", port)


def run_server(host: str, port: int) -> None:
    """Serve until stopped."""
    import uvicorn  # slow to import, and only this command needs it

    from app.main import create_app  # likewise

    uvicorn.run(create_app(), host=host, port=port, log_level="warning", server_header=False)


def loopback(host: str) -> bool:
    """True for this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
