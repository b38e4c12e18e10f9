"""What a page of Google's says of itself. Results are looked for first: good pages contain block markers too."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from scrapers.blocks import plain, text_of
from scrapers.engines.google import selectors as css
from scrapers.engines.google.titles import Found
from scrapers.types import BlockKind, RawPage, Signs

SMALL_PAGE = 20_000  # bytes: a page that only says "sorry"
STUB = 2_000
MOST_LINKS = 100
_START = re.compile(r"[?&]start=(\d{1,4})\b")


def signs_of(tree: LexborHTMLParser, raw: RawPage, found: Found, start: int) -> Signs:
    """start: how many results the pages before this one held."""
    any_result = bool(found.results)
    html = tree.css_first("html")
    language, _, country = ((html.attrs.get("lang") or "") if html else "").partition("-")
    foreign = _foreign(tree, raw)
    no_results = not any_result and _says_zero(tree)
    return Signs(
        container=tree.css_first(css.CONTAINERS) is not None,
        phrase=_phrase(tree),
        end=tree.css_first(css.END) is not None and b"</html" in raw.body[-4000:].lower(),
        more=_offers_more(tree, start),
        hl=language.lower() or None,
        gl=None if tree.css_first("#rso") is None else (country.upper() or None),
        unread=found.unread,
        no_results=no_results,
        relaxed=any_result and _is_relaxed(tree),
        block=None if any_result or no_results or foreign else _block_kind(tree, raw),
        foreign=foreign,
    )


def _phrase(tree: LexborHTMLParser) -> str | None:
    """What stands in the search box."""
    box = tree.css_first(css.SEARCH_BOX)
    if box is None or (tree.css_first(css.CAPTCHA) is not None and tree.css_first(css.CONTAINERS) is None):
        return None
    return plain(box.attrs.get("value") or box.text()) or None


def _offers_more(tree: LexborHTMLParser, start: int) -> bool:
    """A link to results further down, in any language and layout."""
    if tree.css_first("#pnnext") is not None:
        return True
    links = [link.attrs.get("href") or "" for link in tree.css("a[href*='start=']")[:MOST_LINKS]]
    ahead = [_START.search(link) for link in links if "search?" in link]
    return any(int(one[1]) > start for one in ahead if one)


def _is_relaxed(tree: LexborHTMLParser) -> bool:
    """The phrase was replaced ("Showing results for"), or found nothing and was answered without its quotes."""
    return tree.css_first(css.REPLACED) is not None or _says(tree, css.RELAXED_TEXTS, css.RELAXED_PLACES)


def _says_zero(tree: LexborHTMLParser) -> bool:
    """The no-results sign in its place on the page, and no list of results beside it."""
    return tree.css_first("#rso h3") is None and _says(tree, css.ZERO_TEXTS, css.ZERO_PLACES)


def _says(tree: LexborHTMLParser, texts: tuple[str, ...], places: str) -> bool:
    said = " ".join(text_of(node).casefold() for node in tree.css(places)[:MOST_LINKS])
    return any(text in said for text in texts)


def _block_kind(tree: LexborHTMLParser, raw: RawPage) -> BlockKind | None:
    """Why there are no results. Address and structure first: words are localised."""
    parts = urlsplit(raw.final_url or "")
    name = parts.hostname or ""
    if name.startswith("consent.") or tree.css_first(css.CONSENT) is not None:
        return "consent"
    if name.startswith("sorry.") or parts.path.startswith("/sorry"):
        return "captcha"
    if tree.css_first(css.CAPTCHA) is not None:
        return "captcha"
    body = raw.body.lower()
    if b"/sorry/" in body[:STUB] and len(body) < SMALL_PAGE:
        return "captcha"
    if b"/httpservice/retry/enablejs" in body or tree.css_first(css.CONTAINERS) is None:
        return "js_wall"
    return "access_denied" if len(body) < STUB else None


def _foreign(tree: LexborHTMLParser, raw: RawPage) -> str | None:
    """Another vertical of Google (images, books, scholar) or another engine's page; None when it is web search."""
    final = urlsplit(raw.final_url or "")
    asked = {vertical.attrs.get("value") or "" for vertical in tree.css(css.VERTICAL)[:5]}
    if "tbm=" in final.query or asked - css.WEB_ONLY:
        return "another vertical"
    return next((name for name, sign in css.OTHERS.items() if tree.css_first(sign) is not None), None)
