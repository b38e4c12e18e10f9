"""How a migration reaches the database: with foreign keys off on SQLite, and checked afterwards.

A SQLite batch change recreates the table; with foreign keys on, dropping the old one deletes every child row.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from app.db import engine
from app.models import metadata


def run(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=sqlite)
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        connection.rollback()
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]
        if broken:
            raise RuntimeError(f"the migration left rows without their parent: {broken[:5]}")


bound = context.config.attributes.get("connection")
if bound is not None:
    run(bound)
else:
    with engine().connect() as opened:
        run(opened)
