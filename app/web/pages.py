"""Rows into pages: the numbers a template shows, computed here, and the templates rendered. No database."""

from __future__ import annotations

from app.queries.rows import BrandRow, ResultRow, SearchRow, SnapshotRow
from app.web.access import Viewer
from app.web.render import render


def snapshot_page(
    brand: BrandRow, search: SearchRow, snapshot: SnapshotRow, results: tuple[ResultRow, ...], lang: str, viewer: Viewer
) -> str:
    """The page of one look."""
    return render("snapshot.html", lang, viewer, brand=brand, search=search, snapshot=snapshot, results=results)


def brands_page(brands: tuple[BrandRow, ...], lang: str, viewer: Viewer) -> str:
    """The list of brands."""
    return render("brands.html", lang, viewer, brands=brands)
