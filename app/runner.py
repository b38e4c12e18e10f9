"""Runs what is due, once: plans the slots that came, ends the ones that were missed, takes every open look."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.canary import watch_source
from app.db import reading, writing
from app.models import Search, Snapshot
from app.pipeline import Surroundings, look
from app.queries.due import deaths, due_searches, open_now, open_snapshots, overtaken, unconfirmed
from app.queries.searches import watched
from app.schedule import MISSED, UNCONFIRMED_AFTER, slot_at
from app.scoring.markets import market
from app.store.archive import remove_files
from app.store.attempts import abandoned, called_off
from app.store.changes import add_unconfirmed
from app.store.slots import plan_slots
from app.store.snapshots import finish, plan

MOST_DEATHS = 3  # workers that a look may take with it
Usable = Callable[[tuple[str, ...]], tuple[list[str], list[str]]]


@dataclass(frozen=True, slots=True)
class Taken:
    """One look that was taken: which search, when, what came of it. state: "" when it waits for a source that rests."""

    snapshot_id: int
    search_id: int
    phrase: str
    slot: str
    state: str
    reason: str


async def run_due(world: Surroundings, usable: Usable) -> AsyncIterator[Taken]:
    """Everything that is due now, looks made due by others' wishes included; yields each as it is finished.

    The caller holds the lock of this data directory, and no worker lives: a try that is still running has lost its
    worker.
    """
    with writing(world.engine) as session:
        abandoned(session, world.now())
        plan_due(session, world.now(), world.spread)
    with reading(world.engine) as session:
        waiting = open_snapshots(session, world.now())
    for snapshot_id in waiting:
        taken = await take(world, snapshot_id, usable)
        await watch_source(world, snapshot_id)
        yield taken
    tell_unconfirmed(world)


def tell_unconfirmed(world: Surroundings) -> None:
    """Alarms that no second look could confirm in time are told as such."""
    with writing(world.engine) as session:
        for snapshot in unconfirmed(session, world.now() - UNCONFIRMED_AFTER):
            add_unconfirmed(session, snapshot)


async def take(world: Surroundings, snapshot_id: int, usable: Usable) -> Taken:
    """One open look: taken, or ended as missed when its day has passed or a later slot has come, or as an error when no
    source may be used."""
    with writing(world.engine) as session:
        able = sources_of(session, session.get_one(Snapshot, snapshot_id), usable, world.now())
    if able:
        await look(world, snapshot_id, able)
        with writing(world.engine) as session:
            remove_files(session, world.blobs, world.now())
    with reading(world.engine) as session:
        done = session.get_one(Snapshot, snapshot_id)
        phrase = session.get_one(Search, done.search_id).phrase
        return Taken(snapshot_id, done.search_id, phrase, done.slot, done.state or "", done.reason)


def sources_of(session: Session, snapshot: Snapshot, usable: Usable, now: datetime) -> list[str]:
    """Where an open look may come from. Nowhere, and it is ended with the reason: its day has passed or a later slot
    has come, it took its worker with it too often, no source may be used here."""
    if snapshot.state is not None:
        return []
    about = watched(session, snapshot.search_id)
    able, reasons = usable(about.search.source_names)
    today = now.astimezone(ZoneInfo(about.brand.zone)).date().isoformat()
    past = snapshot.slot[:10] < today and snapshot.purpose in ("scheduled", "second")
    reason = ""
    if past or overtaken(session, snapshot, now):
        reason = MISSED
    elif (dead := deaths(session, snapshot.id or 0)) >= MOST_DEATHS:
        reason = f"gave up after {dead} dead workers"
    elif not able:
        reason = "no source: " + "; ".join(reasons)
    if reason:
        finish(session, snapshot.id or 0, "error", reason)
    return [] if reason else able


def plan_due(
    session: Session, now: datetime, spread: timedelta = timedelta(), limit: int | None = None
) -> tuple[int, int]:
    """A planned snapshot for each slot that came; of those that downtime passed over, only the last is still open.

    spread: the longest that a look may start after its slot (app.schedule.spread). limit: of so many searches at most.
    How many searches had one, and how many slots were missed.
    """
    due = due_searches(session, now, limit)
    missed = sum(plan_slots(session, session.get_one(Search, one), market(home), now, spread) for one, home in due)
    return len(due), missed


def ask_now(session: Session, search_id: int, now: datetime) -> Snapshot:
    """A look outside the schedule, in a slot of its own; one that is still open stands for the next."""
    waiting = open_now(session, search_id)
    if waiting is not None:
        return waiting
    zone = watched(session, search_id).brand.zone
    return plan(session, search_id, slot_at(now, zone), "now", now)


def cancel(session: Session, snapshot_id: int, who: str, now: datetime) -> bool:
    """End an open look by hand, on record; what its running try still brings is written nowhere. False when it had its
    state already."""
    done = finish(session, snapshot_id, "error", f"cancelled by {who}")
    if done:
        called_off(session, snapshot_id, now)
    return done
