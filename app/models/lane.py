"""A lane of a source: room for one request, shared by all workers."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table


class Lane(Table, table=True):
    """A source has as many as requests may be made there in its window of time. One is taken with each request and is
    free again `pause` seconds after its answer. free: when that is, by the database's clock; of one in use: when its
    request is over at the latest. worker: who took it last, None of a command by itself; turn: how often it was taken.
    """

    source: str = Field(primary_key=True)
    no: int = Field(primary_key=True)
    worker: str | None = None
    turn: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    pause: float
    free: datetime
