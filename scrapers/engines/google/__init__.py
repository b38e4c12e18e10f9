"""Google's web results: desktop and mobile layouts since 2015 and the page without JavaScript.

One file a question: selectors.py (every name the reading rests on; look there first), column.py (where a thing
stands), titles.py and address.py (which headings are results), fields.py and ratings.py (what a result says),
features.py with ads.py, panels.py and cards.py (what is not organic), signs.py (what the page says of itself).
Class names change every year: what decides is structure, names only help.
Google shows itself only to a real browser; it does not give depth beyond a page, so pages are followed by `start`.
"""

from __future__ import annotations

from urllib.parse import urlencode

from selectolax.lexbor import LexborNode

from scrapers.blocks import tree_of
from scrapers.engines.google.column import Column
from scrapers.engines.google.features import features_of
from scrapers.engines.google.fields import cell_of, said_in
from scrapers.engines.google.ratings import rating_of
from scrapers.engines.google.signs import signs_of
from scrapers.engines.google.titles import Title, titles_of
from scrapers.hostile import is_hostile
from scrapers.locales import unknown
from scrapers.types import Access, Fetch, RawPage, Result, SearchRequest, Serp

NAME = ENGINE = "google"
VERSION = 2
ENOUGH = 4
PER_PAGE = 10
TRANSPORT = "browser"
BASE = "https://www.google.com"


def refuses(hl: str | None, gl: str | None) -> str | None:
    """Google serves every language and country there is (Hebrew and Israel, Polish and Poland)."""
    return unknown(hl, gl) if hl and gl else None


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /search; no spelling correction, nothing personal, ten results a page."""
    query = {
        "q": request.phrase or "",
        "hl": request.hl or "en",
        "gl": (request.gl or "us").lower(),
        "pws": "0",
        "nfpr": "1",
    }
    if page_no > 1:
        query["start"] = str((page_no - 1) * PER_PAGE)
    return Fetch(f"{access.base_url or BASE}/search?{urlencode(query)}")


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs."""
    if is_hostile(raw.body):
        return Serp()
    column = Column(tree_of(raw))
    found = titles_of(column)
    features, blocks, places = features_of(column, found)
    results = tuple(
        _result(title, blocks[title.node.mem_id], rank, places.get(title.node.mem_id), raw.page_no)
        for rank, title in enumerate(found.results, 1)
    )
    return Serp(results, features, signs_of(column, raw, found, (raw.page_no - 1) * PER_PAGE))


def _result(title: Title, block: LexborNode, rank: int, place: int | None, page_no: int) -> Result:
    cell = cell_of(block)
    said = said_in(block, title, cell)
    return Result(
        rank=rank, url=title.found.url, link=title.found.link, title=title.text, snippet=said.snippet,
        display_url=title.display, host=title.found.host, rating=rating_of(block, cell), date_text=said.date_text,
        page_no=page_no, absolute_rank=place, unresolved=title.found.unresolved,
    )  # fmt: skip
