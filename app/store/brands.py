"""Adds brands with their owned sites and searches: all of it, or nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlmodel import Session, select

from app.errors import BadInput, Conflict
from app.models import Brand, OwnedSite, Workspace
from app.texts import shown
from app.types import OwnedSite as Site

MOST_NAME = 120
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")


def home_workspace(session: Session) -> Workspace:
    """The one workspace of a fresh installation, made at first use."""
    found = session.exec(select(Workspace).order_by(Workspace.id)).first()  # type: ignore[arg-type]
    if found is None:
        found = Workspace(name="Shem Tov", slug="home")
        session.add(found)
        session.flush()
    return found


def add_brand(session: Session, workspace: Workspace, name: str, home_market: str, sites: Sequence[Site]) -> Brand:
    """A new brand; Conflict when the workspace has one of that name, BadInput for a name nobody can read."""
    clean = plain_text(name, "a brand's name", MOST_NAME)
    taken = session.exec(select(Brand).where(Brand.workspace_id == workspace.id, Brand.name == clean)).first()
    if taken is not None:
        raise Conflict(f"there is a brand {clean!r} already")
    slug = _free_slug(session, workspace, clean)
    brand = Brand(workspace_id=workspace.id or 0, name=clean, slug=slug, home_market=home_market)
    session.add(brand)
    session.flush()
    for site in dict.fromkeys(sites):
        session.add(OwnedSite(brand_id=brand.id or 0, host=site.host, path=site.path))
    session.flush()
    return brand


def plain_text(text: str, what: str, limit: int) -> str:
    """Typed text as one clean line, or BadInput with the reason: empty, too long, control characters."""
    clean = " ".join(text.split(" ")).strip()
    if not clean:
        raise BadInput(f"{what} is empty")
    if _CONTROL.search(clean):
        raise BadInput(f"{what} contains control characters")
    if not shown(clean).strip():
        raise BadInput(f"{what} has nothing in it that can be seen")
    if len(clean) > limit:
        raise BadInput(f"{what} has {len(clean)} characters; the most is {limit}")
    try:
        clean.encode("utf-8")
    except UnicodeEncodeError as broken:
        raise BadInput(f"{what} is not valid text") from broken
    return unicodedata.normalize("NFC", clean)


def _free_slug(session: Session, workspace: Workspace, name: str) -> str:
    """A short word for addresses; Hebrew letters stay, since people read their own addresses."""
    base = re.sub(r"[^\w]+", "-", name.casefold()).strip("-")[:60] or "brand"
    slug, number = base, 1
    while session.exec(select(Brand.id).where(Brand.workspace_id == workspace.id, Brand.slug == slug)).first():
        number += 1
        slug = f"{base}-{number}"
    return slug
