"""What all tables share: one metadata with named constraints, so that every migration can find them again."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, MetaData
from sqlmodel import SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)
SQLModel.metadata = metadata


class Table(SQLModel):
    """Base of every table."""

    metadata = metadata


def one_of(column: str, words: tuple[str, ...], *, nullable: bool = False) -> CheckConstraint:
    """A CHECK that keeps a text column to a closed vocabulary (easier to grow than a native enumeration)."""
    listed = ", ".join(f"'{word}'" for word in words)
    rule = f"{column} IN ({listed})"
    return CheckConstraint(f"{column} IS NULL OR {rule}" if nullable else rule, name=column)
