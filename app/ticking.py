"""One tick of the clock: slots that came are planned, and every open look whose moment has come is put into the queue
of the source that will be asked first.

A look that is in no queue is found again by the next tick, whatever broke in between: a crash before the commit, a
job that was lost, a worker that died. Its job's name is made of its number and run, so that it is queued once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from app.db import reading, writing
from app.durable import job_name
from app.models import Snapshot
from app.pipeline import Surroundings
from app.queries.due import anything_due, waiting
from app.queries.searches import watched
from app.runner import Usable, plan_due, sources_of
from app.schedule import MISSED
from app.store.snapshots import put_in_queue
from app.turns import turns

BATCH = 100  # searches and looks in one transaction
PRIORITY = {"now": 1, "second": 5}  # the lower, the sooner; people wait for the first, a crisis for the second
ORDINARY, AGAIN = 10, 3  # what was begun once has waited already
Enqueue = Callable[[Session, str, str, int], None]  # job, queue, priority
log = logging.getLogger("shemtov")


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did: searches whose slot came, looks put into a queue, slots that nobody looked at."""

    due: int
    queued: int
    missed: int


def tick(world: Surroundings, usable: Usable, enqueue: Enqueue) -> Ticked:
    """Everything that has come due, in batches, each a transaction of its own."""
    due = queued = missed = 0
    with reading(world.engine) as session:  # an idle round takes no lock
        idle = not anything_due(session, world.now())
    while not idle:
        with writing(world.engine) as session:
            came, gone = plan_due(session, world.now(), world.spread, BATCH)
            found = waiting(session, world.now(), BATCH)
            for snapshot in found:
                queued += put(world, session, snapshot, usable, enqueue)
                gone += snapshot.reason == MISSED
        due, missed = due + came, missed + gone
        if came < BATCH and len(found) < BATCH:
            break
    if missed:
        log.warning("%d planned looks were missed: nothing ran when they were due", missed)
    return Ticked(due, queued, missed)


def put(world: Surroundings, session: Session, snapshot: Snapshot, usable: Usable, enqueue: Enqueue) -> bool:
    """Put one open look into the queue of the source it asks first; False when it was ended, or waits for a rest."""
    now, look = world.now(), snapshot.id or 0
    names = sources_of(session, snapshot, usable, now)
    able = turns(session, watched(session, snapshot.search_id), look, names, now, world.budget) if names else []
    session.refresh(snapshot)
    if not able:
        return False
    priority = AGAIN if snapshot.runs else PRIORITY.get(snapshot.purpose, ORDINARY)
    # On SQLite the job stands at once, in the other file; until this commits it waits for our write lock.
    enqueue(session, job_name(look, snapshot.runs + 1), able[0], priority)
    put_in_queue(session, snapshot, able[0], now)
    return True
