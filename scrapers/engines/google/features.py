"""What is not organic, each block once, with its place among all blocks of the page (data: scrapers.types.Feature)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborNode

from scrapers.blocks import text_of
from scrapers.engines.google import panels
from scrapers.engines.google.ads import ads
from scrapers.engines.google.cards import kind_of, kind_said, links_in, phrases_in
from scrapers.engines.google.column import Column, words
from scrapers.engines.google.links import is_own
from scrapers.engines.google.titles import Found, Title
from scrapers.types import Feature
from scrapers.urls import registrable_domain, target

MOST_FEATURES = 20
MOST_LINKS = 60
MOST_LINK_TEXT = 120
Mark = tuple[LexborNode, str, dict[str, Any]]


def features_of(column: Column, found: Found) -> tuple[tuple[Feature, ...], dict[int, LexborNode], dict[int, int]]:
    """(the features, by result the block that is its own, by result its place among all blocks)."""
    nodes = [title.node for title in found.results]
    marks = list(_marks(column, found))
    around = {one.mem_id for node in nodes for one in (node, *column.above(node))}  # a box round a result cuts nothing
    others = [node for node, _, _ in marks if node.mem_id not in around] + [title.node for _, title in found.nested]
    blocks = column.blocks(nodes, others)
    places = _places(column, {node.mem_id for node in [*nodes, *(node for node, _, _ in marks)]})
    features = [Feature(kind, places.get(node.mem_id), data) for node, kind, data in marks]
    features += _sitelinks(found, blocks, places)
    return tuple(features), blocks, places


def _places(column: Column, wanted: set[int]) -> dict[int, int]:
    """1-based, in the page's order."""
    order = sorted(wanted & column.order.keys(), key=column.order.__getitem__)
    return {identity: place for place, identity in enumerate(order, 1)}


def _marks(column: Column, found: Found) -> Iterator[Mark]:
    """Each feature: a node that shows where it stands, its kind, what it says."""
    yield from ((node, "ad", data) for node, data in ads(column))
    yield from ((node, "paa", data) for node, data in panels.questions(column))
    for kind, read in panels.SINGLE.items():
        first = next(read(column, found), None)
        if first is not None:
            yield first[0], kind, first[1]
    suggested: set[str] = set()
    for node, kind, data in (*_sections(column, found), *_related(column)):
        if kind != "related" or not suggested.issuperset(data["phrases"]):
            suggested.update(data.get("phrases", ()))
            yield node, kind, data


def _related(column: Column) -> Iterator[Mark]:
    """What to search for next; on a page without JavaScript that is its last block."""
    roots = column.named("related")[:MOST_FEATURES]
    inner = {one.mem_id for root in roots for one in column.above(root)}
    for root in [root for root in roots if root.mem_id not in inner]:
        phrases = phrases_in(root)
        if phrases:
            yield root, "related", {"phrases": phrases}
    for last in panels.last_block(column):
        yield last, "related", {"phrases": phrases_in(last)}


def _sections(column: Column, found: Found) -> Iterator[Mark]:
    """Titled blocks of cards, and single cards that install or open something."""
    told: set[int] = set()
    sections = found.sections
    pictures = {one.mem_id for node in column.named("images") for one in (node, *column.above(node))}
    roots = {one.mem_id: one for title in sections.values() for one in column.above(title)}
    for identity, title in list(sections.items())[: 2 * MOST_FEATURES]:
        if column.zone(title) in ("paa", "ad", "ai_overview") or identity in pictures:
            continue
        said = kind_said(words(title))
        if said == "related":
            phrases = phrases_in(roots[identity])
            if phrases:
                yield title, said, {"phrases": phrases}
        elif said != "local":
            items = links_in(roots[identity])
            if items:
                told.update(one.mem_id for one in roots[identity].css("a"))
                yield title, said or kind_of("", items), {"items": items}
    for root in column.named("section")[:MOST_FEATURES]:  # until 2017 their titles were no headings
        items = links_in(root) if not any(one.mem_id in sections for one in (root, *column.above(root))) else []
        kind = kind_of(words(root), items)
        if items and root.mem_id not in pictures and kind != "related":
            yield root, kind, {"items": items}
    for card in found.cards[:MOST_FEATURES]:
        if card.anchor.mem_id not in told and not any(one.mem_id in sections for one in column.above(card.node)):
            yield card.node, "carousel", {"items": [{"title": card.text, "url": card.found.url}]}


def _sitelinks(found: Found, blocks: dict[int, LexborNode], places: dict[int, int]) -> list[Feature]:
    """The links under each result, and the entries nested under it; they stand where their result stands."""
    nested: dict[int, list[Title]] = {}
    for parent, title in found.nested:
        nested.setdefault(parent.node.mem_id, []).append(title)
    features = []
    for title in found.results:
        identity = title.node.mem_id
        items = {item["url"]: item for item in _links_under(blocks[identity], title)}
        for other in nested.get(identity, [])[:MOST_FEATURES]:
            items.setdefault(other.found.url, {"title": other.text, "url": other.found.url})
        if items:
            data = {"link": title.found.link, "items": list(items.values())}
            features.append(Feature("sitelinks", places.get(identity), data))
    return features


def _links_under(block: LexborNode, title: Title) -> list[dict[str, str]]:
    """Sitelinks: other pages of the same owner linked with a text of their own, each once."""
    owner = registrable_domain(title.found.host) or title.found.host
    items: dict[str, dict[str, str]] = {}
    for anchor in block.css("a[href]")[:MOST_LINKS]:
        href = anchor.attrs.get("href") or ""
        text = (
            text_of(anchor) if owner in href.lower() or "xn--" in owner else ""
        )  # most links are Google's own: a look costs little
        found = target(href) if 2 <= len(text) <= MOST_LINK_TEXT else None
        if found is None or is_own(found.host, found.link) or registrable_domain(found.host) != owner:
            continue
        if not found.link.startswith(title.found.link.rstrip("/") + "&") and found.link != title.found.link:
            items.setdefault(found.link, {"title": text, "url": found.url})
    return list(items.values())[:MOST_FEATURES]
