"""Brave Search API: Brave's own index as JSON (needs a key). Source: its API reference.

The page is mixed.main, in its order: web results stand there between stories, films and threads; web.results alone is
not the page. offset counts pages, not results. It has no Israel: Hebrew can be asked for, Israel cannot, so he-IL is
refused. A page without web results that says which phrase it searched, and shows nothing else, is empty.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

from scrapers.json_features import listed, nothing_beside, panel, places, questions, sitelinks
from scrapers.json_parts import (
    Part,
    another,
    failed,
    organic,
    parsed,
    part,
    rating_of,
    refused,
    result,
    rows,
    text,
    whole,
)
from scrapers.locales import unknown
from scrapers.types import Access, Feature, Fetch, RawPage, Result, SearchRequest, Serp, Signs

NAME = "brave_api"
ENGINE = "brave"
VERSION = 1
ENOUGH = 5
PRICE = 0.005
PAUSE = 1.0
DEVICES = ("desktop",)
PER_PAGE = 20
BASE = "https://api.search.brave.com"
COUNTRIES = frozenset(
    "AR AT AU BE BR CA CH CL CN DE DK ES FI FR GB HK ID IN IT JP KR MX MY NL NO NZ PH PL PT RU SA SE TR TW US "
    "ZA".split()
)
LANGUAGES = frozenset(
    "ar bg bn ca cs da de en es et eu fi fr gl gu he hi hr hu is it kn ko lt lv ml mr ms nl pa pl ro ru sk sl sr sv ta "
    "te th tr uk vi".split()
)
SPELLED = {"no": "nb", "ja": "jp", "en-GB": "en-gb", "pt-PT": "pt-pt", "pt-BR": "pt-br"}
LISTS = {"news": "top_stories", "videos": "video", "discussions": "forums"}
MARKUP = re.compile("</?(?:strong|b|em)>")
NO_KEY = ("SUBSCRIPTION_TOKEN_INVALID", "SUBSCRIPTION_NOT_FOUND", "SUBSCRIPTION_TOKEN_MISSING")


def refuses(hl: str | None, gl: str | None) -> str | None:
    """Brave serves the countries and languages of its two lists."""
    if not hl or not gl:
        return None
    if unknown(hl, gl):
        return unknown(hl, gl)
    if gl.upper() not in COUNTRIES:
        return f"Brave has no country {gl.upper()}"
    return None if _language(hl, gl) else f"Brave has no language {hl}"


def _language(hl: str, gl: str) -> str | None:
    code = hl.lower().split("-")[0]
    return SPELLED.get(f"{code}-{gl.upper()}") or SPELLED.get(code) or (code if code in LANGUAGES else None)


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /res/v1/web/search, never from its cache, the phrase neither corrected nor marked up. The key is a header."""
    hl, gl, key = request.hl or "en", (request.gl or "US").upper(), access.key or ""
    query = {
        "q": request.phrase or "", "country": gl, "search_lang": _language(hl, gl) or "en", "count": str(PER_PAGE),
        "offset": str(page_no - 1), "spellcheck": "false", "text_decorations": "false",
    }  # fmt: skip
    headers = {"x-subscription-token": key, "accept": "application/json", "cache-control": "no-cache"}
    return Fetch(f"{access.base_url or BASE}/res/v1/web/search?{urlencode(query)}", headers, secrets=(key,))


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results in the order of mixed.main, features and signs."""
    data = parsed(raw.body)
    order = _order(data)
    results, unread = organic(order["web"], lambda item: _result(item, raw.page_no))
    features = _features(data, order, results)
    return Serp(results, features, _signs(data, raw, bool(results), features, unread))


def _order(data: Part) -> dict[str, list[Part]]:
    """By kind of block, its entries with their place on the page ("at"); web results come from the order alone.

    An answer without an order is taken as it lists its results, the places untold.
    """
    main = rows(data, "mixed", "main")
    web = rows(data, "web", "results")
    found: dict[str, list[Part]] = {"web": [] if main else list(web)}
    for at, entry in enumerate(main, 1):
        kind, index = text(entry, "type"), entry.get("index")
        if kind == "web" and entry.get("all") is True:
            found["web"] += [{**item, "at": at + step} for step, item in enumerate(web)]
        elif kind == "web":
            item = web[index] if isinstance(index, int) and 0 <= index < len(web) else {}
            found["web"].append({**item, "at": at})
        else:
            found.setdefault(kind, []).append({"at": at})
    return found


def _result(item: Part, page_no: int) -> Result | None:
    address = part(item, "meta_url")
    shown = " ".join(filter(None, (text(address, "hostname", "netloc"), text(address, "path"))))
    return result(
        {**item, **_plain(item), "shown": shown}, url="url", shown=("shown",), snippet=("description",),
        date=("age", "page_age"), rating=rating_of(part(item, "rating")), absolute_rank=whole(item, "at"),
        page_no=page_no,
    )  # fmt: skip


def _plain(item: Part) -> Part:
    """Title and description without the markup that is left in them."""
    return {key: html.unescape(MARKUP.sub("", text(item, key))) for key in ("title", "description")}


def _features(data: Part, order: dict[str, list[Part]], results: tuple[Result, ...]) -> tuple[Feature, ...]:
    def at(kind: str) -> int | None:
        first = next(iter(order.get(kind, [])), {}).get("at")
        return first if isinstance(first, int) else None

    by_link = {found.url: found for found in results}
    return (
        *(block for key, kind in LISTS.items() for block in listed(kind, rows(data, key, "results"), at(key))),
        *questions(rows(data, "faq", "results")),
        *places(rows(data, "locations", "results"), at("locations")),
        *(one for box in rows(data, "infobox", "results")[:1] for one in panel(box)),
        *(link for item in rows(data, "web", "results")
          for link in sitelinks(item, by_link.get(text(item, "url")), ("deep_results", "buttons"))),
    )  # fmt: skip


def _signs(data: Part, raw: RawPage, found: bool, features: tuple[Feature, ...], unread: int) -> Signs:
    asked, wrong = part(data, "query"), part(data, "error") or next(iter(rows(data, "errors")), {})
    code, said = text(wrong, "code"), text(wrong, "detail", "code")
    phrase = text(asked, "original")
    answered = text(data, "type") == "search" and bool(phrase) and not wrong
    block = None if found else refused(raw.http_status, said)
    if not found and (code in NO_KEY or "x-subscription-token" in str(wrong.get("meta"))[:2000].lower()):
        block = "key_refused"  # told with HTTP 422, as is a request that is merely wrong
    return Signs(
        container="web" in data or answered,
        phrase=phrase or None,
        more=asked.get("more_results_available") is True,
        unread=unread,
        no_results=not found and answered and not unread and nothing_beside(features),
        relaxed=another(text(asked, "altered"), phrase),
        block=block,
        failed=failed(raw.http_status, code or said, block),
    )
