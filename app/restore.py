"""Restores a backup into a folder of its own: everything is proven before the folder gets its name, or nothing stays.

1 the archive is unpacked beside the folder, each file held against the manifest; 2 its rows fill an empty database, and
are read back and compared; 3 the database comes up to today's revision; 4 the folder gets its name.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from app.db import migrate, open_engine, revisions
from app.dump import Tally, check_empty, differing, fill
from app.errors import BadInput, Conflict
from app.files import UNFINISHED, sync_folder
from app.packing import BLOB, OURS, SECRET, File, Manifest, Torn, Unpacked, holds, names_digest, row_file
from app.store.blobs import blob_path

LONGEST_ROW = 64_000_000


def restore(file: Path, to: Path, database: Engine | None = None) -> Manifest:
    """Make a data directory of a backup; its rows go into a SQLite file there, or into an empty database given.

    Conflict when there is something already, BadInput when the archive is not whole: then nothing is written.
    """
    if to.is_symlink() or (to.exists() and not (to.is_dir() and not any(to.iterdir()))):
        raise Conflict(f"{to} is not empty; restore into a folder of its own")
    if database is not None:
        check_empty(database)
    try:
        with file.open("rb") as packed, _beside(to) as folder:
            manifest = _unpack(Unpacked(packed), folder)
            _database(database, folder, manifest)
            os.sync()
            os.replace(folder, to)
            sync_folder(to.parent)
    except Torn as wrong:
        raise BadInput(f"{file} is not restored, and nothing was written: {wrong.message}") from wrong
    except OSError as failure:
        raise BadInput(f"{file} is not restored, and nothing was written ({failure})") from failure
    return manifest


@contextmanager
def _beside(to: Path) -> Iterator[Path]:
    """A folder that is gone at the end, unless it got another name."""
    to.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=to.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unpack(archive: Unpacked, folder: Path) -> Manifest:
    """Every file of the archive in its place, proven; Torn when one is missing, too many, or not what it should be."""
    manifest = archive.manifest()
    _check_manifest(manifest, folder)
    wanted, blobs, packed = manifest.expected(), set[str](), 0
    for name, size in archive.files():
        blob = BLOB.fullmatch(name)
        if blob:
            packed += size
            if blob[1] in blobs or packed > manifest.blobs.bytes:
                raise Torn("it holds more than its manifest says")
            blobs.add(blob[1])
            _keep_blob(archive, blob_path(folder / "blobs", blob[1]), size, blob[1])
        elif (told := wanted.pop(name, None)) is not None and told.bytes == size:
            _keep_file(archive, folder / name, told)
        else:
            raise Torn(f"it holds a file that its manifest does not know: {name[:100]!r}")
    if wanted or (packed, names_digest(blobs)) != (manifest.blobs.bytes, manifest.blobs.sha256):
        raise Torn("something is missing that its manifest names")
    return manifest


def _check_manifest(manifest: Manifest, folder: Path) -> None:
    """Torn, Conflict or BadInput when what the manifest announces cannot or must not be unpacked here."""
    if any(name != SECRET and not OURS.fullmatch(name) for name in manifest.files):
        raise Torn("its manifest names files that are in no backup")
    if not all(name.isidentifier() and name.isascii() for name in manifest.tables):
        raise Torn("its manifest names tables that are in no backup")
    if manifest.revision not in revisions():
        raise BadInput(f"it was made by a newer Shem Tov (revision {manifest.revision}): upgrade, then restore")
    # Rows stand as lines first and in the database then, with their indexes.
    need = manifest.blobs.bytes + 3 * sum(file.bytes for file in manifest.expected().values())
    if need > (free := shutil.disk_usage(folder).free):
        raise BadInput(f"it needs about {need / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free there")


def _keep_blob(archive: Unpacked, path: Path, size: int, digest: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        for some in archive.chunks(size):
            file.write(some)
    if not holds(path, digest):
        raise Torn(f"blob {digest} is not what its name says")


def _keep_file(archive: Unpacked, path: Path, told: File) -> None:
    path.parent.mkdir(exist_ok=True)
    found = hashlib.sha256()
    with path.open("xb") as file:
        path.chmod(0o600)
        for some in archive.chunks(told.bytes):
            file.write(some)
            found.update(some)
    if found.hexdigest() != told.sha256:
        raise Torn(f"{path.name} was altered or damaged")


def _database(given: Engine | None, folder: Path, manifest: Manifest) -> None:
    """The rows in their database, read back and compared, then brought up to today."""
    database = given or open_engine(f"sqlite:///{folder / 'shemtov.db'}")
    try:
        migrate(manifest.revision, on=database, copy=False)
        with database.execution_options(writer=True).begin() as into:
            kept = fill(into, lambda name: _lines(folder, manifest, name))
            told = {name: Tally(rows.rows, rows.bytes, rows.sha256) for name, rows in manifest.tables.items()}
            if different := differing(kept, told):
                raise Torn(f"its rows are not those its manifest tells: {', '.join(different)[:200]}")
        migrate(on=database, copy=False)
    finally:
        if given is None:
            database.dispose()
    shutil.rmtree(folder / "rows", ignore_errors=True)


def _lines(folder: Path, manifest: Manifest, table: str) -> Iterator[bytes]:
    if table not in manifest.tables:
        raise ValueError("the backup has no such table")
    with (folder / row_file(table)).open("rb") as file:
        while line := file.readline(LONGEST_ROW + 1):
            if len(line) > LONGEST_ROW:
                raise ValueError("a row is too long")
            yield line
