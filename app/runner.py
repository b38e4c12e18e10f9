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
from app.queries.due import due_searches, open_snapshots, overtaken, unconfirmed
from app.queries.searches import watched
from app.schedule import UNCONFIRMED_AFTER
from app.scoring.markets import market
from app.store.archive import remove_files
from app.store.attempts import abandoned
from app.store.changes import add_unconfirmed
from app.store.slots import plan_slots
from app.store.snapshots import finish

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

    The caller holds the lock of this data directory: a try that is still running here has lost its worker.
    """
    with writing(world.engine) as session:
        abandoned(session, world.now(), dead=True)
        plan_due(session, world.now(), world.spread)
    with reading(world.engine) as session:
        waiting = open_snapshots(session, world.now())
    for snapshot_id in waiting:
        taken = await take(world, snapshot_id, usable)
        await watch_source(world, snapshot_id)
        yield taken
    with writing(world.engine) as session:
        for snapshot in unconfirmed(session, world.now() - UNCONFIRMED_AFTER):
            add_unconfirmed(session, snapshot)


async def take(world: Surroundings, snapshot_id: int, usable: Usable) -> Taken:
    """One open look: taken, or ended as missed when its day has passed or a later slot has come, or as an error when no
    source may be used."""
    with reading(world.engine) as session:
        snapshot = session.get_one(Snapshot, snapshot_id)
        about = watched(session, snapshot.search_id)
        late = overtaken(session, snapshot, world.now())
    able, reasons = usable(about.search.source_names)
    today = world.now().astimezone(ZoneInfo(about.brand.zone)).date().isoformat()
    if late or (snapshot.slot[:10] < today and snapshot.purpose in ("scheduled", "second")):
        _end(world, snapshot_id, "missed")
    elif not able:
        _end(world, snapshot_id, "no source: " + "; ".join(reasons))
    else:
        await look(world, snapshot_id, able)
        with writing(world.engine) as session:
            remove_files(session, world.blobs, world.now())
    with reading(world.engine) as session:
        done = session.get_one(Snapshot, snapshot_id)
        return Taken(snapshot_id, done.search_id, about.search.phrase, done.slot, done.state or "", done.reason)


def plan_due(session: Session, now: datetime, spread: timedelta = timedelta()) -> None:
    """A planned snapshot for each slot that came; of those that downtime passed over, only the last is still open.

    spread: the longest that a look may start after its slot (app.schedule.spread)."""
    for search_id, home in due_searches(session, now):
        plan_slots(session, session.get_one(Search, search_id), market(home), now, spread)


def _end(world: Surroundings, snapshot_id: int, reason: str) -> None:
    with writing(world.engine) as session:
        finish(session, snapshot_id, "error", reason)
