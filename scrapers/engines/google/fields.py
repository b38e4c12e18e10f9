"""What a result says besides its title: snippet, date, and the links under it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from scrapers.blocks import plain, split_date, text_of
from scrapers.engines.google.column import BLOCKS, below, inside, words
from scrapers.engines.google.selectors import DATE_LINES, NEVER_TEXT, NOT_SNIPPET, SNIPPETS, STARS
from scrapers.engines.google.titles import LIST_TAGS, Title

LEAST_TEXT = 15
MOST_LEAD = 40
MOST_LINKS = 60
MOST_NODES = 300
NOJS_CELL = "s3v9rd"
MOST_ITEMS = 20
_DASHES = "—–-·\ufffd"  # the last is a dot that came through a wrong encoding
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Said:
    """The text under a title, without the date it leads with."""

    snippet: str = ""
    date_text: str | None = None


def said_in(block: LexborNode, title: Title, cell: LexborNode | None) -> Said:
    """The snippet whole, its date apart; what is a rating, an address or a link of its own is not part of it."""
    if cell is None:
        return _said_anywhere(block, title)
    text = _without_tail(cell, _line(cell))
    lead = _lead(cell, text)
    if lead is not None:
        return Said(text[len(lead) :].lstrip(" " + _DASHES), lead.rstrip(" " + _DASHES))
    date_text, text = split_date(text)
    return Said(text, date_text or _date_line(block))


def cell_of(block: LexborNode) -> LexborNode | None:
    """The element that holds the snippet and nothing else, by the first of the known names that is there."""
    for css in SNIPPETS:
        best: LexborNode | None = None
        for node in block.css(css)[:MOST_ITEMS]:
            if inside(node, css) or node.css_first(STARS) is not None or _is_links(node) or is_listed(node, block):
                continue
            size = len(text_of(node))
            if size >= LEAST_TEXT and (best is None or size > len(text_of(best))):
                best = node
                if css != f".{NOJS_CELL}":
                    break
        if best is not None:
            return best
    return None


def _line(cell: LexborNode) -> str:
    """A cell's text. Without JavaScript facts stand below it as lines of their own: the longest line is the text."""
    if NOJS_CELL not in (cell.attrs.get("class") or "").split():
        return words(cell)
    lines: list[str] = []
    line = ""
    for child in cell.iter(include_text=True):
        if child.tag == "br":
            lines, line = [*lines, line], ""
        line += "" if child.is_comment_node else child.text(strip=False)
    return max((plain(one) for one in [*lines, line]), key=len)


def is_listed(node: LexborNode, block: LexborNode) -> bool:
    """It stands in a list under the result: the text of a nested entry, not of this one."""
    above = node.parent
    while above is not None and above.mem_id != block.mem_id:
        if above.tag in LIST_TAGS:
            return True
        above = above.parent
    return False


def _is_links(node: LexborNode) -> bool:
    """Nothing but links: sitelinks, not a text."""
    linked = sum(len(text_of(link)) for link in node.css("a[href]")[:MOST_LINKS])
    return linked > 0.7 * len(text_of(node))


def _without_tail(cell: LexborNode, text: str) -> str:
    """Without "Read more", and without the line of words the page does not hold."""
    tails = cell.css("a[href*='#:~:text']")[-1:]
    tails += [node for node in cell.css(NOT_SNIPPET)[:MOST_ITEMS] if node.mem_id != cell.mem_id]
    for node in reversed(tails):
        text = text.replace(words(node), " ", 1) if words(node) else text
    return plain(text)


def _lead(cell: LexborNode, text: str) -> str | None:
    """The date set apart before the text, in any language: a span of its own that ends in a dash."""
    said = words(next(iter(below(cell, "span, .f")), None))
    if not said or len(said) > MOST_LEAD or not text.startswith(said):
        return None
    dash = said[-1] if said[-1] in _DASHES else text[len(said) :].strip()[:1]
    if dash == "—" and any(sign.isdigit() for sign in said):
        return text[: text.index("—", len(said) - 1) + 1]
    if dash and dash in _DASHES and (_YEAR.search(said) or split_date(said.rstrip(" " + _DASHES) + " — x")[0]):
        return text[: text.index(dash, len(said) - 1) + 1]
    return None


def _date_line(block: LexborNode) -> str | None:
    """The date of a line of its own ("22.10.2015 - Uploaded by ..."), until 2019."""
    for node in block.css(DATE_LINES)[:3]:
        found, _ = split_date(text_of(node) + " — ")
        if found:
            return found
    return None


def _said_anywhere(block: LexborNode, title: Title) -> Said:
    """No known name: the longest run of text in the block that is neither title, address nor list."""
    gone = {node.mem_id for node in block.css(NEVER_TEXT)}
    gone |= {title.node.mem_id, title.anchor.mem_id, *(node.mem_id for node in title.anchor.css("*"))}
    best = ""
    for node in block.css("div, p, span")[:MOST_NODES]:
        if node.mem_id not in gone and not inside(node, BLOCKS) and not _stands_in(node, block, gone):
            text = words(node)
            if len(text) > len(best) and text != title.display:
                best = _listed_with(node) or text
    date_text, snippet = split_date(best if len(best) >= LEAST_TEXT else "")
    return Said(snippet, date_text or _date_line(block))


def _listed_with(node: LexborNode) -> str:
    """Of one of several alike ("Hotel A", "Hotel B", ...) all of them, as Google writes lists elsewhere."""
    name, parent = node.attrs.get("class"), node.parent
    if not name or parent is None:
        return ""
    alike = [one for one in parent.iter() if one.is_element_node and one.attrs.get("class") == name]
    return " · ".join(words(one) for one in alike[:MOST_ITEMS]) if len(alike) > 2 else ""


def _stands_in(node: LexborNode, block: LexborNode, gone: set[int]) -> bool:
    above = node.parent
    while above is not None and above.mem_id != block.mem_id:
        if above.mem_id in gone:
            return True
        above = above.parent
    return False
