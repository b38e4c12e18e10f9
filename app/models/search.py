"""A search: phrase x engine x language x country x location x device x depth, watched on a schedule."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table, one_of


class Search(Table, table=True):
    """sources: names in the order they are tried. schedule: as app/schedule.py reads it, "06:00 18:00".

    next_due: the instant of the next slot to be planned; empty location means none was asked.
    """

    __table_args__ = (
        UniqueConstraint("brand_id", "phrase", "engine", "hl", "gl", "location", "device", "depth", "purpose"),
        one_of("device", ("desktop", "mobile")),
        one_of("purpose", ("share", "watch")),
        CheckConstraint("depth BETWEEN 1 AND 100", name="depth"),
    )

    id: int | None = Field(default=None, primary_key=True)
    brand_id: int = Field(foreign_key="brand.id", ondelete="CASCADE")
    market: str
    phrase: str
    engine: str
    hl: str
    gl: str
    location: str = ""
    device: str = "desktop"
    depth: int = 20
    purpose: str = "share"
    sources: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    schedule: str = "06:00"
    next_due: datetime | None = Field(default=None, index=True)
    active: bool = True

    def identity(self) -> dict[str, Any]:
        """What tells this search from another of the same brand."""
        names = ("phrase", "engine", "hl", "gl", "location", "device", "depth", "purpose")
        return {name: getattr(self, name) for name in names}
