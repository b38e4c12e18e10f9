"""What the archive holds: raw answers whose time is over, and what stays in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import Attempt, Blob, Brand, Canary, Change, Fetch, Parse, Picture, Result, Search, Snapshot, Workspace
from scrapers.types import RawPage


@dataclass(frozen=True, slots=True)
class Over:
    """A raw answer whose time is over: its blob, name and bytes, and every fetch that brought it (none: a canary's)."""

    blob: int
    sha256: str
    size: int
    fetches: tuple[OldFetch, ...]


@dataclass(frozen=True, slots=True)
class OldFetch:
    """One fetch of it: by which source, for which search; page: what was fetched, still without its body."""

    fetch: int
    source: str
    search: int
    page: RawPage


@dataclass(frozen=True, slots=True)
class PictureRow:
    """The picture of a look, in pixels; at: when it was drawn."""

    sha256: str
    at: datetime
    width: int
    height: int


def over(session: Session, now: datetime, days: int) -> list[Over]:
    """The raw answers that every workspace which fetched them has kept long enough, the oldest first.

    days: of the installation, where a workspace says nothing else; 0 keeps for ever.
    """
    found: dict[int, tuple[str, int, list[OldFetch]]] = {}
    young: set[int] = set()
    for row in _fetched(session):
        fetch, digest, size, source, search, kept = row
        limit = days if kept is None else kept
        if limit == 0 or fetch.at > now - timedelta(days=limit):
            young.add(fetch.blob_id)
        page = RawPage(
            b"", fetch.final_url, fetch.http_status, fetch.content_type, fetch.page_no, fetch.at, fetch.complete,
            fetch.failure,
        )  # fmt: skip
        found.setdefault(fetch.blob_id, (digest, size, []))[2].append(OldFetch(fetch.id or 0, source, search, page))
    done = [Over(blob, digest, size, tuple(all_)) for blob, (digest, size, all_) in found.items() if blob not in young]
    return done + [Over(blob, digest, size, ()) for blob, digest, size in _canaries(session, now, days)]


def picture_of(session: Session, snapshot_id: int) -> PictureRow | None:
    """The picture of a look, None without one."""
    found = session.exec(
        select(Picture, Blob.sha256)
        .join(Blob, col(Blob.id) == col(Picture.blob_id))
        .where(Picture.snapshot_id == snapshot_id, col(Blob.expired_at).is_(None))
    ).first()
    return PictureRow(found[1], found[0].at, found[0].width, found[0].height) if found else None


def drawn_attempt(session: Session, snapshot_id: int) -> tuple[int, int | None]:
    """(a look's search, the try whose answers it was read from, None without one); NotFound for no look."""
    look = session.get(Snapshot, snapshot_id)
    if look is None:
        raise NotFound(f"no snapshot {snapshot_id}")
    parse = session.get(Parse, look.current_parse) if look.current_parse else None
    return look.search_id, parse.attempt_id if parse else None


def new_negatives(session: Session, snapshot_id: int) -> set[int]:
    """On which pages of the engine the new negatives of a look stand."""
    query = (
        select(Result.page_no)
        .join(Snapshot, col(Snapshot.current_parse) == col(Result.parse_id))
        .join(Change, (col(Change.snapshot_id) == col(Snapshot.id)) & (col(Change.hit_id) == col(Result.hit_id)))
        .where(Snapshot.id == snapshot_id, Change.kind == "negative_entered")
    )
    return set(session.exec(query).all())


def undrawn(session: Session, looks: Sequence[int]) -> list[int]:
    """Those of these looks, and of the others at their slots, that brought a new negative and have no picture: a
    second look can make the first one good."""
    other = aliased(Snapshot)
    query = (
        select(Snapshot.id)
        .join(other, (col(other.search_id) == col(Snapshot.search_id)) & (col(other.slot) == col(Snapshot.slot)))
        .join(Change, col(Change.snapshot_id) == col(Snapshot.id))
        .where(
            col(other.id).in_(looks), Change.kind == "negative_entered",
            col(Snapshot.id).not_in(select(Picture.snapshot_id)),
        )
        .distinct()
        .order_by(col(Snapshot.id))
    )  # fmt: skip
    return [identity or 0 for identity in session.exec(query).all()]


def _fetched(session: Session) -> Sequence[Any]:
    """(fetch, SHA-256, bytes, source, search, days of its workspace), the oldest first."""
    query: Any = (
        sqlalchemy.select(
            Fetch, col(Blob.sha256), col(Blob.size), col(Attempt.source), col(Search.id), col(Workspace.raw_days)
        )
        .join(Blob, col(Blob.id) == col(Fetch.blob_id))
        .join(Attempt, col(Attempt.id) == col(Fetch.attempt_id))
        .join(Snapshot, col(Snapshot.id) == col(Attempt.snapshot_id))
        .join(Search, col(Search.id) == col(Snapshot.search_id))
        .join(Brand, col(Brand.id) == col(Search.brand_id))
        .join(Workspace, col(Workspace.id) == col(Brand.workspace_id))
        .where(col(Blob.expired_at).is_(None), _unsettled())
        .order_by(col(Fetch.at), col(Fetch.id))
    )
    found: Sequence[Any] = session.exec(query).all()
    return found


def _unsettled() -> Any:
    """Fetches of blobs of which at least one fetch has nothing else to stay by."""
    return col(Fetch.blob_id).in_(select(Fetch.blob_id).where(col(Fetch.clean_blob_id).is_(None)))


def _canaries(session: Session, now: datetime, days: int) -> Sequence[Any]:
    """Answers of canaries that no look fetched too: nobody reads them again, so nothing stays of them."""
    if days == 0:
        return ()
    recent = select(Canary.blob_id).where(Canary.at > now - timedelta(days=days), col(Canary.blob_id).is_not(None))
    query = (
        select(Blob.id, Blob.sha256, Blob.size)
        .join(Canary, col(Canary.blob_id) == col(Blob.id))
        .where(
            col(Blob.expired_at).is_(None), col(Blob.id).not_in(recent), col(Blob.id).not_in(select(Fetch.blob_id)),
        )
        .distinct()
    )  # fmt: skip
    return session.exec(query).all()
