"""A report: what was printed for a week of a search, frozen as it was."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table


class Report(Table, table=True):
    """week: its first day. data: every number and text on the paper. pdf_blob_id: the paper, None once it was taken
    away."""

    __table_args__ = (UniqueConstraint("search_id", "week", "lang"),)

    id: int | None = Field(default=None, primary_key=True)
    brand_id: int = Field(foreign_key="brand.id", index=True, ondelete="CASCADE")
    search_id: int = Field(foreign_key="search.id", ondelete="CASCADE")
    week: date
    lang: str
    at: datetime
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    pdf_blob_id: int | None = Field(default=None, foreign_key="blob.id")
