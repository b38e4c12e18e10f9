"""The rows of a whole database as lines of JSON, and back: the same lines on SQLite and on PostgreSQL, whatever the
revision, so that a copy is proven by comparing hashes.

A line is a row: its values in the order of their columns' names, moments in UTC, bytes in hexadecimal. Lines stand in
the order of the primary key. Tables are read from the database itself, not from the models: they may be older.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    func,
    inspect,
    literal,
    select,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.ddl import sort_tables_and_constraints

from app.db import STAMP, revision_of
from app.errors import AppError, Conflict

AT_ONCE = 1000
OWN = {("brand", "revision")}  # what a database numbers for itself, and another otherwise


@dataclass(frozen=True, slots=True)
class Tally:
    """What the lines of a table are together: so many rows, so many bytes, one SHA-256."""

    rows: int
    bytes: int
    sha256: str


class Counting:
    """Lines on their way; `tally` is what has come by."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lines, self._hash, self._rows, self._bytes = lines, hashlib.sha256(), 0, 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self._hash.update(line)
            self._rows += 1
            self._bytes += len(line)
            yield line

    @property
    def tally(self) -> Tally:
        return Tally(self._rows, self._bytes, self._hash.hexdigest())


def tally(lines: Iterable[bytes]) -> Tally:
    """Of lines that are needed for nothing else."""
    counting = Counting(lines)
    for _ in counting:
        pass
    return counting.tally


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """The whole database as it is at one moment, while others go on writing."""
    level = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    with engine.connect().execution_options(**level) as connection:
        yield connection


