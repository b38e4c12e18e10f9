"""DuckDuckGo's HTML page (html.duckduckgo.com), and its page with JavaScript. Source: captured pages, 2022-2026.

This is the engine to copy when you add one: NAME to BASE say who it is and what it can serve; the selectors follow as
constants; then the four functions of the contract (scrapers/__init__.py) and the small readings they are made of.

It has no Hebrew and no Israeli Hebrew market ("il-en" is English), so that is refused. Depth ends with the first page:
the second needs a token that only the first one tells.
"""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import MOST_RESULTS, longest_text, plain, rating_in, soup_of, split_date, text_of
from scrapers.locales import unknown
from scrapers.types import Access, BlockKind, Feature, Fetch, RawPage, Result, SearchRequest, Serp, Signs
from scrapers.urls import target

NAME = ENGINE = "duckduckgo"
VERSION = 1
ENOUGH = 5
BASE = "https://html.duckduckgo.com"
REGIONS = {
    "en-US": "us-en", "en-GB": "uk-en", "en-AU": "au-en", "en-CA": "ca-en", "en-IN": "in-en", "en-IE": "ie-en",
    "en-IL": "il-en", "pl-PL": "pl-pl", "de-DE": "de-de", "fr-FR": "fr-fr", "es-ES": "es-es", "it-IT": "it-it",
    "nl-NL": "nl-nl", "pt-BR": "br-pt", "ru-RU": "ru-ru", "uk-UA": "ua-uk", "cs-CZ": "cz-cs", "sv-SE": "se-sv",
}  # fmt: skip

CONTAINER = "#links, [data-testid=mainline], .react-results--main"
RESULT = "#links .result:not(.result--ad):not(.result--no-result), article[data-testid=result]"
TITLE_LINK = "a.result__a[href], h2 a[href], a[data-testid=result-title-a]"
SNIPPET = ".result__snippet, [data-result=snippet]"
DISPLAY = ".result__url, [data-testid=result-extras-url-link]"
AD = "#links .result--ad, article[data-testid=ad], article[id^='ra-']"
SEARCH_BOX = "input[name=q]"
END = "#bottom_spacing2, .nav-link, .feedback-btn, .footer, #more-results, [data-testid=feedback-prompt]"
NEXT = ".nav-link input[value], #more-results"
NO_RESULTS = ".no-results, .result--no-result, [data-testid=no-results-message]"
CHALLENGE = ".anomaly-modal__title, form#challenge-form, form[action*='anomaly.js']"


def refuses(hl: str | None, gl: str | None) -> str | None:
    """DuckDuckGo serves the regions of its list; Hebrew is not among them."""
    if not hl or not gl:
        return None
    known = f"{hl.lower()}-{gl.upper()}" in REGIONS
    return unknown(hl, gl) or (None if known else "DuckDuckGo has no such region")


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """POST /html/ of one region (page_no above 1 asks for the first page again, and adds nothing)."""
    region = REGIONS.get(f"{(request.hl or 'en').lower()}-{(request.gl or 'US').upper()}", "wt-wt")
    return Fetch(f"{access.base_url or BASE}/html/", form={"q": request.phrase or "", "b": "", "kl": region})


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs."""
    tree = LexborHTMLParser(raw.body)
    blocks = [
        block for block in tree.css(RESULT)[:MOST_RESULTS] if not (block.attributes.get("id") or "").startswith("ra-")
    ]
    order = {node.mem_id: place for place, node in enumerate(tree.css(f"{RESULT}, {AD}"), 1)}
    results: list[Result] = []
    unread = 0
    for block in blocks:
        result = _result(block, len(results) + 1, order.get(block.mem_id), raw.page_no)
        if result is None:
            unread += 1
        elif all(result.link != other.link for other in results):
            results.append(result)
    features = tuple(Feature("ad", order.get(node.mem_id)) for node in tree.css(AD))
    return Serp(tuple(results), features, _signs(tree, raw, results, unread))


def _result(block: LexborNode, rank: int, place: int | None, page_no: int) -> Result | None:
    anchor = block.css_first(TITLE_LINK)
    if anchor is None:
        return None
    title, display = text_of(anchor), text_of(block.css_first(DISPLAY))
    found = target(anchor.attributes.get("href") or "", display, title)
    if found is None or not title:
        return None
    rest = soup_of(block)
    for gone in rest.find_all("h2"):
        gone.decompose()
    date_text, snippet = split_date(text_of(block.css_first(SNIPPET)) or longest_text(rest))
    return Result(
        rank=rank, url=found.url, link=found.link, title=title, snippet=snippet, display_url=display, host=found.host,
        rating=rating_in(plain(rest.get_text(" "))), date_text=date_text, page_no=page_no, absolute_rank=place,
        unresolved=found.unresolved,
    )  # fmt: skip


def _signs(tree: LexborHTMLParser, raw: RawPage, results: list[Result], unread: int) -> Signs:
    box = tree.css_first(SEARCH_BOX)
    no_results = not results and tree.css_first(NO_RESULTS) is not None
    return Signs(
        container=tree.css_first(CONTAINER) is not None,
        phrase=plain(box.attributes.get("value") or "") or None if box is not None else None,
        end=tree.css_first(END) is not None and b"</html" in raw.body[-4000:].lower(),
        more=tree.css_first(NEXT) is not None,
        unread=unread,
        no_results=no_results,
        block=None if results or no_results else _block_kind(tree),
        foreign=_foreign(tree, bool(results)),
    )


def _block_kind(tree: LexborHTMLParser) -> BlockKind | None:
    return "captcha" if tree.css_first(CHALLENGE) is not None else None


def _foreign(tree: LexborHTMLParser, found: bool) -> str | None:
    if tree.css_first("#rso, #b_results") is not None:
        return "another engine"
    shell = tree.css_first("noscript meta[http-equiv=refresh], noscript a[href*='html'], #noscript")
    return "a page that only JavaScript fills" if not found and shell is not None else None
