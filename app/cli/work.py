"""shemtov worker, work: takes what is due; says what runs, waits and failed."""

from __future__ import annotations

import signal
import threading

import typer

from app import logs
from app.cli import say
from app.db import migrate


def register(app: typer.Typer) -> None:
    app.command("worker")(worker)


def worker() -> None:
    """Take what is due, until stopped; any number of them on PostgreSQL, one on a SQLite record."""
    from app.jobs import Worker  # brings the durable engine, which only this needs

    logs.install()
    migrate()
    ended = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ended.set())
    working = Worker()
    working.start()
    say.line(f"worker {working.id}")
    ended.wait()
    working.stop()
