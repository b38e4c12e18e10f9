"""Retention: results stay; a raw answer stays for its days, then a cleaned copy of it that reads the same.

1 find what is over; 2 make its copy and prove it; 3 put the copy in its place, on record; 4 take the file away.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from app.db import reading, writing
from app.files import write_whole
from app.queries.archive import Over, over
from app.queries.blobs import BlobDamaged, content
from app.queries.searches import watched
from app.store.archive import expire, remove_files, replace_raw
from app.types import Progress
from scrapers.clean import cleaned

DAY_FILE = "retention-day"


@dataclass(frozen=True, slots=True)
class Kept:
    """What retention did, or would do: answers replaced by a copy, kept whole for want of one, dropped (canaries);
    bytes of answers that went and of the copies that stay, unpacked; what could not be done, in words."""

    replaced: int
    whole: int
    dropped: int
    raw_bytes: int
    clean_bytes: int
    problems: tuple[str, ...]


def retain(
    engine: Engine, root: Path, now: datetime, days: int, *, dry_run: bool = False,
    progress: Progress = lambda done, of: None,
) -> Kept:  # fmt: skip
    """Let every raw answer go whose time is over. dry_run says what would happen, and changes nothing."""
    with reading(engine) as session:
        found = over(session, now, days)
    counts: Counter[str] = Counter()
    problems: list[str] = []
    for number, one in enumerate(found, 1):
        try:
            with reading(engine) as session:
                copies = _copies(session, root, one)
        except BlobDamaged as damage:
            problems.append(str(damage))
            continue
        if dry_run or _settle(engine, root, one, copies, now):
            _count(counts, one, copies)
        progress(number, len(found))
    if not dry_run:
        with writing(engine) as session:
            remove_files(session, root, now)
    return Kept(counts["replaced"], counts["whole"], counts["dropped"], counts["raw"], counts["clean"], tuple(problems))


def due_today(data_dir: Path, now: datetime) -> bool:
    """Whether retention has not been here today (UTC); from now on it has."""
    today = now.astimezone(UTC).date().isoformat()
    path = data_dir / DAY_FILE
    if path.exists() and path.read_text(encoding="ascii", errors="replace") == today:
        return False
    write_whole(path, today.encode("ascii"))
    return True


def _copies(session: Session, root: Path, one: Over) -> dict[int, bytes | None]:
    """The proven copy of each fetch of an answer, None where none reads the same."""
    body = content(root, one.sha256)
    made: dict[int, bytes | None] = {}
    for fetch in one.fetches:
        request = watched(session, fetch.search).request()
        made[fetch.fetch] = cleaned(fetch.source, replace(fetch.page, body=body), request)
    return made


def _settle(engine: Engine, root: Path, one: Over, copies: dict[int, bytes | None], now: datetime) -> bool:
    with writing(engine) as session:
        if one.fetches:
            return replace_raw(session, root, one.blob, copies, now)
        return expire(session, [one.blob], "retention", now) > 0


def _count(counts: Counter[str], one: Over, copies: dict[int, bytes | None]) -> None:
    whole = any(copy is None for copy in copies.values())
    counts["whole" if whole else "replaced" if copies else "dropped"] += 1
    if not whole:
        counts["raw"] += one.size
        counts["clean"] += sum(len(copy) for copy in set(copies.values()) if copy)
