"""One HTML page as it is being read: its results in order, its features, and what of it nobody read.

Every engine draws the same things under other names. The names stand in its own file; what is done with them, here.

A selector joins two steps at most by a space ("a > b c", never "a b c"): on a page nested on purpose, each further one
multiplies the work by the depth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from selectolax.lexbor import LexborNode

from scrapers.blocks import MOST_RESULTS, ancestors, rating_in
from scrapers.organic import MOST_DEPTH, Block, apart, first, result_of, score, words
from scrapers.types import Feature, Result, Serp, Signs
from scrapers.urls import Target, registrable_domain, target

MOST_ITEMS = 50
HEADINGS = "h2 a[href], h3 a[href], a[href] h2, a[href] h3, a[href] [role=heading], [role=heading] a[href]"


@dataclass(frozen=True, slots=True)
class Shape:
    """How an engine draws a kind of feature, as selectors.

    where: what the whole block is or holds. each: one piece of it (a question, an ad, a card, a phrase), "" for the
    block as one. title, text, source, date: parts of a piece. link: its link, "" for the first that leads out.
    rated: the piece that shows a rating in numbers, or says it to those who listen ("Star Rating: 4.5 out of 5").
    Where the parts are drawn differently from year to year, " | " parts the selectors to try one after another.
    """

    where: str
    each: str = ""
    title: str = ""
    text: str = ""
    link: str = ""
    source: str = ""
    date: str = ""
    rated: str = ""


class Reading:
    """A page's results (distinct, ranked from 1) and features, as they are taken in, in the engine's order."""

    def __init__(self, page_no: int, own: str) -> None:
        """own: the engine's registrable domain; what leads there is its own business, and nobody's result."""
        self.page_no = page_no
        self.own = own
        self.results: list[Result] = []
        self.features: list[Feature] = []
        self._taken: set[int] = set()

    def result(self, block: Block, place: int, deep_links: str = "") -> None:
        """Take an organic block in, with the links under it; one that leads nowhere stays unread."""
        found = result_of(block)
        if found is None or len(self.results) >= MOST_RESULTS:
            return
        self._taken.add(block.node.mem_id)
        if all(found.link != other.link for other in self.results):
            rank = len(self.results) + 1
            self.results.append(replace(found, rank=rank, page_no=self.page_no, absolute_rank=place))
            links = block.node.css(deep_links)[:MOST_ITEMS] if deep_links else []
            if items := [item for link in links if (item := self._item(link, Shape(""))) and "url" in item]:
                self._add("sitelinks", place, link=found.link, items=_distinct(items))

    def feature(self, node: LexborNode, place: int, shapes: Mapping[str, Shape]) -> None:
        """Take a block in that is not organic, as the first kind whose shape it has; any other stays unread."""
        kind, shape = next(((k, s) for k, s in shapes.items() if node.css_matches(s.where)), ("", Shape("")))
        if not kind:
            return
        self._taken.add(node.mem_id)
        pieces = apart(node.css(shape.each))[:MOST_ITEMS] if shape.each else [node]
        if kind in ("paa", "ad"):
            for found in _distinct([self._piece(kind, piece, shape) for piece in pieces]):
                if found.get("question") or found.get("title"):
                    self._add(kind, place, **found)
        elif kind == "related":
            if phrases := list(dict.fromkeys(filter(None, map(words, pieces)))):
                self._add(kind, place, phrases=phrases)
        elif kind in ("knowledge", "featured_snippet"):
            self._add(kind, place, **self._piece(kind, node, shape))
        elif kind == "ai_overview":
            sources = [item for link in node.css(shape.each or "a[href]") if "url" in (item := self._item(link, shape))]
            self._add(kind, place, text=words(first(node, shape.text)), sources=_distinct(sources)[:MOST_ITEMS])
        else:
            self._add(kind, place, items=_distinct([i for p in pieces if "title" in (i := self._item(p, shape))]))

    def unread(self, container: LexborNode | None, headings: str = HEADINGS) -> int:
        """Headings with a link that leads out and that belong to nothing that was taken in."""
        left = set()
        for heading in container.css(headings)[: 2 * MOST_RESULTS] if container is not None else ():
            chain = [heading, *islice(ancestors(heading), MOST_DEPTH)]
            if not any(node.mem_id in self._taken for node in chain):
                link = next((node for node in chain if node.tag == "a" and "href" in node.attributes), None)
                found = self._outward(link)
                left.add(found.link if found else None)
        return len(left - {None})

    def serp(self, signs: Signs) -> Serp:
        """The page as read."""
        return Serp(tuple(self.results), tuple(self.features), signs)

    def _add(self, kind: str, place: int, **data: Any) -> None:
        if len(self.features) < MOST_RESULTS:
            self.features.append(Feature(kind, place, _told(data)))

    def _piece(self, kind: str, node: LexborNode, shape: Shape) -> dict[str, Any]:
        """A question, an ad or a panel. An ad may lead through the engine: where to is told by nobody."""
        heading = first(node, *shape.title.split(" | "))
        link = first(node, shape.link)
        found = target((link.attributes.get("href") or "").strip()) if kind == "ad" and link is not None else None
        out = found or (self._outward(link) if shape.link else next(self._outlinks(node), None))
        texts = {"question" if kind == "paa" else "title": words(heading)}
        texts["answer" if kind == "paa" else "text"] = words(first(node, *shape.text.split(" | ")))
        return _told(texts | {"url": out.url if out else ""} | _rating(node, shape))

    def _item(self, node: LexborNode, shape: Shape) -> dict[str, Any]:
        """One card of a carousel, one deep link, one source."""
        link = first(node, shape.link or "a[href]")
        out = self._outward(link)
        parts = {
            "title": words(first(node, *shape.title.split(" | ")) if shape.title else node),
            "url": out.url if out else "",
            "source": words(first(node, shape.source)),
            "date": words(first(node, shape.date)),
        }
        return _told(parts | _rating(node, shape))

    def _outlinks(self, node: LexborNode) -> Iterator[Target]:
        return filter(None, (self._outward(link) for link in node.css("a[href]")[:MOST_ITEMS]))

    def _outward(self, link: LexborNode | None) -> Target | None:
        found = target((link.attributes.get("href") or "").strip()) if link is not None else None
        return found if found is not None and registrable_domain(found.host) != self.own else None


def _told(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Without the parts the page does not tell."""
    return {name: part for name, part in parts.items() if part or part == 0.0}


def _rating(node: LexborNode, shape: Shape) -> dict[str, Any]:
    shown = first(node, shape.rated)
    found = (score(words(shown)) or rating_in(shown.attributes.get("aria-label") or "")) if shown is not None else None
    return {"value": found.value, "scale": found.scale, "votes": found.votes} if found else {}


def _distinct(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    for item in items:
        if item not in seen:
            seen.append(item)
    return seen
