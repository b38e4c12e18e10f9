"""A picture: what the page of a look looked like, drawn from its archived answer."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table


class Picture(Table, table=True):
    """at: when it was drawn; width and height in pixels."""

    snapshot_id: int = Field(foreign_key="snapshot.id", primary_key=True, ondelete="CASCADE")
    blob_id: int = Field(foreign_key="blob.id", index=True)
    at: datetime
    width: int
    height: int
