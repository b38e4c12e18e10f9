"""One organic block of an HTML page -> a Result: its words whole, its snippet without what changes from day to day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import MOST_RESULTS, ancestors, longest_text, plain, rating_in, soup_of, split_date
from scrapers.types import Rating, Result
from scrapers.urls import target

MOST_DEPTH = 60
MOST_NODES = 4000  # of one block; one that holds more is no block, and reading on would only cost time
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code em font i img kbd mark q s samp small span strike strong sub sup tt u "
    "wbr".split()
)
_HIDDEN = frozenset({"script", "style", "noscript", "template", "svg", "button", "title"})
_SEPARATOR = " \u00a0·•|–—-"
_SCORE = re.compile(
    r"^[\s·|]*(?:(?P<value>\d{1,2}(?:[.,]\d{1,2})?)\s?/\s?(?P<scale>5|10|100)|(?P<percent>\d{1,3})\s?%)"
    r"\s?\((?P<votes>\d[\d.,\s]{0,12}[KMk]?)(?:\s[^\W\d]{1,20})?\)\s*[-·•|–—]?\s*"
)


@dataclass(frozen=True, slots=True)
class Block:
    """What an engine's file found of one organic block.

    date: the piece of the snippet the markup sets apart as a date. rated: the piece that shows a rating in numbers.
    heading: what belongs to the title and is no snippet, where the snippet has to be guessed.
    """

    node: LexborNode
    link: LexborNode
    title: LexborNode | None = None
    display: LexborNode | None = None
    snippet: LexborNode | None = None
    date: LexborNode | None = None
    rated: LexborNode | None = None
    heading: str = "h2, h3"


def result_of(block: Block) -> Result | None:
    """The block as a result without a rank; None when it has no title or leads nowhere we would trust."""
    title, display = words(block.title or block.link), words(block.display)
    found = target((block.link.attributes.get("href") or "").strip(), display, title)
    if found is None or not title:
        return None
    said = words(block.node)
    whole = words(block.snippet) or _longest(block).strip(_SEPARATOR) or _between(said, title, display)
    date_text, snippet, rating = _split(whole, words(block.date))
    beside = said.replace(whole, " ", 1).replace(title, " ", 1)
    return Result(
        rank=0, url=found.url, link=found.link, title=title, snippet=snippet, display_url=display, host=found.host,
        rating=score(words(block.rated)) or rating or rating_in(beside), date_text=date_text,
        unresolved=found.unresolved,
    )  # fmt: skip


def _longest(block: Block) -> str:
    """The longest run of text beside the title: where a snippet's class is not known."""
    soup = soup_of(block.node)
    for gone in soup.select(f"{block.heading}, ul, table"):
        gone.decompose()
    return longest_text(soup)


def _between(said: str, title: str, display: str) -> str:
    """What stands between title and address: on pages too old for classes, that is the snippet."""
    start = said.find(title) + len(title)
    stop = said.find(display, start) if display else -1
    return said[start:stop].strip(_SEPARATOR) if stop > start >= len(title) else ""


def _split(text: str, marked: str) -> tuple[str | None, str, Rating | None]:
    """(date, snippet, rating): what a snippet leads with is taken off it, for it changes while the result does not."""
    date_text: str | None = marked.strip(_SEPARATOR) or None
    if marked and text.startswith(marked):
        text = text.removeprefix(marked).lstrip(_SEPARATOR)
    elif not marked:
        date_text, text = split_date(text)
    found = score(text)
    if found is not None:
        return date_text, _SCORE.sub("", text, count=1), found
    rest = split_date(text)[1] if rating_in(text[:60]) else text
    return date_text, rest, rating_in(text[: len(text) - len(rest)])


def score(text: str) -> Rating | None:
    """A rating in numbers at the start of a text: "4,5/5 (120)", "8/10 (87 votos)", "86% (13)"; None without one."""
    found = _SCORE.match(text)
    if found is None:
        return None
    value = float((found["value"] or found["percent"]).replace(",", "."))
    scale = float(found["scale"] or 100)
    digits = re.sub(r"[.,\s]", "", found["votes"])
    votes = int(digits) if digits.isdigit() and len(digits) < 10 else None  # "12,5K" is a rounding, no number
    return Rating(value, scale, votes) if value <= scale else None


def words(node: LexborNode | None) -> str:
    """A node's visible text as one line: words stay whole across inline marks, blocks stay apart. "" for no node."""
    return plain("".join(_pieces(node))) if node is not None else ""


def _pieces(node: LexborNode) -> Iterator[str]:
    """Text and gaps in order; with a stack of its own, for a hostile page nests deeper than Python calls."""
    stack: list[tuple[LexborNode, bool]] = [(node, False)]
    for _ in range(2 * MOST_NODES):
        if not stack:
            return
        here, closing = stack.pop()
        if here.tag == "-text":
            yield here.text_content or ""
        elif here.tag not in _INLINE:
            yield " "
        if not closing and here.tag != "-text" and (here is node or here.tag not in _HIDDEN):
            stack.append((here, True))
            stack.extend((child, False) for child in reversed(list(islice(here.iter(include_text=True), MOST_NODES))))


def first(node: LexborNode, *selectors: str) -> LexborNode | None:
    """What the selectors find first, tried one after another; empty ones find nothing."""
    return next((found for css in selectors if css and (found := node.css_first(css)) is not None), None)


def blocks_of(tree: LexborHTMLParser, *layouts: str) -> list[LexborNode]:
    """The page's blocks in its order, each once and none inside another, by the first layout that has any."""
    return next((nodes for css in layouts if (nodes := apart(tree.css(css)))), [])[:MOST_RESULTS]


def apart(found: list[LexborNode]) -> list[LexborNode]:
    """The outermost of the nodes, each once: what stands in another is read with it, and no page is read twice."""
    nodes = {node.mem_id: node for node in found[: 4 * MOST_RESULTS]}
    return [
        node for node in nodes.values() if not any(up.mem_id in nodes for up in islice(ancestors(node), MOST_DEPTH))
    ]
