"""Brands and their searches."""

from __future__ import annotations

from fastapi import APIRouter

from app.api.access import SessionDep, WorkspaceDep
from app.queries import brands as brand_queries
from app.queries.rows import BrandRow, SearchRow
from app.queries.searches import searches
from app.types import Purpose

router = APIRouter(tags=["brands"])


@router.get("/brands")
def list_brands(session: SessionDep, workspace: WorkspaceDep) -> list[BrandRow]:
    """All brands of the key's workspace."""
    return list(brand_queries.brands(session, workspace))


@router.get("/brands/{slug}")
def one_brand(slug: str, session: SessionDep, workspace: WorkspaceDep) -> BrandRow:
    """One brand by its slug."""
    return brand_queries.brand(session, slug, workspace)


@router.get("/brands/{slug}/searches")
def list_searches(
    slug: str, session: SessionDep, workspace: WorkspaceDep, purpose: Purpose = "share"
) -> list[SearchRow]:
    """The searches of a brand whose pages are counted; purpose=watch: those that only listen."""
    return list(searches(session, brand_queries.brand(session, slug, workspace).id, purpose))
