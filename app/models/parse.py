"""A parse: one reading of a snapshot's raw pages by one parser version, with its results and features."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field

from app.models.base import Table, one_of

PARSE_STATES = ("ok", "empty", "partial", "blocked", "consent", "suspect", "error")


class Parse(Table, table=True):
    """checks: what the judge looked at ([name, passed, detail]); snippets: results that had a snippet.

    pages, unread (result-like blocks) and title_length (the median, in characters) tell what a page yielded; None of
    a parse older than this.
    """

    __table_args__ = (one_of("state", PARSE_STATES),)

    id: int | None = Field(default=None, primary_key=True)
    snapshot_id: int = Field(foreign_key="snapshot.id", index=True, ondelete="CASCADE")
    attempt_id: int = Field(foreign_key="attempt.id", ondelete="CASCADE")
    parser_version: str
    state: str
    reason: str = ""
    unchecked: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    checks: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    n: int = 0
    snippets: int = 0
    pages: int | None = None
    unread: int | None = None
    title_length: float | None = None
    at: datetime


class Result(Table, table=True):
    """One organic entry of a parse. No other index: measured, none is needed."""

    __table_args__ = (CheckConstraint("rank BETWEEN 1 AND 100", name="rank"), {"sqlite_with_rowid": False})

    parse_id: int = Field(foreign_key="parse.id", primary_key=True, ondelete="CASCADE")
    rank: int = Field(primary_key=True)
    hit_id: int = Field(foreign_key="hit.id")
    absolute_rank: int | None = None
    page_no: int = 1
    date_text: str | None = None
    votes: int | None = None


class Feature(Table, table=True):
    """A non-organic block of a parse. hit_id: the text it says, of a question or an overview; None of every other."""

    __table_args__ = (
        Index(
            "ix_feature_hit_id", "hit_id", sqlite_where=text("hit_id IS NOT NULL"),
            postgresql_where=text("hit_id IS NOT NULL"),
        ),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True)
    parse_id: int = Field(foreign_key="parse.id", index=True, ondelete="CASCADE")
    hit_id: int | None = Field(default=None, foreign_key="hit.id")
    kind: str
    absolute_rank: int | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
