"""Where results stand on a page, and what looks like one but was not read, whatever engine's page it is."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from scrapers.explain import explain
from scrapers.linked import linked
from scrapers.parse import parse
from scrapers.registry import source
from scrapers.types import RawPage, SearchRequest, Serp

PAGES = Path(__file__).parent.parent / "pages"
CASES = sorted(path.parent for path in PAGES.glob("*/*/expected.json"))


def read(case: Path) -> tuple[bytes, Serp]:
    body = gzip.decompress(next(case.glob("page.*.gz")).read_bytes())
    asked = json.loads((case / "search.json").read_text(encoding="utf-8"))
    name = case.parent.name
    return body, parse(name, [RawPage(body)], SearchRequest(source(name).ENGINE, asked["phrase"], depth=20))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_every_result_is_found_again_where_its_path_says(case: Path) -> None:
    """HTML: the path leads to a link that bears the title; JSON: to the object with the link. Hidden links too."""
    body, serp = read(case)
    found = explain(body, serp)
    for result in serp.results:
        path = found.paths[result.link]
        assert path, result.link
        if body.lstrip()[:1] == b"{":
            continue
        css = path.replace(":nth(", ":nth-child(").removeprefix("… > ")
        titles = [node.text(strip=True) for node in LexborHTMLParser(body).css(css)]
        assert any("".join(result.title.split()) in "".join(title.split()) for title in titles), path


def test_headings_nobody_read_are_listed_with_their_text() -> None:
    """A page of a layout nobody knows: each outside link with a heading, once; the engine's own links are none."""
    blocks = "".join(
        f'<div class="new"><a href="https://h{n}.example/p"><h4>Result {n}</h4></a><a href="/settings"><h4>Settings</h4></a></div>'
        for n in range(5)
    )
    found = explain(f'<html><body><div id="list">{blocks}{blocks}</div></body></html>'.encode(), Serp())
    assert [(one.path, one.text) for one in found.unread] == [
        (f"div#list > div:nth({n + 1}) > a:nth(1)", f"Result {n}") for n in range(5)
    ]


def test_what_a_result_or_a_feature_shows_is_not_unread() -> None:
    """An ad whose address is known as a feature's data is no surprise; the same page without it has one unread."""
    body, serp = read(PAGES / "google" / "desktop-with-ads")
    assert all(one.url not in {result.url for result in serp.results} for one in explain(body, serp).unread)
    assert explain(body, Serp()).unread[1:]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[[1, 2", b"\xff\xfe\0", b"<a href=x><h3>" * 3000, b'{"link": {"title": 7}, "url": 3}']
)
def test_any_bytes_are_explained(body: bytes) -> None:
    """Never an exception."""
    assert explain(body, Serp()).unread == ()


def test_addresses_are_found_in_their_order_whatever_the_quotes() -> None:
    """HTML attributes with entities and redirects, JSON strings; relative and hidden links lead nowhere."""
    page = b"""<a class=x href="https://b.example/?q=1&amp;r=2">b</a><a href='/url?q=https://a.example/&sa=U'>a</a>
    <a href="/goto?url=CAES">h</a><a href="https://b.example/?q=1&amp;r=2">again</a>"""
    assert list(linked(page)) == ["https://b.example/?q=1&r=2", "https://a.example/"]
    assert list(linked(b'{"a": [{"link": "https://c.example/x"}], "n": 3}')) == ["https://c.example/x"]
