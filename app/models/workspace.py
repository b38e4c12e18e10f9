"""A workspace: everything below belongs to one."""

from __future__ import annotations

from sqlmodel import Field

from app.models.base import Table


class Workspace(Table, table=True):
    """report_name, accent ("#rrggbb") and logo_id are what its reports wear; None: our own. raw_days: how
    long raw answers are kept, 0 for ever; None: as the installation's setting says."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    slug: str = Field(unique=True)
    locale: str = "en"
    report_name: str | None = None
    accent: str | None = None
    raw_days: int | None = None
    logo_id: int | None = Field(default=None, foreign_key="blob.id")
