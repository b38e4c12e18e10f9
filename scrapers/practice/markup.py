"""Pages in the markup of real engines: results, and everything an engine may send instead."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import quote, urlsplit

from scrapers.practice.entries import Entry

RATED = {"he": "דירוג", "pl": "Ocena", "en": "Rating"}
VOTES = {"he": "ביקורות", "pl": "opinii", "en": "reviews"}
NOTHING = {"he": "לא נמצאו תוצאות", "pl": "nie znaleziono żadnych wyników", "en": "did not match any documents"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page was asked for. hidden: links hide their targets behind /goto tokens."""

    phrase: str
    hl: str
    gl: str
    page: int
    more: bool
    hidden: bool = False


def google(entries: Sequence[Entry], asked: Asked) -> str:
    """A desktop page of Google's present layout."""
    blocks = "".join(
        f'<div class="MjjYud"><div class="g tF2Cxc"><div class="yuRUbf"><a href="{escape(google_link(e, asked))}">'
        f'<h3 class="LC20lb">{escape(e.title)}</h3><cite>{escape(displayed(e))}</cite></a></div>'
        f'<div class="VwiC3b"><span>{escape(e.snippet)}</span></div>{rated(e, asked.hl)}</div></div>'
        for e in entries
    )
    found = (
        f'<div id="rso">{blocks}</div>'
        if entries
        else f'<div id="topstuff"><div class="card-section"><p role="heading">{nothing(asked)}</p></div></div>'
    )
    following = '<a id="pnnext" href="/google/search?start=10">›</a>' if asked.more else ""
    return document(
        asked,
        f'<form action="/google/search"><textarea name="q">{escape(asked.phrase)}</textarea></form>'
        f'<div id="main"><div id="search">{found}</div></div>'
        f'<div id="botstuff"><div id="navcnt">{following}</div></div>'
        '<div id="foot"><div id="fbar">practice</div></div>',
        "Google Search",
    )


def google_nojs(entries: Sequence[Entry], asked: Asked) -> str:
    """Google's page for clients without JavaScript: links go through /url?q=, the page names no country."""
    blocks = "".join(
        '<div><div class="Gx5Zad fP1Qef xpd EtOod pkphOe"><div class="egMi0 kCrYT">'
        f'<a href="/url?q={quote(google_link(e, asked), safe=":/")}&amp;sa=U&amp;ved=2ahUKE&amp;usg=AOvVaw">'
        f'<div class="DnJfK"><div class="j039Wc"><h3 class="zBAuLc l97dzf"><div class="BNeawe vvjwJb AP7Wnd UwRFLe">'
        f'{escape(e.title)}</div></h3></div><div class="sCuL3"><div class="BNeawe UPmit AP7Wnd lRVwie">'
        f'{escape(displayed(e))}</div></div></div></a></div><div class="kCrYT"><div><div class="BNeawe s3v9rd AP7Wnd">'
        f'<div><div class="v9i61e"><div class="BNeawe s3v9rd AP7Wnd">{rated(e, asked.hl)}{escape(e.snippet)}</div>'
        "</div></div></div></div></div></div></div>"
        for e in entries
    )
    found = blocks or f'<div class="Gx5Zad"><div class="BNeawe s3v9rd AP7Wnd">{nothing(asked)}</div></div>'
    following = '<a class="nBDE1b G5eFlf" href="/search?start=10" aria-label="Next page">›</a>' if asked.more else ""
    return document(
        replace(asked, gl=""),
        f'<header id="hdr"><form id="sf"><input name="gbv" value="1" type="hidden"><input class="noHIxc" name="q" '
        f'value="{escape(asked.phrase)}"></form></header><div id="main">{found}<footer>{following}</footer></div>',
        "Google Search",
    )


