"""Raw pages of one look -> one Serp: each page read by its source, joined until the asked depth, ranks renumbered."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from scrapers import registry
from scrapers.registry import Source
from scrapers.types import RawPage, Result, SearchRequest, Serp, Signs

log = logging.getLogger(__name__)
UNREADABLE = Serp(signs=Signs(end=False))
MOST_TITLE, MOST_SNIPPET = 500, 2000  # characters; engines show a tenth of that, the raw page keeps it all


def parse(source: str, pages: Sequence[RawPage], request: SearchRequest) -> Serp:
    """Read and join the engine's pages of one look. Never raises on any bytes."""
    reader = registry.parser(source, request.engine)
    serps = [_read(reader, page, request) for page in pages]
    joined = join(serps, [page.page_no for page in pages], request.depth)
    return joined.with_version(registry.parser_version(source, request.engine))


def _read(reader: Source, page: RawPage, request: SearchRequest) -> Serp:
    """One page as its source reads it; a page its reader breaks on is a page nobody can read, never an empty one."""
    try:
        return reader.read(page, request)
    except Exception:  # a reader's defect costs its page, not every other look of the run; the raw page is kept
        log.exception("%s broke on page %s", reader.NAME, page.sha256())
        return UNREADABLE


def join(serps: Sequence[Serp], numbers: Sequence[int], depth: int) -> Serp:
    """Distinct results in the engine's order, cut at depth; ranks 1..n; signs of the first page, end of the last."""
    if not serps:
        return Serp()
    results: list[Result] = []
    seen: set[str] = set()
    offset = 0
    features = []
    for serp, number in zip(serps, numbers, strict=True):
        places = [r.absolute_rank or 0 for r in serp.results] + [f.absolute_rank or 0 for f in serp.features]
        for result in serp.results:
            if result.link not in seen and len(results) < depth:
                seen.add(result.link)
                absolute = offset + result.absolute_rank if result.absolute_rank else None
                results.append(replace(_bounded(result), rank=len(results) + 1, page_no=number, absolute_rank=absolute))
        for feature in serp.features:
            absolute = offset + feature.absolute_rank if feature.absolute_rank else None
            features.append(replace(feature, absolute_rank=absolute))
        offset += max(places, default=0)
    return Serp(tuple(results), tuple(features), _signs([s.signs for s in serps]), pages=len(serps))


def _bounded(result: Result) -> Result:
    """A result that says no more than anybody reads, whoever wrote it."""
    return replace(
        result,
        title=result.title[:MOST_TITLE],
        snippet=result.snippet[:MOST_SNIPPET],
        display_url=result.display_url[:MOST_TITLE],
        date_text=result.date_text[:MOST_TITLE] if result.date_text else None,
    )


def _signs(signs: list[Signs]) -> Signs:
    """The first page tells what was asked; any page that is cut off, blocked or foreign spoils the whole."""
    first, last = signs[0], signs[-1]
    ends = [s.end for s in signs]
    return replace(
        first,
        end=None if None in ends else all(ends),
        more=last.more,
        unread=sum(s.unread for s in signs),
        block=next((s.block for s in signs if s.block), None),
        failed=any(s.failed for s in signs),
        foreign=next((s.foreign for s in signs if s.foreign), None),
    )
