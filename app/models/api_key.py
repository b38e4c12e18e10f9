"""An API key: the prefix finds it, the hash proves it; the key itself is shown once and never stored."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from app.models.base import Table


class ApiKey(Table, table=True):
    __tablename__ = "api_key"

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id", index=True)
    name: str
    prefix: str = Field(unique=True)
    hash: str
    created: datetime
    last_used: datetime | None = None
    revoked: datetime | None = None
