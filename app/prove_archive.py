"""The proof of the archive: what is kept is what its name says, and what is not kept is gone.

I3 every fetch's raw answer exists and matches its SHA-256, or is marked expired and its cleaned copy does; what
   expired has no file
I8 what was forgotten is nowhere in the rows
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.forgotten import HOST
from app.models import Blob, Canary, Feature, Fetch, Hit, Link, Picture, Tombstone
from app.prove import Finding
from app.queries.blobs import BlobDamaged, BlobForgotten, content, kept
from app.queries.tombstones import remembered, true_secret
from app.store.blobs import blob_path
from scrapers.linked import strings


def raw_pages(session: Session, blobs: Path) -> Finding:
    """I3."""
    found = Finding("I3", "every raw answer, or its cleaned copy, exists and matches its SHA-256")
    names: set[str] = set()
    for raw, clean in _fetched(session):
        try:
            stays = kept(raw, clean)
        except BlobForgotten:
            found.notes["forgotten"] += 1
            continue
        except BlobDamaged as damage:
            found.expect(raw.reason is None, str(damage))  # older rows say no reason, and had no copies
            found.notes["expired by retention"] += raw.reason is None
            continue
        names.add(stays.sha256)
        found.notes["cleaned copies"] += stays.kind == "clean"
        found.notes["kept whole: no copy reads the same"] += raw is stays and clean is raw
    names |= set(session.exec(_of_canaries()).all()) | set(session.exec(_of_pictures()).all())
    for name in sorted(names):
        try:
            content(blobs, name)
            found.expect(True, "")
        except BlobDamaged as damage:
            found.expect(False, str(damage))
    _gone(session, blobs, found)
    found.notes = +found.notes
    return found


def _fetched(session: Session) -> list[tuple[Blob, Blob | None]]:
    raw, clean = aliased(Blob), aliased(Blob)
    query = (
        select(raw, clean)
        .join(Fetch, col(Fetch.blob_id) == col(raw.id))
        .outerjoin(clean, col(clean.id) == col(Fetch.clean_blob_id))
        .distinct()
    )
    return [(first, second) for first, second in session.exec(query).all()]


def _of_canaries() -> SelectOfScalar[str]:
    return (
        select(Blob.sha256)
        .join(Canary, col(Canary.blob_id) == col(Blob.id))
        .where(col(Blob.expired_at).is_(None))
        .distinct()
    )


def _of_pictures() -> SelectOfScalar[str]:
    return select(Blob.sha256).join(Picture, col(Picture.blob_id) == col(Blob.id)).where(col(Blob.expired_at).is_(None))


def _gone(session: Session, blobs: Path, found: Finding) -> None:
    """What expired has no file any more, or is about to lose it."""
    for blob in session.exec(select(Blob).where(col(Blob.expired_at).is_not(None))).all():
        there = blob_path(blobs, blob.sha256).exists()
        found.expect(not (there and blob.removed_at), f"{blob.sha256}: expired ({blob.reason}), but its file is there")
        found.notes["files still to be taken away"] += there and not blob.removed_at


def kept_forgotten(session: Session) -> Finding:
    """I8."""
    found = Finding("I8", "what was forgotten is nowhere in the rows")
    keyed = remembered(session)
    if keyed is None:
        return found
    found.notes["tombstones"] = len(session.exec(select(Tombstone.id)).all())
    found.expect(true_secret(session, keyed), "SHEMTOV_SECRET_KEY is another than when things were forgotten")
    rows = session.exec(select(Hit, Link).outerjoin(Link, col(Hit.link_id) == col(Link.id))).all()
    for hit, link in rows:
        if link is not None and link.host == HOST:
            continue
        found.expect(link is None or not keyed.is_link(link.url), f"hit {hit.id}: its link was forgotten")
        said = any(map(keyed.in_text, (hit.title, hit.snippet, hit.display_url)))
        found.expect(not said, f"hit {hit.id} says what was forgotten")
    for feature in session.exec(select(Feature)).all():
        said = any(keyed.in_text(text) or keyed.is_link(text) for text in strings(dict(feature.data)))
        found.expect(not said, f"feature {feature.id} says what was forgotten")
    found.notes["forgotten results"] = len(session.exec(select(Link.id).where(Link.host == HOST)).all())
    return found
