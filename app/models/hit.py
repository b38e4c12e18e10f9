"""A hit: one distinct appearance on a search, of a link or of a text beside the results, with its current verdict."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, text
from sqlmodel import Field

from app.models.base import Table, one_of
from app.types import BESIDE, LABELS

WITHOUT_LINK = text("link_id IS NULL")


class Hit(Table, table=True):
    """Stored and scored once, however many days it is seen. text_hash covers title, snippet and rating.

    url is the link as first found (its canonical form stands in link). Rating and kind of evidence may be absent.
    What stands beside the results (paa: title is the question, snippet the answer; ai_overview: snippet) has no link,
    and url "". A unique key takes two absent links for two different ones, hence the index of those without.
    """

    __table_args__ = (
        UniqueConstraint("search_id", "link_id", "kind", "text_hash"),
        Index(
            "uq_hit_beside", "search_id", "kind", "text_hash", unique=True, sqlite_where=WITHOUT_LINK,
            postgresql_where=WITHOUT_LINK,
        ),
        one_of("kind", ("organic", *BESIDE[::-1])),
        one_of("label", LABELS, nullable=True),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    search_id: int = Field(foreign_key="search.id", ondelete="CASCADE")
    link_id: int | None = Field(default=None, foreign_key="link.id", index=True)
    kind: str = "organic"
    url: str
    title: str
    snippet: str = ""
    display_url: str = ""
    rating: float | None = None
    scale: float | None = None
    text_hash: bytes
    label: str | None = None
    evidence_kind: str | None = None
    rule: str | None = None
    evidence: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    confidence: float | None = None
    version: str | None = None


class VerdictEvent(Table, table=True):
    """Append-only: every verdict a hit ever had, so that yesterday's label can be told and a change undone."""

    __tablename__ = "verdict_event"

    id: int | None = Field(default=None, primary_key=True)
    hit_id: int = Field(foreign_key="hit.id", index=True, ondelete="CASCADE")
    old: str | None = None
    new: str
    evidence_kind: str
    rule: str
    evidence: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    confidence: float
    version: str
    actor: str
    at: datetime
