"""Keeps content in files named by their SHA-256, so that nothing is stored twice and nothing can be passed off."""

from __future__ import annotations

import hashlib
from pathlib import Path

import zstandard
from sqlmodel import Session, select

from app.files import write_whole
from app.models import Blob
from app.store.upsert import insert_missing


def keep(session: Session, root: Path, body: bytes, kind: str = "raw") -> int:
    """Store content and return its blob's id; the file is on disk before the row can be committed.

    Content that had expired is kept again. The row is locked first: whoever takes files away locks it too.
    """
    digest = hashlib.sha256(body).hexdigest()
    insert_missing(session, Blob.__table__, [{"sha256": digest, "kind": kind, "codec": "zstd", "size": len(body)}])  # type: ignore[attr-defined]
    blob = session.exec(select(Blob).where(Blob.sha256 == digest).with_for_update()).one()
    if blob.expired_at is not None:
        blob.expired_at = blob.reason = blob.removed_at = None
        session.add(blob)
        session.flush()
    path = blob_path(root, digest)
    if not path.exists():
        write_whole(path, zstandard.ZstdCompressor(level=6).compress(body))
    return blob.id or 0


def blob_path(root: Path, digest: str) -> Path:
    """Where a blob's file stands; only a SHA-256 in hexadecimal names one."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise ValueError("a blob is named by 64 hexadecimal digits")
    return root / digest[:2] / f"{digest}.zst"
