"""Copies of a SQLite database that are kept beside it, in backups/, for the day an upgrade goes wrong."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from app.files import UNFINISHED, whole

FOLDER, KEPT = "backups", 3


def keep_copy(database: Path, revision: str) -> Path:
    """A whole copy of a database that others may be writing, named by its revision and the moment; the newest three
    stay. OSError or sqlite3.Error when there is no room for it."""
    path = database.parent / FOLDER / f"{database.stem}-{revision}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.db"
    with (
        whole(path, private=True) as file,
        closing(sqlite3.connect(database)) as source,
        closing(sqlite3.connect(file.name)) as copy,
    ):
        source.backup(copy)
    for old in copies(database)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def copies(database: Path) -> list[Path]:
    """Those of a database, the newest first."""
    found = (database.parent / FOLDER).glob(f"{database.stem}-*.db")
    return sorted(found, key=lambda path: path.stem.rpartition("-")[2], reverse=True)


def drop_copies(database: Path) -> int:
    """Delete them all, and say how many they were: what is forgotten stays in no copy of ours, not in a begun one."""
    there = copies(database)
    for path in (*there, *(database.parent / FOLDER).glob(f"{UNFINISHED}*")):
        path.unlink(missing_ok=True)
    return len(there)
