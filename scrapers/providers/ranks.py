"""Lists of ranks, as rank trackers write them out: what stood where, as somebody else noted it. Never asked for.

No page comes with a list: nothing tells whether it was whole, which phrase it answered, or in which country. So it is
read as told, and the judge never takes it for a page of results (`foreign`).
"""

from __future__ import annotations

from scrapers.errors import SourceMissing
from scrapers.json_parts import Part, organic, parsed, rows, text
from scrapers.types import Access, Fetch, RawPage, Result, SearchRequest, Serp, Signs
from scrapers.urls import target

NAME = "ranks"
ENGINE = "google"
VERSION = 1
ENOUGH = 1
NO_PAGE = "a list of ranks, no page"


def refuses(_hl: str | None, _gl: str | None) -> str | None:
    """Nobody can be asked."""
    return "a list of ranks is imported, never asked for"


def fetch(_request: SearchRequest, _page_no: int, _access: Access) -> Fetch:
    """SourceMissing: there is nobody to ask."""
    raise SourceMissing("a list of ranks is imported, never asked for")


def read(raw: RawPage, _request: SearchRequest) -> Serp:
    """The rows of one list, which app.rank_lists wrote: {"phrase", "rows": [{"link", "title", "snippet"}]}, by rank."""
    data = parsed(raw.body)
    results, unread = organic(rows(data, "rows"), _result)
    return Serp(results, (), Signs(phrase=text(data, "phrase") or None, unread=unread, foreign=NO_PAGE))


def _result(item: Part) -> Result | None:
    title = text(item, "title")
    found = target(text(item, "link"), "", title)
    if found is None:
        return None
    return Result(
        rank=0, url=found.url, link=found.link, title=title, snippet=text(item, "snippet"), host=found.host,
        unresolved=found.unresolved,
    )  # fmt: skip
