"""shemtov worker, work: takes what is due; says what runs, waits and failed; calls off, asks again."""

from __future__ import annotations

import signal
import threading
from datetime import datetime
from typing import Annotated

import typer

from app import logs
from app.cli import say
from app.clock import clock
from app.db import migrate, reading, writing
from app.errors import Conflict, NotFound
from app.models import Snapshot
from app.queries.operations import OperationRow
from app.queries.work import WorkPage, WorkRow
from app.queries.work import work as work_now
from app.room import full
from app.runner import ask_now
from app.runner import cancel as call_off
from app.settings import settings

OPERATOR = "the operator"


def register(app: typer.Typer) -> None:
    app.command("worker")(worker)
    app.command("work")(work)


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


def work(
    cancel: Annotated[int | None, typer.Option(help="End an open look by its number; it becomes a gap.")] = None,
    again: Annotated[int | None, typer.Option(help="Look again, now, at the search of a finished look.")] = None,
) -> None:
    """What runs, waits and failed in the last day, and who takes it."""
    migrate()
    if cancel is not None:
        with writing() as session:
            if not call_off(session, _look(session.get(Snapshot, cancel), cancel), OPERATOR, clock()):
                raise Conflict(f"look {cancel} has its state already; that is never changed by hand")
        say.line(f"look {cancel} cancelled")
        return
    if again is not None:
        with writing() as session:
            found = session.get(Snapshot, again)
            _look(found, again)
            asked = ask_now(session, found.search_id if found else 0, clock())
        say.line(f"look {asked.id} asked for")
        return
    with reading() as session:
        page = work_now(session, clock(), settings().dead_after)
    _tell(page)


def _look(found: Snapshot | None, number: int) -> int:
    if found is None:
        raise NotFound(f"no snapshot {number}")
    return number


def _tell(page: WorkPage) -> None:
    for one in page.workers:
        say.line(f"worker {one.id}  since {_at(one.started)}")
    for kind, rows, count in (
        ("running", page.running, page.count_running), ("waiting", page.waiting, page.count_waiting),
        ("failed", page.failed, page.count_failed),
    ):  # fmt: skip
        say.line(f"{kind}: {count}" + (f", the first {len(rows)}" if count > len(rows) else ""))
        for row in rows:
            say.shown(_line(row))
    for long_work in page.operations:
        say.shown(_operation(long_work))
    if full(settings().data_dir):
        say.warn("the disk is full: looks wait, and go on by themselves when there is room")
    if not page.workers:
        say.warn("no worker is running: shemtov serve or shemtov worker starts one")
    if page.missed:
        say.warn(f"{page.missed} planned looks of the last day were missed: nothing ran when they were due")


def _operation(row: OperationRow) -> str:
    far = f"{row.done} of {row.total}" if row.total else "begins"
    state = {"silent": f"not heard of since {_at(row.heard)}"}.get(row.state, row.state)
    reason = f": {row.reason}" if row.reason else ""
    return f"{row.kind}  since {_at(row.started)}  {far}  {state}{reason}"


def _line(row: WorkRow) -> str:
    reason = f": {row.reason}" if row.reason else ""
    where = row.queue or "-"
    return (
        f"  {row.snapshot_id}  {row.purpose}  due {_at(row.due)}  {row.brand}: {row.phrase} ({row.engine})  {where}  "
        f"{row.tries} tries  {row.state or 'open'}{reason}"
    )


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
