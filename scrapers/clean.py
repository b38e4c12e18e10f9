"""The cleaned copy of a page: what its reader reads, without what weighs. Proven page by page, never believed.

Scripts, styles, drawings, pictures, handlers and long tokens are nine tenths of a page and tell a reader nothing, most
of the time. So each copy is read by the reader of its page, and is only good when it says the same: results, features
and signs. Where the tight copy reads otherwise a looser one is tried, and then there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.hostile import is_hostile
from scrapers.parse import parse
from scrapers.types import RawPage, SearchRequest, Serp

WHOLE = 1000  # results: deeper than any page, so that all of it is compared
LONGEST = 120  # characters of an attribute that is no address: longer ones are tokens and data for scripts
ADDRESSES = frozenset({"href", "action"})
TOLD = frozenset({"class", "id", "aria-label", "title", "value", "alt", "content"})  # readers look here, however long


@dataclass(frozen=True, slots=True)
class Cut:
    """What a copy leaves out: elements, and attributes by name or by their beginning."""

    elements: str
    attributes: frozenset[str]
    beginnings: tuple[str, ...] = ("on",)


CUTS = (
    Cut(
        "script, style, svg, noscript, template, iframe, object, embed, video, audio, canvas, link, source, img",
        frozenset({"style", "src", "srcset", "ping", "nonce", "integrity"}),
        ("on", "js"),
    ),
    Cut("script, style, svg, link[rel=stylesheet]", frozenset({"srcset", "nonce", "ping"})),
)


def cleaned(source: str, page: RawPage, request: SearchRequest) -> bytes | None:
    """The smallest copy that its reader reads as it reads the page; None when none does, or nothing can go."""
    if page.body.lstrip()[:1] != b"<" or is_hostile(page.body):
        return None  # a provider's JSON is nothing but what was read
    whole = replace(request, depth=WHOLE)
    before = parse(source, [page], whole)
    for cut in CUTS:
        copy = _without(page.body, cut)
        if copy != page.body and _same(before, parse(source, [replace(page, body=copy)], whole)):
            return copy
    return None


def drawable(body: bytes) -> str:
    """A page as it can be drawn where nothing runs: its own style and no more, without what stands there only for
    browsers that run no scripts (Google's says that they see nothing)."""
    if is_hostile(body):
        return ""
    tree = LexborHTMLParser(body)
    for node in tree.css("script, noscript, template, iframe, frame, object, embed, link, base, meta[http-equiv]"):
        node.decompose()
    return tree.html or ""


def _without(body: bytes, cut: Cut) -> bytes:
    tree = LexborHTMLParser(body)
    for node in tree.css(cut.elements):
        node.decompose()
    for node in tree.css("*"):
        _strip(node, cut)
    return (tree.html or "").encode("utf-8", "replace")


def _strip(node: LexborNode, cut: Cut) -> None:
    for name, value in node.attributes.items():
        token = len(value or "") > LONGEST and name not in ADDRESSES and name not in TOLD
        if token or name in cut.attributes or name.startswith(cut.beginnings):
            del node.attrs[name]


def _same(before: Serp, after: Serp) -> bool:
    return (before.results, before.features, before.signs) == (after.results, after.features, after.signs)
