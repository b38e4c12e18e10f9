"""Ecosia: Bing's and Google's results under its own markup, as the region says. Source: captured pages, 2021-2026.

Regions are a closed list without Israel. The region is a cookie of its settings, and the page tells which it took.
Behind Cloudflare: clients taken for robots get a challenge.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import MOST_RESULTS, tree_of
from scrapers.locales import unknown
from scrapers.organic import Block, blocks_of, first, words
from scrapers.readings import Reading, Shape
from scrapers.signs import Marks, locale_of, signs_of
from scrapers.types import Access, Fetch, RawPage, SearchRequest, Serp, Signs

NAME = ENGINE = "ecosia"
VERSION = 1
ENOUGH = 5
PAUSE = 15.0
CANARY = "weather forecast"
BASE, OWN = "https://www.ecosia.org", "ecosia.org"
REGIONS = frozenset(
    "ar-sa bg-bg da-dk de-at de-ch de-de en-au en-ca en-gb en-id en-ie en-in en-my en-nz en-ph en-sa en-sg en-th en-us "
    "en-vn en-za es-ar es-cl es-co es-es es-mx es-pe es-us es-ve fi-fi fr-be fr-ca fr-ch fr-fr hr-hr it-it ja-jp ko-kr "
    "lt-lt lv-lv nb-no nl-be nl-nl pl-pl pt-br pt-pt ro-ro ru-ru sk-sk sv-se th-th tr-tr uk-ua vi-vn zh-cn zh-hk "
    "zh-tw".split()
)
ODD = {"cz": "cs", "ee": "et", "gr": "el"}  # Ecosia writes cz-cz where the language is cs

BLOCKS = (
    "[data-test-id^=mainline-result-], [data-test-id=web-related-queries], .mainline .result.js-result, "
    ".mainline .card-desktop:not(.card-web), [data-test-id=sidebar] article, [data-test-id^=sidebar-result-]"
)
ORGANIC = ("mainline-result-web", None)  # the second: pages of 2021 and before say it by their class
TITLE_LINK = ("a.result__link[href]:has(h2)", "h2 a[href]", "a.result-title[href]", "a[href]:has(h2)")
TITLE = ("[data-test-id=result-title]", "h2", ".result-title")
DISPLAY = ("[data-test-id=result-source]", "a.result-url")
SNIPPETS = ("[data-test-id=result-description]", ".result__description", ".result-snippet")
DEEP_LINKS = "[data-test-id=deep-links-link], .result-deeplink-item a[href], .deep-links a[href]"
ITEM, ITEM_TITLE = "article, .carousel__item, .thumbnail-item, li", ".thumbnail-title | h3 | h2 | .title"
FEATURES = {
    "ad": Shape(
        "[data-test-id=mainline-result-ad], .card-ad, .card-ads, .card-productads",
        "[data-test-id=ad-text-result], .thumbnail-product-ad, .result", "h2 | .thumbnail-title",
        ".ad-result__description | .result-snippet | .thumbnail-description",
        "a[href]:has(h2), h2 a[href], a.result-url[href]",
    ),
    "video": Shape("[data-test-id*=result-video], .card-videos", ITEM, ITEM_TITLE, date="time"),
    "top_stories": Shape("[data-test-id*=result-news], .card-news", ITEM, ITEM_TITLE, date="time"),
    "images": Shape("[data-test-id*=result-image], .card-images", "a[title]"),
    "paa": Shape("[data-test-id*=question]", "details, li", "summary | h3 | .title", "p | .answer"),
    "ai_overview": Shape("[data-test-id*=result-ai], [data-test-id*=overview]", text="p, [data-test-id*=content]"),
    "local": Shape("[data-test-id*=result-place], [data-test-id*=result-local]", ITEM, ITEM_TITLE, rated=".rating"),
    "knowledge": Shape(
        "[data-test-id*=result-entity], [data-test-id=entity-wrapper], .card-entity, .entity", "", "h2 | .title",
        "[data-test-id=entity-description] | p", ".entity-titles a[href]",
    ),
    "related": Shape("[data-test-id=web-related-queries], .card-relatedqueries", "a[href]"),
}  # fmt: skip
MARKS = Marks(
    container="[data-test-id=mainline], .mainline, [data-test-id=web-no-results]",
    box="[data-test-id=search-form-input], input[name=q]",
    end="footer, [data-test-id=layout-footer]",
    next="[data-test-id=next-button][href], .pagination-next.enabled, [data-test-id=web-pagination] a[href]",
    no_results="[data-test-id=web-no-results], .no-results",
    captcha="[name=cf-turnstile-response], #challenge-form, #challenge-running, .cf-turnstile",
)
REGION, CHOSEN = "[data-test-id=search-filters-current-region]", "[data-test-id^=chosen-market-]"
OFFERED = "[data-test-id^=search-regions-region-]"
IN_SCRIPT = re.compile(rb'"value":"([a-z]{2}-[a-z]{2})","label":"([^"]{1,60})"')


def refuses(hl: str | None, gl: str | None) -> str | None:
    """Ecosia's regions; it has neither Israel nor Hebrew."""
    if not hl or not gl:
        return None
    return unknown(hl, gl) or (None if _region(hl, gl) in REGIONS else "Ecosia has no such region")


def _region(hl: str, gl: str) -> str:
    return f"{hl}-{gl}".lower()


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /search of one region; `p` counts pages from 0."""
    hl, gl = request.hl or "en", request.gl or "US"
    query = {"method": "index", "q": request.phrase or "", "p": str(page_no - 1)}
    headers = {"cookie": f"ECFG=mc={_region(hl, gl)}:l={hl.lower()}", "accept-language": f"{hl.lower()}-{gl.upper()}"}
    return Fetch(f"{access.base_url or BASE}/search?{urlencode(query)}", headers)


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs."""
    tree = tree_of(raw)
    page = Reading(raw.page_no, OWN)
    for place, node in enumerate(blocks_of(tree, BLOCKS), 1):
        link = first(node, *TITLE_LINK)
        says, names = node.attributes.get("data-test-id"), (node.attributes.get("class") or "").split()
        if says not in ORGANIC or (says is None and "result" not in names):
            page.feature(node, place, FEATURES)
        elif link is not None:
            page.result(_block(node, link), place, DEEP_LINKS)
    return page.serp(_signs(tree, raw, page))


def _block(node: LexborNode, link: LexborNode) -> Block:
    return Block(
        node, link, title=first(node, *TITLE), display=first(node, *DISPLAY), snippet=first(node, *SNIPPETS),
    )  # fmt: skip


def _signs(tree: LexborHTMLParser, raw: RawPage, page: Reading) -> Signs:
    """The region it searched is told by its name, and the page's own list of regions says which that is."""
    region = _told_region(tree, raw)
    language, country = region.split("-") if region else locale_of(tree)
    signs = signs_of(tree, raw, page, MARKS)
    return replace(signs, hl=ODD.get(language or "", language), gl=(country or "").upper() or None)


def _told_region(tree: LexborHTMLParser, raw: RawPage) -> str | None:
    chosen = tree.css_first(CHOSEN)
    if chosen is not None:
        return _code(chosen)
    name = words(tree.css_first(REGION))
    listed = {words(node): _code(node) for node in tree.css(OFFERED)[:MOST_RESULTS]}
    listed |= {label.decode("utf-8", "replace"): code.decode() for code, label in IN_SCRIPT.findall(raw.body)}
    return listed.get(name)


def _code(node: LexborNode) -> str | None:
    code = (node.attributes.get("data-test-id") or "")[-5:]
    return code if re.fullmatch("[a-z]{2}-[a-z]{2}", code) else None
