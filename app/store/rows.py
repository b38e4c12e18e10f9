"""Writes rows as they are, not as objects: of a look there are many, and nobody asks for them again in the same breath.

A statement that is built anew each time costs more than the database takes to run it, so that these are built once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Insert, Update, bindparam, insert, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session, SQLModel


def add_row(session: Session, model: type[SQLModel], **values: Any) -> int:
    """Insert one row, with the same defaults as an object's; its id."""
    session.flush()  # rows that wait as objects come first
    made = session.connection().execute(_insert(model), values).inserted_primary_key
    return int(made[0]) if made else 0


def change_row(session: Session, model: type[SQLModel], row: int, **values: Any) -> None:
    """Give one row other values, and an object of it that the session holds the same ones."""
    session.flush()
    session.connection().execute(_update(model), {"this": row, **values})
    held = session.identity_map.get(session.identity_key(model, row))
    for name, value in values.items() if held is not None else ():
        set_committed_value(held, name, value)


@lru_cache(maxsize=16)
def _insert(model: type[SQLModel]) -> Insert:
    return insert(model.__table__)  # type: ignore[attr-defined]


@lru_cache(maxsize=16)
def _update(model: type[SQLModel]) -> Update:
    table = model.__table__  # type: ignore[attr-defined]
    return update(table).where(table.c.id == bindparam("this"))
