"""How a migration reaches the database: with foreign keys off on SQLite, and checked afterwards.

A SQLite batch change recreates the table; with foreign keys on, dropping the old one deletes every child row.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, inspect

from app.db import engine
from app.models import metadata
from app.models.revision import put_triggers, take_triggers


def run(connection: Connection) -> None:
    """All steps in one transaction, also on SQLite, where alembic would commit each: one that fails undoes them all."""
    sqlite = connection.dialect.name == "sqlite"
    raw = connection.connection.dbapi_connection
    if sqlite:
        raw.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
    context.configure(
        connection=connection, target_metadata=metadata, render_as_batch=sqlite, transactional_ddl=True
    )  # fmt: skip
    try:
        with context.begin_transaction():
            if not sqlite:  # there a writer has the database to itself; here two that start at once would both upgrade
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(5480)")
            take_triggers(connection)
            context.run_migrations()
            _put_triggers(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all() if sqlite else ()
            if broken:
                raise RuntimeError(f"the migration left rows without their parent: {broken[:5]}")
    finally:
        if sqlite:
            raw.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]


def _put_triggers(connection: Connection) -> None:
    """Where brands have a revision: not below the step that brought it."""
    found = inspect(connection)
    if found.has_table("brand") and "revision" in {column["name"] for column in found.get_columns("brand")}:
        put_triggers(connection)


bound = context.config.attributes.get("connection")
if bound is not None:
    run(bound)
else:
    with engine().connect() as opened:
        run(opened)
