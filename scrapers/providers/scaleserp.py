"""Scale SERP (Traject Data), a provider of Google's page as JSON (needs a key). Source: its docs, answers others kept.

request_info.success is its own word for whether it worked. It writes the key back into the addresses of its answer:
the transport masks it. block_position is a place among all blocks of the page, from 1, or "top" and "bottom" for ads.
"""

from __future__ import annotations

from urllib.parse import urlencode

from scrapers.json_features import ads, listed, nothing_beside, overview, panel, questions, related, sitelinks, snippet
from scrapers.json_features import places as businesses
from scrapers.json_parts import (
    Part,
    another,
    failed,
    organic,
    parsed,
    part,
    refused,
    result,
    rich_rating,
    rows,
    text,
    whole,
)
from scrapers.locales import unknown
from scrapers.places import country, google_hl, place
from scrapers.types import Access, Feature, Fetch, RawPage, Result, SearchRequest, Serp, Signs

NAME = "scaleserp"
ENGINE = "google"
VERSION = 1
ENOUGH = 4
PRICE = 0.006
PAUSE = 1.0
BASE = "https://api.scaleserp.com"
AT = "block_position"


def refuses(hl: str | None, gl: str | None) -> str | None:
    """What Google serves, it serves."""
    return unknown(hl, gl) if hl and gl else None


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /search, the phrase never corrected, its place changing nothing else. Its key can only go in the address."""
    gl, key, where = (request.gl or "us").lower(), access.key or "", place(request)
    query = {
        "q": request.phrase or "", "hl": google_hl(request), "gl": "uk" if gl == "gb" else gl,
        "google_domain": "google.com", "device": request.device, "nfpr": "1", "page": str(page_no),
        "output": "json", "api_key": key,
    }  # fmt: skip
    if where:
        query |= {"location": where, "location_auto": "false"}
    return Fetch(f"{access.base_url or BASE}/search?{urlencode(query)}", secrets=(key,))


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs; JSON that is none reads as an empty page without signs."""
    data = parsed(raw.body)
    results, unread = organic(rows(data, "organic_results"), lambda item: _result(item, raw.page_no))
    features = _features(data, results)
    return Serp(results, features, _signs(data, raw, bool(results), features, unread))


def _result(item: Part, page_no: int) -> Result | None:
    return result(item, rating=rich_rating(item), absolute_rank=whole(item, AT), page_no=page_no)


def _at(items: list[Part]) -> int | None:
    return whole(items[0], AT) if items else None


def _features(data: Part, results: tuple[Result, ...]) -> tuple[Feature, ...]:
    by_link = {found.url: found for found in results}
    under = [(item, by_link.get(text(item, "link"))) for item in rows(data, "organic_results")]
    lists = {kind: rows(data, key) for kind, key in (
        ("top_stories", "top_stories"), ("video", "inline_videos"), ("images", "inline_images"),
        ("forums", "discussions_and_forums"), ("carousel", "shopping_results"),
    )}  # fmt: skip
    local, graph, answer = rows(data, "local_results"), part(data, "knowledge_graph"), part(data, "answer_box")
    return (
        *ads(rows(data, "ads")),
        *overview(part(data, "ai_overview"), whole(part(data, "ai_overview"), AT)),
        *snippet(answer, whole(answer, AT)),
        *questions(rows(data, "related_questions")),
        *(block for kind, items in lists.items() for block in listed(kind, items, _at(items))),
        *businesses(local, _at(local)),
        *panel(graph, whole(graph, AT)),
        *related(rows(data, "related_searches")),
        *(link for item, found in under
          for link in sitelinks(item, found, ("sitelinks", "inline"), ("sitelinks", "expanded"))),
    )  # fmt: skip


def _signs(data: Part, raw: RawPage, found: bool, features: tuple[Feature, ...], unread: int) -> Signs:
    about, asked = part(data, "search_information"), part(data, "search_parameters")
    outcome = part(data, "request_info")
    said = text(outcome, "message") or text(data, "error", "message")
    worked = outcome.get("success") is True
    nothing = about.get("original_query_yields_zero_results") is True
    phrase = text(about, "query_displayed") or text(asked, "q")
    block = None if found or worked else refused(raw.http_status, said)
    pages = part(data, "pagination")
    onward = bool(pages.get("next") or part(pages, "api_pagination").get("next"))
    return Signs(
        container="organic_results" in data,
        phrase=phrase or None,
        more=onward if pages else found,
        hl=text(asked, "hl") or None,
        gl=country(text(asked, "gl")),
        unread=unread,
        no_results=not found and worked and nothing and nothing_beside(features),
        relaxed=found and (nothing or another(text(about, "showing_results_for"), phrase)),
        block=block,
        failed=not worked and failed(raw.http_status, said, block),
    )
