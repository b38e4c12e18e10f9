"""The durable engine (DBOS Transact) behind one seam: queues with limits that hold across processes, each job once.

What we do not leave to it: when something is due (our own clock over our own rows), who is alive (app.jobs), how
often a look is tried (our own tries). It keeps its tables in a file of its own beside the app's on SQLite, in a
schema of its own in the same database on PostgreSQL.

Jobs are queued without a version and run under one that never changes, so that an upgrade strands none.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dbos import DBOS, DBOSClient
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

NAME, VERSION, JOB = "shemtov", "looks-1", "look"
ACTIVE = frozenset({"ENQUEUED", "DELAYED", "PENDING"})
POOL = 6  # connections of one process; PostgreSQL has a hundred for all
POLL = 0.5  # seconds between two looks into a queue
KEPT = timedelta(days=7)  # of finished jobs; looks are open for a day at most
AT_ONCE = 500  # jobs asked about in one statement
SUBSECOND = (3, 42)  # SQLite's unixepoch('subsec') came with it; Debian 12 has 3.40
ANY_JOB = "SELECT 1 FROM dbos.workflow_status LIMIT 1"


@dataclass(frozen=True, slots=True)
class Queue:
    """at_once: jobs in one process; together: in all of them, 0 for any number."""

    name: str
    at_once: int
    together: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """name: of job_name(). priority: the lower, the sooner."""

    name: str
    queue: str
    priority: int

    def options(self) -> Any:
        """As the engine wants them."""
        return {
            "workflow_name": JOB, "queue_name": self.queue, "workflow_id": self.name, "priority": self.priority,
        }  # fmt: skip


logging.getLogger("dbos").addHandler(logging.NullHandler())  # else it writes to the stream of its first moment for ever


class Durable:
    """The engine of this process; one at a time. url: of the app's database when it is PostgreSQL, else of a SQLite
    file of the engine's own. executor: who we are, a name that is never used again. pause: seconds after which
    PostgreSQL ends a transaction of the engine in which nothing happens."""

    def __init__(self, url: str, executor: str, pause: float = 60.0) -> None:
        self.on_postgresql = url.startswith("postgresql")
        self.url, self.executor, self.pause = url, executor, pause
        self.engine = None if self.on_postgresql else sqlite_engine(url)
        self.client: DBOSClient | None = None

    def start(self, job: Callable[[str], str], queues: Iterable[Queue]) -> None:
        """Take jobs from these queues, and from all that were ever made here."""
        _Job.run = job
        config: Any = {
            "name": NAME, "system_database_url": self.url, "executor_id": self.executor, "log_level": "WARNING",
            "application_version": VERSION, "use_listen_notify": False, "sys_db_pool_size": POOL,
            "sys_db_idle_transaction_timeout_sec": self.pause,
        }  # fmt: skip
        if self.engine is not None:
            config["system_database_engine"] = self.engine
        DBOS(config=config)
        DBOS.launch()
        for queue in queues:
            DBOS.register_queue(
                queue.name, worker_concurrency=queue.at_once, global_concurrency=queue.together or None,
                polling_interval_sec=POLL, on_conflict="always_update",
            )  # fmt: skip

    def stop(self, seconds: int) -> None:
        """Take nothing new, give what runs so many seconds, let go of the rest. Blocks."""
        DBOS.destroy(workflow_completion_timeout_sec=seconds)
        if self.client is not None:
            self.client.destroy()
        if self.engine is not None:
            self.engine.dispose()

    def enqueue(self, session: Session, jobs: Iterable[Job]) -> None:
        """Put jobs into their queues, all or none. A known id is left as it is.

        On PostgreSQL that is part of the session's transaction; on SQLite it stands at once, in the other file.
        """
        with ExitStack() as own:
            into = session.connection() if self.engine is None else own.enter_context(self.engine.begin())
            for job in jobs:
                self._client().enqueue_in_transaction(into, job.options(), job.name)

    def _client(self) -> DBOSClient:
        if self.client is None:
            self.client = DBOSClient(
                system_database_url=self.url, system_database_engine=self.engine, application_name=NAME, lazy=True,
                sys_db_idle_transaction_timeout_sec=self.pause,
            )  # fmt: skip
        return self.client

    def running(self) -> list[tuple[str, str]]:
        """(job, executor) of what is under way."""
        found = DBOS.list_workflows(status="PENDING", name=JOB, load_input=False, load_output=False)
        return [(one.workflow_id, one.executor_id or "") for one in found]

    def active(self, jobs: Sequence[str]) -> set[str]:
        """Those of these jobs that wait or run."""
        known: set[str] = set()
        for first in range(0, len(jobs), AT_ONCE):
            some = jobs[first : first + AT_ONCE]
            found = DBOS.list_workflows(workflow_ids=list(some), load_input=False, load_output=False)
            known |= {one.workflow_id for one in found if one.status in ACTIVE}
        return known

    def cancel(self, jobs: Collection[str]) -> None:
        """End jobs; one that runs goes on, but its end is written nowhere."""
        if jobs:
            DBOS.cancel_workflows(list(jobs))

    def purge(self, now: datetime, kept: timedelta = KEPT) -> int:
        """Forget jobs that ended so long ago; how many. Never younger than what repeats reach back to."""
        before = (now - max(kept, timedelta(hours=1))).astimezone(UTC).isoformat()
        gone = 0
        while True:
            found = DBOS.list_workflows(
                status=["SUCCESS", "ERROR", "CANCELLED"], completed_before=before, limit=AT_ONCE, load_input=False,
                load_output=False,
            )  # fmt: skip
            DBOS.delete_workflows([one.workflow_id for one in found])
            gone += len(found)
            if len(found) < AT_ONCE:
                return gone


class _Job:
    """What the one kind of job does: set when the engine starts, since the engine wants its functions before."""

    run: Callable[[str], str]


@DBOS.step(name="take")
def _take(job: str) -> str:
    return _Job.run(job)


@DBOS.workflow(name=JOB)
def _look(job: str) -> str:
    return _take(job)


def job_name(snapshot_id: int, run: int) -> str:
    """The job of a look's so-manieth run: the same whoever asks, so that nothing is queued twice."""
    return f"{JOB}-{snapshot_id}-{run}"


