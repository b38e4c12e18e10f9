"""Locks of a data directory: one process captures, one worker works; no file is taken away while a backup copies them.
The kernel frees a lock when its holder dies, kill -9 included."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Conflict


@contextmanager
def capturing(data_dir: Path) -> Iterator[None]:
    """Hold the lock of whoever takes what is due; Conflict when another process has it."""
    with _held(data_dir / "capture.lock", "another capture is running on this data directory; it takes what is due"):
        yield


@contextmanager
def working(data_dir: Path) -> Iterator[None]:
    """Hold the lock of a SQLite record's one worker; Conflict when there is one. It waits for a capture that runs, so
    that the two are told apart."""
    with _held(data_dir / "worker.lock", "a worker is running on this data directory; it takes what is due"):
        yield


def worker_here(data_dir: Path) -> bool:
    """Whether a worker holds this data directory."""
    try:
        with working(data_dir):
            return False
    except Conflict:
        return True


@contextmanager
def _held(path: Path, otherwise: str) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise Conflict(otherwise) from taken
        yield


@contextmanager
def backing_up(data_dir: Path) -> Iterator[None]:
    """Wait until nobody takes files away; from then on nobody does."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "backup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def removing(data_dir: Path) -> Iterator[bool]:
    """Whether files may be taken away: False while a backup copies them; meanwhile none begins."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "backup.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
