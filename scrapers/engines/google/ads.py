"""Ads: told by where they stand; where they lead, past Google's own counter."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborNode

from scrapers.engines.google import selectors
from scrapers.engines.google.column import Column, words
from scrapers.engines.google.links import outside

MOST_ADS = 20
MOST_NODES = 200
MOST_LINKS = 10


def ads(column: Column) -> Iterator[tuple[LexborNode, dict[str, str]]]:
    """title, url, text of each ad; an ad within an ad (its sitelinks) is none of its own."""
    told: set[int] = set()
    for node in column.named("ad_block")[:MOST_NODES]:
        heading = node.css_first("[role=heading], h3")
        if heading is None or len(told) >= MOST_ADS or any(one.mem_id in told for one in column.above(node)):
            continue
        links = (_ad_url(anchor) for anchor in node.css("a[href]")[:MOST_LINKS])
        texts = (words(one) for one in node.css(selectors.AD_TEXTS)[:3])
        title = words(heading)
        told.add(node.mem_id)
        text = next((text for text in texts if text not in title), None)
        said = {"title": title, "url": next(filter(None, links), None), "text": text}
        yield node, {name: value for name, value in said.items() if value}


def _ad_url(anchor: LexborNode) -> str | None:
    """Where an ad leads, past Google's own counter."""
    href = anchor.attrs.get("href") or ""
    try:
        inner = parse_qs(urlsplit(href).query).get("adurl", [""])[0] if "adurl=" in href else ""
    except ValueError:
        return None
    for link in (href, (anchor.attrs.get("data-pcu") or "").split(",")[0], inner):
        found = outside(link)
        if found is not None:
            return found[0]
    return None
