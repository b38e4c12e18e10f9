"""The list of all brands, read and drawn before anybody asks for it: after a start, or a night's looks at hundreds of
brands, it takes seconds, and whoever opens it next morning should not wait for them."""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy.exc import SQLAlchemyError

from app.clock import clock
from app.db import reading
from app.queries.all_brands import LINES, all_brands
from app.queries.brands import count_brands
from app.texts import LANGUAGES
from app.web.list_view import brand_row

AGAIN = 60.0  # seconds
log = logging.getLogger("shemtov")


async def read_ahead() -> None:
    """Until cancelled. What has not changed since is not read again."""
    while True:
        try:
            await asyncio.to_thread(_read)
        except SQLAlchemyError as away:  # whoever asks for the page is told of it; here it is only too early
            log.debug("the list of brands was not read ahead (%s)", type(away).__name__)
        await asyncio.sleep(AGAIN)


def _read() -> None:
    with reading() as session:
        if count_brands(session) > LINES.room:  # they would push each other out, and be read each time
            return
        lines = all_brands(session, clock())
    for lang in LANGUAGES:
        for line in lines:
            brand_row(line, lang)
