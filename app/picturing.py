"""Draws what the page of a look looked like, from its archived answer: nothing is asked of anybody, nothing runs.

1 find the answer, of the page that shows what is new; 2 draw it; 3 keep it beside the look.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from app.db import reading, writing
from app.errors import AppError, NotFound
from app.printing import in_turn
from app.queries.archive import drawn_attempt, new_negatives, undrawn
from app.queries.blobs import BlobDamaged, pages
from app.queries.searches import watched
from app.store.archive import keep_picture
from scrapers.clean import drawable
from scrapers.types import RawPage

WIDTHS = {"desktop": 1280, "mobile": 412}
MOST_HEIGHT = 4000


def draw(engine: Engine, blobs: Path, snapshot_id: int, at: datetime, workspace: int | None = None) -> None:
    """Draw a look's page and keep the picture; AppError says in one sentence why there is none.

    Blocks: call it from a thread.
    """
    with reading(engine) as session:
        page, width = _answer(session, blobs, snapshot_id, workspace)
    html = drawable(page.body)
    if not html:
        raise NotFound("nothing is archived of this look that could be drawn", "picture_no_page")
    with in_turn() as chromium:
        jpeg, height = chromium.picture(html, width, MOST_HEIGHT)
    with writing(engine) as session:
        keep_picture(session, blobs, snapshot_id, jpeg, (width, height), at)


def draw_new(engine: Engine, blobs: Path, looks: Sequence[int], at: datetime) -> Iterator[tuple[int, str]]:
    """(look, why not) of every one of these looks, and of those at their slots, that brought a new negative and has no
    picture; "" for the ones that have one now. Whatever goes wrong, the looks stay as they are."""
    with reading(engine) as session:
        found = undrawn(session, looks)
    for snapshot_id in found:
        try:
            draw(engine, blobs, snapshot_id, at)
            yield snapshot_id, ""
        except AppError as failure:
            yield snapshot_id, failure.message


def _answer(session: Session, blobs: Path, snapshot_id: int, workspace: int | None) -> tuple[RawPage, int]:
    """The HTML answer to draw and the width of the screen it was meant for."""
    search, attempt = drawn_attempt(session, snapshot_id)
    about = watched(session, search, workspace)
    try:
        found = pages(session, blobs, attempt) if attempt else []
    except BlobDamaged:
        found = []
    shown = new_negatives(session, snapshot_id)
    found = sorted(found, key=lambda page: (page.page_no not in shown, page.page_no))
    if not found or found[0].body.lstrip()[:1] != b"<":
        raise NotFound("nothing is archived of this look that could be drawn", "picture_no_page")
    return found[0], WIDTHS[about.search.device]
