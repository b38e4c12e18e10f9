"""The address a result shows, by which a mobile result is told from a card of a feature."""

from __future__ import annotations

from selectolax.lexbor import LexborNode

from scrapers.engines.google.column import words
from scrapers.engines.google.selectors import ADDRESSES
from scrapers.urls import Target, registrable_domain


def address(anchor: LexborNode, title: str) -> tuple[str, bool]:
    """(the address a result shows, or the site's name where it shows none; whether it looks like an address)."""
    rest = words(anchor).replace(title, "", 1).strip()
    cite = anchor.css_first(ADDRESSES)
    block = anchor.parent
    for _ in range(4):
        if cite is not None or rest or block is None or len(block.css("h3")) > 1:
            break
        cite, block = block.css_first("cite"), block.parent
    shown = words(cite) if cite is not None else rest
    if _is_address(shown):
        return shown, True
    return rest.replace(shown, "").strip() or shown, False


def _is_address(shown: str) -> bool:
    first = shown.split(" ")[0]
    return "›" in shown or "://" in shown or ("." in first.strip(".") and not first[0].isdigit())


def names(display: str, found: Target) -> bool:
    """The text shown names the site the link leads to."""
    return (registrable_domain(found.host) or found.host) in display.lower()
