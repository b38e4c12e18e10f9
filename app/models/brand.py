"""A brand, the company watched, and the sites it owns."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, UniqueConstraint
from sqlmodel import Field

from app.models.base import Table


class Brand(Table, table=True):
    """main_search is the search the headline, the list of brands and the report speak of. revision: changed by the
    database (app.models.revision) whenever what the brand's charts show was changed; no part of the record."""

    __table_args__ = (UniqueConstraint("workspace_id", "slug"), UniqueConstraint("workspace_id", "name"))

    id: int | None = Field(default=None, primary_key=True)
    workspace_id: int = Field(foreign_key="workspace.id", index=True)
    name: str
    slug: str
    home_market: str
    main_search: int | None = None
    target: int = 18
    revision: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class OwnedSite(Table, table=True):
    """A host, with an optional path prefix, that the brand controls."""

    __tablename__ = "owned_site"
    __table_args__ = (UniqueConstraint("brand_id", "host", "path"),)

    id: int | None = Field(default=None, primary_key=True)
    brand_id: int = Field(foreign_key="brand.id", ondelete="CASCADE")
    host: str
    path: str = ""
