"""A worker: a process that takes looks from the queue, and when it was last heard of."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table


class Worker(Table, table=True):
    """id: host, process and chance, never used twice. beat: by the database's clock where it is a server, so that
    machines whose clocks differ agree on who is alive. One that ended in order has no row any more."""

    id: str = Field(primary_key=True)
    host: str
    pid: int
    version: str
    started: datetime
    beat: datetime
