"""What died is put right: a dead worker's looks go back into a queue, a job that was lost is queued anew.

A worker that was given up and comes back (it was only stopped) finds its jobs cancelled and its tries ended: what it
brings is written nowhere, and the look is another worker's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from app.db import reading, writing
from app.durable import Durable, job_name, look_of
from app.models import Snapshot
from app.queries.due import queued_before, tried_by
from app.queries.workers import living
from app.store.attempts import abandoned, broken_off
from app.store.lanes import clear_lanes
from app.store.snapshots import finish, out_of_queue, postpone
from app.store.workers import forget_dead, only_reaper, server_time

LOST_AFTER = timedelta(minutes=1)  # a look said to be queued, whose job is neither waiting nor running
MOST_RUNS = 10  # of one look
AGAIN_AFTER = timedelta(minutes=1)
log = logging.getLogger("shemtov")


def reap(engine: Engine, durable: Durable, now: datetime, dead_after: float, me: str) -> list[int]:
    """Clear up after workers that are not heard of any more: their looks, back to the clock.

    On SQLite whoever works holds this data directory alone, so everybody else is dead.
    """
    with writing(engine) as session:
        if not only_reaper(session):
            return []
        alive = {me} | ({one.id for one in living(session, dead_after)} if durable.on_postgresql else set())
        left = {job for job, executor in durable.running() if executor not in alive}
        durable.cancel(left)  # first: from here on its old worker can write nothing about it
        given_back = abandoned(session, now, alive)
        clear_lanes(session, server_time(session), alive)
        back = [number for number, run in map(look_of, sorted(left)) if out_of_queue(session, number, run)]
        for name in forget_dead(session, alive):
            log.warning("worker %s is not heard of any more; its looks are taken over", name)
    return sorted({*given_back, *back})


def heal(engine: Engine, durable: Durable, now: datetime) -> list[int]:
    """Looks that are said to be in a queue and are in none, back to the clock: the engine's file was lost, or a
    database went away in the middle."""
    with reading(engine) as session:
        said = queued_before(session, now - LOST_AFTER)
    known = durable.active([job_name(*one) for one in said])
    lost = [one for one in said if job_name(*one) not in known]
    with writing(engine) as session:
        return [number for number, run in lost if out_of_queue(session, number, run)]


def pick_up(
    engine: Engine, durable: Durable, me: str, in_hand: Callable[[], set[str]], before: set[int], now: datetime
) -> set[int]:
    """Looks that are said to be ours and are not in our hands, as after a database that went away before their end
    could be written: those that were so in the round before too are the clock's again. Those of this round."""
    jobs = [job for job, executor in durable.running() if executor == me]
    with reading(engine) as session:
        tried = tried_by(session, me)
    held = {look_of(job)[0] for job in in_hand()}  # read last: what ended meanwhile is not here in the next round
    loose = ({look_of(job)[0] for job in jobs} | set(tried)) - held
    for look in loose & before:
        durable.cancel([job for job in jobs if look_of(job)[0] == look])
        with writing(engine) as session:
            broken_off(session, me, "broke off: lost", now, look)
            out_of_queue(session, look)
        log.warning("look %d was lost on its way; it is taken again", look)
    return loose - before


def give_back(engine: Engine, worker: str, job: tuple[int, int], reason: str, now: datetime) -> None:
    """A look (snapshot, run) that broke in our hands: its try is ended, it is looked at again in a while, or not any
    more. One that is in another run by now is another worker's, and left to it."""
    snapshot_id, run = job
    with writing(engine) as session:
        broken_off(session, worker, reason, now, snapshot_id)
        snapshot = session.get_one(Snapshot, snapshot_id)
        if snapshot.runs != run:
            return
        if run >= MOST_RUNS:
            finish(session, snapshot_id, "error", f"gave up after {MOST_RUNS} runs")
        else:
            postpone(session, snapshot_id, now + AGAIN_AFTER, reason)


def leave(session: Session, worker: str, now: datetime) -> Collection[int]:
    """What a worker that stops in order leaves unfinished, back to the clock. Nobody died of it."""
    left = broken_off(session, worker, "stopped", now)
    return [number for number in left if out_of_queue(session, number)]
