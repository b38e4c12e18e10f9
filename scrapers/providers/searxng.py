"""A SearXNG instance of your own as JSON (needs its address; no key). Source: its search API and its code.

One engine is asked per search, the one the search names: SearXNG's own order over several engines is nobody's page.
HTTP 200 is no proof: an engine that failed stands in unresponsive_engines, and an answer with one there is a failure.
An empty list without a failure is not believed either, since an unnoticed block page looks just like that. The instance
has to offer JSON (search.formats in its settings), else it answers 403.
"""

from __future__ import annotations

from urllib.parse import urlencode

from scrapers.json_features import panel, related
from scrapers.json_parts import Part, organic, parsed, result, rows, text
from scrapers.locales import unknown
from scrapers.types import Access, BlockKind, Fetch, RawPage, Result, SearchRequest, Serp, Signs

NAME = "searxng"
ENGINE = "google"
ENGINES = ("google", "bing", "duckduckgo", "brave", "qwant")
VERSION = 1
ENOUGH = 4
ZERO_COUNTS = False
NEEDS = "url"
DEVICES = ("desktop",)
BASE = "http://127.0.0.1:8888"
REASONS: dict[str, BlockKind] = {
    "captcha": "captcha", "too many requests": "rate_limit", "access denied": "access_denied",
}  # fmt: skip


def refuses(hl: str | None, gl: str | None) -> str | None:
    """What the engine behind it serves; that engine is asked itself when a search is made."""
    return unknown(hl, gl) if hl and gl else None


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /search of one engine, nothing filtered."""
    locale = f"{request.hl}-{request.gl.upper()}" if request.hl and request.gl else request.hl or "en"
    query = {
        "q": request.phrase or "", "format": "json", "engines": _engine(request), "language": locale,
        "pageno": str(page_no), "safesearch": "0",
    }  # fmt: skip
    return Fetch(f"{(access.base_url or BASE).rstrip('/')}/search?{urlencode(query)}", {"accept": "application/json"})


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results in the engine's order, features and signs."""
    data = parsed(raw.body)
    found = sorted(rows(data, "results"), key=_place)
    results, unread = organic(found, lambda item: _result(item, raw.page_no))
    features = (
        *(one for box in rows(data, "infoboxes")[:1] for one in panel(box)),
        *related([{"query": phrase} for phrase in _texts(data, "suggestions")]),
    )
    return Serp(results, features, _signs(data, request, results, unread))


def _engine(request: SearchRequest) -> str:
    return request.engine if request.engine in ENGINES else ENGINE


def _place(item: Part) -> float:
    """The engine's place of a result; SearXNG's score moves one that stands there twice."""
    told = item.get("positions")
    numbers = [place for place in told if isinstance(place, int)] if isinstance(told, list) else []
    return min(numbers, default=float("inf"))


def _result(item: Part, page_no: int) -> Result | None:
    return result(
        item, url="url", shown=("pretty_url",), snippet=("content",), date=("pubdate", "publishedDate"), page_no=page_no
    )


def _texts(data: Part, key: str) -> list[str]:
    value = data.get(key)
    return [item for item in value[:50] if isinstance(item, str)] if isinstance(value, list) else []


def _signs(data: Part, request: SearchRequest, results: tuple[Result, ...], unread: int) -> Signs:
    silent = _unresponsive(data)
    block = next((kind for reason in silent for said, kind in REASONS.items() if said in reason), None)
    return Signs(
        container="results" in data,
        phrase=text(data, "query") or None,
        more=bool(results),
        unread=unread,
        no_results=data.get("results") == [] and not silent,
        block=None if results else block,
        failed=bool(silent) and (bool(results) or block is None),
        foreign=_foreign(data, _engine(request)),
    )


def _unresponsive(data: Part) -> list[str]:
    """Why each engine that failed did, in small letters: [[name, reason]]."""
    value = data.get("unresponsive_engines")
    if not isinstance(value, list):
        return []
    return [str(pair[1]).lower() if isinstance(pair, list) and len(pair) > 1 else str(pair)[:200] for pair in value]


def _foreign(data: Part, wanted: str) -> str | None:
    """Another engine's page, None when every result is of the engine that was asked."""
    for item in rows(data, "results"):
        told = item.get("engines")
        names = told if isinstance(told, list) and told else [item.get("engine")]
        if wanted not in names and any(isinstance(name, str) for name in names):
            return "another engine"
    return None
