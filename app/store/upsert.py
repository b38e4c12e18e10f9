"""Insert unless it is there, on both back ends: the unique keys decide, not a read before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def insert_missing(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert rows, leaving those that a unique key knows already alone; returns how many were new."""
    if not rows:
        return 0
    statement = _statement(table, session.get_bind().dialect.name)
    return int(session.connection().execute(statement, list(rows)).rowcount)


@lru_cache(maxsize=64)
def _statement(table: Table, dialect: str) -> Insert:
    if dialect == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
