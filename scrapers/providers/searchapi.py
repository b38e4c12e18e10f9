"""SearchApi (searchapi.io), a provider of Google's page as JSON (needs a key). Source: its docs, a captured page.

An empty answer is status Success with the error "Google didn't return any results."; every other error is a failure.
Its position is page-relative, so ranks are counted here; where blocks stand is not told. A page may come without its
pagination: then the next one is asked for, and an empty one ends it.
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

NAME = "searchapi"
ENGINE = "google"
VERSION = 1
ENOUGH = 4
PRICE = 0.004
PAUSE = 1.0
BASE = "https://www.searchapi.io"
NO_RESULTS = re.compile(r"(?:didn't|did not) return any results", re.I)
READY = ("Success", "")


def refuses(hl: str | None, gl: str | None) -> str | None:
    """What Google serves, it serves."""
    return unknown(hl, gl) if hl and gl else None


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /api/v1/search, the phrase never corrected; the key goes in a header."""
    gl, key, where = (request.gl or "us").lower(), access.key or "", place(request)
    query = {
        "engine": "google", "q": request.phrase or "", "hl": google_hl(request), "gl": "uk" if gl == "gb" else gl,
        "device": request.device, "nfpr": "1", "page": str(page_no),
    }  # fmt: skip
    if where:
        query["location"] = where
    address = f"{access.base_url or BASE}/api/v1/search?{urlencode(query)}"
    return Fetch(address, {"authorization": f"Bearer {key}"}, secrets=(key,))


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs; JSON that is none reads as an empty page without signs."""
    data = parsed(raw.body)
    results, unread = google_organic(data, raw.page_no)
    features = google_blocks(data, results, images=_images(data), shopping=rows(data, "inline_shopping"))
    return Serp(results, features, _signs(data, raw, bool(results), features, unread))


def _images(data: Part) -> list[Part]:
    return rows(data, "inline_images", "images") or rows(data, "inline_images")


def _signs(data: Part, raw: RawPage, found: bool, features: tuple[Feature, ...], unread: int) -> Signs:
    about, asked, said = part(data, "search_information"), part(data, "search_parameters"), text(data, "error")
    status, empty = text(part(data, "search_metadata"), "status"), NO_RESULTS.search(said) is not None
    phrase = text(about, "query_displayed") or text(asked, "q")
    block = None if found or empty else refused(raw.http_status, said)
    pages = part(data, "pagination")
    return Signs(
        container="organic_results" in data,
        phrase=phrase or None,
        more=bool(pages.get("next")) if pages else found,
        hl=text(asked, "hl") or None,
        gl=country(text(asked, "gl")),
        unread=unread,
        no_results=not found and status in READY and empty and nothing_beside(features),
        relaxed=another(text(about, "showing_results_for"), phrase),
        block=block,
        failed=status not in READY or (not empty and failed(raw.http_status, said, block)),
    )
