"""Reads the files people hand in (saved pages, row files; .zst and .gz are read as such, never beyond a cap) and writes
ours whole."""

from __future__ import annotations

import gzip
import io
import json
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

import zstandard

from app.errors import BadInput

MAX_PAGE = 50_000_000
UNFINISHED = ".new-"
ABANDONED = timedelta(days=1)
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def read_page_file(path: Path, limit: int = MAX_PAGE) -> bytes:
    """The bytes of a saved page; BadInput names what is wrong with the file."""
    try:
        with path.open("rb") as file:
            stream: Any = file
            if path.suffix == ".zst":
                stream = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
            elif path.suffix == ".gz":
                stream = gzip.GzipFile(fileobj=file)
            body = bytes(stream.read(limit + 1))
    except FileNotFoundError as missing:
        raise BadInput(f"{path}: no such file") from missing
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as failure:
        raise BadInput(f"{path}: cannot be read ({failure})") from failure
    if len(body) > limit:
        raise BadInput(f"{path}: larger than {limit} bytes")
    return body


def json_rows(path: Path) -> Iterator[dict[str, Any] | str]:
    """The rows of a JSON-lines file ("-" style streams are read by the caller); a bad line comes as its reason."""
    text = read_page_file(path).decode("utf-8", "replace")
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as failure:
            yield f"line {number}: not JSON ({failure})"
            continue
        yield row if isinstance(row, dict) else f"line {number}: not a JSON object"


def find_file(name: str, folder: Path) -> Path:
    """A path as written in a row file: absolute, from where the command runs, or from where the row file stands."""
    path = Path(name)
    try:
        return path if path.is_absolute() or path.exists() else folder / path
    except (OSError, ValueError) as wrong:
        raise BadInput(f"{name[:200]!r} is no path ({wrong})") from wrong


def write_whole(path: Path, content: bytes) -> None:
    """Whole or not at all, whatever happens meanwhile; only we may read it."""
    with whole(path, private=True) as file:
        file.write(content)


@contextmanager
def whole(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """A file to be written bit by bit that takes its name when all is on disk; when anything is raised there is none,
    and an older one stays; a kill leaves a file that nobody takes for a whole one. private: only we may read it; else
    who may is as for any new file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=UNFINISHED, delete=False) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if not private:
                os.chmod(file.name, 0o666 & ~_umask())
            os.replace(file.name, path)
        except BaseException:  # also when somebody stops it: half a file is none
            Path(file.name).unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """What was renamed in a folder is on disk."""
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _umask() -> int:
    os.umask(mask := os.umask(0o077))
    return mask


def sweep(folder: Path, now: datetime) -> int:
    """Remove what killed writers left below a folder more than a day ago, and say how many files that were."""
    swept = 0
    for path in folder.rglob(f"{UNFINISHED}*"):
        try:
            if path.is_file() and path.stat().st_mtime < (now - ABANDONED).timestamp():
                path.unlink()
                swept += 1
        except FileNotFoundError:  # somebody else swept it, or its writer was only slow
            continue
    return swept


def picture_kind(content: bytes) -> str | None:
    """The media type of a PNG or JPEG by its first bytes; None for anything else (an SVG can hold a program)."""
    return next((kind for start, kind in PICTURES.items() if content.startswith(start)), None)
