"""Forgets what names somebody: rows, answers, copies, pictures and printed papers; a tombstone keeps it forgotten.

1 say that it is forgotten, so that no look brings it back meanwhile; 2 find the answers that say it; 3 write over the
rows, all at once; 4 take the files away, and the copies that upgrades left; 5 pack the database, so that no free page
of it holds a word.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from app.copies import drop_copies
from app.db import compact, reading, sqlite_file, writing
from app.errors import BadInput, Conflict
from app.forgotten import Kind, Plain, wanted
from app.lock import removing
from app.queries.tombstones import (
    blobs_naming,
    blobs_of_parses,
    every_parse,
    every_report,
    features_naming,
    keyed,
    links_naming,
    notes,
    parses_showing,
    reasons,
    twins_of,
    watched_by,
)
from app.store.archive import expire, remove_files
from app.store.forgetting import (
    add_counts,
    add_tombstone,
    forget_features,
    forget_link,
    forget_rules,
    silence_column,
    silence_strings,
)
from app.types import Progress


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was removed, or would be: how many of what. packed: whether the database's free pages are gone too."""

    counts: dict[str, int]
    packed: bool = False


class _Undo(Exception):
    """Ends a dry run's transaction: nothing of it is kept."""


def forget(
    engine: Engine, root: Path, kind: Kind, typed: str, actor: str, now: datetime, *, dry_run: bool = False,
    progress: Progress = lambda done, of: None,
) -> Forgotten:  # fmt: skip
    """Forget a URL, a host with all below it, or a text; dry_run counts, and changes nothing.

    BadInput when it is nothing that can be forgotten, or when the configuration itself says it; Conflict while a
    backup is made, whose files could not be taken away.
    """
    plain = asked(engine, kind, typed)
    if dry_run:
        return Forgotten(_marked(engine, root, plain, actor, now, progress, dry_run=True))
    with removing(root.parent) as may:
        if not may:
            raise Conflict("a backup is being made; forget when it is done, and remove that backup")
        with writing(engine) as session:
            add_tombstone(session, plain, keyed(), actor, now)
        counts = _marked(engine, root, plain, actor, now, progress, dry_run=False)
        with writing(engine) as session:
            remove_files(session, root, now)
        database = sqlite_file(engine)
        dropped = drop_copies(database) if database is not None else 0
        return Forgotten(counts | ({"copies of the database": dropped} if dropped else {}), compact(engine))


def _marked(
    engine: Engine, root: Path, plain: Plain, actor: str, now: datetime, progress: Progress, *,
    dry_run: bool,
) -> dict[str, int]:  # fmt: skip
    """Rows written over and files marked, in one transaction; of a dry run nothing is kept."""
    blobs = set()
    with reading(engine) as session:
        for number, of, blob in blobs_naming(session, root, plain):
            blobs |= {blob} if blob is not None else set()
            progress(number, of)
    counts: dict[str, int] = {}
    with suppress(_Undo), writing(engine) as session:
        counts = write_over(session, plain, blobs, now)
        if dry_run:
            raise _Undo
        add_counts(session, add_tombstone(session, plain, keyed(), actor, now), counts)
    return counts


def asked(engine: Engine, kind: Kind, typed: str) -> Plain:
    """What is to be forgotten."""
    try:
        plain = wanted(kind, typed)
    except ValueError as wrong:
        raise BadInput(str(wrong)) from wrong
    with reading(engine) as session:
        configured = watched_by(session, plain)
    if configured is not None:
        raise BadInput(f"{configured} says it: what is watched cannot be forgotten")
    return plain


def write_over(session: Session, plain: Plain, blobs: set[int], now: datetime) -> dict[str, int]:
    """Every row that says it, written over; how many of what."""
    links, features = links_naming(session, plain), features_naming(session, plain)
    ids = {link.id or 0 for link in links}
    shown = parses_showing(session, ids) | {feature.parse_id for feature in features}
    leaving = twins_of(session, blobs | blobs_of_parses(session, shown))
    counts: Counter[str] = Counter(results=len(links), blocks=len(features))
    texts = frozenset(hit.id or 0 for hit in forget_features(session, features, keyed()))
    counts["appearances"] = sum(len(forget_link(session, link, keyed())) for link in links) + len(texts)
    counts["label rules"] = forget_rules(session, plain, now)
    counts["notes"] = silence_column(session, notes(session), "text", plain)
    counts["reasons"] = silence_column(session, reasons(session), "reason", plain)
    silence_column(session, every_parse(session), "checks", plain)
    papers = _reports(session, plain, frozenset(ids), texts)
    counts["reports"] = len(papers)
    counts["files"] = expire(session, leaving | {paper for paper in papers if paper}, "forgotten", now)
    return {name: number for name, number in sorted(counts.items()) if number}


def _reports(session: Session, plain: Plain, links: frozenset[int], texts: frozenset[int]) -> list[int | None]:
    """Printed reports that say it: their facts lose the words, their papers go; the ids of the papers."""
    papers = []
    for report in every_report(session):
        data, changed = silence_strings(report.data, links, plain, texts)
        if changed:
            papers.append(report.pdf_blob_id)
            report.data, report.pdf_blob_id = data, None
            session.add(report)
    session.flush()
    return papers
