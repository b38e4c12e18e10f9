"""What leaves the archive: content is marked first, its files go after that is on record. And pictures, which come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from app.lock import removing
from app.models import Blob, Fetch, Picture, Workspace
from app.store.blobs import blob_path, keep


def replace_raw(
    session: Session, root: Path, blob_id: int, copies: Mapping[int, bytes | None], now: datetime
) -> bool:  # fmt: skip
    """Put cleaned copies (by fetch) in the place of a raw answer; False when somebody fetched it anew meanwhile.

    Where one fetch has no copy that reads the same, the answer itself stays, for all of them.
    """
    blob = _locked(session, blob_id)
    fetches = session.exec(select(Fetch).where(Fetch.blob_id == blob_id)).all()
    if blob.expired_at is not None or {one.id for one in fetches} != set(copies):
        return False
    whole = any(copy is None for copy in copies.values())
    for one in fetches:
        copy = copies[one.id or 0]
        one.clean_blob_id = blob_id if whole or copy is None else keep(session, root, copy, "clean")
        session.add(one)
    session.flush()
    if not whole:
        expire(session, [blob_id], "retention", now)
    return True


def expire(session: Session, blobs: Iterable[int], reason: str, now: datetime) -> int:
    """Mark content as not kept any more; how many that are. A second reason replaces none but retention."""
    marked = 0
    for blob_id in sorted(set(blobs)):
        blob = _locked(session, blob_id)
        if blob.expired_at is None or (blob.reason != reason and reason == "forgotten"):
            marked += blob.expired_at is None
            blob.expired_at, blob.reason = blob.expired_at or now, reason
            session.add(blob)
    session.flush()
    return marked


def remove_files(session: Session, root: Path, now: datetime) -> int:
    """Take the files of what has expired away; what a crash left over goes with them. How many.

    None while a backup copies them: the next call finds them again.
    """
    with removing(root.parent) as may:
        return _take_away(session, root, now) if may else 0


def _take_away(session: Session, root: Path, now: datetime) -> int:
    leaving = session.exec(
        select(Blob)
        .where(col(Blob.removed_at).is_(None), col(Blob.expired_at) <= now)
        .order_by(col(Blob.id))
        .with_for_update()
    ).all()
    for blob in leaving:
        blob_path(root, blob.sha256).unlink(missing_ok=True)
        blob.removed_at = now
        session.add(blob)
    session.flush()
    return len(leaving)


def keep_picture(
    session: Session, root: Path, snapshot_id: int, jpeg: bytes, size: tuple[int, int], now: datetime
) -> None:
    """The picture of a look; a newer one takes the place of an older, which expires."""
    blob_id = keep(session, root, jpeg, "picture")
    old = session.get(Picture, snapshot_id)
    if old is not None and old.blob_id != blob_id:
        expire(session, [old.blob_id], "retention", now)
    made = old or Picture(snapshot_id=snapshot_id, blob_id=blob_id, at=now, width=0, height=0)
    made.blob_id, made.at = blob_id, now
    made.width, made.height = size
    session.add(made)
    session.flush()


def keep_days(session: Session, workspace: int, days: int | None) -> None:
    """How long a workspace's raw answers are kept: 0 for ever, None as the installation's setting says."""
    found = session.get_one(Workspace, workspace)
    found.raw_days = days
    session.add(found)
    session.flush()


def _locked(session: Session, blob_id: int) -> Blob:
    return session.exec(select(Blob).where(Blob.id == blob_id).with_for_update()).one()
