"""An annotation: what happened to a brand on a day, for the charts to say."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field

from app.models.base import Table


class Annotation(Table, table=True):
    """at: a local date of the brand. Removed ones stay on record, unseen."""

    id: int | None = Field(default=None, primary_key=True)
    brand_id: int = Field(foreign_key="brand.id", index=True, ondelete="CASCADE")
    at: date
    text: str
    actor: str
    created: datetime
    removed: datetime | None = None
