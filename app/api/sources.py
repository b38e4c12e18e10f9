"""How the sources are."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter

from app.api.access import SessionDep, WorkspaceDep
from app.queries.sources_page import SourcesPage, sources_page
from app.settings import settings

router = APIRouter(tags=["sources"])


@router.get("/sources")
def list_sources(session: SessionDep, workspace: WorkspaceDep) -> SourcesPage:
    """Every source: looks of 7 and 30 days and how they ended, rests and why, canary, drift, costs, what is left."""
    return sources_page(session, settings(), datetime.now(UTC), workspace)
