"""Google's web results: desktop layouts since 2015 and the page without JavaScript. Source: captured pages, 2015-2026.

A result is a link around an h3 (until 2018: an h3 around a link) in the main column, outside ads, questions and
carousels. That holds in every layout seen; class names change every year and are used for nothing but extras.
Mobile pages carry their titles elsewhere: what is left unread makes the judge suspicious, never a short "ok".
Google shows itself only to a real browser; it does not give depth beyond a page, so pages are followed by `start`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice, takewhile
from urllib.parse import urlencode, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import MOST_RESULTS, ancestors, longest_text, plain, rating_in, soup_of, split_date, text_of
from scrapers.locales import unknown
from scrapers.types import Access, BlockKind, Feature, Fetch, RawPage, Result, SearchRequest, Serp, Signs
from scrapers.urls import Target, target

NAME = ENGINE = "google"
VERSION = 1
ENOUGH = 4
PER_PAGE = 10
TRANSPORT = "browser"
BASE = "https://www.google.com"

CONTAINERS = "#rso, #search, #main, #ires, #res"
NOT_ORGANIC_IDS = frozenset({"tads", "tadsb", "bottomads", "tvcap", "rhs", "taw", "botstuff", "extrares"})
NOT_ORGANIC_TAGS = frozenset(
    {"g-scrolling-carousel", "g-inner-card", "g-section-with-header", "g-expandable-container"}
)
NOT_ORGANIC_ATTRIBUTES = ("data-text-ad", "data-initq", "data-q", "data-pla-slot-pos")
NOT_ORGANIC_CLASSES = frozenset({"related-question-pair", "nrgt", "sld", "osl", "mslg", "commercial-unit-desktop-top"})
SNIPPETS = ".VwiC3b, .st, .aCOpRe, .IsZvec, .s3v9rd, [data-sncf='1'], [data-content-feature='1']"
SEARCH_BOX = "textarea[name=q], input[name=q]"
END = "#foot, #fbar, #footcnt, footer, #bfoot, #navcnt, #navd, #fll"
NEXT = "#pnnext, a[aria-label='Next page'], a#pnnext, footer a[href*='start=']"
FEATURES = {
    "ad": "#tads [data-text-ad], #tadsb [data-text-ad], #bottomads [data-text-ad], #tads li.ads-ad",
    "paa": ".related-question-pair, [data-initq]",
    "top_stories": "g-section-with-header",
    "carousel": "g-scrolling-carousel",
    "local": ".rllt__details, [data-attrid='kc:/local:one line summary']",
    "knowledge": "#rhs .kp-wholepage, #rhs .kp-blk, .kp-wholepage",
    "images": "#iur, #imagebox_bigimages",
    "ai_overview": "[data-attrid='SGE'], [data-mcpr], #m-x-content",
}
ZERO_TEXTS = (
    "did not match any documents", "לא תואם לאף מסמך", "לא נמצאו תוצאות", "nie ma podobnych stron",
    "nie znaleziono żadnych", "nie została odnaleziona", "übereinstimmenden dokumente",
    "ne correspond à aucun document", "no ha producido ningún",
    "non ha prodotto risultati", "لم يطابق", "に一致する情報は見つかりません", "не найдено ни одного документа",
)  # fmt: skip
RELAXED_TEXTS = (
    "no results found for",
    "לא נמצאו תוצאות עבור",
    "brak wyników dla",
    "keine ergebnisse für",
    "aucun résultat trouvé pour",
)
MOBILE_TITLES = "a[href] div[role=heading]"


def refuses(hl: str | None, gl: str | None) -> str | None:
    """Google serves every language and country there is (Hebrew and Israel, Polish and Poland)."""
    return unknown(hl, gl) if hl and gl else None


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """GET /search; no spelling correction, nothing personal, ten results a page."""
    query = {
        "q": request.phrase or "",
        "hl": request.hl or "en",
        "gl": (request.gl or "us").lower(),
        "pws": "0",
        "nfpr": "1",
    }
    if page_no > 1:
        query["start"] = str((page_no - 1) * PER_PAGE)
    return Fetch(f"{access.base_url or BASE}/search?{urlencode(query)}")


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """One page's results, features and signs."""
    tree = LexborHTMLParser(raw.body)
    titles = list(islice(_titles(tree), MOST_RESULTS))
    nodes = [title for title, _, _ in titles]
    places, blocks = _places(tree, nodes), _blocks(nodes)
    results: list[Result] = []
    for title, anchor, found in titles:
        if all(found.link != other.link for other in results):
            place = places.get(title.mem_id)
            results.append(_result(title, blocks[title.mem_id], anchor, found, len(results) + 1, place, raw.page_no))
    features = tuple(
        Feature(kind, places.get(node.mem_id)) for kind, css in FEATURES.items() for node in tree.css(css)[:20]
    )
    return Serp(tuple(results), features, _signs(tree, raw, bool(results), titles))


