"""Moves the record from one database to another, SQLite or PostgreSQL: every row, ids kept, proven on both sides.

The source is only read, and nobody else writes it meanwhile. Blobs and the secret stay in the data directory.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from app.db import migrate, revision_of, revisions
from app.dump import Counting, Tally, check_empty, differing, fill, held, lines, tables
from app.errors import AppError, Conflict, NotFound
from app.lock import capturing, working


def move(source: Engine, target: Engine, data_dir: Path) -> dict[str, Tally]:
    """Fill an empty database with all of another; what was moved, table by table.

    Conflict when the target is not empty, or a capture or a worker is running; AppError when rows differ afterwards:
    then the target is as empty as it was.
    """
    revision = revision_of(source)
    if revision is None:
        raise NotFound("there is no record here yet: nothing to move")
    if revision not in revisions():
        raise Conflict(f"the database is of a newer Shem Tov (revision {revision}); upgrade the program first")
    check_empty(target)
    with capturing(data_dir), working(data_dir), held(source) as reading:
        there = {table.name: table for table in tables(reading)}
        read: dict[str, Counting] = {}

        def given(name: str) -> Counting:
            read[name] = Counting(lines(reading, there[name]))
            return read[name]

        migrate(revision, on=target, copy=False)
        with target.execution_options(writer=True).begin() as into:
            kept = fill(into, given)
            if different := differing(kept, {name: counting.tally for name, counting in read.items()}):
                raise AppError(f"rows differ after the move, and none of them stay: {', '.join(different)}")
    return kept
