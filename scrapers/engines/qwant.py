"""Qwant: the JSON its own page asks for (api.qwant.com/v3), and the page itself. Source: captured pages, 2021-2026.

One of two free engines with a Hebrew market for Israel. Where it has none, or wants none of us, it says "not yet
available in your country" instead of results. Five pages of ten at most. The JSON's shape is as others document it.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from scrapers.blocks import tree_of
from scrapers.locales import unknown
from scrapers.organic import Block, blocks_of, first
from scrapers.qwant_json import read_answer
from scrapers.readings import Reading, Shape
from scrapers.signs import Marks, says, signs_of
from scrapers.types import Access, Fetch, RawPage, SearchRequest, Serp

NAME = ENGINE = "qwant"
VERSION = 1
ENOUGH = 5
PAUSE = 15.0
CANARY = "weather forecast"
PER_PAGE, LAST_OFFSET = 10, 40
BASE, OWN = "https://api.qwant.com", "qwant.com"
MARKETS = frozenset(
    "he-IL pl-PL en-US en-GB en-AU en-CA en-IE en-IN en-NZ de-DE de-AT de-CH fr-FR fr-BE fr-CA fr-CH nl-NL nl-BE it-IT "
    "it-CH es-ES es-MX es-AR es-CL pt-PT pt-BR sv-SE da-DK fi-FI nb-NO cs-CZ hu-HU ro-RO bg-BG el-GR et-EE".split()
)

BLOCKS = "[data-testid=webResult], [data-testid=adResult], [data-testid^=section]:not([data-testid=sectionWeb])"
LITE = "section article:has(h2)"  # the page without JavaScript
DISPLAY = ("[class*=permaLink]", "[data-testid=domain]", "h2 ~ div", "cite", ".url")
SNIPPETS = ("[class*=subContainer] > div", "[data-testid=description]", "p")
TEXT = "[class*=subContainer] > div | p"
FEATURES = {
    "ad": Shape("[data-testid=adResult]", "[data-testid=adResult]", "h2", TEXT, "a[href]:has(h2)"),
    "images": Shape("[data-testid=sectionImages]", "[data-testid=imageCardResult]", "img"),
    "video": Shape("[data-testid=sectionVideos]", "a[href]", "h3 | h2 | div"),
    "top_stories": Shape("[data-testid=sectionNews]", "a[href]", "h3 | h2 | div"),
    "paa": Shape("[data-testid=sectionPeopleAlsoAsk]", "details, li", "summary | h3", "p"),
    "related": Shape("[data-testid=sectionRelatedSearches]", "a[href]"),
}
MARKS = Marks(
    container="[data-testid=containerWeb], [data-testid=sectionWeb], section:has(article)",
    box="[data-testid=mainSearchBar] input, input[name=q]",
    end="[data-testid=resultsLinks], [data-testid=legalLinks], footer",
    next="[data-testid=buttonShowMore], [data-testid=pagination] a",
    no_results="[data-testid=noResult], [data-testid=noResults]",
    captcha="iframe[src*='captcha-delivery'], script[src*='captcha-delivery'], #ddv1-captcha-container, .captcha",
)
REFUSED = ("service unavailable", "access denied", "unavailable in your country")


def refuses(hl: str | None, gl: str | None) -> str | None:
    """Qwant's markets; Hebrew in Israel and Polish in Poland are among them."""
    if not hl or not gl:
        return None
    known = _market(hl, gl) in MARKETS
    return unknown(hl, gl) or (None if known else "Qwant has no such market")


def _market(hl: str, gl: str) -> str:
    return f"{'he' if hl == 'iw' else hl.lower()}-{gl.upper()}"


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /v3/search/web of one market; `offset` counts results from 0."""
    query = {
        "q": request.phrase or "", "count": str(PER_PAGE), "offset": str(min((page_no - 1) * PER_PAGE, LAST_OFFSET)),
        "locale": _market(request.hl or "en", request.gl or "US").replace("-", "_"), "device": request.device,
        "safesearch": "0", "tgp": "1",
    }  # fmt: skip
    return Fetch(f"{access.base_url or BASE}/v3/search/web?{urlencode(query)}", {"accept": "application/json"})


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One answer's results, features and signs, whether it came as JSON or as a page."""
    if raw.body.lstrip()[:1] == b"{":
        return read_answer(raw)
    tree = tree_of(raw)
    page = Reading(raw.page_no, OWN)
    for place, node in enumerate(blocks_of(tree, BLOCKS, LITE), 1):
        link = first(node, "a[href]:has(h2)", "h2 a[href]")
        if node.tag != "article" and node.attributes.get("data-testid") != "webResult":
            page.feature(node, place, FEATURES)
        elif link is not None:
            display, snippet = first(node, *DISPLAY), first(node, *SNIPPETS)
            page.result(Block(node, link, title=first(node, "h2"), display=display, snippet=snippet), place)
    signs = signs_of(tree, raw, page, MARKS)
    refused = not page.results and (says(tree, "title", REFUSED) or raw.http_status == 403)
    return page.serp(replace(signs, block="access_denied") if refused and signs.block is None else signs)
