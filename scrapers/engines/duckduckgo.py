"""DuckDuckGo: the page without JavaScript (html.duckduckgo.com), the lite one, and the one with JavaScript.

This is the engine to copy when you add one: NAME to REGIONS say who it is and what it can serve; the selectors follow
as constants; then the functions of the contract (scrapers/__init__.py) and the small readings they are made of.

Source: captured pages, 2022-2026. It has no Hebrew market ("il-en" is English), so that is refused. The second page
needs a token that only the first one tells: it is asked for by the form the first page offers, or not at all.
"""

from __future__ import annotations

from dataclasses import replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import tree_of
from scrapers.locales import unknown
from scrapers.organic import Block, blocks_of, first
from scrapers.readings import Reading, Shape
from scrapers.signs import Marks, signs_of
from scrapers.types import Access, Fetch, RawPage, SearchRequest, Serp, Signs

NAME = ENGINE = "duckduckgo"
VERSION = 2
ENOUGH = 5
PAUSE = 15.0
CANARY = "weather forecast"
BASE, OWN = "https://html.duckduckgo.com", "duckduckgo.com"
REGIONS = {
    "en-US": "us-en", "en-GB": "uk-en", "en-AU": "au-en", "en-CA": "ca-en", "en-IN": "in-en", "en-IE": "ie-en",
    "en-IL": "il-en", "pl-PL": "pl-pl", "de-DE": "de-de", "fr-FR": "fr-fr", "es-ES": "es-es", "it-IT": "it-it",
    "nl-NL": "nl-nl", "pt-BR": "br-pt", "ru-RU": "ru-ru", "uk-UA": "ua-uk", "cs-CZ": "cz-cs", "sv-SE": "se-sv",
}  # fmt: skip

JAVASCRIPT = "[data-testid=mainline] li[data-layout], [data-testid=sidebar] li[data-layout]"
ARTICLES = "article[data-testid=result], article[data-testid=ad]"
PLAIN = "#zero_click_wrapper .zci, #links .result, #links .results_links"
LITE = "tr:has(a.result-link)"
PAID = "article[data-testid=ad], article[id^='ra-'], .result--ad, tr.result-sponsored"
ORGANIC = "article[data-testid=result], .result:not(.result--no-result) a.result__a, a.result-link, a.large"
TITLE_LINK = (
    "a[data-testid=result-title-a]",
    "a.result__a[href]",
    "a.result-link[href]",
    "a.large[href]",
    "h2 a[href]",
)
DISPLAY = ("[data-testid=result-extras-url-link]", ".result__url", ".link-text", ".url")
SNIPPETS = (".result__snippet", "[data-result=snippet]", ".result-snippet", ".snippet")
ASIDE = ("span > span:first-child + span", "span > span:first-child:has(+ span)")  # text beside a date, the date
CARD, CARD_TITLE = "article, li, .tile", "h3 | h2 | [class*=title] | a"
FEATURES = {
    "ad": Shape(
        PAID, PAID, "h2 | a.result-link", ".result__snippet | [class]:has(> h2) ~ div", "h2 a[href], a.result-link"
    ),
    "related": Shape("[data-layout=related_searches]", "li a[href]"),
    "ai_overview": Shape("[data-testid=duckassist-answer-content]", text="[data-testid=duckassist-answer-content]"),
    "video": Shape("li[data-layout=videos]", CARD, CARD_TITLE),
    "top_stories": Shape("li[data-layout=news]", CARD, CARD_TITLE),
    "images": Shape("li[data-layout=images]", "a[title]"),
    "local": Shape("li[data-layout=places], li[data-layout=maps]", CARD, CARD_TITLE),
    "knowledge": Shape(
        "li[data-layout=about], .zci", "", "h2 | .zci__heading | .module__title", ".zci__result | .module__text | p"
    ),
}  # fmt: skip
MARKS = Marks(
    container="#links, [data-testid=mainline], .react-results--main, tr:has(a.result-link)",
    box="input[name=q]",
    end="#bottom_spacing2, .nav-link, .feedback-btn, .footer, #more-results, #end-spacer",
    next=".nav-link input[name=vqd], .next_form input[name=vqd], #more-results",
    no_results=".no-results, .result--no-result, [data-testid=no-results-message]",
    captcha=".anomaly-modal__title, form#challenge-form, form[action*='anomaly.js']",
)
ONWARD, MOST_FIELDS = ".nav-link form, form.next_form", 20
SHELL = "noscript meta[http-equiv=refresh], noscript a[href*='html'], #noscript"


def refuses(hl: str | None, gl: str | None) -> str | None:
    """DuckDuckGo serves the regions of its list; Hebrew is not among them."""
    if not hl or not gl:
        return None
    known = f"{hl.lower()}-{gl.upper()}" in REGIONS
    return unknown(hl, gl) or (None if known else "DuckDuckGo has no such region")


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """POST /html/ of one region: always the first page, for no other can be asked for without what it tells."""
    region = REGIONS.get(f"{(request.hl or 'en').lower()}-{(request.gl or 'US').upper()}", "wt-wt")
    return Fetch(f"{access.base_url or BASE}/html/", form={"q": request.phrase or "", "b": "", "kl": region})


def onward(raw: RawPage, request: SearchRequest, access: Access) -> Fetch | None:
    """The next page, by the form this one offers (it goes to the same place, whatever the page says); None without."""
    forms = tree_of(raw).css(ONWARD)
    fields = [form.css("input[name][value]")[:MOST_FIELDS] for form in forms if form.css_first("[name=s]") is not None]
    told = {(i.attributes["name"] or "")[:20]: (i.attributes["value"] or "")[:500] for i in (fields or [[]])[-1]}
    if not told.get("vqd"):
        return None
    return replace(fetch(request, 1, access), form=told | {"q": request.phrase or ""})


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs."""
    tree = tree_of(raw)
    page = Reading(raw.page_no, OWN)
    for place, node in enumerate(blocks_of(tree, JAVASCRIPT, ARTICLES, PLAIN, LITE), 1):
        link = first(node, *TITLE_LINK)
        if link is None or node.css_matches(PAID) or not node.css_matches(ORGANIC):
            page.feature(node, place, FEATURES)
        else:
            page.result(_block(node, link), place)
    return page.serp(_signs(tree, raw, page))


def _block(node: LexborNode, link: LexborNode) -> Block:
    around = _rows(node) if node.tag == "tr" else [node]
    snippet, display = (
        next((found for row in around if (found := first(row, *css)) is not None), None) for css in (SNIPPETS, DISPLAY)
    )
    if node.css_first("article") is None:
        return Block(node, link, display=display, snippet=snippet)
    heading = link.parent.parent if link.parent is not None else None
    below = snippet or (heading.next if heading is not None else None)
    text, date = (first(below, css) if below is not None else None for css in ASIDE)
    return Block(node, link, display=display, snippet=text or below, date=date)


def _rows(row: LexborNode) -> list[LexborNode]:
    """A result of the lite page: its row and those below it, up to the next result's."""
    rows, below = [row], row.next
    while below is not None and len(rows) < 6 and below.css_first("a.result-link") is None:
        rows += [below] if below.tag == "tr" else []
        below = below.next
    return rows


def _signs(tree: LexborHTMLParser, raw: RawPage, page: Reading) -> Signs:
    signs = replace(signs_of(tree, raw, page, MARKS), hl=None, gl=None)  # <html lang> is the menus' language
    shell = not page.results and signs.foreign is None and tree.css_first(SHELL) is not None
    return replace(signs, foreign="a page that only JavaScript fills") if shell else signs
