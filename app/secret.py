"""The installation's secret: SHEMTOV_SECRET_KEY, otherwise made once and kept in the data directory."""

from __future__ import annotations

import os
import secrets
from functools import lru_cache
from pathlib import Path

from app.settings import settings


def secret() -> bytes:
    """At least 32 bytes that only this installation knows."""
    chosen = settings().secret_key
    return chosen.encode() if chosen else _kept(settings().data_dir / "secret.key")


@lru_cache(maxsize=4)
def _kept(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    return path.read_bytes()
