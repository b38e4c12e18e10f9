"""SerpApi, a provider of Google's page as JSON (needs a key). Source: its parameter list and status documentation.

An empty answer is status Success with an `error` text and the state "Fully empty": a fact only then, and only when no
other block stands there (its parser missed results before). Its position is page-relative, so ranks are counted here.
Links can be Google's /goto tokens: those are never an identity. Where blocks stand is not told.
"""

from __future__ import annotations

import re
from urllib.parse import urlencode

from scrapers.json_features import nothing_beside
from scrapers.json_google import google_blocks, google_organic
from scrapers.json_parts import Part, another, failed, parsed, part, refused, rows, text
from scrapers.locales import unknown
from scrapers.places import country, google_hl, place
from scrapers.types import Access, Feature, Fetch, RawPage, SearchRequest, Serp, Signs

NAME = "serpapi"
ENGINE = "google"
VERSION = 2
ENOUGH = 4
PRICE = 0.015
PAUSE = 1.0
PER_PAGE = 10
BASE = "https://serpapi.com"
NO_RESULTS = re.compile(r"(?:hasn't|has not) returned any results", re.I)
READY = ("Success", "")


def refuses(hl: str | None, gl: str | None) -> str | None:
    """What Google serves, it serves."""
    return unknown(hl, gl) if hl and gl else None


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /search.json, never from its cache, the phrase never corrected. Its key can only go in the address."""
    gl, key, where = (request.gl or "us").lower(), access.key or "", place(request)
    query = {
        "engine": "google", "q": request.phrase or "", "hl": google_hl(request), "gl": "uk" if gl == "gb" else gl,
        "device": request.device, "nfpr": "1", "no_cache": "true", "api_key": key,
    }  # fmt: skip
    if where:
        query["location"] = where
    if page_no > 1:
        query["start"] = str((page_no - 1) * PER_PAGE)
    return Fetch(f"{access.base_url or BASE}/search.json?{urlencode(query)}", secrets=(key,))


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs; JSON that is none reads as an empty page without signs."""
    data = parsed(raw.body)
    results, unread = google_organic(data, raw.page_no)
    features = google_blocks(data, results, images=rows(data, "inline_images"), shopping=rows(data, "shopping_results"))
    return Serp(results, features, _signs(data, raw, bool(results), features, unread))


def _signs(data: Part, raw: RawPage, found: bool, features: tuple[Feature, ...], unread: int) -> Signs:
    about, asked, said = part(data, "search_information"), part(data, "search_parameters"), text(data, "error")
    state, status = text(about, "organic_results_state").lower(), text(part(data, "search_metadata"), "status")
    empty = state == "fully empty" or NO_RESULTS.search(said) is not None
    phrase = text(about, "query_displayed") or text(asked, "q")
    block = None if found or empty else refused(raw.http_status, said)
    return Signs(
        container="organic_results" in data,
        phrase=phrase or None,
        more=any(part(data, key).get("next") for key in ("serpapi_pagination", "pagination")),
        hl=text(asked, "hl") or None,
        gl=country(text(asked, "gl")),
        unread=unread,
        no_results=not found and status in READY and empty and nothing_beside(features),
        relaxed="fixed spelling" in state and another(text(about, "showing_results_for") or "?", phrase),
        block=block,
        failed=status not in READY or (not empty and failed(raw.http_status, said, block)),
    )
