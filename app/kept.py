"""What was computed and may be used again: the least lately used is dropped when there is no more room. One process's
own, for all its threads; gone when it ends."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """room: what all values together may take, by `size` (by default so many values). A key must name everything its
    value depends on: nothing is ever taken back."""

    def __init__(self, room: int, size: Callable[[V], int] = lambda _value: 1) -> None:
        self.room, self.taken = room, 0
        self._size, self._values, self._lock = size, OrderedDict[K, V](), Lock()

    def get(self, key: K) -> V | None:
        """The value, which is then the last to be dropped; None when it is not there."""
        with self._lock:
            if (value := self._values.get(key)) is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> None:
        """Keep a value, in the place of others if need be; one that alone is too large is not kept."""
        needed = self._size(value)
        if needed > self.room:
            return
        with self._lock:
            if (old := self._values.pop(key, None)) is not None:
                self.taken -= self._size(old)
            self._values[key] = value
            self.taken += needed
            while self.taken > self.room:
                _, dropped = self._values.popitem(last=False)
                self.taken -= self._size(dropped)