def look_of(job: str) -> tuple[int, int]:
    """(snapshot, run) of a job; (0, 0) of one that is not ours."""
    found = re.fullmatch(rf"{JOB}-(\d+)-(\d+)", job)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def reachable(url: str) -> bool:
    """Whether the queue can be read; without an engine of this process."""
    on_postgresql = url.startswith("postgresql")
    engine = create_engine(url) if on_postgresql else sqlite_engine(url, readonly=True)
    try:
        with engine.connect() as connection:
            connection.execute(text(ANY_JOB.replace("dbos.", "dbos." if on_postgresql else "")))
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
    return True


def sqlite_engine(url: str, *, readonly: bool = False) -> Engine:
    """The engine's own file: WAL (ten times the speed of its default), writers wait for each other."""
    if readonly:
        url = url.replace("sqlite:///", "sqlite:///file:", 1) + "?mode=ro&uri=true"
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})
    event.listen(engine, "connect", _on_connect)
    return engine


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    if sqlite3.sqlite_version_info < SUBSECOND:
        connection.create_function("unixepoch", -1, _unixepoch)
    connection.isolation_level = "IMMEDIATE"
    for pragma in ("busy_timeout=30000", "foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")
    if not connection.execute("PRAGMA query_only").fetchone()[0]:
        connection.execute("PRAGMA journal_mode=WAL")


def _unixepoch(*_asked: str) -> float:
    """Seconds since 1970, with their fractions: what the engine's tables take as default."""
    return datetime.now(UTC).timestamp()
