"""A backup's file: a tar of plain files in one zstd frame, written as it comes and read as if somebody hostile made it.

Reading believes no header: only plain files, only names that were asked for, never more bytes than were announced, and
nothing after the end. No path of the archive is ever a path here.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import zstandard
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import BadInput

BLOCK, CHUNK = 512, 1 << 20
PACKED_AT_ONCE = 2048  # unpacked this is at most 64 MB, whatever it holds
MOST_MANIFEST, MOST_CONTENT = 1_000_000, 500_000_000
FIRST = "manifest.json"
SHA = r"[0-9a-f]{64}"
SECRET = "secret.key"  # noqa: S105 the name of a file, not what it holds
OURS = re.compile(r"adapted/\d{1,12}\.(npz|md)", re.A)
BLOB = re.compile(rf"blobs/({SHA})\.zst")


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class File(Strict):
    """A file of the archive, as it must be."""

    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=f"^{SHA}$")


class Rows(File):
    """The lines of a table (app.dump)."""

    rows: int = Field(ge=0)


class Blobs(Strict):
    """The blobs together: how many, how many bytes packed, the SHA-256 of their names, sorted, a line each; missing:
    named by the rows, but gone or damaged when the backup was made."""

    count: int = Field(ge=0)
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=f"^{SHA}$")
    missing: int = Field(ge=0)


class Manifest(Strict):
    """What stands first in the archive, and what all the rest is held against."""

    format: int = Field(1, ge=1, le=1)
    made: str
    revision: str = Field(pattern=r"^\w{1,32}$")
    tables: dict[str, Rows]
    files: dict[str, File]
    blobs: Blobs

    def expected(self) -> dict[str, File]:
        """Every file but the blobs, by its name in the archive."""
        return {row_file(name): rows for name, rows in self.tables.items()} | self.files


class Torn(BadInput):
    """The archive is cut, damaged, altered, or none of ours."""


def row_file(table: str) -> str:
    """The name of a table's lines in the archive."""
    return f"rows/{table}.jsonl"


def names_digest(names: set[str]) -> str:
    """What proves that no blob is missing and none too many."""
    return hashlib.sha256("".join(f"{name}\n" for name in sorted(names)).encode("ascii")).hexdigest()


def holds(path: Path, digest: str) -> bool:
    """Whether a blob's file is what its name says; a bomb is not."""
    found, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as body:
            while some := body.read(CHUNK):
                found.update(some)
                size += len(some)
                if size > MOST_CONTENT:
                    return False
    except (OSError, zstandard.ZstdError):
        return False
    return found.hexdigest() == digest


class Packer:
    """Adds files to an archive."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, size: int, body: IO[bytes]) -> None:
        """Exactly so many bytes, or OSError."""
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self._tar.addfile(info, body)

    def add_manifest(self, manifest: Manifest) -> None:
        """First of all."""
        told = manifest.model_dump_json(indent=1).encode()
        self.add(FIRST, len(told), io.BytesIO(told))


@contextmanager
def packing(to: IO[bytes]) -> Iterator[Packer]:
    """An archive being written; it is whole when this ends."""
    packed = zstandard.ZstdCompressor(level=3, write_checksum=True).stream_writer(to, closefd=False)
    with packed, tarfile.open(fileobj=packed, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        yield Packer(tar)


class Unpacked:
    """The files of an archive, one after the other. Each is read to its end before the next."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._unpacking, self._rest = file, zstandard.ZstdDecompressor().decompressobj(), io.BytesIO()

    def manifest(self) -> Manifest:
        """What the archive should hold; Torn when that cannot be told."""
        name, size = next(self.files(), ("", 0))
        if name != FIRST or size > MOST_MANIFEST:
            raise Torn("it does not begin with a manifest")
        try:
            return Manifest.model_validate_json(b"".join(self.chunks(size)))
        except (ValidationError, RecursionError) as wrong:
            raise Torn("its manifest cannot be read, or is of another version") from wrong

    def files(self) -> Iterator[tuple[str, int]]:
        """Name and size of each file; at the end it is certain that nothing follows."""
        while (head := self._take(BLOCK)) != bytes(BLOCK):
            try:
                info = tarfile.TarInfo.frombuf(head, "utf-8", "strict")
            except (tarfile.HeaderError, ValueError) as wrong:
                raise Torn("a header in it is damaged") from wrong
            if info.type != tarfile.REGTYPE or info.size < 0:
                raise Torn(f"it holds something that is no plain file: {info.name[:100]!r}")
            yield info.name, info.size
        while rest := self._some(CHUNK):
            if rest.strip(b"\0"):
                raise Torn("something follows its end")
        if not self._unpacking.eof or self._unpacking.unused_data or self._file.read(1):
            raise Torn("it is cut, or something follows its end")

    def chunks(self, size: int) -> Iterator[bytes]:
        """The content of the file that was told last."""
        left = size
        while left:
            some = self._some(min(left, CHUNK))
            if not some:
                raise Torn("it is cut")
            left -= len(some)
            yield some
        if self._take(-size % BLOCK).strip(b"\0"):
            raise Torn("something stands between its files")

    def _take(self, size: int) -> bytes:
        body = b""
        while len(body) < size:
            some = self._some(size - len(body))
            if not some:
                raise Torn("it is cut")
            body += some
        return body

    def _some(self, most: int) -> bytes:
        """Some unpacked bytes; none at the end."""
        while not (some := self._rest.read(most)) and not self._unpacking.eof:
            packed = self._file.read(PACKED_AT_ONCE)
            if not packed:
                break
            try:
                self._rest = io.BytesIO(self._unpacking.decompress(packed))
            except zstandard.ZstdError as wrong:
                raise Torn("it is damaged, or no backup at all") from wrong
        return some
