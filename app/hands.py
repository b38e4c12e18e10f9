"""The hands of a worker: the loop its looks run on, with the world they need."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future

from app.canary import watch_source
from app.clock import clock
from app.db import reading, writing
from app.durable import look_of
from app.pipeline import Surroundings
from app.queries.searches import searches
from app.recovering import give_back
from app.room import Room
from app.runner import Taken, take
from app.settings import settings
from app.sources import usable
from app.store.snapshots import out_of_queue
from app.surroundings import surroundings

log = logging.getLogger("shemtov")


class Hands(threading.Thread):
    """The loop that looks run on, with the world they need; take() is called from the engine's threads."""

    def __init__(self, worker: str, after: Callable[[Taken], None], room: Room) -> None:
        super().__init__(name="shemtov-hands", daemon=True)
        self.worker, self.after, self.room = worker, after, room
        self.ready = threading.Event()
        self.running: dict[Future[str], str] = {}

    def start(self) -> None:
        """Returns when looks can be taken."""
        if not self.ready.is_set():
            super().start()
        self.ready.wait()

    def run(self) -> None:
        try:
            asyncio.run(self._live())
        finally:
            self.ready.set()

    async def _live(self) -> None:
        with reading() as session:
            names = frozenset(name for one in searches(session, purpose=None) for name in one.source_names)
        async with surroundings(names, worker=self.worker) as world:
            self.surroundings: Surroundings = world
            self.loop, self.ended = asyncio.get_running_loop(), asyncio.Event()
            self.ready.set()
            await self.ended.wait()

    def take(self, job: str) -> str:
        """One look, start to end; its state."""
        future = asyncio.run_coroutine_threadsafe(self._take(*look_of(job)), self.loop)
        self.running[future] = job
        try:
            return future.result()
        finally:
            self.running.pop(future, None)

    def jobs(self) -> set[str]:
        """What is in hand."""
        return set(self.running.copy().values())

    async def _take(self, snapshot_id: int, run: int) -> str:
        while self.room.full:  # noqa: ASYNC110  other threads set it; nobody is asked for what cannot be kept
            await asyncio.sleep(1)
        try:
            taken = await take(self.surroundings, snapshot_id, able)
            if not taken.state:  # somebody else is at it, or it waits: the clock minds it again
                with writing(self.surroundings.engine) as session:
                    out_of_queue(session, snapshot_id, run)
            self.after(taken)
            await watch_source(self.surroundings, snapshot_id)
        except Exception as broke:  # a worker's border: a look that breaks takes no other along
            if self.room.ended(broke):  # nothing can be written of it now: it is picked up when there is room
                return "error"
            log.exception("look %d broke off", snapshot_id)
            reason = f"broke off: {type(broke).__name__}"
            give_back(self.surroundings.engine, self.worker, (snapshot_id, run), reason, clock())
            return "error"
        return taken.state

    def stop(self) -> None:
        """Let go of what still runs, and close what is open."""
        for future in list(self.running):
            future.cancel()
        self.loop.call_soon_threadsafe(self.ended.set)
        self.join(timeout=20)


def able(names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """Which of a search's sources may be used here."""
    return usable(names, settings())
