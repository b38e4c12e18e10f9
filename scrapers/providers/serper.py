"""Serper (serper.dev), a provider of Google's page as JSON (needs a key). Source: published clients and answers.

It shows the desktop page only, tells neither where blocks stand nor whether there is a next page: the next one is asked
for until one is empty. A request that was refused says so in `message`: "Unauthorized." (403), "Not enough credits"
(400). An empty `organic` beside its own echo of our phrase, and nothing else, is its no-results sign.
"""

from __future__ import annotations

import json

from scrapers.json_features import ads, listed, nothing_beside, overview, panel, questions, related, sitelinks, snippet
from scrapers.json_features import places as businesses
from scrapers.json_parts import Part, another, failed, organic, parsed, part, rating_of, refused, result, rows, text
from scrapers.locales import unknown
from scrapers.places import country, google_hl, place
from scrapers.types import Access, Feature, Fetch, RawPage, Result, SearchRequest, Serp, Signs

NAME = "serper"
ENGINE = "google"
VERSION = 1
ENOUGH = 4
PRICE = 0.001
PAUSE = 1.0
DEVICES = ("desktop",)
BASE = "https://google.serper.dev"


def refuses(hl: str | None, gl: str | None) -> str | None:
    """What Google serves, it serves."""
    return unknown(hl, gl) if hl and gl else None


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """POST /search, the phrase never corrected; ten results a page, more cost more. The key goes in a header."""
    asked: dict[str, object] = {
        "q": request.phrase or "", "hl": google_hl(request), "gl": (request.gl or "us").lower(), "page": page_no,
        "autocorrect": False,
    }  # fmt: skip
    where, key = place(request), access.key or ""
    if where:
        asked["location"] = where
    text_sent = json.dumps(asked, ensure_ascii=False)
    return Fetch(f"{access.base_url or BASE}/search", {"x-api-key": key}, json=text_sent, secrets=(key,))


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs; JSON that is none reads as an empty page without signs."""
    data = parsed(raw.body)
    results, unread = organic(rows(data, "organic"), lambda item: _result(item, raw.page_no))
    features = _features(data, results)
    return Serp(results, features, _signs(data, raw, bool(results), features, unread))


def _result(item: Part, page_no: int) -> Result | None:
    return result(item, rating=rating_of(item), page_no=page_no)


def _features(data: Part, results: tuple[Result, ...]) -> tuple[Feature, ...]:
    by_link = {found.url: found for found in results}
    return (
        *ads(rows(data, "ads")),
        *overview(part(data, "aiOverview")),
        *snippet(part(data, "answerBox")),
        *questions(rows(data, "peopleAlsoAsk")),
        *listed("top_stories", rows(data, "topStories")),
        *listed("video", rows(data, "videos")),
        *listed("images", rows(data, "images")),
        *businesses(rows(data, "places")),
        *panel(part(data, "knowledgeGraph")),
        *related(rows(data, "relatedSearches")),
        *(link for item in rows(data, "organic")
          for link in sitelinks(item, by_link.get(text(item, "link")), ("sitelinks",))),
    )  # fmt: skip


def _signs(data: Part, raw: RawPage, found: bool, features: tuple[Feature, ...], unread: int) -> Signs:
    asked, said = part(data, "searchParameters"), text(data, "message", "error")
    phrase = text(asked, "q")
    block = None if found else refused(raw.http_status, said)
    return Signs(
        container="organic" in data,
        phrase=phrase or None,
        more=found,
        hl=text(asked, "hl") or None,
        gl=country(text(asked, "gl")),
        unread=unread,
        no_results=data.get("organic") == [] and bool(phrase) and not said and nothing_beside(features),
        relaxed=another(text(part(data, "searchInformation"), "showingResultsFor"), phrase),
        block=block,
        failed=failed(raw.http_status, said, block),
    )
