"""The revision of what is shown: what was computed under it is right for as long as it is the same."""

from __future__ import annotations

import sqlalchemy
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from app.db import is_writer
from app.models import Brand, Search


def workspace_revisions(session: Session, workspace: int | None = None) -> list[tuple[int, int, str]]:
    """(brand, its revision, its home market) of each brand of a workspace, or of all. Read before what it is of. The
    revision is 0 for who is writing: what he sees may never come to be, or be another before it does."""
    here = sqlalchemy.true() if workspace is None else col(Brand.workspace_id) == workspace
    found = session.exec(select(Brand.id, Brand.revision, Brand.home_market).where(here)).all()
    keeps = not is_writer(session)
    return [(brand or 0, revision if keeps else 0, home) for brand, revision, home in found]


REVISION = (  # asked for before every answer: put together once
    select(Brand.revision)
    .join(Search, col(Search.brand_id) == col(Brand.id))
    .where(Search.id == bindparam("search"), Brand.workspace_id == bindparam("home"), Search.purpose == "share")
)


def search_revision(session: Session, search_id: int, workspace: int) -> int | None:
    """The revision of the brand of a search that is counted; None where there is no such search in the workspace, and
    for who is writing."""
    if is_writer(session):
        return None
    return session.connection().execute(REVISION, {"search": search_id, "home": workspace}).scalar() or None
