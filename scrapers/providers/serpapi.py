"""SerpApi, a provider of Google's page as JSON (needs a key). Source: its parameter list and status documentation.

An empty answer is status Success with an `error` text and the state "Fully empty": a fact only then. Its position is
page-relative, so ranks are counted here. Links can be Google's /goto tokens: those are never an identity.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from scrapers.locales import unknown
from scrapers.types import Access, Feature, Fetch, Rating, RawPage, Result, SearchRequest, Serp, Signs
from scrapers.urls import target

NAME = "serpapi"
ENGINE = "google"
VERSION = 1
ENOUGH = 4
PER_PAGE = 10
BASE = "https://serpapi.com"
FEATURES = {
    "ads": "ad", "related_questions": "paa", "top_stories": "top_stories", "local_results": "local",
    "knowledge_graph": "knowledge", "inline_videos": "video", "inline_images": "images", "ai_overview": "ai_overview",
    "answer_box": "featured_snippet", "discussions_and_forums": "forums", "shopping_results": "shopping",
    "related_searches": "related",
}  # fmt: skip
NO_RESULTS = "hasn't returned any results"
MOST_VOTES = 10**9
_BROKEN = re.compile("[\x00\ud800-\udfff]")  # JSON can write halves of characters, which no database takes


def refuses(hl: str | None, gl: str | None) -> str | None:
    """What Google serves, it serves."""
    return unknown(hl, gl) if hl and gl else None


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /search.json, never from its cache."""
    query = {
        "engine": "google", "q": request.phrase or "", "hl": request.hl or "en", "gl": (request.gl or "us").lower(),
        "device": request.device, "nfpr": "1", "no_cache": "true", "api_key": access.key or "",
    }  # fmt: skip
    if request.location:
        query["location"] = request.location
    if page_no > 1:
        query["start"] = str((page_no - 1) * PER_PAGE)
    return Fetch(f"{access.base_url or BASE}/search.json?{urlencode(query)}")


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs; JSON that is none reads as an empty page without signs."""
    try:
        data = json.loads(raw.body)
    except (ValueError, RecursionError):
        return Serp()
    if not isinstance(data, dict) or _map(data, "search_metadata").get("status") not in ("Success", None):
        return Serp()
    results: list[Result] = []
    for place, item in enumerate(_list(data, "organic_results"), 1):
        result = _result(item, len(results) + 1, place, raw.page_no)
        if result is not None and all(result.link != other.link for other in results):
            results.append(result)
    features = tuple(Feature(kind) for key, kind in FEATURES.items() if data.get(key))
    unread = len(_list(data, "organic_results")) - len(results)
    return Serp(tuple(results), features, _signs(data, results, unread))


def _result(item: Mapping[str, Any], rank: int, place: int, page_no: int) -> Result | None:
    title, display = _text(item, "title"), _text(item, "displayed_link")
    found = target(_text(item, "link"), display, title)
    if found is None or not title:
        return None
    return Result(
        rank=rank, url=found.url, link=found.link, title=title, snippet=_text(item, "snippet"), display_url=display,
        host=found.host, rating=_rating(item), date_text=_text(item, "date") or None, page_no=page_no,
        absolute_rank=place, unresolved=found.unresolved,
    )  # fmt: skip


def _rating(item: Mapping[str, Any]) -> Rating | None:
    for part in ("bottom", "top"):
        detected = _map(_map(_map(item, "rich_snippet"), part), "detected_extensions")
        value, votes = detected.get("rating"), detected.get("reviews", detected.get("votes"))
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 10:
            return Rating(float(value), 5.0 if value <= 5 else 10.0, _votes(votes))
    return None


def _votes(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value < MOST_VOTES else None


def _signs(data: Mapping[str, Any], results: list[Result], unread: int) -> Signs:
    about, asked = _map(data, "search_information"), _map(data, "search_parameters")
    state = _text(about, "organic_results_state")
    said_empty = state == "Fully empty" or NO_RESULTS in _text(data, "error")
    return Signs(
        container="organic_results" in data,
        phrase=_text(about, "query_displayed") or _text(asked, "q") or None,
        end=None,
        more=bool(_map(data, "serpapi_pagination").get("next") or _map(data, "pagination").get("next")),
        hl=_text(asked, "hl") or None,
        gl=_text(asked, "gl").upper() or None,
        unread=unread,
        no_results=not results and said_empty,
        relaxed="showing" in state.lower() or "instead" in state.lower(),
    )


def _map(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _list(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = data.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return _BROKEN.sub("\ufffd", " ".join(value.split())) if isinstance(value, str) else ""
