"""A label rule: what a person said a result, a path or a whole host is; it stands above the machine."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table, one_of
from app.types import LABELS, SCOPES


class LabelRule(Table, table=True):
    """pattern: as app.types.LabelRule says. brand_id: None when it was said of all brands of the workspace.

    Revoked rules stay on record.
    """

    __tablename__ = "label_rule"
    __table_args__ = (one_of("match", SCOPES), one_of("label", LABELS))

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id", index=True, ondelete="CASCADE")
    brand_id: int | None = Field(default=None, foreign_key="brand.id", index=True, ondelete="CASCADE")
    match: str
    pattern: str
    label: str
    actor: str
    created: datetime
    revoked: datetime | None = None