def _titles(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, LexborNode, Target]]:
    """(title, link, where it leads) of each organic result, in the page's order."""
    headings = [h3 for h3 in tree.css("h3")[: 10 * MOST_RESULTS] if not _not_organic(h3)]
    pairs = [(h3, a) for h3 in headings if (a := _link_around(h3)) is not None]
    if not pairs:  # until 2018 the link stood inside the heading; newer sitelinks still do
        pairs = [(h3, a) for h3 in headings if (a := h3.css_first("a[href]")) is not None]
    for h3, anchor in pairs:
        title = text_of(h3)
        found = target(anchor.attributes.get("href") or "", _display(anchor), title)
        if found is not None and title and not _is_own(found):
            yield h3, anchor, found


def _link_around(h3: LexborNode) -> LexborNode | None:
    return next((node for node in ancestors(h3) if node.tag == "a" and node.attributes.get("href")), None)


def _is_own(found: Target) -> bool:
    """Google's own searches and verticals ("images for ...") are no results; its products can be."""
    path = urlsplit(found.link).path
    return found.host.startswith(("google.", "images.google.")) and path in ("/search", "/images", "/imgres")


def _not_organic(node: LexborNode) -> bool:
    for above in ancestors(node):
        attributes = above.attributes
        if above.tag in NOT_ORGANIC_TAGS or attributes.get("id") in NOT_ORGANIC_IDS:
            return True
        if any(name in attributes for name in NOT_ORGANIC_ATTRIBUTES):
            return True
        if NOT_ORGANIC_CLASSES & set((attributes.get("class") or "").split()):
            return True
    return False


def _display(anchor: LexborNode) -> str:
    """The address a result shows ("example.com › help"), from the link itself or just after it."""
    cite = anchor.css_first("cite")
    block = anchor.parent
    for _ in range(4):
        if cite is not None or block is None or len(block.css("h3")) > 1:
            break
        cite = block.css_first("cite")
        block = block.parent
    return text_of(cite)


def _result(
    title: LexborNode, block: LexborNode, anchor: LexborNode, found: Target, rank: int, place: int | None, page_no: int
) -> Result:
    known = _first_text(block, SNIPPETS)
    rest = soup_of(block)
    for gone in rest.find_all(["h3", "cite", "table", "ul"]):
        gone.decompose()
    text = plain(rest.get_text(" "))
    date_text, snippet = split_date(known or longest_text(rest))
    return Result(
        rank=rank, url=found.url, link=found.link, title=text_of(title), snippet=snippet,
        display_url=_display(anchor), host=found.host, rating=rating_in(text), date_text=date_text, page_no=page_no,
        absolute_rank=place, unresolved=found.unresolved,
    )  # fmt: skip


def _first_text(block: LexborNode, css: str) -> str:
    texts = (text_of(node) for node in block.css(css))
    return next((text for text in texts if len(text) >= 15), "")


def _blocks(titles: list[LexborNode]) -> dict[int, LexborNode]:
    """By title: the largest part of the page that belongs to that result alone, up until another title joins in."""
    above = {title.mem_id: [title, *ancestors(title)] for title in titles}
    crowd = Counter(node.mem_id for chain in above.values() for node in chain)
    blocks = {}
    for identity, chain in above.items():
        alone = list(takewhile(lambda node: crowd[node.mem_id] == 1 and not _is_container(node), chain))
        blocks[identity] = alone[-1]
    return blocks


def _is_container(node: LexborNode) -> bool:
    return node.tag in ("body", "main") or node.attributes.get("id") in (
        "rso",
        "search",
        "main",
        "center_col",
        "ires",
        "res",
    )


def _places(tree: LexborHTMLParser, titles: list[LexborNode]) -> dict[int, int]:
    """Place among all blocks of the page, by node: results and features in the page's order, 1-based."""
    wanted = {title.mem_id for title in titles}
    css = ", ".join(["h3", *FEATURES.values()])
    features = {node.mem_id for found in FEATURES.values() for node in tree.css(found)}
    order = dict.fromkeys(node.mem_id for node in tree.css(css) if node.mem_id in wanted or node.mem_id in features)
    return {identity: place for place, identity in enumerate(order, 1)}


