"""What a page of Google's says of itself. Results are looked for first: good pages contain block markers too."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import plain, text_of
from scrapers.engines.google import selectors as css
from scrapers.engines.google.column import Column
from scrapers.engines.google.titles import Found
from scrapers.types import BlockKind, RawPage, Signs

SMALL_PAGE = 20_000  # bytes: a page that only says "sorry"
STUB = 2_000
MOST_LINKS = 100
_START = re.compile(r"[?&]start=(\d{1,4})\b")


def signs_of(column: Column, raw: RawPage, found: Found, start: int) -> Signs:
    """start: how many results the pages before this one held."""
    tree, any_result = column.tree, bool(found.results)
    html = tree.css_first("html")
    language, _, country = ((html.attrs.get("lang") or "") if html else "").partition("-")
    foreign = _foreign(column, raw)
    no_results = not any_result and _says_zero(tree)
    return Signs(
        container=bool(column.named("container")),
        phrase=_phrase(column),
        end=bool(column.named("end")) and b"</html" in raw.body[-4000:].lower(),
        more=_offers_more(column, start),
        hl=language.lower() or None,
        gl=None if tree.css_first("#rso") is None else (country.upper() or None),
        unread=found.unread,
        no_results=no_results,
        relaxed=any_result and _is_relaxed(column),
        block=None if any_result or no_results or foreign else _block_kind(column, raw),
        foreign=foreign,
    )


def _phrase(column: Column) -> str | None:
    """What stands in the search box; the field of that name on a sorry page is none."""
    box = next((node for node in column.named("search_box") if node.tag in ("textarea", "input")), None)
    if box is None or (not column.named("container") and column.tree.css_first(css.CAPTCHA) is not None):
        return None
    return plain(box.attrs.get("value") or box.text()) or None


def _offers_more(column: Column, start: int) -> bool:
    """A link to results further down, in any language and layout."""
    if column.named("next"):
        return True
    links = [link.attrs.get("href") or "" for link in column.tree.css("a[href*='start=']")[:MOST_LINKS]]
    ahead = [_START.search(link) for link in links if "search?" in link]
    return any(int(one[1]) > start for one in ahead if one)


def _is_relaxed(column: Column) -> bool:
    """The phrase was replaced ("Showing results for"), or found nothing and was answered without its quotes."""
    return bool(column.named("replaced")) or _says(column.named("said"), css.RELAXED_TEXTS)


def _says_zero(tree: LexborHTMLParser) -> bool:
    """The no-results sign in its place on the page, and no list of results beside it."""
    return tree.css_first("#rso h3") is None and _says(tree.css(css.ZERO_PLACES)[:MOST_LINKS], css.ZERO_TEXTS)


def _says(places: list[LexborNode], texts: tuple[str, ...]) -> bool:
    said = " ".join(text_of(node).casefold() for node in places)
    return any(text in said for text in texts)


def _block_kind(column: Column, raw: RawPage) -> BlockKind | None:
    """Why there are no results. Address and structure first: words are localised."""
    tree, parts = column.tree, urlsplit(raw.final_url or "")
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
    if b"/httpservice/retry/enablejs" in body or not column.named("container"):
        return "js_wall"
    return "access_denied" if len(body) < STUB else None


def _foreign(column: Column, raw: RawPage) -> str | None:
    """Another vertical of Google (images, books, scholar) or another engine's page; None when it is web search."""
    fields = [node for node in column.named("vertical") if node.attrs.get("type") == "hidden"]
    asked = {node.attrs.get("value") or "" for node in fields[:MOST_LINKS]}
    if "tbm=" in urlsplit(raw.final_url or "").query or asked - css.WEB_ONLY:
        return "another vertical"
    return next((name for kind, name in css.OTHERS.items() if column.named(kind)), None)
