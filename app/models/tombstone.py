"""A tombstone: that something was forgotten, and by which it is known again without being known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table, one_of

KINDS = ("url", "text", "host")


class Tombstone(Table, table=True):
    """digest: of what was forgotten, keyed with the installation's secret; length: characters of a text (0 otherwise).
    proof: of a fixed word, so that another secret is noticed. counts: what was removed, by kind."""

    __table_args__ = (UniqueConstraint("kind", "digest"), one_of("kind", KINDS))

    id: int | None = Field(default=None, primary_key=True)
    at: datetime
    actor: str
    kind: str
    digest: bytes
    length: int = 0
    proof: bytes
    counts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
