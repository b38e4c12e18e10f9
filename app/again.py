"""Reads the archive again: with today's parsers (reparse) or today's rules (rescore), as new versions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.compare import compare
from app.db import reading, writing
from app.models import Attempt, Parse, Search, Snapshot
from app.pipeline import Surroundings, read, rescore_hit, score_new
from app.queries.blobs import BlobDamaged, pages
from app.queries.hits import linked_hits
from app.queries.neighbours import quiet_before
from app.queries.searches import watched
from app.settle import confirm, state_of, stay_quiet
from app.store.parses import add_parse
from app.store.snapshots import revise


@dataclass(frozen=True, slots=True)
class Again:
    """looked at, changed (another reading, another label), and what could not be done, in words."""

    seen: int
    changed: int
    problems: tuple[str, ...]


def reparse(world: Surroundings, progress: Callable[[int, int], None], *, force: bool = False) -> Again:
    """Read every stored look with today's parsers, the oldest first, where an older version read it (or force)."""
    with reading(world.engine) as session:
        read_once = select(Snapshot.id).where(col(Snapshot.current_parse).is_not(None))
        found = session.exec(read_once.order_by(col(Snapshot.slot), col(Snapshot.id))).all()
        todo = [identity or 0 for identity in found]
    changed, problems = 0, []
    for number, snapshot_id in enumerate(todo, 1):
        with writing(world.engine) as session:
            try:
                changed += reparse_one(session, world, snapshot_id, world.now(), force=force)
            except BlobDamaged as gone:
                problems.append(f"snapshot {snapshot_id}: {gone}")
        progress(number, len(todo))
    return Again(len(todo), changed, tuple(problems))


def reparse_one(session: Session, world: Surroundings, snapshot_id: int, now: datetime, *, force: bool) -> bool:
    """One look read again; True when a new parse was written. The old one stays beside it."""
    snapshot = session.get_one(Snapshot, snapshot_id)
    old = session.get_one(Parse, snapshot.current_parse)
    attempt = session.get_one(Attempt, old.attempt_id)
    about = watched(session, snapshot.search_id)
    serp, judged = read(session, about, snapshot, attempt.source, pages(session, world.blobs, old.attempt_id))
    if serp.parser_version == old.parser_version and not force:
        return False
    parse_id = add_parse(session, snapshot.search_id, snapshot_id, old.attempt_id, serp, judged, now)
    score_new(session, about, now)
    state, reason = state_of(judged)
    revise(session, snapshot_id, state, reason, parse_id)
    snapshot = session.get_one(Snapshot, snapshot_id)
    if snapshot.purpose == "second":
        confirm(session, snapshot)
    elif judged.state == "empty" and quiet_before(session, snapshot):
        stay_quiet(session, snapshot)
    compare(session, snapshot_id, now)
    return True


def rescore(world: Surroundings, progress: Callable[[int, int], None]) -> Again:
    """Give every hit today's verdict; every change is an event, so that it can be told from a change of the web.

    What people said stays: it stands above the rules.
    """
    with reading(world.engine) as session:
        ids = list(session.exec(select(Search.id).order_by(col(Search.id))).all())
    seen = changed = 0
    for number, search_id in enumerate(ids, 1):
        with writing(world.engine) as session:
            about = watched(session, search_id or 0)
            hits = linked_hits(session, about.search.id)
            seen += len(hits)
            changed += sum(rescore_hit(session, about, hit, link, world.now()) for hit, link in hits)
        progress(number, len(ids))
    return Again(seen, changed, ())
