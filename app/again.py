"""Reads the archive again: with today's parsers (reparse) or today's rules (rescore), as new versions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from app.compare import compare
from app.db import reading, writing
from app.flips import Flips, flips
from app.models import Attempt, Parse, Snapshot
from app.pipeline import Surroundings, heard, read, rescore_hit, score_new, stay_forgotten
from app.queries.blobs import BlobDamaged, BlobForgotten, pages
from app.queries.hits import linked_hits
from app.queries.neighbours import quiet_before
from app.queries.readings import read_looks, reading_of
from app.queries.searches import every_search, watched
from app.rereading import Difference, Tally, difference
from app.settle import confirm, state_of, stay_quiet
from app.store.beside import add_missing_beside
from app.store.parses import add_parse
from app.store.snapshots import revise
from app.text_endpoint import Endpoint
from app.text_model import text_model
from app.types import Progress


@dataclass(frozen=True, slots=True)
class Again:
    """looked at, changed (another reading, another label), and what could not be done, in words."""

    seen: int
    changed: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reread(Again):
    """The same for looks; tallies: what the new readings changed, by source and by the state a look had before."""

    tallies: tuple[Tally, ...] = ()


@dataclass(frozen=True, slots=True)
class Rescored(Again):
    """The same for labels. flips: what was measured before; refused: too many flip, and nothing was written."""

    flips: Flips
    refused: bool = False


class _Undo(Exception):
    """Ends a dry run's transaction: nothing of it is kept."""


def reparse(
    world: Surroundings, progress: Progress, *, force: bool = False, dry_run: bool = False,
    engine: str | None = None, since: date | None = None,
) -> Reread:  # fmt: skip
    """Read stored looks with today's parsers, the oldest first, where an older version read them (or force).

    dry_run writes nothing: each slot is read and weighed against the history as it stands, and rolled back.
    """
    with reading(world.engine) as session:
        slots = read_looks(session, engine, since)
    seen, done = sum(len(slot) for slot in slots), 0
    problems: list[str] = []
    tallies: dict[tuple[str, str], Tally] = {}
    for slot in slots:
        found: list[Difference] = []
        with suppress(_Undo), writing(world.engine) as session:
            found = _reparse_slot(session, world, slot, problems, force=force)
            if dry_run:
                raise _Undo
        for one in found:
            tallies.setdefault((one.source, one.was), Tally(one.source, one.was)).add(one)
        done += len(slot)
        progress(done, seen)
    return Reread(seen, sum(tally.looks for tally in tallies.values()), tuple(problems), tuple(tallies.values()))


def _reparse_slot(
    session: Session, world: Surroundings, slot: Sequence[int], problems: list[str], *, force: bool
) -> list[Difference]:
    """Read the looks of one slot again; what changed is told of all of them when all are weighed."""
    before, again = {one: reading_of(session, one) for one in slot}, []
    for one in slot:
        try:
            if reparse_one(session, world, one, world.now(), force=force):
                again.append(one)
        except BlobForgotten:
            continue  # its old reading stays: that is all that is left of it
        except BlobDamaged as gone:
            problems.append(f"snapshot {one}: {gone}")
    return [difference(before[one], reading_of(session, one)) for one in again]


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
    stay_forgotten(session, about, parse_id, (), now)
    state, reason = state_of(judged)
    revise(session, snapshot_id, state, reason, parse_id)
    snapshot = session.get_one(Snapshot, snapshot_id)
    if snapshot.purpose == "second":
        confirm(session, snapshot)
    elif judged.state == "empty" and quiet_before(session, snapshot):
        stay_quiet(session, snapshot)
    compare(session, snapshot_id, now)
    return True


def rescore(world: Surroundings, progress: Progress, *, accept: bool = False) -> Rescored:
    """Give every hit today's verdict; every change is an event, so that it can be told from a change of the web.

    Questions and overviews that an older version recorded without a hit get theirs, and their first label with it.
    What people said stays: it stands above the rules. When too many labels would flip although no page changed,
    nothing is written until a person accepts that.
    """
    with reading(world.engine) as session:
        ids = every_search(session)
    _ask_ahead(world, ids)
    measured = flips(world.engine, progress)
    if measured.too_many and not accept:
        return Rescored(measured.seen, 0, (), measured, refused=True)
    seen = changed = 0
    for number, search_id in enumerate(ids, 1):
        with writing(world.engine) as session:
            about = watched(session, search_id)
            add_missing_beside(session, about.search.id)
            hits = linked_hits(session, about.search.id)
            seen += len(hits)
            changed += sum(rescore_hit(session, about, hit, link, world.now()) for hit, link in hits)
        progress(number, len(ids))
    return Rescored(seen, changed, (), measured)


def _ask_ahead(world: Surroundings, searches: Sequence[int]) -> None:
    """A text model that is asked over the network reads every text it has not read, while no transaction is held."""
    model = text_model()
    if not isinstance(model, Endpoint):
        return
    for search_id in searches:
        with reading(world.engine) as session:
            about = watched(session, search_id)
            asked = heard(about, linked_hits(session, about.search.id))
        model.prepare_now(asked)
