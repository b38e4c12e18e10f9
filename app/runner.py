"""Runs what is due, once: plans the slots that came, ends the ones that were missed, takes every open look."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.canary import watch_source
from app.db import reading, writing
from app.models import Search, Snapshot
from app.pipeline import Surroundings, look
from app.queries.due import deaths, due_searches, open_now, open_snapshots, overtaken, unconfirmed
from app.queries.searches import Zoned, watched, zoned
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
        snapshot = session.get_one(Snapshot, snapshot_id)
        able = sources_of(session, [snapshot], zoned(session, [snapshot.search_id]), usable, world.now())
    if snapshot_id in able:
        await look(world, snapshot_id, able[snapshot_id])
        with writing(world.engine) as session:
            remove_files(session, world.blobs, world.now())
    with reading(world.engine) as session:
        done = session.get_one(Snapshot, snapshot_id)
        phrase = session.get_one(Search, done.search_id).phrase
        return Taken(snapshot_id, done.search_id, phrase, done.slot, done.state or "", done.reason)


def sources_of(
    session: Session, looks: Sequence[Snapshot], about: Zoned, usable: Usable, now: datetime
) -> dict[int, list[str]]:
    """Where open looks may come from, by their ids. Nowhere, and one is left out and ended with the reason: its day has
    passed or a later slot has come, it took its worker with it too often, no source may be used here."""
    still = {one.id or 0: one for one in looks if one.state is None}
    late, dead = overtaken(session, list(still), now), deaths(session, list(still))
    ways: dict[tuple[str, ...], tuple[list[str], list[str]]] = {}
    found, ended = dict[int, list[str]](), dict[int, str]()
    for number, one in still.items():
        search, zone = about[one.search_id]
        names = search.source_names
        able, reasons = ways[names] = ways.get(names) or usable(names)
        past = one.slot[:10] < _today(now, zone) and one.purpose in ("scheduled", "second")
        if past or number in late:
            ended[number] = MISSED
        elif dead.get(number, 0) >= MOST_DEATHS:
            ended[number] = f"gave up after {dead[number]} dead workers"
        elif able:
            found[number] = able
        else:
            ended[number] = "no source: " + "; ".join(reasons)
    for number, reason in ended.items():
        finish(session, number, "error", reason)
    return found


def _today(now: datetime, zone: str) -> str:
    return now.astimezone(ZoneInfo(zone)).date().isoformat()


def plan_due(
    session: Session, now: datetime, spread: timedelta = timedelta(), limit: int | None = None
) -> tuple[int, int]:
    """A planned snapshot for each slot that came; of those that downtime passed over, only the last is still open.

    spread: the longest that a look may start after its slot (app.schedule.spread). limit: of so many searches at most.
    How many searches had one, and how many slots were missed.
    """
    due = due_searches(session, now, limit)
    return len(due), plan_slots(session, [(search, market(home)) for search, home in due], now, spread)


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
