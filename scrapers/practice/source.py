"""The practice world as a source: looks at it are never called looks at a real engine.

It serves the markup of the engine a search names, so that engine's own reader reads it (registry.parser).
"""

from __future__ import annotations

from urllib.parse import urlencode

from scrapers.types import Access, Fetch, RawPage, SearchRequest, Serp

NAME = "practice"
ENGINE = ""  # it is no engine, and stands for none
VERSION = 1
ENOUGH = 4
PAUSE = 0.0  # it stands on this machine, for us alone
BASE = "http://127.0.0.1:8099"


def refuses(hl: str | None, gl: str | None) -> str | None:
    """It invents every locale."""
    return None


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /<engine>/search of the day asked for: only here a request may travel in time."""
    query = {"q": request.phrase or "", "hl": request.hl or "en", "gl": request.gl or "US", "page": str(page_no)}
    if request.device == "mobile":
        query["device"] = "mobile"
    if request.as_of is not None:
        query["as_of"] = request.as_of.date().isoformat()
    return Fetch(f"{access.base_url or BASE}/{request.engine}/search?{urlencode(query)}")


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """Nothing is read here: the registry hands the page to the engine whose markup it is."""
    return Serp()
