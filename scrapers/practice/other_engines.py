"""Pages in the markup of Brave, Yahoo, Ecosia and Qwant: the same invented entries, drawn as each engine draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote

from scrapers.practice.entries import Entry
from scrapers.practice.markup import Asked, displayed, document, nothing, rated


def brave(entries: Sequence[Entry], asked: Asked) -> str:
    """A page of Brave Search, in its layout since 2024."""
    blocks = "".join(
        f'<div class="snippet" data-type="web" data-pos="{number}"><div class="result-wrapper"><div '
        f'class="result-content"><a class="l1" href="{escape(e.url)}"><cite class="snippet-url">{escape(displayed(e))}'
        f'</cite><div class="title search-snippet-title">{escape(e.title)}</div></a><div class="generic-snippet"><div '
        f'class="content">{escape(e.snippet)}</div></div>{rated(e, asked.hl)}</div></div></div>'
        for number, e in enumerate(entries)
    )
    found = blocks or f'<div class="snippet standalone" id="no-results">{nothing(asked)}</div>'
    following = '<a href="/search?offset=1">›</a>' if asked.more else ""
    return document(
        asked,
        f'<form><input id="searchbox" name="q" value="{escape(asked.phrase)}"></form><div id="results">{found}'
        f'<div id="pagination-snippet" class="snippet standalone"><div id="pagination">{following}</div></div></div>'
        f"<script>const page = {{country: '{escape(asked.gl.lower())}'}};</script><footer>practice</footer>",
        "Brave Search",
    )


def yahoo(entries: Sequence[Entry], asked: Asked) -> str:
    """A page of Yahoo Search; its links go through r.search.yahoo.com."""
    blocks = "".join(
        '<li><div class="dd algo algo-sr relsrch"><div class="compTitle options-toggle"><a '
        f'href="https://r.search.yahoo.com/_ylt=practice/RV=2/RE=1/RO=10/RU={quote(e.url, safe="")}/RK=2/RS=practice-">'
        f'<div class="p-abs"><span class="va-mid">{escape(displayed(e))}</span></div><h3 class="title">'
        f'{escape(e.title)}</h3></a></div><div class="compText aAbs"><p>{escape(e.snippet)}</p></div>'
        f"{rated(e, asked.hl)}</div></li>"
        for e in entries
    )
    found = blocks or f'<li><div class="dd zrp"><p class="zrpheading">{nothing(asked)}</p></div></li>'
    following = '<a class="next" href="/search?b=8&amp;pz=7">›</a>' if asked.more else ""
    return document(
        asked,
        f'<form><input name="p" value="{escape(asked.phrase)}"></form><div id="left"><div id="main"><div id="web">'
        f'<ol class="reg searchCenterMiddle">{found}</ol></div><div class="compPagination">{following}</div></div>'
        '</div><div id="ft">practice</div>',
        "Yahoo Search Results",
    )


def ecosia(entries: Sequence[Entry], asked: Asked) -> str:
    """A page of Ecosia, in its layout since 2022; the region it searched stands above the results."""
    blocks = "".join(
        '<div class="mainline__result-wrapper" data-test-id="mainline-result-web"><article class="result web-result" '
        f'data-test-id="organic-result"><div class="result__info"><a class="result-info__link" href="{escape(e.url)}">'
        f'<div data-test-id="result-source">{escape(displayed(e))}</div></a></div><div class="result__title"><a '
        f'class="result__link" href="{escape(e.url)}"><h2 data-test-id="result-title">{escape(e.title)}</h2></a></div>'
        f'<div data-test-id="result-description"><p class="web-result__description">{escape(e.snippet)}</p></div>'
        f"{rated(e, asked.hl)}</article></div>"
        for e in entries
    )
    found = f'<section data-test-id="mainline">{blocks}</section>' if blocks else (
        f'<div data-test-id="web-no-results"><p>{nothing(asked)}</p></div>'
    )  # fmt: skip
    following = '<a data-test-id="next-button" href="/search?p=1">›</a>' if asked.more else ""
    region = f"{asked.hl}-{asked.gl}".lower()
    return document(
        asked,
        f'<form><input data-test-id="search-form-input" name="q" value="{escape(asked.phrase)}"></form><span '
        f'data-test-id="search-filters-current-region">{region}</span><ul><li '
        f'data-test-id="search-regions-region-{region}">{region}</li></ul><main>{found}{following}</main>'
        '<footer data-test-id="layout-footer">practice</footer>',
        "Ecosia",
    )


def qwant(entries: Sequence[Entry], asked: Asked) -> str:
    """Qwant's page as its script draws it."""
    blocks = "".join(
        '<div data-testid="webResult"><div class="WebResult-module__subContainer"><a class="external" '
        f'href="{escape(e.url)}"><h2>{escape(e.title)}</h2><div class="Text-module__permaLink">{escape(displayed(e))}'
        f"</div></a><div>{escape(e.snippet)}</div></div>{rated(e, asked.hl)}</div>"
        for e in entries
    )
    found = blocks or f'<div data-testid="noResult">{nothing(asked)}</div>'
    following = '<button data-testid="buttonShowMore">›</button>' if asked.more else ""
    return document(
        asked,
        f'<form data-testid="mainSearchBar"><input value="{escape(asked.phrase)}"></form><section '
        f'data-testid="containerWeb"><div data-testid="sectionWeb">{found}</div>{following}</section>'
        '<footer data-testid="resultsLinks">practice</footer>',
        "Qwant Search",
    )


OTHER_LAYOUTS: dict[str, Callable[[Sequence[Entry], Asked], str]] = {
    "brave": brave, "yahoo": yahoo, "ecosia": ecosia, "qwant": qwant,
}  # fmt: skip
OTHER_PER_PAGE = {"brave": 20, "yahoo": 7, "ecosia": 10, "qwant": 10}
OTHER_CAPTCHAS = {
    "brave": '<html><body><div class="captcha"><form action="/api/captcha"></form></div></body></html>',
    "yahoo": '<html><body><div id="captcha"><div class="g-recaptcha"></div></div></body></html>',
    "ecosia": '<html><head><title>Just a moment...</title></head><body><input type="hidden" '
    'name="cf-turnstile-response"></body></html>',
    "qwant": '<html><body><iframe src="https://geo.captcha-delivery.com/captcha/"></iframe></body></html>',
}
