"""One tick of the clock: slots that came are planned, and every open look whose moment has come is put into the queue
of the source that will be asked first.

A look that is in no queue is found again by the next tick, whatever broke in between: a crash before the commit, a
job that was lost, a worker that died. Its job's name is made of its number and run, so that it is queued once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.db import reading, writing
from app.durable import Job, job_name
from app.models import Snapshot
from app.pipeline import Surroundings
from app.queries.due import anything_due, waiting
from app.queries.searches import zoned
from app.runner import Usable, plan_due, sources_of
from app.schedule import MISSED
from app.store.snapshots import put_in_queue
from app.turns import means_of, turns

BATCH = 200  # searches and looks in one transaction
PRIORITY = {"now": 1, "second": 5}  # the lower, the sooner; people wait for the first, a crisis for the second
ORDINARY, AGAIN = 10, 3  # what was begun once has waited already
Enqueue = Callable[[Session, Sequence[Job]], None]
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
            queued += put(world, session, found, usable, enqueue)
            gone += sum(snapshot.reason == MISSED for snapshot in found)
        due, missed = due + came, missed + gone
        if came < BATCH and len(found) < BATCH:
            break
    if missed:
        log.warning("%d planned looks were missed: nothing ran when they were due", missed)
    return Ticked(due, queued, missed)


def put(world: Surroundings, session: Session, found: Sequence[Snapshot], usable: Usable, enqueue: Enqueue) -> int:
    """Put open looks into the queues of the sources they ask first; how many. The others were ended, or wait for a
    rest."""
    now = world.now()
    about = zoned(session, {look.search_id for look in found})
    names, means = sources_of(session, found, about, usable, now), means_of(session, now, world.budget)
    turn = [
        (look, able[0]) for look in found
        if look.id in names and (able := turns(session, look, *about[look.search_id], names[look.id], means))
    ]  # fmt: skip
    # On SQLite the jobs stand at once, in the other file; until this commits they wait for our write lock.
    enqueue(session, [Job(job_name(look.id or 0, look.runs + 1), source, _priority(look)) for look, source in turn])
    for look, source in turn:
        put_in_queue(session, look, source, now)
    return len(turn)


def _priority(look: Snapshot) -> int:
    return AGAIN if look.runs else PRIORITY.get(look.purpose, ORDINARY)
