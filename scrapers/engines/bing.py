"""Bing's web results, with and without JavaScript. Source: captured pages, 2021-2026.

Links go through bing.com/ck/a and are decoded. Bing shows its no-results page to clients it takes for crawlers, for
plain phrases too: that sign is never believed. The challenge page keeps the look of a result page, without results.
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

NAME = ENGINE = "bing"
VERSION = 2
ENOUGH = 4
ZERO_COUNTS = False
PAUSE = 10.0
CANARY = "weather forecast"
PER_PAGE = 10
BASE, OWN = "https://www.bing.com", "bing.com"
MARKETS = frozenset(
    "ar-SA bg-BG cs-CZ da-DK de-AT de-CH de-DE el-GR en-AU en-CA en-GB en-IE en-IL en-IN en-NZ en-US en-ZA es-AR es-ES "
    "es-MX es-US et-EE fi-FI fr-BE fr-CA fr-CH fr-FR he-IL hr-HR hu-HU it-IT ja-JP ko-KR lt-LT lv-LV nb-NO nl-BE nl-NL "
    "pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK sl-SI sv-SE th-TH tr-TR uk-UA zh-CN zh-HK zh-TW".split()
)

EARLIER = "ul.sb_results > li, #results > ul > li"  # until 2013
BLOCKS = "#b_topw > li, #b_pole > li, #b_results > li, #b_results > div.b_algo, #b_context > li"
ORGANIC = frozenset({"b_algo", "sa_wr"})
TITLE_LINK = "h2 a[href], h3 a[href], a[href]:has(h2)"
SNIPPETS = (
    ".b_caption p:not(.b_topAdOneLine)", "p.b_paractl", "p[class*=b_lineclamp]", ".b_algoSlug", ".b_snippet",
    ".b_mText p", ".b_caption .b_dList", ".b_richcard p", ".sa_cc p", "[role=tabpanel]:not(.tab-hide) > ul", ".rwrl",
)  # fmt: skip
SLUGS = ".b_caption .algoSlug_icon, .b_adSlug"  # "Web", "Ad": labels inside the text
DATE, RATED = ".news_dt", ".b_factrow"
DEEP_LINKS = ".b_deep h3 > a[href], .deeplink_title a[href], .b_deepdl a[href]"
FEATURES = {
    "ad": Shape("li.b_ad", ".sb_add, li.b_ad li", "h2 | h3", ".b_caption p | p", "h2 a[href], h3 a[href]"),
    "paa": Shape(
        "[data-tag='RelatedQnA.Item'], #relatedQnAListDisplay, #df_listaa", "[data-tag='RelatedQnA.Item']",
        ".df_qntext | .b_expansion_text", ".rwrl | .df_alsocon",
    ),
    "ai_overview": Shape(
        "#copans_container, .gs_aidisc, .rd_gencon_ai, .b_ai_overview", text=".ca_main, #devmag_card_content",
    ),
    "knowledge": Shape(
        ".b_entityTP, .lite-entcard-main, .disambig-outline", "",
        "h2.b_entityTitle | .l_ecrd_imcolheader_ttl | .b_topTitle", ".b_snippet .b_hide | .b_snippet | .l_ecrd_txt_pln",
        ".b_entityTitle a[href], .l_ecrd_imcolheader_ttl a[href]",
    ),
    "video": Shape(
        "#serpvidans, .b_vidAns, .vsathm", ".mc_vtvc, .mc_fgvc, .b_videocard",
        ".mc_vtvc_title | .mc_fgvc_title | h3", source=".mc_vtvc_meta_channel span", date=".meta_pd_content",
    ),
    "images": Shape(".b_imgans, .imgAns, .iaplanner", "li .imgpt, .imgpt", ".lnkw, .b_hide"),
    "top_stories": Shape(
        ".b_nwsAns, .na_ccw, .news-card, .nws_cwrp, .na_cl, #ns_hp", ".news-card, .na_card, .na_cl .na_t, .nws_itm",
        ".title | .na_t | h3 | a", source=".source, .na_src, .b_attribution",
    ),
    "local": Shape("#lMapContainer, .lgb_ans, .b_ilHeader, .b_localA", ".lc_content, #lgb_info", "h2", rated=".csrc"),
    "related": Shape(
        ".b_rs, .b_rrsr, #inline_rs, #rs_lgw_list, .richrsrailsuggestion",
        ".b_rs li > a, .b_rrsr li > a, #rs_lgw_list a[href*='/search'], #inline_rs a, .richrsrailsuggestion_text",
    ),
    "featured_snippet": Shape(".b_top h2 > a[href], .encycloCanvas", "", "h2 a[href] | h2", ".b_mText | .rwrl | p"),
}  # fmt: skip
MARKS = Marks(
    container="#b_results, ul.sb_results",
    box="#sb_form_q, input[name=q], textarea[name=q]",
    end="#b_footer, footer, .b_pag, #b_pole, #sb_foot, .sb_pag",
    next="a.sb_pagN, a[title='Next page'], .b_pag a.sb_pagN",
    no_results="#b_results > li.b_no, .b_no",
    captcha=".captcha, #captcha, form[action*=turing], #turnstile, .cf-turnstile, iframe[src*=challenge]",
    another="#rso",
)
REQUERY, INCLUDED = "#sp_requery", "#sp_requery a[href*='FORM=AWRE']"  # "including results for": ours are there too
REPLACED = ("showing results for", "no results", "pokazywanie wyników", "brak wyników", "מציג תוצאות", "לא נמצאו")
IMAGES = "#mmComponent_images, .dg_b, #vm_c, .imgpt"


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
    tree = tree_of(raw)
    for slug in tree.css(SLUGS)[: 2 * MOST_RESULTS]:
        slug.decompose()
    page = Reading(raw.page_no, OWN)
    for place, node in enumerate(blocks_of(tree, BLOCKS, EARLIER), 1):
        link = node.css_first(TITLE_LINK)
        if not ORGANIC & set((node.attributes.get("class") or "").split()):
            page.feature(node, place, FEATURES)
        elif link is not None:
            page.result(_block(node, link), place, DEEP_LINKS)
    return page.serp(_signs(tree, raw, page))


def _block(node: LexborNode, link: LexborNode) -> Block:
    snippet = first(node, *SNIPPETS)
    return Block(
        node, link, display=node.css_first("cite"), snippet=snippet, date=first(snippet or node, DATE),
        rated=first(node, RATED),
    )  # fmt: skip


def _signs(tree: LexborHTMLParser, raw: RawPage, page: Reading) -> Signs:
    signs, path = signs_of(tree, raw, page, MARKS), urlsplit(raw.final_url or "").path
    asked_other = tree.css_first(REQUERY) is not None and tree.css_first(INCLUDED) is None
    if not page.results and ("turing" in path or "captcha" in path):
        signs = replace(signs, block="captcha")
    if not page.results and tree.css_first(IMAGES) is not None:
        signs = replace(signs, foreign=signs.foreign or "image search")
    return replace(signs, relaxed=bool(page.results) and (asked_other or says(tree, REQUERY, REPLACED)))
