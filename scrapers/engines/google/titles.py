"""Which headings are results. A result is an outside link with its own heading in the main column.

Desktop and no-JS pages: the heading is an h3, in the link (until 2018: the link in the h3). Mobile pages: a
div[role=heading] in the link, with the address shown beside it; there a featured snippet alone has an h3. A heading
under another result of the same host ("more from", sitelinks) is nested: it belongs to that result.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import takewhile

from selectolax.lexbor import LexborNode

from scrapers.blocks import MOST_RESULTS
from scrapers.engines.google.address import address, names
from scrapers.engines.google.column import Column, is_container, words
from scrapers.engines.google.links import is_own
from scrapers.engines.google.selectors import RESULT_BLOCK
from scrapers.urls import Target, hides_target, registrable_domain, target

LIST_TAGS = frozenset({"ul", "ol", "li", "table", "tr", "td"})


@dataclass(frozen=True, slots=True)
class Title:
    """A heading that links outside: its node, its link, where that leads, the text and the address shown."""

    node: LexborNode
    anchor: LexborNode
    found: Target
    text: str
    display: str
    addressed: bool

    @property
    def is_h3(self) -> bool:
        return self.node.tag == "h3"


@dataclass(slots=True)
class Found:
    """What the headings of a page are. unread: outside links with a heading that are none of the others.

    sections: by the root of each titled section, its title.
    """

    results: list[Title] = field(default_factory=list)
    nested: list[tuple[Title, Title]] = field(default_factory=list)
    cards: list[Title] = field(default_factory=list)
    sections: dict[int, LexborNode] = field(default_factory=dict)
    unread: int = 0


def titles_of(column: Column) -> Found:
    """Sort the headings of the main column into results, nested entries, cards of features, and what is left."""
    candidates: list[Title] = []
    left: list[Title] = []
    found = Found()
    for heading in column.named("title"):
        if len(candidates) >= 2 * MOST_RESULTS:
            break
        title, hidden = _title(column, heading)
        candidates += [title] if title else []
        found.unread += hidden
    sure = _sure(candidates)
    found.sections = column.sections([*(title.node for title in sure), *column.named("ad_block")])
    known = {title.node.mem_id for title in sure}
    mobile = any(not title.is_h3 for title in sure)
    crowd = Counter(one.mem_id for title in candidates for one in column.above(title.node)) if mobile else Counter()
    for title in candidates:
        if title.node.mem_id in known:
            _place(column, found, title)
        elif any(one.mem_id in found.sections for one in column.above(title.node)) or _is_button(title.anchor):
            found.cards.append(title)
        elif mobile and _stands_alone(column, title, crowd):
            _place(column, found, title)
        else:
            left.append(title)
    read = {title.found.link for title in found.results}
    found.unread += sum(1 for title in left if title.found.link not in read)
    return found


def _title(column: Column, heading: LexborNode) -> tuple[Title | None, bool]:
    """(a heading of the main column that leads outside, whether it is a result whose target cannot be told)."""
    anchor = column.link_of(heading)
    if anchor is None or column.zone(heading) != "open":
        return None, False
    href, text = anchor.attrs.get("href") or "", words(heading)
    if heading.css_first("a") is not None:  # the link stands in the heading; what else stands there is no title
        if heading.tag != "h3" and words(anchor) != text:
            return None, False
        text = words(anchor)
    if not text:
        return None, False
    display, addressed = address(anchor, text)
    found = target(href, display, text)
    if found is None:
        return None, hides_target(href)
    if is_own(found.host, found.link):
        return None, False
    return Title(heading, anchor, found, text, display, addressed or names(display, found)), False


def _is_button(anchor: LexborNode) -> bool:
    """A card that installs or opens something: an application, not a page."""
    return anchor.attrs.get("role") == "button"


def _sure(candidates: list[Title]) -> list[Title]:
    """Desktop: the headings that are h3. Mobile, when those are the fewer: them and every heading with an address."""
    plain = [title for title in candidates if title.is_h3]
    mobile = [title for title in candidates if title.is_h3 or (title.addressed and not _is_button(title.anchor))]
    return plain if 2 * len(plain) >= len(mobile) else mobile


def _stands_alone(column: Column, title: Title, crowd: Counter[int]) -> bool:
    """A single card between results (one video): the only heading of the whole block it stands in."""
    blocks = list(takewhile(lambda one: not is_container(one), column.above(title.anchor)))
    return bool(blocks) and all(crowd[one.mem_id] == 1 for one in blocks)


def _place(column: Column, found: Found, title: Title) -> None:
    """A result of its own, or nested under the one before; a link met before is not told twice."""
    if len(found.results) >= MOST_RESULTS:
        return
    parent = found.results[-1] if found.results else None
    if parent is not None and _is_nested(column, title, parent):
        found.nested.append((parent, title))
    elif all(title.found.link != other.found.link for other in found.results):
        found.results.append(title)


def _is_nested(column: Column, title: Title, parent: Title) -> bool:
    """In a list or table within the parent's block that the parent is not part of; or in the same group of one host."""
    if registrable_domain(title.found.host) != registrable_domain(parent.found.host):
        return False
    parents = {one.mem_id for one in column.above(parent.node)}
    own = list(takewhile(lambda one: one.mem_id not in parents, column.above(title.node)))
    shared = column.above(title.node)[len(own) :]
    if not shared:
        return False
    theirs = takewhile(lambda one: one.mem_id != shared[0].mem_id, column.above(parent.node))
    listed = any(one.tag in LIST_TAGS for one in own) and not any(one.tag in LIST_TAGS for one in theirs)
    return any(RESULT_BLOCK in one.attrs for one in shared) or (listed and not is_container(shared[0]))
