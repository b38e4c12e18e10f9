"""Content by its SHA-256, proven on the way out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import zstandard
from sqlmodel import Session, col, select

from app.models import Attempt, Blob, Brand, Fetch, Search, Snapshot
from app.settings import settings
from app.store.blobs import blob_path
from scrapers.types import RawPage


class BlobDamaged(Exception):
    """The file of a blob is missing, unreadable or not what its name says."""


def content(root: Path, digest: str) -> bytes:
    """The bytes of a blob; BlobDamaged when they do not match their name."""
    try:
        body = zstandard.ZstdDecompressor().decompressobj().decompress(blob_path(root, digest).read_bytes())
    except (OSError, zstandard.ZstdError) as failure:
        raise BlobDamaged(f"{digest}: {failure}") from failure
    if hashlib.sha256(body).hexdigest() != digest:
        raise BlobDamaged(f"{digest}: the content does not match its name")
    return body


def raw_page(session: Session, digest: str, workspace: int | None = None) -> tuple[bytes, str] | None:
    """A raw answer with its content type; None when there is none of that name, when retention took it, or when no
    look of the given workspace fetched it."""
    query = (
        select(Fetch.content_type)
        .join(Blob, col(Blob.id) == col(Fetch.blob_id))
        .where(Blob.sha256 == digest, col(Blob.expired_at).is_(None))
    )
    if workspace is not None:
        query = (
            query.join(Attempt, col(Attempt.id) == col(Fetch.attempt_id))
            .join(Snapshot, col(Snapshot.id) == col(Attempt.snapshot_id))
            .join(Search, col(Search.id) == col(Snapshot.search_id))
            .join(Brand, col(Brand.id) == col(Search.brand_id))
            .where(Brand.workspace_id == workspace)
        )
    found = session.exec(query.limit(1)).all()
    return (content(settings().blobs, digest), found[0] or "text/html") if found else None


def pages(session: Session, root: Path, attempt_id: int) -> list[RawPage]:
    """The raw answers of a try as they came, in order; BlobDamaged when one is gone."""
    rows = session.exec(
        select(Fetch, Blob.sha256)
        .join(Blob, col(Blob.id) == col(Fetch.blob_id))
        .where(Fetch.attempt_id == attempt_id)
        .order_by(col(Fetch.id))
    ).all()
    return [
        RawPage(
            body=content(root, digest), final_url=f.final_url, http_status=f.http_status, content_type=f.content_type,
            page_no=f.page_no, fetched_at=f.at, complete=f.complete, failure=f.failure,
        )
        for f, digest in rows
    ]  # fmt: skip
