"""Cards of a titled section: the links in it, the phrases it suggests, and what kind of section that makes it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborNode

from scrapers.blocks import split_date, text_of
from scrapers.engines.google.column import below, words
from scrapers.engines.google.links import outside
from scrapers.engines.google.selectors import SECTION_KINDS
from scrapers.urls import host, registrable_domain

MOST_CARDS = 20
MOST_ANCHORS = 120
MOST_TITLE = 300
VIDEO_DOMAINS = frozenset({"youtube.com", "youtu.be", "tiktok.com", "vimeo.com", "dailymotion.com"})
SERVICES = ("accounts.google.", "support.google.", "posts.google.", "policies.google.", "myactivity.google.")
NOT_PHRASES = frozenset({"start", "tbm", "udm", "stick", "ludocid", "lsig", "tbs", "imgil", "imgrc"})


def links_in(root: LexborNode) -> list[dict[str, str]]:
    """[{title, url, source?, date?}] of the outside links with a text of their own, each once."""
    items: dict[str, dict[str, str]] = {}
    for anchor in root.css("a[href]")[:MOST_ANCHORS]:
        found = outside(anchor.attrs.get("href") or "")
        if found is None or found[0] in items or found[1].startswith(SERVICES):
            continue
        heading = anchor.css_first("[role=heading], h3, h1")
        title = _first_line(heading) if heading is not None else words(anchor)
        if 2 <= len(title) <= MOST_TITLE and any(sign.isalpha() for sign in title):  # "(794)" counts reviews
            aside = _aside(anchor, title) if heading is not None else {}
            items[found[0]] = {"title": title, "url": found[0], **aside}
    return list(items.values())[:MOST_CARDS]


def _first_line(heading: LexborNode) -> str:
    """The title in a heading that may hold its source and date too."""
    return next(iter(_leaves(heading)), "") if len(below(heading, "div")) > 1 else words(heading)


def _leaves(node: LexborNode) -> list[str]:
    """The texts of the innermost elements, each once."""
    leaves = [words(one) for one in below(node, "span, div")[:MOST_ANCHORS] if len(one.css("span, div")) == 1]
    return [text for text in dict.fromkeys(leaves) if text not in ("", "·")]


def _aside(anchor: LexborNode, title: str) -> dict[str, str]:
    """The source and the date a card names beside its title."""
    said = [text for text in _leaves(anchor) if text not in title and len(text) <= 60]
    date = next((text for text in said if split_date(text + " — ")[0]), None)
    source = next((text for text in said if text != date and not text[0].isdigit()), None)
    return {key: text for key, text in (("source", source), ("date", date)) if text}


def phrases_in(root: LexborNode) -> list[str]:
    """What Google suggests to search for, from the links themselves: no paging, no verticals, no entities."""
    phrases = {}
    for anchor in root.css("a[href*='/search?']")[:MOST_ANCHORS]:
        try:
            query = parse_qs(urlsplit(anchor.attrs.get("href") or "").query)
        except ValueError:
            continue
        if "q" in query and not NOT_PHRASES & query.keys() and text_of(anchor):
            phrases[" ".join(query["q"][0].split())] = True
    return list(phrases)[:MOST_CARDS]


def kind_said(title: str) -> str | None:
    """The kind of a section by the words over it."""
    said = title.casefold()
    return next((kind for kind, texts in SECTION_KINDS.items() if said.startswith(texts)), None)


def kind_of(title: str, items: list[dict[str, str]]) -> str:
    """The kind of a section: by the words over it, else by where most of its links lead."""
    said = kind_said(title)
    if said is not None:
        return said
    hosts = [host(item["url"]) or "" for item in items]
    videos = sum(1 for name in hosts if registrable_domain(name) in VIDEO_DOMAINS)
    return "video" if items and videos > len(items) / 2 else "carousel"
