"""Google's page for phones, as the practice site draws it: no h3, the title stands as a heading in the link."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from scrapers.practice.entries import Entry
from scrapers.practice.markup import Asked, displayed, document, google_link, nothing, rated


def google_mobile(entries: Sequence[Entry], asked: Asked) -> str:
    """Titles as div[role=heading], the address above them; more results behind a button."""
    found = "".join(_result(entry, asked) for entry in entries)
    none = f'<div id="topstuff"><p aria-level="3" role="heading">{nothing(asked)}</p></div>'
    more = '<a role="button" href="/search?q=x&amp;start=10">+</a>' if asked.more else ""
    body = (
        f'<form><input name="q" type="search" value="{escape(asked.phrase)}"></form><div id="main"><div id="cnt">'
        f'<div id="center_col">{f"""<div id="rso">{found}</div>""" if found else none}<div id="botstuff">{more}</div>'
        '</div></div></div><footer><div id="fbar">practice</div></footer>'
    )
    return document(asked, body, "Google Search")


def _result(entry: Entry, asked: Asked) -> str:
    return (
        '<div class="MjjYud"><div class="Ww4FFb xpd"><div data-snc="x"><div data-snf="x5WNvb" data-snhf="0">'
        f'<a class="cz3goc" role="presentation" href="{escape(google_link(entry, asked))}"><div>'
        f'<span class="ob9lvb" role="text">{escape(displayed(entry))}</span>'
        f'<div aria-level="3" role="heading"><div role="link">{escape(entry.title)}</div></div></div></a></div>'
        f'<div data-sncf="1" data-snf="nke7rc"><div class="VwiC3b">{escape(entry.snippet)}</div></div>'
        f'<div data-sncf="2" data-snf="mCCBcf">{rated(entry, asked.hl)}</div></div></div></div>'
    )
