"""Engine and sessions. Readers get a plain session; writers one that holds the write lock from its first statement.

SQLite: WAL, synchronous FULL, foreign keys on, busy timeout, BEGIN IMMEDIATE for writers (a deferred transaction
that reads and then writes fails at once when somebody wrote in between). Nothing here commits: the border does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session

from app.settings import settings

MIGRATING = 0x73686D67  # a lock's name on PostgreSQL
BUSY, READERS_END = 30_000, 2_000  # milliseconds
# What is deleted is overwritten: a name that was forgotten stays in no free page.
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY}", "secure_delete=ON")


def open_engine(url: str) -> Engine:
    """An engine for the URL; a SQLite file's folder is made."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"check_same_thread": False, "timeout": 30})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def end_idle_transactions(on: Engine, seconds: int) -> None:
    """On PostgreSQL: a transaction that does nothing for so long is ended by the server, its locks with it."""

    def bound(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET idle_in_transaction_session_timeout = '{seconds}s'")
        connection.commit()

    event.listen(on, "connect", bound)


def _on_connect(connection: Any, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    writer = connection.get_execution_options().get("writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


@lru_cache(maxsize=4)
def engine(url: str | None = None) -> Engine:
    """The engine of this process."""
    return open_engine(url or settings().database)


@contextmanager
def writing(on: Engine | None = None) -> Iterator[Session]:
    """One write transaction: committed at the end, rolled back when anything is raised."""
    with Session((on or engine()).execution_options(writer=True), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(on: Engine | None = None) -> Iterator[Session]:
    """One consistent read."""
    with Session(on or engine()) as session:
        yield session


def compact(on: Engine | None = None) -> bool:
    """Rewrite the database without its free pages, which still hold what was deleted; False when somebody who reads
    keeps an older state alive (SQLite's log is then emptied later)."""
    with (on or engine()).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("VACUUM FULL")
            return True
        raw = connection.connection.dbapi_connection
        connection.rollback()
        raw.execute("VACUUM")  # type: ignore[union-attr]
        raw.execute(f"PRAGMA busy_timeout={READERS_END}")  # type: ignore[union-attr]
        busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]  # type: ignore[union-attr]
        raw.execute(f"PRAGMA busy_timeout={BUSY}")  # type: ignore[union-attr]
        return not busy


def get_session() -> Iterator[Session]:
    """A reading session for a request."""
    with reading() as session:
        yield session


def at_head(on: Engine | None = None) -> bool:
    """Whether the tables are those this version wants."""
    with (on or engine()).connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    return here == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).resolve().parent.parent / "alembic"))
    return config


def migrate(revision: str = "head", on: Engine | None = None) -> None:
    """Bring the database to a revision ("head", "base", an id); up or down."""
    config = _config()
    passed = _passed(config, on or engine())
    with (on or engine()).execution_options(writer=True).connect() as connection:
        config.attributes["connection"] = connection
        if connection.dialect.name == "postgresql":  # workers that start together change the tables one after another
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATING})")
        down = revision == "base" or revision.startswith("-") or revision in passed
        (command.downgrade if down else command.upgrade)(config, revision)
        connection.commit()


def _passed(config: Config, on: Engine) -> set[str]:
    """The revisions below the one a database stands at."""
    with on.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    below = ScriptDirectory.from_config(config).iterate_revisions(here, "base") if here else ()
    return {step.revision for step in below} - {here or ""}
