"""A backup: one file with every row as it was at one moment, and every blob those rows name, while others go on.

1 nobody takes files away; 2 the rows of one moment, as lines; 3 each blob they name is proven; 4 all of it is packed
under a name of its own, which it gets when it is whole. It leaves out what can be had again: what text models read and
answered, and a durable worker's own notes (open looks are found again from the record).
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlalchemy import Engine, select

from app.db import revision_of
from app.dump import Counting, lines, snapshot, tables
from app.errors import BadInput, NotFound
from app.files import whole
from app.lock import backing_up
from app.packing import OURS, SECRET, Blobs, File, Manifest, Rows, holds, names_digest, packing, row_file
from app.store.blobs import blob_path
from app.types import Progress

ENDING = ".tar.zst"


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made. missing: blobs that the rows name and that are gone or damaged here, by name."""

    path: Path
    manifest: Manifest
    missing: tuple[str, ...]


def back_up(
    engine: Engine, data_dir: Path, to: Path, now: datetime, *, secret: bool, progress: Progress = lambda done, of: None
) -> Backup:
    """Write a backup to a file, or into a folder under the moment's name. secret: take the installation's along.

    A file of that name is replaced when the new one is whole. NotFound where there is no record.
    """
    revision = revision_of(engine)
    if revision is None:
        raise NotFound("there is no record here yet: nothing to back up")
    path = to / f"shemtov-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.zst" if to.is_dir() else to
    with ExitStack() as stack:
        stack.enter_context(backing_up(data_dir))
        out = stack.enter_context(_opened(path))
        rows, named = _rows(engine, stack, path.parent)
        kept, missing = _proven(data_dir / "blobs", named, progress)
        extras = _extras(data_dir, secret=secret)
        manifest = Manifest(
            made=now.astimezone(UTC).isoformat(), revision=revision,
            tables={name: told for name, (told, _) in rows.items()},
            files={name: _told(body) for name, body in extras.items()},
            blobs=Blobs(
                count=len(kept), bytes=sum(kept.values()), sha256=names_digest(set(kept)), missing=len(missing)
            ),
        )  # fmt: skip
        _pack(out, manifest, rows, extras, data_dir / "blobs", kept)
    return Backup(path, manifest, missing)


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file to be; BadInput when none can be made there."""
    if not path.name.endswith(ENDING):
        raise BadInput(f"{path}: a backup's name ends in {ENDING}; or name a folder that is there")
    try:
        with whole(path, private=True) as file:
            yield file
    except OSError as failure:
        raise BadInput(f"{path}: the backup could not be written, and nothing is left of it ({failure})") from failure


def _rows(engine: Engine, stack: ExitStack, folder: Path) -> tuple[dict[str, tuple[Rows, IO[bytes]]], list[str]]:
    """The lines of every table, each in a file without a name, and the blobs that the rows keep."""
    found: dict[str, tuple[Rows, IO[bytes]]] = {}
    named: list[str] = []
    with snapshot(engine) as connection:
        for table in tables(connection):
            body = stack.enter_context(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115 the stack closes it
            counting = Counting(lines(connection, table))
            body.writelines(counting)
            body.seek(0)
            told = counting.tally
            found[table.name] = (Rows(rows=told.rows, bytes=told.bytes, sha256=told.sha256), body)
            if table.name == "blob":
                kept = select(table.columns["sha256"]).where(table.columns["expired_at"].is_(None))
                named = list(connection.execute(kept.order_by(table.columns["sha256"])).scalars())
    return found, named


def _proven(root: Path, named: list[str], progress: Progress) -> tuple[dict[str, int], tuple[str, ...]]:
    """The size of each blob's file that holds what its name says; the names of the others."""
    kept, missing = {}, []
    for number, name in enumerate(named, 1):
        path = blob_path(root, name)
        if holds(path, name):
            kept[name] = path.stat().st_size
        else:
            missing.append(name)
        progress(number, len(named))
    return kept, tuple(missing)


def _extras(data_dir: Path, *, secret: bool) -> dict[str, bytes]:
    """The small files beside the rows: what models learned here, and the secret."""
    paths = {f"adapted/{path.name}": path for path in sorted((data_dir / "adapted").glob("*"))}
    found = {name: path.read_bytes() for name, path in paths.items() if OURS.fullmatch(name) and path.is_file()}
    if secret and (data_dir / SECRET).is_file():
        found[SECRET] = (data_dir / SECRET).read_bytes()
    return found


def _pack(
    out: IO[bytes], manifest: Manifest, rows: dict[str, tuple[Rows, IO[bytes]]], extras: dict[str, bytes],
    root: Path, kept: dict[str, int],
) -> None:  # fmt: skip
    with packing(out) as archive:
        archive.add_manifest(manifest)
        for name, (told, body) in rows.items():
            archive.add(row_file(name), told.bytes, body)
        for name, content in extras.items():
            archive.add(name, len(content), io.BytesIO(content))
        for digest, size in kept.items():
            with blob_path(root, digest).open("rb") as blob:
                archive.add(f"blobs/{digest}.zst", size, blob)


def _told(content: bytes) -> File:
    return File(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
