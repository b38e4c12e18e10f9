"""Room on the disk: whether what broke, broke for want of it. Told once in the log, and by a file that the page of the
work looks for; nothing new is asked until there is room again."""

from __future__ import annotations

import errno
import logging
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MARK = "disk-full"
ENOUGH = 4_000_000  # bytes that must fit into a file and a database before looks go on
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Full, or a write that the system refused: at a limit on the size of files, SQLite says the second.
SQLITE_FULL, SQLITE_WRITE, SQLITE_SHMSIZE = 13, 778, 4874
POSTGRESQL_FULL = "53100"
WORDS = ("database or disk is full", "disk I/O error", "No space left on device")
log = logging.getLogger("shemtov")


class Room(logging.Filter):
    """Of one worker. As a filter of the durable engine's log it lets nothing through that says the same again."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__()
        self.folder, self.full = data_dir, full(data_dir)

    def ended(self, broke: BaseException) -> bool:
        """Whether an error is about room that there is not."""
        if not no_room(broke):
            return False
        self._tell()
        return True

    def _tell(self) -> None:
        if not self.full:
            self.full = True
            with suppress(OSError):
                (self.folder / MARK).touch()
            log.error("the disk is full: nothing can be written; looks wait, and go on when there is room")

    def back(self) -> None:
        """There is room again."""
        (self.folder / MARK).unlink(missing_ok=True)
        self.full = False
        log.warning("there is room on the disk again; looks go on")

    def filter(self, record: logging.LogRecord) -> bool:
        """False for what the engine says while, or because, the disk is full."""
        if any(words in record.getMessage() for words in WORDS):
            self._tell()
        return not self.full


def full(data_dir: Path) -> bool:
    """Whether a worker found no room there."""
    return (data_dir / MARK).exists()


def fits(folder: Path) -> None:
    """Write a file of ENOUGH bytes, and take it away again; raises what it meets."""
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        file.write(b"\1" * ENOUGH)


def no_room(broke: BaseException) -> bool:
    """Whether an error, or what it came from, says that nothing more could be written."""
    return any(_says_so(one) for one in _with_causes(broke))


def _says_so(one: BaseException) -> bool:
    if isinstance(one, sqlite3.Error):
        return getattr(one, "sqlite_errorcode", 0) in (SQLITE_FULL, SQLITE_WRITE, SQLITE_SHMSIZE)
    return getattr(one, "sqlstate", None) == POSTGRESQL_FULL or (isinstance(one, OSError) and one.errno in NO_ROOM)


def _with_causes(broke: BaseException | None) -> Iterator[BaseException]:
    while broke is not None:
        yield broke
        broke = broke.__cause__ or broke.__context__
