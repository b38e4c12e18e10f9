"""A canary beside a real look: an ordinary phrase whose page is steady, asked once a day of each source in use.

It shows a source that answers everything with the same wrong page, which the looks' own history may not tell. It is
nobody's search: its answer is kept, judged and told to the operator, and stands in no share.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from app.db import writing
from app.models import Snapshot
from app.pipeline import Surroundings
from app.queries.searches import Watched, watched
from app.queries.sources import last_asked
from app.store.canaries import claim, keep_answer, tell
from app.store.sources import mind
from app.turns import means_of, warn_of
from scrapers import registry
from scrapers.capture import capture
from scrapers.errors import SourceMissing
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.types import Judgement, RawPage, SearchRequest

DEPTH = 10
FRESH = timedelta(minutes=10)  # right after a real look, never as traffic of its own
log = logging.getLogger("shemtov")


async def watch_source(world: Surroundings, snapshot_id: int) -> str | None:
    """Today's canary of the source a look has just asked; its state, None when none was due."""
    with writing(world.engine) as session:
        about = watched(session, session.get_one(Snapshot, snapshot_id).search_id)
        source = last_asked(session, snapshot_id, since=world.now() - FRESH)
        phrase = registry.canary(source) if source else None
        if source is None or phrase is None:
            return None
        means = means_of(session, world.now(), world.budget)
        if (source, about.search.engine) in means.rests or not means.affordable(source, DEPTH):
            return None
        search = about.search
        canary_id = claim(session, source, search.engine, search.hl, search.gl, world.now())
    return await _ask(world, about, source, phrase, canary_id) if canary_id is not None else None


async def _ask(world: Surroundings, about: Watched, source: str, phrase: str, canary_id: int) -> str:
    search = about.search
    request = SearchRequest(search.engine, phrase, search.hl or None, search.gl or None, depth=DEPTH, as_of=world.now())

    def keep(page: RawPage) -> None:
        with writing(world.engine) as session:
            keep_answer(session, world.blobs, canary_id, page, registry.price(source))

    # Asked for one result, it is one request whatever the engine offers; read for as many as there are.
    once, access, fetcher = replace(request, depth=1), world.access(source), world.fetcher(source)
    try:
        pages = await capture(source, once, access, fetcher, deadline=world.deadline, on_page=keep)
    except SourceMissing as missing:  # the browser went away since the look
        with writing(world.engine) as session:
            tell(session, canary_id, Judgement("error", str(missing)), 0)
        return "error"
    serp = parse(source, pages, request)
    judged = judge(pages, serp, request, registry.standards(source, request.engine))
    with writing(world.engine) as session:
        tell(session, canary_id, judged, len(serp.results))
        warn_of(mind(session, source, search.engine, judged.state, judged.reason, world.now()))
    if judged.state != "ok":
        # repr: a reason can quote the page, and a page must not write lines of its own
        log.warning("canary of %s (%s-%s) is %s: %r", source, search.hl, search.gl, judged.state, judged.reason)
    return judged.state
