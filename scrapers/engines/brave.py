"""Brave Search, an index of its own. Source: captured pages, 2022-2026.

Its countries are a closed list without Israel, and its language is the country's: whatever else is asked for, is
refused. A page holds about twenty results; `offset` counts pages, and goes to nine.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlencode

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import plain, tree_of
from scrapers.locales import unknown
from scrapers.organic import Block, blocks_of, first
from scrapers.readings import Reading, Shape
from scrapers.signs import Marks, signs_of
from scrapers.types import Access, Fetch, RawPage, SearchRequest, Serp, Signs

NAME = ENGINE = "brave"
VERSION = 1
ENOUGH = 8
PAUSE = 15.0
CANARY = "weather forecast"
LAST_OFFSET = 9
BASE, OWN = "https://search.brave.com", "brave.com"
MARKETS = frozenset(
    "en-US en-GB en-AU en-CA fr-CA en-IN en-NZ en-ZA pl-PL de-DE de-AT de-CH fr-FR fr-BE nl-BE nl-NL es-ES es-AR es-CL "
    "es-MX it-IT pt-PT pt-BR da-DK fi-FI nb-NO no-NO sv-SE tr-TR ja-JP ko-KR ru-RU".split()
)

BLOCKS = "#results > .snippet, #results > .infobox, #results > [data-type], #side-right .snippet, .sidebar .snippet"
TITLE_LINK = ("a.result-header[href]", ".result-content > a[href]", "a.l1[href]", "a[href]:has(.title)", "a[href]")
TITLE = (".search-snippet-title", ".snippet-title", ".title")
SNIPPETS = (".snippet-description", ".generic-snippet .content", ".snippet-content p", ".description", ".content")
DATE = ".content > span.t-secondary:first-child, .age"
RATED = ".r-num, .rating"
DEEP_LINKS = ".result-cluster a[href], .deep-results a[href], .deep-links a[href]"
CARDS, CARD_TITLE = ".enrichment-card-item, .card, .news-item", ".line-clamp-2 | .title"
SITE, AGE = ".enrichment-card-site span, .netloc", ".enrichment-card-metadata span, .age"
FEATURES = {
    "ad": Shape("[data-type=ad], #search-ad, .ad-snippet", "", ".title | .snippet-title", ".content | p", "a[href]"),
    "paa": Shape("#faq, [data-type=faq]", ".faq-item", ".title | summary", ".content"),
    "ai_overview": Shape("#summarizer, #chatllm-snippet, [data-type=summarizer]", text=".answer, .content, .body"),
    "video": Shape("#video-cluster, .video-cluster-grid, [data-type=videos]", CARDS, CARD_TITLE, "", "", SITE, AGE),
    "top_stories": Shape("#news, #news-carousel, [data-type=news]", CARDS, CARD_TITLE, "", "", SITE, AGE),
    "forums": Shape("#discussions, [data-type=discussions]", ".discussion, .result", ".title"),
    "local": Shape("#locations, [data-type=locations]", ".location, .card", ".title", rated=RATED),
    "featured_snippet": Shape("#codebox", "", ".infobox-title", "#codebox-answer", "a.infobox-title[href]"),
    "knowledge": Shape(
        "#infobox, .infobox[data-type=infobox]", "", ".infobox-title | h1 | h2 | .title",
        ".infobox-header ~ .body | .infobox-description ~ div | .description | .body", "a.infobox-title[href]",
    ),
    "related": Shape("#related-queries, [data-type=related-queries]", "a[href]"),
    "images": Shape("#image-cluster, [data-type=images]", "a[href]"),
}  # fmt: skip
MARKS = Marks(
    container="#results",
    box="#searchbox, input[name=q], textarea[name=q]",
    end="footer",
    next="#pagination a[href*='offset=']",
    no_results="#no-results, .no-results, [data-type=no-results]",
    captcha="#captcha, .captcha, form[action*=captcha], [class*=pow-captcha], altcha-widget, .cf-turnstile",
    headings="a[href] .title, a.title[href], a[href] .snippet-title, h2 a[href], h3 a[href]",
)
TITLE_END = " - Brave Search"
COUNTRY = re.compile(rb"""[\s,{"]country"?:\s*["']([a-zA-Z]{2})["']""")


def refuses(hl: str | None, gl: str | None) -> str | None:
    """Brave's countries, each in its own languages; it has neither Israel nor a Hebrew page for it."""
    if not hl or not gl:
        return None
    known = f"{hl.lower()}-{gl.upper()}" in MARKETS
    return unknown(hl, gl) or (None if known else "Brave has no such country in that language")


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /search; the country and the language of the page are cookies, as its own settings write them."""
    hl, gl = (request.hl or "en").lower(), (request.gl or "US").lower()
    query = {"q": request.phrase or "", "source": "web", "spellcheck": "0"}
    if page_no > 1:
        query["offset"] = str(min(page_no - 1, LAST_OFFSET))
    cookies = f"country={gl}; ui_lang={hl}-{gl}; useLocation=0; safesearch=off; summarizer=0"
    return Fetch(f"{access.base_url or BASE}/search?{urlencode(query)}", {"cookie": cookies})


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs."""
    tree = tree_of(raw)
    page = Reading(raw.page_no, OWN)
    for place, node in enumerate(blocks_of(tree, BLOCKS), 1):
        link = first(node, *TITLE_LINK)
        if not _is_organic(node):
            page.feature(node, place, FEATURES)
        elif link is not None:
            page.result(_block(node, link), place, DEEP_LINKS)
    return page.serp(_signs(tree, raw, page))


def _is_organic(node: LexborNode) -> bool:
    """Web results say so; single videos among them say nothing at all."""
    says = node.attributes.get("data-type")
    names = (node.attributes.get("class") or "").split()
    return says == "web" or (says is None and "standalone" not in names and not node.attributes.get("id"))


def _block(node: LexborNode, link: LexborNode) -> Block:
    return Block(
        node, link, title=first(link, *TITLE), display=node.css_first("cite"), snippet=first(node, *SNIPPETS),
        date=first(node, DATE), rated=first(node, RATED), heading=".title, .snippet-title, cite",
    )  # fmt: skip


def _signs(tree: LexborHTMLParser, raw: RawPage, page: Reading) -> Signs:
    """<html lang> is the language of the menus; the country it searched stands in the page's own script."""
    signs, country = signs_of(tree, raw, page, MARKS), COUNTRY.search(raw.body)
    return replace(signs, phrase=signs.phrase or _titled(tree), gl=country[1].decode().upper() if country else None)


def _titled(tree: LexborHTMLParser) -> str | None:
    """The page fills its search box by JavaScript; its title says the phrase as well."""
    title = tree.css_first("title")
    text = plain(title.text()) if title is not None else ""
    return text.removesuffix(TITLE_END) or None if text.endswith(TITLE_END) else None