def bing(entries: Sequence[Entry], asked: Asked) -> str:
    """A page of Bing with ck/a links."""
    blocks = "".join(
        f'<li class="b_algo"><h2><a href="{escape(_bing_link(e))}">{escape(e.title)}</a></h2>'
        f'<div class="b_caption"><cite>{escape(e.url)}</cite><p class="b_lineclamp2">{escape(e.snippet)}</p>'
        f"{rated(e, asked.hl)}</div></li>"
        for e in entries
    )
    found = blocks or f'<li class="b_no"><h1>{nothing(asked)}</h1></li>'
    following = '<a class="sb_pagN" title="Next page" href="/bing/search?first=11">›</a>' if asked.more else ""
    return document(
        asked,
        f'<form><input id="sb_form_q" name="q" value="{escape(asked.phrase)}"></form><ol id="b_results">{found}'
        f'<li class="b_pag">{following}</li></ol><footer id="b_footer">practice</footer>',
        "Bing",
    )


def duckduckgo(entries: Sequence[Entry], asked: Asked) -> str:
    """A page of DuckDuckGo's HTML version with uddg links."""
    blocks = "".join(
        '<div class="result results_links web-result"><div class="result__body"><h2 class="result__title">'
        f'<a class="result__a" href="//duckduckgo.com/l/?uddg={quote(e.url, safe="")}">{escape(e.title)}</a></h2>'
        f'<a class="result__url" href="#">{escape(displayed(e))}</a><a class="result__snippet">{escape(e.snippet)}</a>'
        f"{rated(e, asked.hl)}</div></div>"
        for e in entries
    )
    found = blocks or f'<div class="no-results">{nothing(asked)}</div>'
    return document(
        asked,
        f'<form><input name="q" value="{escape(asked.phrase)}"></form><div id="links">{found}</div>'
        '<div class="nav-link"></div><div id="bottom_spacing2"></div>',
        "DuckDuckGo",
    )


LAYOUTS: dict[str, Callable[[Sequence[Entry], Asked], str]] = {"google": google, "bing": bing, "duckduckgo": duckduckgo}
PER_PAGE = {"google": 10, "bing": 10, "duckduckgo": 20}

CAPTCHA = {
    "google": '<html><head><title>sorry</title></head><body><form id="captcha-form" action="index" method="post">'
    '<div class="g-recaptcha" data-sitekey="practice"></div></form></body></html>',
    "bing": '<html><body><div class="captcha"><h1>One last step</h1></div></body></html>',
    "duckduckgo": '<html><body><form id="challenge-form" action="//duckduckgo.com/anomaly.js">'
    '<div class="anomaly-modal__title">bots</div></form></body></html>',
}
CONSENT = (
    '<html><body><form action="https://consent.google.com/save" method="POST"><button>Accept</button></form>'
    "</body></html>"
)
ENABLE_JS = (
    '<html><head><title>Google Search</title></head><body><noscript><meta http-equiv="refresh" '
    'content="0;url=/httpservice/retry/enablejs"></noscript></body></html>'
)


def document(asked: Asked, body: str, name: str) -> str:
    direction = "rtl" if asked.hl == "he" else "ltr"
    return (
        f'<!doctype html><html lang="{escape("-".join(filter(None, (asked.hl, asked.gl))))}" dir="{direction}">'
        '<head><meta charset="utf-8">'
        f"<title>{escape(asked.phrase)} - {name}</title></head><body>{body}</body></html>"
    )


def rated(entry: Entry, hl: str) -> str:
    if entry.rating is None:
        return ""
    word, votes = RATED.get(hl, RATED["en"]), VOTES.get(hl, VOTES["en"])
    return f'<div class="fG8Fp"><span>{word}: {entry.rating} · {entry.votes:,} {votes}</span></div>'


def nothing(asked: Asked) -> str:
    """The engine's own words for "no results", in the language asked."""
    return NOTHING.get(asked.hl, NOTHING["en"])


def displayed(entry: Entry) -> str:
    parts = urlsplit(entry.url)
    steps = [step for step in parts.path.split("/") if step]
    return " › ".join([parts.netloc, *steps])


def google_link(entry: Entry, asked: Asked) -> str:
    if asked.hidden:
        token = base64.urlsafe_b64encode(f"{asked.page}{entry.url}".encode()).decode().rstrip("=")
        return f"https://www.google.com/goto?url=CAES{token}"
    return entry.url


def _bing_link(entry: Entry) -> str:
    token = base64.urlsafe_b64encode(entry.url.encode()).decode().rstrip("=")
    return f"https://www.bing.com/ck/a?!&&p=practice&u=a1{token}&ntb=1"
