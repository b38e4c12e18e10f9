"""Counts tries to sign in, so that nobody can guess passwords for long.

In this process's memory: a restart forgets, and several processes would each count their own; serve is one process.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

MOST = 5
WITHIN = timedelta(minutes=15)
ROOM = 10_000


class Tries:
    """The failed tries of the last 15 minutes, by e-mail and by address."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: dict[str, list[datetime]] = {}

    def begin(self, email: str, address: str, at: datetime) -> timedelta | None:
        """Count a try before it is made, so that many at once are many; how long to wait when it must not be made.
        An empty address is not counted."""
        with self._lock:
            seen = {key: self._fresh(key, at) for key in _keys(email, address)}
            full = [tries[0] for tries in seen.values() if len(tries) >= MOST]
            if full:
                return max(full) + WITHIN - at
            for key, tries in seen.items():
                self._of.pop(key, None)
                self._of[key] = [*tries, at]
            while len(self._of) > ROOM:
                self._of.pop(next(iter(self._of)))
            return None

    def succeeded(self, email: str, address: str, at: datetime) -> None:
        """It was no failure: the e-mail starts anew, the address takes this one try back."""
        with self._lock:
            for key, tries in [(key, self._fresh(key, at)) for key in _keys(email, address)]:
                self._of[key] = [] if key.startswith("email ") else tries[:-1]

    def _fresh(self, key: str, at: datetime) -> list[datetime]:
        return [moment for moment in self._of.get(key, []) if at - moment < WITHIN]


def _keys(email: str, address: str) -> list[str]:
    return [f"email {email.strip().casefold()[:254]}", *([f"address {address}"] if address else [])]
