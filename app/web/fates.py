"""A person says that a result's page is gone, or that it is there after all. Nothing is fetched to find out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from app.clock import clock
from app.db import writing
from app.queries import brands as brand_queries
from app.store.removals import mark_removed, unmark_removed
from app.web.access import EditorDep
from app.web.saying import Back, lead_back

router = APIRouter(include_in_schema=False)
LinkId = Annotated[int, Form(ge=1, le=2**31)]


@router.post("/brands/{slug}/removals")
def gone(slug: str, viewer: EditorDep, link: LinkId, back: Back = "") -> RedirectResponse:
    """Its page is gone."""
    with writing() as session:
        brand = brand_queries.brand(session, slug, viewer.workspace)
        mark_removed(session, brand.id, link, viewer.name, clock())
    return lead_back(back, brand.slug, "gone")


@router.post("/brands/{slug}/removals/undo")
def back_again(slug: str, viewer: EditorDep, link: LinkId, back: Back = "") -> RedirectResponse:
    """It is there after all; saying so twice is no error."""
    with writing() as session:
        brand = brand_queries.brand(session, slug, viewer.workspace)
        unmark_removed(session, brand.id, link, clock())
    return lead_back(back, brand.slug, "back")