def _signs(
    tree: LexborHTMLParser, raw: RawPage, found: bool, titles: list[tuple[LexborNode, LexborNode, Target]]
) -> Signs:
    html = tree.css_first("html")
    language, _, country = ((html.attributes.get("lang") or "") if html else "").partition("-")
    no_results = not found and _says_zero(tree)
    foreign = _foreign(tree, raw)
    return Signs(
        container=tree.css_first(CONTAINERS) is not None,
        phrase=_phrase(tree),
        end=_ends(tree, raw),
        more=tree.css_first(NEXT) is not None,
        hl=language.lower() or None,
        gl=None if tree.css_first("#rso") is None else (country.upper() or None),
        unread=_unread(tree, titles),
        no_results=no_results,
        relaxed=found and _says(tree, RELAXED_TEXTS, "#topstuff, #taw"),
        block=None if found or no_results or foreign else _block_kind(tree, raw),
        foreign=foreign,
    )


def _phrase(tree: LexborHTMLParser) -> str | None:
    box = tree.css_first(SEARCH_BOX)
    if box is None or tree.css_first("#captcha-form") is not None:
        return None
    value = box.attributes.get("value") or box.text()
    return plain(value) or None


def _ends(tree: LexborHTMLParser, raw: RawPage) -> bool:
    """The page came whole: its foot stands there and the document is closed."""
    return tree.css_first(END) is not None and b"</html" in raw.body[-4000:].lower()


def _unread(tree: LexborHTMLParser, titles: list[tuple[LexborNode, LexborNode, Target]]) -> int:
    """Result-like blocks nobody read: outside links with a heading of their own, in the main column.

    On a desktop page these are carousels and panels, told apart by where they stand; a page whose results all
    look so (mobile, or a layout never seen) leaves as many unread as it has results.
    """
    read_links = {found.link for _, _, found in titles}
    unread = set()
    for heading in tree.css(MOBILE_TITLES):
        anchor = _link_around(heading)
        found = target(anchor.attributes.get("href") or "") if anchor is not None else None
        if found is not None and found.link not in read_links and not _not_organic(heading):
            unread.add(found.link)
    desktop = tree.css_first("#search") is not None or tree.css_first("#rso") is None
    return 0 if desktop and titles else len(unread)


def _says_zero(tree: LexborHTMLParser) -> bool:
    """The no-results sign: in its place on the page, or in words anywhere when there is no result list."""
    return tree.css_first("#rso h3") is None and _says(tree, ZERO_TEXTS, "#topstuff, #res, #main, #center_col, #search")


def _says(tree: LexborHTMLParser, texts: tuple[str, ...], css: str) -> bool:
    said = " ".join(text_of(node).casefold() for node in tree.css(css))
    return any(text in said for text in texts)


def _block_kind(tree: LexborHTMLParser, raw: RawPage) -> BlockKind | None:
    """Why there are no results. Address and structure first: words are localised."""
    parts = urlsplit(raw.final_url or "")
    if (parts.hostname or "").startswith("consent.") or tree.css_first("form[action*='consent.google']") is not None:
        return "consent"
    if (parts.hostname or "").startswith("sorry.") or parts.path.startswith("/sorry"):
        return "captcha"
    if tree.css_first("#captcha-form, .g-recaptcha, [data-sitekey], script[src*=recaptcha]") is not None:
        return "captcha"
    body = raw.body.lower()
    if b"/sorry/" in body[:2000] and len(body) < 20_000:
        return "captcha"
    if b"/httpservice/retry/enablejs" in body or tree.css_first(CONTAINERS) is None:
        return "js_wall"
    return "access_denied" if len(body) < 2000 else None


def _foreign(tree: LexborHTMLParser, raw: RawPage) -> str | None:
    """Another vertical of Google (images, books, scholar) or another engine's page; None when it is web search."""
    final = urlsplit(raw.final_url or "")
    vertical = tree.css_first("input[type=hidden][name=tbm], input[type=hidden][name=udm]")
    if "tbm=" in final.query or (vertical is not None and vertical.attributes.get("value")):
        return "another vertical"
    if tree.css_first("#gs_hdr, #gs_res_ccl") is not None:
        return "Google Scholar"
    if tree.css_first("#b_results") is not None:
        return "bing"
    if tree.css_first("#links .result__a, [data-testid=result]") is not None:
        return "duckduckgo"
    return None
