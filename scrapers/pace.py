"""Politeness: one request at a time to a source, and a pause before the next, across all looks of this process."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace

from scrapers import registry
from scrapers.capture import Fetcher
from scrapers.types import Fetch, RawPage

JITTER = 0.3  # of the pause: a clockwork of requests is a burden at the same second of every minute


class Pace:
    """`pace.of(source, fetcher)` is that fetcher, at the source's pace. now: seconds that never run backwards."""

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.now, self.sleep, self.chance = now, sleep, chance
        self.free: dict[str, float] = {}
        self.turn: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def of(self, source: str, fetcher: Fetcher) -> Fetcher:
        """The same fetches, each at least the source's PAUSE after the answer to the one before."""
        pause = registry.pause(source)

        async def paced(fetch: Fetch, page_no: int) -> RawPage:
            async with self.turn[source]:
                wait = self.free.get(source, self.now()) - self.now()
                if wait > 0:
                    await self.sleep(wait)
                try:
                    return await fetcher(_shorter(fetch, wait), page_no)
                finally:
                    self.free[source] = self.now() + pause * (1 + JITTER * self.chance())

        return paced if pause else fetcher


def _shorter(fetch: Fetch, waited: float) -> Fetch:
    """What is left of the look after waiting; a fetch of its own deadline keeps it."""
    return fetch if fetch.seconds is None or waited <= 0 else replace(fetch, seconds=fetch.seconds - waited)
