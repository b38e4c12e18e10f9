"""Content by its SHA-256, proven on the way out."""

from __future__ import annotations

import hashlib
from pathlib import Path

import zstandard
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import Attempt, Blob, Brand, Fetch, Search, Snapshot
from app.settings import settings
from app.store.blobs import blob_path
from scrapers.types import RawPage


class BlobDamaged(Exception):
    """The file of a blob is missing, unreadable or not what its name says."""


class BlobForgotten(BlobDamaged):
    """The content was forgotten, with what it said of somebody: nothing is damaged, and nothing can be read again."""


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
    """A raw answer, or its cleaned copy, with its content type; None when there is none of that name, when it expired,
    or when no look of the given workspace fetched it."""
    of_fetch = (col(Blob.id) == col(Fetch.blob_id)) | (col(Blob.id) == col(Fetch.clean_blob_id))
    query = select(Fetch.content_type).join(Blob, of_fetch).where(Blob.sha256 == digest, col(Blob.expired_at).is_(None))
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
    """The answers of a try in order: as they came, or their cleaned copies where retention was here.

    BlobForgotten when one was forgotten, BlobDamaged when one is gone otherwise.
    """
    raw, clean = aliased(Blob), aliased(Blob)
    rows = session.exec(
        select(Fetch, raw, clean)
        .join(raw, col(raw.id) == col(Fetch.blob_id))
        .outerjoin(clean, col(clean.id) == col(Fetch.clean_blob_id))
        .where(Fetch.attempt_id == attempt_id)
        .order_by(col(Fetch.id))
    ).all()
    return [
        RawPage(
            body=content(root, kept(first, second).sha256), final_url=f.final_url, http_status=f.http_status,
            content_type=f.content_type, page_no=f.page_no, fetched_at=f.at, complete=f.complete, failure=f.failure,
        )
        for f, first, second in rows
    ]  # fmt: skip


def kept(raw: Blob, clean: Blob | None) -> Blob:
    """What stands for an answer today: itself, or its copy; BlobForgotten or BlobDamaged when neither is kept."""
    found = next((blob for blob in (raw, clean) if blob is not None and blob.expired_at is None), None)
    if found is not None:
        return found
    if "forgotten" in (raw.reason, clean.reason if clean else None):
        raise BlobForgotten(f"{raw.sha256}: forgotten")
    raise BlobDamaged(f"{raw.sha256}: expired, and no copy of it is kept")
