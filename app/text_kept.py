"""What an endpoint's model answered, what that cost and whether it rests: a file beside the database, no record.

Texts are kept as hashes, quotes as places in them. A file that cannot be read or written costs answers, never a label:
then nobody is asked, since neither answers nor money could be counted.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.resting import rest
from app.scoring.chat import TONES, Said

TABLES = """
CREATE TABLE IF NOT EXISTS said (
    text BLOB PRIMARY KEY, label TEXT NOT NULL, field TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent (day TEXT PRIMARY KEY, dollars REAL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rested (endpoint TEXT PRIMARY KEY, trouble INTEGER, until REAL) WITHOUT ROWID;
"""
PATIENCE = 3  # failures in a row before it rests
LONGEST = timedelta(hours=1)


class Answers:
    """The file. Every method opens it anew: pages, captures and commands share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with suppress(OSError, sqlite3.Error):
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._open() as base:
                base.executescript(TABLES)

    def said(self, version: str, title: str, snippet: str) -> Said | None:
        """What that version answered about a text; None when it was never asked."""
        row = self._row("SELECT label, field, first, last FROM said WHERE text = ?", _hash(version, title, snippet))
        if row is None or row[0] not in TONES or row[1] not in ("title", "snippet"):
            return None
        return Said(TONES[row[0]], row[1], int(row[2]), int(row[3]))

    def keep(self, version: str, answers: Iterable[tuple[tuple[str, str], Said]]) -> None:
        """Keep answers, each with its (title, snippet)."""
        rows = [(_hash(version, *text), one.label, one.field, one.start, one.end) for text, one in answers]
        with suppress(sqlite3.Error), self._open() as base:
            base.executemany("INSERT OR REPLACE INTO said VALUES (?, ?, ?, ?, ?)", rows)

    def reserve(self, now: datetime, dollars: float, most: float | None) -> bool:
        """Count dollars for a request before it is sent; False when they pass the day's cap, or cannot be counted."""
        day = _day(now)
        with suppress(sqlite3.Error), self._open() as base:
            base.execute("BEGIN IMMEDIATE")
            row = base.execute("SELECT dollars FROM spent WHERE day = ?", (day,)).fetchone()
            total = (row[0] if row else 0.0) + dollars
            if most is None or total <= most + 1e-12:
                base.execute("INSERT OR REPLACE INTO spent VALUES (?, ?)", (day, total))
                return True
        return False

    def settle(self, now: datetime, difference: float) -> None:
        """Correct what was reserved at a moment by what it was more, or less."""
        with suppress(sqlite3.Error), self._open() as base:
            base.execute("UPDATE spent SET dollars = max(dollars + ?, 0) WHERE day = ?", (difference, _day(now)))

    def spent(self, now: datetime) -> float:
        """US dollars of that day (UTC)."""
        row = self._row("SELECT dollars FROM spent WHERE day = ?", _day(now))
        return float(row[0]) if row else 0.0

    def resting(self, endpoint: str, now: datetime) -> datetime | None:
        """Until when an endpoint is not asked; None when it may be."""
        row = self._row("SELECT until FROM rested WHERE endpoint = ?", endpoint)
        until = datetime.fromtimestamp(row[0], UTC) if row else None
        return until if until and until > now else None

    def failed(self, endpoint: str, now: datetime) -> datetime | None:
        """Count a failure; the moment until which the endpoint rests now, None while it is asked on."""
        row = self._row("SELECT trouble FROM rested WHERE endpoint = ?", endpoint)
        trouble = int(row[0]) + 1 if row else 1
        rests = min(rest("source_failed", trouble - PATIENCE + 1), LONGEST) if trouble >= PATIENCE else timedelta(0)
        with suppress(sqlite3.Error), self._open() as base:
            values = (endpoint, trouble, (now + rests).timestamp())
            base.execute("INSERT OR REPLACE INTO rested VALUES (?, ?, ?)", values)
        return now + rests if rests else None

    def answered(self, endpoint: str) -> None:
        """A good answer ends the trouble."""
        with suppress(sqlite3.Error), self._open() as base:
            base.execute("DELETE FROM rested WHERE endpoint = ?", (endpoint,))

    def _row(self, query: str, key: object) -> tuple[Any, ...] | None:
        with suppress(sqlite3.Error), self._open() as base:
            found: tuple[Any, ...] | None = base.execute(query, (key,)).fetchone()
            return found
        return None

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        base = sqlite3.connect(self._path, timeout=5)
        try:
            with base:
                yield base
        finally:
            base.close()


def _hash(version: str, title: str, snippet: str) -> bytes:
    return hashlib.sha256(f"{version}\0{title}\0{snippet}".encode("utf-8", "replace")).digest()[:16]


def _day(now: datetime) -> str:
    return now.astimezone(UTC).date().isoformat()
