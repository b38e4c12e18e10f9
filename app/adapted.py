"""The text model of a workspace: the bundled one, or that one with what the workspace's own people said beside it.

An adapted model is a file of examples in the data directory, one a workspace: numbers, no words. It is learned together
with the bundled examples when it is read, and works with those of that very version alone. Whatever is amiss with the
file, the bundled model works, and one line of the log says so.
"""

from __future__ import annotations

import hashlib
import io
import logging
import zlib
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from app.files import write_whole
from app.scoring.features import TextModel
from app.scoring.learned import TONES, Examples, learn
from app.scoring.verdict import VERSION
from app.settings import settings
from app.text_model import READER, SIZE, Bundled, Taught, taught, text_model, weights

log = logging.getLogger("shemtov")
Stamp = tuple[int, int] | None
GONE = (0, 0)
UNUSABLE = (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error, NotImplementedError)


def model_of(workspace: int) -> TextModel | None:
    """The text model that labels for a workspace; None where there is none at all."""
    base = text_model()
    if not isinstance(base, Bundled):
        return base
    path = file_of(workspace)
    return _read(path, _stamp(path), base)


def file_of(workspace: int) -> Path:
    """Where a workspace's own examples lie; their report beside them, as .md."""
    return settings().data_dir / "adapted" / f"{workspace}.npz"


def together(base: Taught, own: Examples) -> Examples:
    """The bundled rows and a workspace's own, which count the same: counting them three times measured no better."""
    return Examples(
        np.concatenate([base.rows.vectors, own.vectors]), np.concatenate([base.rows.features, own.features]),
        np.concatenate([base.rows.labels, own.labels]),
    )  # fmt: skip


def version_with(base: str, own: Examples) -> str:
    """The version of a model adapted with some rows: equal rows on equal ground give an equal one."""
    content = hashlib.sha256("\n".join((base, VERSION, READER, *own.labels.tolist(), "")).encode())
    content.update(own.vectors.tobytes() + own.features.astype(np.float32).tobytes())
    return f"{base}+w{content.hexdigest()[:6]}"


def keep(workspace: int, base: str, own: Examples, report: str) -> str:
    """Put an adapted model in force, with its report; returns its version."""
    path, version, packed = file_of(workspace), version_with(base, own), io.BytesIO()
    np.savez_compressed(
        packed, vectors=own.vectors, features=own.features.astype(np.float32), labels=own.labels.astype("<U8"),
        base=np.array(base), version=np.array(version),
    )  # fmt: skip
    write_whole(path, packed.getvalue())
    write_whole(path.with_suffix(".md"), report.encode("utf-8"))  # last: a report without its model means a loss
    return version


def drop(workspace: int) -> bool:
    """Back to the bundled model; False when it was that already."""
    path = file_of(workspace)
    there = path.exists()
    for one in (path.with_suffix(".md"), path):
        one.unlink(missing_ok=True)
    return there


def _stamp(path: Path) -> Stamp:
    """What changes when the file does: other processes write it."""
    try:
        found = path.stat()
    except OSError:
        return GONE if path.with_suffix(".md").exists() else None
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=16)  # what a file was found to be is found once, and told once
def _read(path: Path, stamp: Stamp, base: Bundled) -> Bundled:
    if stamp is None:
        return base
    try:
        return _adapted(path, base)
    except UNUSABLE as wrong:  # a file that is gone too, though its report is there
        log.warning("%s cannot be used (%s): its workspace is labelled by %s", path, wrong, base.version)
        return base


def _adapted(path: Path, base: Bundled) -> Bundled:
    """ValueError for a file that is not what it says, or that was made for another bundled model or other rules."""
    with np.load(path, allow_pickle=False) as kept:
        own = Examples(kept["vectors"], kept["features"].astype(np.float64), kept["labels"])
        made_for, version = str(kept["base"]), str(kept["version"])
    ground = taught(weights())
    if made_for != base.version or ground.version != base.version:
        raise ValueError(f"made for {made_for}; shemtov adapt makes it anew")
    whole = own.vectors.dtype == np.int8 and own.vectors.shape == (len(own.labels), SIZE)
    if not whole or not set(own.labels.tolist()) <= set(TONES) or version != version_with(base.version, own):
        raise ValueError("damaged, or made for other rules; shemtov adapt makes it anew")
    return Bundled(learn(together(ground, own), ground.shape, ground.heat), version, base.read)
