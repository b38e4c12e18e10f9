"""Bing's web results, with and without JavaScript. Source: captured pages, 2021-2026.

Links go through bing.com/ck/a and are decoded. Bing shows its no-results page to clients it takes for crawlers, for
plain phrases too: that sign is never believed. The challenge page keeps the look of a result page, without results.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import MOST_RESULTS, longest_text, plain, rating_in, soup_of, split_date, text_of
from scrapers.locales import unknown
from scrapers.types import Access, BlockKind, Feature, Fetch, RawPage, Result, SearchRequest, Serp, Signs
from scrapers.urls import target

NAME = ENGINE = "bing"
VERSION = 1
ENOUGH = 4
ZERO_COUNTS = False
PER_PAGE = 10
BASE = "https://www.bing.com"
MARKETS = frozenset(
    "ar-SA bg-BG cs-CZ da-DK de-AT de-CH de-DE el-GR en-AU en-CA en-GB en-IE en-IL en-IN en-NZ en-US en-ZA es-AR es-ES "
    "es-MX es-US et-EE fi-FI fr-BE fr-CA fr-CH fr-FR he-IL hr-HR hu-HU it-IT ja-JP ko-KR lt-LT lv-LV nb-NO nl-BE nl-NL "
    "pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK sl-SI sv-SE th-TH tr-TR uk-UA zh-CN zh-HK zh-TW".split()
)

CONTAINER = "#b_results"
RESULT = "#b_results > li.b_algo"
NESTED_RESULT = "#b_results li.b_algo, #b_results div.b_algo"
TITLE_LINK = "h2 a[href], h3 a[href]"
SNIPPETS = (
    ".b_caption p, .b_lineclamp1, .b_lineclamp2, .b_lineclamp3, .b_lineclamp4, .b_algoSlug, .b_paractl, .b_snippet"
)
CITE = "cite"
SEARCH_BOX = "#sb_form_q, input[name=q], textarea[name=q]"
END = "#b_footer, footer, .b_pag, #b_pole"
NEXT = "a.sb_pagN, a[title='Next page'], .b_pag a.sb_pagN"
NO_RESULTS = "#b_results > li.b_no, .b_no"
CHALLENGE = ".captcha, #captcha, form[action*='turing'], #turnstile, .captcha_header, iframe[src*='challenge']"
IMAGES = "#mmComponent_images, .dg_b, #vm_c, .imgpt"
FEATURES = {
    "ad": "li.b_ad .sb_add, li.b_ad li",
    "paa": "#df_listaa, .b_rrsr .df_qntext",
    "news": "#b_results > li.b_ans .news-card",
    "answer": "#b_results > li.b_ans",
    "knowledge": "#b_context .b_entityTP",
    "related": "#b_results .b_rs",
}


def refuses(hl: str | None, gl: str | None) -> str | None:
    """Bing serves fixed pairs of language and country (mkt); Hebrew in Israel and Polish in Poland are among them."""
    if not hl or not gl:
        return None
    return unknown(hl, gl) or (None if _market(hl, gl) in MARKETS else "Bing has no such market")


def _market(hl: str, gl: str) -> str:
    return f"{'he' if hl == 'iw' else hl.lower()}-{gl.upper()}"


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /search of one market; `first` counts results from 1."""
    hl, gl = request.hl or "en", request.gl or "US"
    query = {"q": request.phrase or "", "mkt": _market(hl, gl).lower(), "setlang": hl, "cc": gl.upper()}
    if page_no > 1:
        query["first"] = str((page_no - 1) * PER_PAGE + 1)
    return Fetch(f"{access.base_url or BASE}/search?{urlencode(query)}")


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs."""
    tree = LexborHTMLParser(raw.body)
    blocks = (tree.css(RESULT) or tree.css(NESTED_RESULT))[:MOST_RESULTS]
    order = {node.mem_id: place for place, node in enumerate(tree.css("#b_results > li"), 1)}
    results: list[Result] = []
    for block in blocks:
        result = _result(block, len(results) + 1, order.get(block.mem_id), raw.page_no)
        if result is not None and all(result.link != other.link for other in results):
            results.append(result)
    features = tuple(
        Feature(kind, order.get(node.mem_id)) for kind, css in FEATURES.items() for node in tree.css(css)[:20]
    )
    return Serp(tuple(results), features, _signs(tree, raw, results, len(blocks)))


def _result(block: LexborNode, rank: int, place: int | None, page_no: int) -> Result | None:
    anchor = block.css_first(TITLE_LINK)
    if anchor is None:
        return None
    cite = text_of(block.css_first(CITE))
    found = target(anchor.attributes.get("href") or "", cite, text_of(anchor))
    if found is None or not text_of(anchor):
        return None
    rest = soup_of(block)
    for gone in rest.find_all(["h2", "ul", "table"]):
        gone.decompose()
    known = next((t for t in (text_of(node) for node in block.css(SNIPPETS)) if len(t) >= 15), "")
    date_text, snippet = split_date(known.removeprefix("WEB ").removeprefix("Web ") or longest_text(rest))
    return Result(
        rank=rank, url=found.url, link=found.link, title=text_of(anchor), snippet=snippet, display_url=cite,
        host=found.host, rating=rating_in(plain(rest.get_text(" "))), date_text=date_text, page_no=page_no,
        absolute_rank=place, unresolved=found.unresolved,
    )  # fmt: skip


def _signs(tree: LexborHTMLParser, raw: RawPage, results: list[Result], blocks: int) -> Signs:
    html = tree.css_first("html")
    language, _, country = ((html.attributes.get("lang") or "") if html else "").partition("-")
    box = tree.css_first(SEARCH_BOX)
    return Signs(
        container=tree.css_first(CONTAINER) is not None,
        phrase=plain(box.attributes.get("value") or box.text()) or None if box is not None else None,
        end=tree.css_first(END) is not None and b"</html" in raw.body[-4000:].lower(),
        more=tree.css_first(NEXT) is not None,
        hl=language.lower() or None,
        gl=country.upper() or None,
        unread=max(_headings(tree) - blocks, 0) if results else 0,
        no_results=not results and tree.css_first(NO_RESULTS) is not None,
        block=None if results else _block_kind(tree, raw),
        foreign=_foreign(tree, bool(results)),
    )


def _headings(tree: LexborHTMLParser) -> int:
    """Blocks of the results list with a heading that leads out, whatever their class is called."""
    return sum(1 for block in tree.css("#b_results > li:not(.b_ad):not(.b_ans)") if block.css_first("h2 a[href]"))


def _block_kind(tree: LexborHTMLParser, raw: RawPage) -> BlockKind | None:
    path = urlsplit(raw.final_url or "")
    if "turing" in path.path or "captcha" in path.path or tree.css_first(CHALLENGE) is not None:
        return "captcha"
    return None


def _foreign(tree: LexborHTMLParser, found: bool) -> str | None:
    if tree.css_first("#rso") is not None:
        return "google"
    return "image search" if not found and tree.css_first(IMAGES) is not None else None
