"""A canary: an ordinary phrase looked at beside a real look, to see that a source still shows what it should."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from app.models.base import Table, one_of
from app.models.parse import PARSE_STATES


class Canary(Table, table=True):
    """One a day (UTC) and source at most; no brand's, in no search and no share. state is None until it was judged."""

    __table_args__ = (UniqueConstraint("source", "day"), one_of("state", PARSE_STATES, nullable=True))

    id: int | None = Field(default=None, primary_key=True)
    source: str
    day: date
    engine: str
    hl: str
    gl: str
    at: datetime
    state: str | None = None
    reason: str = ""
    n: int = 0
    cost: float = 0.0
    blob_id: int | None = Field(default=None, foreign_key="blob.id")
