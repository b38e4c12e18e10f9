"""Yahoo Search: Bing's index under Yahoo's own markup. Source: captured pages, 2003-2026.

Links of 2021 and before go through r.search.yahoo.com (RU=) and are unwrapped. A country is a host of its own; Israel
has none. Pages hold seven to ten results, counted by `b`. Europe is asked for consent first, on another host.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import MOST_RESULTS, tree_of
from scrapers.locales import unknown
from scrapers.organic import Block, blocks_of, first
from scrapers.readings import Reading, Shape
from scrapers.signs import Marks, says, signs_of
from scrapers.types import Access, Fetch, RawPage, SearchRequest, Serp, Signs

NAME = ENGINE = "yahoo"
VERSION = 1
ENOUGH = 4
PAUSE = 15.0
CANARY = "weather forecast"
PER_PAGE = 7
DENIED = 999  # the status Yahoo answers with when it will not
OWN = "yahoo.com"
HOSTS = {
    "en-US": "search", "en-GB": "uk.search", "en-AU": "au.search", "en-CA": "ca.search", "en-IE": "ie.search",
    "en-IN": "in.search", "en-NZ": "nz.search", "en-ZA": "za.search", "pl-PL": "pl.search", "de-DE": "de.search",
    "fr-FR": "fr.search", "it-IT": "it.search", "nl-NL": "nl.search", "sv-SE": "se.search", "ro-RO": "ro.search",
}  # fmt: skip

BLOCKS = (
    "#main ol[class*=search] > li, #right ol[class*=search] > li, #left ol[class*=search] > li, #web > ol > li, "
    "#yschweb ol > li, ol[start] li:has(big a[href])"
)
ORGANIC, PAID = frozenset({"algo", "algo-sr", "res"}), frozenset({"ads"})
NOISE = "h3 a > span.p-abs, .va-mid > span.d-b, .algo-options, .compDlink, a[href*='hq=site']"  # crumbs, menus
TITLE_LINK = (
    "h3.title > a[href]",
    ".compTitle > a[href]",
    "h3 a[href]",
    ".compTitle a[href]",
    "a.yschttl[href]",
    "big a[href]",
)
DISPLAY = ("span.va-mid", ".compTitle > div", "span.url", ".yschurl", "big ~ font", "font[color]")
SNIPPETS, DATE = (".compText", ".abstr", ".yschabstr"), ".compText span.fc-smoke"
RATED = ".compRating, .star-rating, .rating"
DEEP_LINKS = ".compList a[href], .compDlinks a[href]"
CARD, CARD_TITLE = ".s-card, .card, li:has(a)", ".s-card-hl | .title | h4 | a"
NEWS = ".News, .NewsTop, .TopStories, .NewsArticle"
FEATURES = {
    "ad": Shape(".ads", ".ads", ".compTitle h3 | h3", ".aAbs | .compText", "h3 a[href], .compTitle a[href]"),
    "paa": Shape(".bingrelqa", ".itm, .compAccordionItem, details", ".ttl | summary", ".compTextList | .exp p"),
    "video": Shape(".Video, .VideoV2", CARD, CARD_TITLE, source=".s-card-cite", date=".s-card-date"),
    "images": Shape(".Img, .Images", "li a[title]"),
    "top_stories": Shape(NEWS, CARD, CARD_TITLE, source=".s-card-cite, .s-source", date=".s-card-date, .s-time"),
    "local": Shape(".Local, .LocalPages, .sys_local", CARD, "h4 | .title | a", rated=RATED),
    "knowledge": Shape(".catKG, .disambiguation", "", ".txt | .compTitle .title | h2", ".compText"),
    "related": Shape(".AlsoTry, .AlsoTry_E, .sys_algo_rs", "td a, li a, .compTable a"),
}  # fmt: skip
MARKS = Marks(
    container="#web, #yschweb, a[name=web]",
    box="input[name=p]",
    end="#ft, footer, .compPagination, font[size='-2']",
    next="a.next[href], a[href*='b=21']",
    no_results=".zrpheading, .zrp, .dd.zrs",
    captcha="#captcha, .captcha, form[action*=captcha], iframe[src*=captcha], .g-recaptcha",
)
NOTHING = ("we did not find results for", "nie znaleźliśmy wyników", "nie znaleziono wyników")
RELAXED, REPLACED = ".sp_qss, .Spell, .QueryCorrection, .sys_sp", ("showing results for", "wyniki dla")
CONSENT = "form.consent-form, #consent-page, form[action*=collectConsent], form[action*='consent.yahoo']"


def refuses(hl: str | None, gl: str | None) -> str | None:
    """Yahoo's country hosts, each in its own language; it has none for Israel."""
    if not hl or not gl:
        return None
    known = f"{hl.lower()}-{gl.upper()}" in HOSTS
    return unknown(hl, gl) or (None if known else "no host of Yahoo is known for that country in that language")


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /search of one country's host; `b` counts results from 1."""
    host = HOSTS.get(f"{(request.hl or 'en').lower()}-{(request.gl or 'US').upper()}", HOSTS["en-US"])
    query = {"p": request.phrase or ""}
    if page_no > 1:
        query |= {"b": str((page_no - 1) * PER_PAGE + 1), "pz": str(PER_PAGE)}
    return Fetch(f"{access.base_url or f'https://{host}.{OWN}'}/search?{urlencode(query)}")


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs."""
    tree = tree_of(raw)
    for noise in tree.css(NOISE)[: 10 * MOST_RESULTS]:
        noise.decompose()
    page = Reading(raw.page_no, OWN)
    for place, node in enumerate(blocks_of(tree, BLOCKS), 1):
        link = first(node, *TITLE_LINK)
        card = first(node, ".dd, .res")
        names = set((card.attributes.get("class") or "").split()) if card is not None else set(ORGANIC)
        if not names & ORGANIC or names & PAID:
            page.feature(node, place, FEATURES)
        elif link is not None:
            page.result(_block(node, link), place, DEEP_LINKS)
    return page.serp(_signs(tree, raw, page))


def _block(node: LexborNode, link: LexborNode) -> Block:
    return Block(
        node, link, title=first(node, "h3"), display=first(node, *DISPLAY), snippet=first(node, *SNIPPETS),
        date=node.css_first(DATE), rated=first(node, RATED), heading="h2, h3, big, font[color]",
    )  # fmt: skip


def _signs(tree: LexborHTMLParser, raw: RawPage, page: Reading) -> Signs:
    signs = signs_of(tree, raw, page, MARKS)
    if page.results:
        return replace(signs, relaxed=says(tree, RELAXED, REPLACED))
    if signs.no_results or says(tree, MARKS.container, NOTHING):
        return replace(signs, no_results=True, block=None)
    host = urlsplit(raw.final_url or "").hostname or ""
    if host.startswith(("consent.", "guce.")) or tree.css_first(CONSENT) is not None:
        return replace(signs, block="consent")
    return replace(signs, block="access_denied") if raw.http_status == DENIED else signs
