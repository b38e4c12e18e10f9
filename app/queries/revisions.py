"""The revision of what is shown: what was computed under it is right for as long as it is the same."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from app.db import is_writer
from app.models import Brand, Search


def brand_revisions(session: Session, brands: Sequence[int]) -> dict[int, int]:
    """brand -> its revision, of those that have one. Read before what it is of. Empty for who is writing: what he sees
    may never come to be, or be another before it does."""
    if is_writer(session):
        return {}
    query = select(Brand.id, Brand.revision).where(col(Brand.id).in_(brands))
    return {brand or 0: revision for brand, revision in session.exec(query).all() if revision}


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
