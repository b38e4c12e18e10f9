"""Long work that others can watch: how far it is, and how it ended, is in the record while it runs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from app.db import writing
from app.errors import AppError
from app.settings import settings
from app.store.operations import advance, begin, end
from app.types import Progress

EVERY = 2.0  # seconds between two signs of life, at most
log = logging.getLogger("shemtov")


@contextmanager
def operation(
    on: Engine, kind: str, show: Progress = lambda done, total: None, *, dry_run: bool = False
) -> Iterator[Progress]:
    """Use as `with operation(engine, "reparse", show) as progress: ... progress(done, total)`.

    What is told is shown at once, and written every few seconds by a thread of its own: whoever works may hold a
    transaction meanwhile. A process that dies leaves an operation that is not heard of any more. A dry run writes
    nothing, here too.
    """
    if dry_run:
        yield show
        return
    with writing(on) as session:
        number = begin(session, kind)
    told, over = [0, 0], threading.Event()

    def progress(done: int, total: int) -> None:
        told[:] = done, total
        show(done, total)

    def beat() -> None:
        while not over.wait(min(EVERY, settings().dead_after / 5)):
            try:
                with writing(on) as session:
                    advance(session, number, *told)
            except OperationalError as busy:  # a long write holds the lock: the next sign comes when it lets go
                log.debug("operation %d is not told: %s", number, busy)

    thread = threading.Thread(target=beat, name=f"shemtov-{kind}", daemon=True)
    thread.start()
    outcome, reason = "done", ""
    try:
        yield progress
    except KeyboardInterrupt:
        outcome = "stopped"
        raise
    except Exception as failure:  # whatever ended it, the record says so, and it goes on to the caller
        outcome, reason = "failed", failure.message if isinstance(failure, AppError) else type(failure).__name__
        raise
    finally:
        over.set()
        thread.join()
        with writing(on) as session:
            advance(session, number, *told)
            end(session, number, outcome, reason)
