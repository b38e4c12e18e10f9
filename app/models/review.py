"""A review: a label a person gave in the label queue, beside the automatic one it stands against."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table, one_of
from app.types import LABELS


class Review(Table, table=True):
    """audit: the result was drawn by chance, and labelled before its automatic label was shown.

    rule_id: the label rule it wrote. automatic, version: what the machine said at that moment.
    """

    __table_args__ = (one_of("label", LABELS), one_of("automatic", LABELS))

    id: int | None = Field(default=None, primary_key=True)
    hit_id: int = Field(foreign_key="hit.id", index=True, ondelete="CASCADE")
    rule_id: int | None = Field(default=None, foreign_key="label_rule.id", ondelete="SET NULL")
    label: str
    automatic: str
    version: str
    audit: bool
    actor: str
    at: datetime
