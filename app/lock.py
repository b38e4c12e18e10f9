"""Locks of a data directory: one process captures; no file is taken away while a backup copies them. The kernel frees
a lock when its holder dies, kill -9 included."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import Conflict


@contextmanager
def capturing(data_dir: Path) -> Iterator[None]:
    """Hold the lock; Conflict when another process has it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "capture.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise Conflict("another capture is running on this data directory; it takes what is due") from taken
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
