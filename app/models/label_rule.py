"""A label rule: what a person said a result, or a whole host, is for a brand; it stands above the machine."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table, one_of
from app.types import LABELS


class LabelRule(Table, table=True):
    """pattern: a canonical URL (match url) or a host (match host). Revoked rules stay on record."""

    __tablename__ = "label_rule"
    __table_args__ = (one_of("match", ("url", "host")), one_of("label", LABELS))

    id: int | None = Field(default=None, primary_key=True)
    brand_id: int = Field(foreign_key="brand.id", index=True, ondelete="CASCADE")
    match: str
    pattern: str
    label: str
    actor: str
    created: datetime
    revoked: datetime | None = None
