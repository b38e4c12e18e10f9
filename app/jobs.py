"""The worker: a clock that plans and queues, hands that look, a heart that is heard, and what is put right.

Any number of them on PostgreSQL, one on a SQLite record. Each runs in threads of whatever process started it
(`shemtov serve`, `shemtov worker`); every thread's errors end in the log, and the next round tries again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from importlib.metadata import version
from urllib.parse import urlsplit

from app.clock import clock
from app.db import end_idle_transactions, engine, grow, writing
from app.durable import Durable, Queue
from app.errors import Conflict
from app.hands import Hands, able
from app.lanes import lanes_of
from app.lock import capturing, working
from app.operations import operation
from app.recovering import heal, leave, pick_up, reap
from app.room import ENOUGH, Room, fits
from app.runner import Taken, tell_unconfirmed
from app.settings import Settings, settings
from app.sources import usable
from app.store.workers import beat, forget_worker
from app.ticking import tick
from scrapers import registry
from scrapers.http import HttpFetcher
from scrapers.types import Fetch

TICK, CHORES, PING, AGAIN, PICK_UP = 1.0, 60.0, 60.0, 5.0, 5.0  # seconds between two of them
READS, PAUSE = 120.0, 10.0  # seconds an open transaction may do nothing: of a reader; of a writer, at least
log = logging.getLogger("shemtov")


def queues(chosen: Settings) -> list[Queue]:
    """A queue for each source that may be asked here. At one with lanes there are as many looks as lanes, all workers
    together: more would only wait there, in their own time."""
    lanes = lanes_of(chosen)
    found = []
    for name in usable(list(registry.SOURCES), chosen)[0]:
        many = lanes[name][0] if name in lanes else 0
        found.append(Queue(name, min(chosen.looks_at_once, many or chosen.looks_at_once), many))
    return found


class Worker:
    """start() and stop() block for as long as they take; call them from a thread where nothing may block."""

    def __init__(self, chosen: Settings | None = None) -> None:
        self.settings = chosen or settings()
        self.id = f"{platform.node()[:60]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.engine = engine()
        # Whoever was stopped in the middle of a transaction holds its locks about as long as it counts as alive.
        pause = max(PAUSE, 2 * self.settings.dead_after)
        if self.settings.on_postgresql:
            end_idle_transactions(self.engine, pause, READS)
        self.durable = Durable(self.settings.durable, self.id, pause)
        self.room = Room(self.settings.data_dir)
        logging.getLogger("dbos").addFilter(self.room)
        self.hands = Hands(self.id, self._after, self.room)
        self.stopping, self.ended, self.working = threading.Event(), threading.Event(), threading.Event()
        self.held, self.alone, self.seeing = ExitStack(), False, False
        self.loops, self.heart = list[threading.Thread](), list[threading.Thread]()
        self.taken, self.loose = list[int](), set[int]()
        self.pinged = -PING
        self.beaten, self.patient = time.monotonic(), 0.0

    def start(self) -> None:
        """Begin, in the background. Conflict when this record has its one worker already, BadInput: wrong settings."""
        queues(self.settings)
        if not self.settings.on_postgresql:
            self.held.enter_context(working(self.settings.data_dir))
        self.loops.append(self._loop("start", AGAIN, self._begin, once=True))

    def stop(self) -> None:
        """Take nothing new, finish what is under way within SHEMTOV_STOP_AFTER seconds, leave the rest to others."""
        self.stopping.set()
        self._join(self.loops)
        if self.working.is_set():
            self.durable.stop(self.settings.stop_after)
        if self.hands.is_alive():
            self.hands.stop()
        known = bool(self.heart)
        self.ended.set()
        self._join(self.heart)  # it beats until the last look is done: nobody takes over what we still finish
        if known:
            with writing(self.engine) as session:
                leave(session, self.id, clock())
                forget_worker(session, self.id)
        logging.getLogger("dbos").removeFilter(self.room)
        self.held.close()

    def _join(self, threads: list[threading.Thread]) -> None:
        while threads:
            threads.pop().join(timeout=max(self.settings.stop_after, 10))

    def _begin(self) -> None:
        """Wait for a capture that is running here, clear up after the dead, then let the rounds begin."""
        if not self.settings.on_postgresql and not self.alone:
            try:
                self.held.enter_context(capturing(self.settings.data_dir))
            except Conflict as busy:
                log.info("%s; the worker waits for it", busy.message)
                raise
            self.alone = True
        self.hands.start()
        if not self.seeing:
            self.seeing = True
            self.loops.append(self._loop("room", AGAIN, self._see_room))
        if not self.heart:  # heard of before the first look can be ours
            self._beat()
            self.heart.append(self._loop("beat", self._often(), self._beat, until=self.ended))
        try:
            self.durable.start(self.hands.take, queues(self.settings))
            self._reap()
        except Exception:  # whatever it was, the next try begins from nothing
            self.durable.stop(0)
            raise
        self.working.set()
        log.info("worker %s takes what is due", self.id)
        self.loops.append(self._loop("clock", TICK, self._tick))
        if self.settings.on_postgresql:  # nobody else can die on a SQLite record
            self.loops.append(self._loop("reaper", self._often(), self._reap))
        self.loops.append(self._loop("pick up", PICK_UP, self._pick_up, wait=PICK_UP))
        self.loops.append(self._loop("chores", CHORES, self._chores, wait=CHORES))

    def _loop(
        self, name: str, seconds: float, round_: Callable[[], None], *, wait: float = 0.0, once: bool = False,
        until: threading.Event | None = None,
    ) -> threading.Thread:  # fmt: skip
        """Rounds in a thread until we stop; one that failed is followed by the next all the same."""
        end = until or self.stopping

        def rounds() -> None:
            end.wait(wait)
            while not end.is_set():
                try:
                    round_()
                    if once:
                        return
                except Conflict:
                    pass
                except Exception as broke:  # a worker's border: what broke now may work in a moment
                    if not self.room.ended(broke):
                        log.exception("%s of worker %s", name, self.id)
                end.wait(seconds)

        thread = threading.Thread(target=rounds, name=f"shemtov-{name}", daemon=True)
        thread.start()
        return thread

    def _see_room(self) -> None:
        """Where there was no room: try whether there is."""
        if self.room.full:
            fits(self.settings.data_dir)
            grow(self.engine, ENOUGH)
            if self.durable.engine is not None:
                grow(self.durable.engine, ENOUGH)
            self.room.back()

    def _beat(self) -> None:
        with writing(self.engine) as session:
            new = beat(session, self.id, platform.node(), os.getpid(), version("shemtov"))
        at, last = time.monotonic(), self.beaten
        self.beaten = at
        if at - last > self.settings.dead_after / 2:
            self.patient = at + self.settings.dead_after
        if new and self.working.is_set():
            log.warning("worker %s had been given up for dead; it goes on", self.id)

    def _often(self) -> float:
        """Seconds between two beats: several are missed before anybody is given up."""
        return min(5.0, self.settings.dead_after / 5)

    def _reap(self) -> None:
        """Not soon after our own heart stood still: the database was away, and the others could not beat either."""
        if self.settings.on_postgresql and time.monotonic() < self.patient:
            return
        reap(self.engine, self.durable, clock(), self.settings.dead_after, self.id)

    def _pick_up(self) -> None:
        self.loose = pick_up(self.engine, self.durable, self.id, self.hands.jobs, self.loose, clock())

    def _tick(self) -> None:
        if self.room.full:
            return
        tick(self.hands.surroundings, able, self.durable.enqueue)
        if self.settings.ping_url:
            asyncio.run_coroutine_threadsafe(self._ping(), self.hands.loop).result()

    async def _ping(self) -> None:
        """Tell whoever watches over us that the clock ticks; once a minute, ten seconds at most."""
        time = asyncio.get_running_loop().time()
        if time - self.pinged < PING:
            return
        self.pinged = time
        url = self.settings.ping_url
        async with HttpFetcher(allowed=frozenset({urlsplit(url).netloc}), deadline=10.0, max_bytes=10_000) as fetch:
            answer = await fetch(Fetch(url))
        if answer.failure or (answer.http_status or 0) >= 400:
            log.warning("the ping was not taken: %s", answer.failure or f"HTTP {answer.http_status}")

    def _after(self, taken: Taken) -> None:
        log.info("look %d (search %d): %s %s", taken.snapshot_id, taken.search_id, taken.state or "open", taken.reason)
        self.taken.append(taken.snapshot_id)

    def _chores(self) -> None:
        """What can wait a minute: lost jobs, alarms nobody confirmed, old jobs, pictures, retention."""
        heal(self.engine, self.durable, clock())
        tell_unconfirmed(self.hands.surroundings)
        self.durable.purge(clock())
        self._tidy()

    def _tidy(self) -> None:
        from app.picturing import draw_new  # draws with matplotlib's and Chromium's help: slow to import
        from app.retention import due_today, retain

        drawn, self.taken = self.taken, []
        for look, problem in draw_new(self.engine, self.settings.blobs, drawn, clock()):
            if problem:
                log.warning("picture of look %d: %s", look, problem)
        if due_today(self.settings.data_dir, clock()):
            with operation(self.engine, "retention") as progress:
                kept = retain(self.engine, self.settings.blobs, clock(), self.settings.raw_days, progress=progress)
            for problem in kept.problems:
                log.warning("retention: %s", problem)