@contextmanager
def held(engine: Engine) -> Iterator[Connection]:
    """The same, and nobody else writes until the end; nothing is written here either."""
    names = inspect(engine).get_table_names()
    with snapshot(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.execution_options(writer=True)
            connection.exec_driver_sql("SELECT 1")
        else:
            quoted = ", ".join(map(connection.dialect.identifier_preparer.quote, names))
            connection.exec_driver_sql(f"LOCK TABLE {quoted} IN SHARE MODE")
        yield connection
        connection.rollback()


def tables(connection: Connection) -> list[Table]:
    """Those of the record, parents before their children."""
    found = MetaData()
    found.reflect(connection)
    found.remove(found.tables[STAMP])
    return [table for table, _ in _sorted(found) if table is not None]


def _sorted(found: MetaData) -> list[tuple[Table | None, list[ForeignKeyConstraint]]]:
    """Parents first; at the end, beside None, the keys of tables that point at each other."""
    return list(sort_tables_and_constraints(list(found.tables.values())))  # type: ignore[no-untyped-call]


def lines(connection: Connection, table: Table) -> Iterator[bytes]:
    """Every row of a table."""
    columns = _columns(table)
    query = select(*columns).order_by(*(_in_order(one, connection) for one in table.primary_key.columns))
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        yield AS_LINE.encode(list(row)).encode("ascii") + b"\n"


def check_empty(engine: Engine) -> None:
    """Conflict when a database holds a row of ours, or tables of somebody else."""
    names = set(inspect(engine).get_table_names())
    if names and STAMP not in names:
        raise Conflict("the database is not empty: it holds tables that are not Shem Tov's")
    if names and revision_of(engine) is None and names != {STAMP}:
        raise Conflict("the database is not empty: it holds tables of no revision")
    with engine.connect() as connection:
        for table in tables(connection) if names else ():
            if connection.execute(select(literal(1)).select_from(table).limit(1)).first() is not None:
                raise Conflict(f"the database is not empty: it holds rows of {table.name}")


def fill(into: Connection, given: Callable[[str], Iterable[bytes]]) -> dict[str, Tally]:
    """Every table from the lines that are given for its name, ids kept; what is read back, table by table.

    The tables are empty and of the revision the lines were read at. Nothing is committed. AppError for rows that this
    database does not take.
    """
    there, name = tables(into), ""
    try:
        with _keys_at_the_end(into):
            for table in there:
                name = table.name
                _load(into, table, given(name))
    except (SQLAlchemyError, ValueError, TypeError, RecursionError) as failure:
        told = str(failure).partition("\n")[0]
        raise AppError(f"rows of {name} cannot be kept in that database ({told})") from failure
    return {table.name: tally(lines(into, table)) for table in there}


@contextmanager
def _keys_at_the_end(into: Connection) -> Iterator[None]:
    """Two tables that point at each other have no first one: their keys are checked when all rows are there."""
    if into.dialect.name == "sqlite":
        into.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        if broken := into.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise ValueError(f"a row points at none: {tuple(broken)}")
        return
    found = MetaData()
    found.reflect(into)
    quote = into.dialect.identifier_preparer.quote
    *_, (_, cyclic) = _sorted(found)
    ours = [f"ALTER TABLE {quote(key.table.name)} ALTER CONSTRAINT {quote(str(key.name))}" for key in cyclic]
    for one in ours:
        into.exec_driver_sql(f"{one} DEFERRABLE INITIALLY DEFERRED")
    yield
    into.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for one in ours:
        into.exec_driver_sql(f"{one} NOT DEFERRABLE")


def _load(into: Connection, table: Table, given: Iterable[bytes]) -> None:
    columns = _columns(table)
    names, heard = [one.name for one in columns], {one.name: hear for one in columns if (hear := _heard(one))}
    rest = iter(given)
    while some := list(islice(rest, AT_ONCE)):
        into.execute(table.insert(), [_row(names, heard, line) for line in some])
    counted = "id" in table.columns and isinstance(table.columns["id"].type, Integer)  # a worker names itself
    if into.dialect.name == "postgresql" and counted:
        name = into.dialect.identifier_preparer.quote(table.name)
        sequence, highest = func.pg_get_serial_sequence(name, "id"), func.max(table.columns["id"])
        into.execute(select(func.setval(sequence, highest)).select_from(table).having(highest.is_not(None)))


def _columns(table: Table) -> list[Column[Any]]:
    """In one order everywhere: a column that came later stands last in some databases, and elsewhere in others."""
    for column in table.columns:
        if isinstance(column.type, JSON):
            column.type.none_as_null = True
    kept = (column for column in table.columns if (table.name, column.name) not in OWN)
    return sorted(kept, key=lambda column: column.name)


def _in_order(column: Column[Any], connection: Connection) -> Any:
    """Texts by their bytes, as SQLite does: a PostgreSQL sorts them by its own language."""
    bytewise = connection.dialect.name == "postgresql" and isinstance(column.type, String)
    return column.collate("C") if bytewise else column


def _told(value: Any) -> Any:
    """A value that JSON does not know, as one that it does."""
    if isinstance(value, datetime):
        naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return naive.isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else bytes(value).hex()


AS_LINE = json.JSONEncoder(separators=(",", ":"), default=_told)


def _row(names: list[str], heard: dict[str, Callable[[Any], Any]], line: bytes) -> dict[str, Any]:
    values = json.loads(line)
    if not isinstance(values, list):
        raise ValueError("a line is no row")
    row = dict(zip(names, values, strict=True))
    for name, hear in heard.items():
        if row[name] is not None:
            row[name] = hear(row[name])
    return row


def _heard(column: Column[Any]) -> Callable[[Any], Any] | None:
    """How a column wants its values, where that is not as they were told."""
    if isinstance(column.type, DateTime):
        zone = UTC if column.type.timezone else None
        return lambda told: datetime.fromisoformat(told).replace(tzinfo=zone)
    if isinstance(column.type, Date):
        return date.fromisoformat
    return bytes.fromhex if isinstance(column.type, LargeBinary) else None


def differing(one: dict[str, Tally], other: dict[str, Tally]) -> list[str]:
    """The tables that are not the same, by name."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
