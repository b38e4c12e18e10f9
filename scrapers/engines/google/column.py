"""Where a thing stands on the page: its zone, the titled section around it, the block that belongs to it alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice, takewhile

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import ancestors, plain
from scrapers.engines.google.selectors import (
    ATTRIBUTES,
    CLASSES,
    CONTAINER_IDS,
    IDS,
    LATER_RESULTS,
    SECTION_LEVELS,
    SEEN,
    SEEN_WITHOUT_SCRIPTS,
    TAGS,
    TOLD_BY_VALUE,
    VALUES,
    ZONES,
)

_LOOSE = re.compile(r" (,|\.(?!\.))(?= |$)")  # a comma or full stop set apart by an inline mark before it
BLOCKS = "div, p, br, li, td, ul, table, h3"
MOST_DEPTH = 100  # a heading nested deeper stands on no page of Google's, and climbing on would only cost time
MOST_NODES = 6000


class Column:
    """One page's tree, walked once: every node with a name we know, by what it is, in the page's order.

    order: the place of each such node, by its identity; a question about a node then costs a short climb.
    """

    def __init__(self, tree: LexborHTMLParser) -> None:
        self.tree = tree
        self.order: dict[int, int] = {}
        self._named: dict[str, list[LexborNode]] = {}
        self._zones: dict[int, str] = {}
        self._above: dict[int, list[LexborNode]] = {}
        seen = SEEN if tree.css_first("#rso") is not None else SEEN_WITHOUT_SCRIPTS
        for node in tree.css(seen)[:MOST_NODES]:
            kinds = _kinds_of(node)
            if not kinds or node.mem_id in self.order:
                continue
            self.order[node.mem_id] = len(self.order)
            for kind in kinds:
                self._named.setdefault(kind, []).append(node)
                if kind in ZONES:
                    self._zones.setdefault(node.mem_id, kind)

    def named(self, kind: str) -> list[LexborNode]:
        """The nodes that are a thing of that kind, in the page's order."""
        return self._named.get(kind, [])

    def above(self, node: LexborNode) -> list[LexborNode]:
        """Its ancestors, the nearest first; none for a node nested too deep to be read."""
        known = self._above.get(node.mem_id)
        if known is None:
            known = list(islice(ancestors(node), MOST_DEPTH + 1))
            self._above[node.mem_id] = known = known if len(known) <= MOST_DEPTH else []
        return known

    def zone(self, node: LexborNode) -> str:
        """The kind of the nearest zone round a node ("ad", "paa", ...); "open" in the main column."""
        chain = [node, *self.above(node)]
        return next((self._zones[one.mem_id] for one in chain if one.mem_id in self._zones), "open")

    def link_of(self, heading: LexborNode) -> LexborNode | None:
        """The link round a heading, or the one inside it."""
        around = next((one for one in self.above(heading) if one.tag == "a"), None)
        link = around if around is not None else heading.css_first("a[href]")
        return link if link is not None and link.attrs.get("href") else None

    def sections(self, results: Iterable[LexborNode]) -> dict[int, LexborNode]:
        """By the root of each titled section of the main column ("Top stories", "Videos"): its title.

        A section is the largest block round its title in which no result stands.
        """
        crowd = {one.mem_id for node in results for one in (node, *self.above(node))}
        found: dict[int, LexborNode] = {}
        for title in self.named("title"):
            level = title.attrs.get("aria-level")
            chain = self.above(title) if level in SECTION_LEVELS and title.attrs.get("role") == "heading" else []
            if not chain or self.zone(title) == "aside" or any(one.tag == "a" for one in chain):
                continue
            alone = list(takewhile(lambda one: one.mem_id not in crowd and not is_container(one), chain))
            if alone:
                found.setdefault(alone[-1].mem_id, title)
        return found

    def blocks(self, titles: list[LexborNode], others: list[LexborNode]) -> dict[int, LexborNode]:
        """By title: the largest part of the page that belongs to it alone, up until another result or feature."""
        chains = {node.mem_id: [node, *self.above(node)] for node in [*others, *titles]}
        crowd = Counter(one.mem_id for chain in chains.values() for one in chain)
        found = {}
        for title in titles:
            chain = chains[title.mem_id]
            alone = list(takewhile(lambda one: crowd[one.mem_id] == 1 and not is_container(one), chain))
            found[title.mem_id] = alone[-1] if alone else title
        return found


def _kinds_of(node: LexborNode) -> dict[str, None]:
    """What a node is, by tag, id, attributes and classes, each once."""
    attributes = node.attributes
    identity = attributes.get("id") or ""
    names = (attributes.get("class") or "").split()
    found = [TAGS.get(node.tag or ""), IDS.get(identity) or ("open" if identity.startswith(LATER_RESULTS) else None)]
    found += [ATTRIBUTES[name] for name in attributes if name in ATTRIBUTES]
    found += [VALUES.get((name, attributes[name] or "")) for name in TOLD_BY_VALUE if name in attributes]
    found += [CLASSES[name] for name in names if name in CLASSES]
    return dict.fromkeys(kind for kinds in found if kinds for kind in kinds.split())


def is_container(node: LexborNode) -> bool:
    """The results' own container, or anything that holds it."""
    return node.tag in ("body", "main") or node.attrs.get("id") in CONTAINER_IDS


def inside(node: LexborNode, css: str) -> bool:
    """Whether a selector finds something below a node (selectolax counts the node itself)."""
    first = node.css_first(css)
    if first is None or first.mem_id != node.mem_id:
        return first is not None
    return any(child.css_first(css) is not None for child in node.iter())


def below(node: LexborNode, css: str) -> list[LexborNode]:
    """What a selector finds below a node, each once (selectolax tells twice what matches twice)."""
    return list({one.mem_id: one for one in node.css(css) if one.mem_id != node.mem_id}.values())


def words(node: LexborNode | None) -> str:
    """A node's text as it is seen: inline marks add no space ("<em>Pizza</em>, fast food"), blocks do."""
    if node is None:
        return ""
    if not inside(node, BLOCKS):
        return plain(node.text(separator="", strip=False))
    return _LOOSE.sub(r"\1", plain(node.text(separator=" ", strip=False)))
