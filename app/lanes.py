"""How many requests a source may have: its lanes, as this installation is set up, shared by all workers.

A request takes a lane, and the lane is free again a while after its answer. So in no window of that length do more
requests reach the source than it has lanes, whoever makes them and however long they were on their way.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from app.db import writing
from app.errors import BadInput
from app.settings import Settings, requests_in_time
from app.store import lanes as store
from app.store.lanes import Entered
from app.store.workers import server_time
from scrapers import registry
from scrapers.capture import GRACE, Fetcher
from scrapers.pace import Pace
from scrapers.types import Fetch

JITTER = 0.3  # of a source's own pause: a clockwork of requests is a burden at the same second of every minute


def lanes_of(chosen: Settings) -> dict[str, tuple[int, float]]:
    """(lanes, seconds until one is free again) of each source that has a limit: what SHEMTOV_RATES says, else one lane
    with the source's own pause. BadInput when that setting is wrong."""
    said = requests_in_time(chosen.rates)
    if unknown := sorted(set(said) - set(registry.SOURCES)):
        raise BadInput(f"SHEMTOV_RATES names {unknown[0]!r}, which is no source; known: {', '.join(registry.SOURCES)}")
    return {name: (1, registry.pause(name)) for name in registry.SOURCES if registry.pause(name)} | said


@dataclass
class Lanes:
    """Of one process. worker: who asks, None for a command by itself. chance: from 0 to 1; time: by the database."""

    engine: Engine
    settings: Settings
    worker: str | None = None
    chance: Callable[[], float] = random.random
    time: Callable[[Session], datetime] = server_time

    def __post_init__(self) -> None:
        self.limits = lanes_of(self.settings)
        self.said = requests_in_time(self.settings.rates)
        self.pace = Pace(self._enter, self._leave)

    def of(self, source: str, fetcher: Fetcher) -> Fetcher:
        """That fetcher, each of its requests in a lane; of a source without a limit, as it is."""
        return self.pace.of(source, fetcher) if source in self.limits else fetcher

    def _enter(self, source: str, fetch: Fetch) -> Entered | float:
        many, pause = self.limits[source]
        pause *= 1.0 if source in self.said else 1 + JITTER * self.chance()
        longest = fetch.within(self.settings.fetch_deadline) + GRACE
        with writing(self.engine) as session:
            return store.enter(session, self.time(session), source, many, pause, longest, self.worker)

    def _leave(self, lane: Entered) -> None:
        with writing(self.engine) as session:
            store.leave(session, self.time(session), lane)
