"""Where this process connects to: every attempt, by whatever library, as Python itself reports it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_records: list[list[tuple[str, int]]] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _records and isinstance(arguments[1], tuple):
        for record in _records:
            record.append((str(arguments[1][0]), int(arguments[1][1])))


sys.addaudithook(_note)  # such a hook stays for good; outside of the block below it notes nothing


@contextmanager
def reached() -> Iterator[list[tuple[str, int]]]:
    """(address, port) of each connection that is tried while the block runs."""
    record: list[tuple[str, int]] = []
    _records.append(record)
    try:
        yield record
    finally:
        _records.remove(record)
