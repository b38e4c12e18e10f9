"""Politeness: a request to a source waits for its turn there."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Generic, TypeVar

from scrapers.capture import Fetcher
from scrapers.types import Fetch, RawPage

Turn = TypeVar("Turn")


class Pace(Generic[Turn]):
    """`pace.of(source, fetcher)` is that fetcher, at the source's pace.

    enter(source, fetch): the turn of a request, or the seconds after which to ask again; leave(turn): its answer is
    here. now: seconds that never run backwards.
    """

    def __init__(
        self,
        enter: Callable[[str, Fetch], Turn | float],
        leave: Callable[[Turn], None],
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.enter, self.leave, self.now, self.sleep = enter, leave, now, sleep
        self.waiting: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def of(self, source: str, fetcher: Fetcher) -> Fetcher:
        """The same fetches, each in its turn; who came first is first. Waiting takes from a look's own time."""

        async def paced(fetch: Fetch, page_no: int) -> RawPage:
            began = self.now()
            async with self.waiting[source]:
                while isinstance(turn := self.enter(source, fetch), float):
                    await self.sleep(turn)
            try:
                return await fetcher(_shorter(fetch, self.now() - began), page_no)
            finally:
                self.leave(turn)

        return paced


def _shorter(fetch: Fetch, waited: float) -> Fetch:
    """What is left of the look after waiting; a fetch of its own deadline keeps it."""
    return fetch if fetch.seconds is None or waited <= 0 else replace(fetch, seconds=fetch.seconds - waited)
