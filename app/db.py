"""Engine and sessions. Readers get a plain session; writers one that holds the write lock from its first statement.

SQLite: WAL, synchronous FULL, foreign keys on, busy timeout, BEGIN IMMEDIATE for writers (a deferred transaction
that reads and then writes fails at once when somebody wrote in between). Nothing here commits: the border does.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from app.copies import keep_copy
from app.errors import AppError, BadInput, Conflict
from app.settings import settings

if TYPE_CHECKING:  # else imported where a step is taken: most commands find the record as they want it
    from alembic.config import Config
    from alembic.script import ScriptDirectory

log = logging.getLogger("shemtov")

STAMP = "alembic_version"  # the table that says which step a database stands at
HEAD = "0013"  # the newest step of alembic/versions: what the tables of app.models are
BUSY, READERS_END = 30_000, 2_000  # milliseconds
# What is deleted is overwritten: a name that was forgotten stays in no free page.
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY}", "secure_delete=ON")


def open_engine(url: str) -> Engine:
    """An engine for the URL; a SQLite file's folder is made. BadInput for what is no URL, or has no driver here."""
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True, json_serializer=_as_json)
    except ArgumentError as wrong:  # what was typed is not repeated: it may hold a password
        raise BadInput(
            "no database is named so; write postgresql://person@host/name or sqlite:////path/file"
        ) from wrong
    except ModuleNotFoundError as missing:
        raise BadInput(
            f"that database needs a driver that is not installed ({missing.name}); see docs/operations.md"
        ) from missing
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        parsed, connect_args={"check_same_thread": False, "timeout": 30}, json_serializer=_as_json
    )  # fmt: skip
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _as_json(value: Any) -> str:
    """Short, and letters as they are: a Hebrew word takes a third of the room. Half a character, which a hostile page
    may send, cannot be stored as a letter."""
    told = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return told if told.isascii() or _is_text(told) else json.dumps(value, separators=(",", ":"))


def _is_text(told: str) -> bool:
    try:
        told.encode()
    except UnicodeEncodeError:
        return False
    return True


def end_idle_transactions(on: Engine, writers: float, readers: float) -> None:
    """On PostgreSQL: a transaction that does nothing for so many seconds is ended by the server, its locks with it.
    Readers, who may wait for whoever takes their export, hold no lock that stops anybody."""

    def bound(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET idle_in_transaction_session_timeout = {int(readers * 1000)}")
        connection.commit()

    def begun(connection: Connection) -> None:
        if connection.get_execution_options().get("writer", False):
            connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = {int(writers * 1000)}")

    event.listen(on, "connect", bound)
    event.listen(on, "begin", begun)


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
    """One consistent read: everything as it was at its first question, on PostgreSQL too."""
    bind = on or engine()
    if bind.dialect.name == "postgresql":
        bind = bind.execution_options(isolation_level="REPEATABLE READ")
    with Session(bind) as session:
        yield session


def is_writer(session: Session) -> bool:
    """Whether a session is one of `writing`."""
    return bool(session.get_bind().get_execution_options().get("writer", False))


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


def grow(on: Engine, size: int) -> None:
    """Write so many bytes into a database, and take them back; raises what it meets."""
    raw = on.raw_connection()
    try:
        cursor = raw.cursor()
        if on.dialect.name == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("CREATE TABLE room (more BLOB)")
            cursor.execute("INSERT INTO room VALUES (zeroblob(?))", (size,))
        else:
            cursor.execute("CREATE TABLE room AS SELECT md5(n::text) FROM generate_series(1, %s) n", (size // 64,))
    finally:
        raw.rollback()
        raw.close()


async def get_session() -> AsyncIterator[Session]:
    """A reading session for a request. It begins to read in the thread that asks first, and ends in one too."""
    with reading() as session:
        try:
            yield session
        finally:
            if session.in_transaction():
                await asyncio.to_thread(session.close)


def at_head(on: Engine | None = None) -> bool:
    """Whether the tables are those this version wants."""
    return revision_of(on or engine()) == HEAD


def migrate(revision: str = "head", on: Engine | None = None, *, copy: bool = True) -> None:
    """Bring the database to a revision ("head", "base", an id); up or down, whole or not at all.

    Before it goes up, a SQLite database that holds something is copied (app.copies). AppError says what failed and
    where the copy lies; Conflict that a newer version wrote the database.
    """
    database = on or engine()
    here = revision_of(database)
    if revision == "head" and here == HEAD:
        return
    from alembic import command

    config, steps = _steps()
    if here and here not in revisions():
        raise Conflict(f"the database is of a newer Shem Tov (revision {here}); upgrade the program first")
    down = revision == "base" or revision.startswith("-") or revision in _below(steps, here)
    kept = _copied(database, here) if here and copy and not down else ""
    try:
        with database.execution_options(writer=True).connect() as connection:
            config.attributes["connection"] = connection
            (command.downgrade if down else command.upgrade)(config, revision)
            connection.commit()
    except Exception as failure:  # whatever a migration meets, the operator must learn how the record stands
        told = str(failure).partition("\n")[0]
        raise AppError(f"the database could not be brought to {revision}, and is as it was ({told}){kept}") from failure


def revision_of(on: Engine) -> str | None:
    """The revision a database stands at; None for an empty one, and where there is none (none is made)."""
    path = sqlite_file(on)
    if path is not None and not path.exists():
        return None
    with on.connect() as connection:
        if not inspect(connection).has_table(STAMP):
            return None
        found: str | None = connection.exec_driver_sql(f"SELECT version_num FROM {STAMP}").scalar()  # noqa: S608  our own name
        return found


def revisions() -> frozenset[str]:
    """Every revision this version knows."""
    return frozenset(step.revision for step in _steps()[1].walk_revisions())


def sqlite_file(on: Engine) -> Path | None:
    """Where a SQLite database lies; None of any other."""
    name = on.url.database if on.dialect.name == "sqlite" else None
    return Path(name) if name and name != ":memory:" else None


def _copied(on: Engine, revision: str) -> str:
    """The copy before an upgrade, as a failure will tell of it; AppError when there is no room for one."""
    path = sqlite_file(on)
    if path is None:
        log.warning("the database is upgraded from %s, in one transaction; its backups are yours to make", revision)
        return ""
    try:
        return f"; a copy from before lies at {keep_copy(path, revision)}"
    except (OSError, sqlite3.Error) as failure:
        raise AppError(f"no copy of the database could be made, so it was not upgraded ({failure})") from failure


def _steps() -> tuple[Config, ScriptDirectory]:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).resolve().parent.parent / "alembic"))
    return config, ScriptDirectory.from_config(config)


def _below(steps: ScriptDirectory, here: str | None) -> set[str]:
    """The revisions below the one a database stands at."""
    below = steps.iterate_revisions(here, "base") if here else ()
    return {step.revision for step in below} - {here or ""}
