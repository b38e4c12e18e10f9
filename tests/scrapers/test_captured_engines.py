"""Real captured pages of the engines besides Google: what is on them is found, whole and in order, and nothing else."""

from __future__ import annotations

import html
import itertools
import json
import random
import re
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import zstandard

from scrapers import registry
from scrapers.blocks import split_date
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.types import Judgement, RawPage, SearchRequest, Serp
from scrapers.urls import canonical, host

ENGINES = ("bing", "brave", "duckduckgo", "ecosia", "qwant", "yahoo")
SCRUBBED = b'href="http://test.test'  # a collection that took the addresses away: they are told apart again
PAID = ("/aclick", "/aclk")


@lru_cache(maxsize=1)
def captured(shared: Path) -> tuple[tuple[dict[str, Any], bytes], ...]:
    corpus = shared / "serp-corpus"
    rows = map(json.loads, (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines())
    return tuple((page, _body(corpus / page["file"])) for page in rows if page["engine"] in ENGINES)


def _body(path: Path) -> bytes:
    body = path.read_bytes()
    if path.suffix == ".zst":
        body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
    numbers = itertools.count()
    return re.sub(re.escape(SCRUBBED), lambda _: b'href="http://t%d.test' % next(numbers), body)


def results(shared: Path) -> Iterator[tuple[dict[str, Any], bytes, Serp]]:
    """The pages with results, read."""
    for page, body in captured(shared):
        if page["kind"] == "serp":
            yield page, body, look(page["engine"], body)[0]


def look(source: str, body: bytes, phrase: str | None = None) -> tuple[Serp, Judgement]:
    request = SearchRequest(source, phrase, depth=100)
    page = RawPage(body)
    serp = parse(source, [page], request)
    return serp, judge([page], serp, request, registry.standards(source, source))


def wanted(page: dict[str, Any]) -> list[dict[str, Any]]:
    """The expected results; one collection counts ads among them, and ads are none."""
    return [entry for entry in page["expected"] if not any(mark in entry["url"] for mark in PAID)]


def test_results_of_real_pages_are_found_exactly(shared: Path) -> None:
    """Pages with a complete list: URLs and order exact on 95 % of them, 99 % of all URLs found, 1 % added."""
    pages = exact = expected = found = added = 0
    for page, _, serp in results(shared):
        if page.get("expected_is") != "complete":
            continue
        want = [canonical(entry["url"]) for entry in wanted(page)]
        got = [result.link for result in serp.results]
        pages, exact = pages + 1, exact + (got == want)
        expected, found = expected + len(want), found + len(set(want) & set(got))
        added += len(set(got) - set(want))
    print(f"{exact} of {pages} pages exact, {found} of {expected} URLs found, {added} added")
    assert exact >= 0.95 * pages > 0
    assert found >= 0.99 * expected
    assert added <= 0.01 * expected


def test_titles_of_real_pages_are_whole(shared: Path) -> None:
    """As the lists have them, but for a crumb one list glued to the front; those read by hand, in order."""
    for page, _, serp in results(shared):
        titles = [result.title for result in serp.results]
        if page.get("gold") == "hand":
            assert [" ".join(entry["title"].split()) for entry in page["gold_results"]] == titles, page["file"]
        elif page.get("expected_is") == "complete" and page["capture_date"] >= "2010":
            want = [" ".join(html.unescape(entry["title"]).replace("\u00ad", "").split()) for entry in wanted(page)]
            assert all(one.endswith(other) for one, other in zip(want, titles, strict=True)), page["file"]


def test_snippets_of_real_pages_are_whole_and_steady(shared: Path) -> None:
    """Nine of ten results have one, and none leads with a date: that changes while the result does not."""
    for page, _, serp in results(shared):
        snippets = [result.snippet for result in serp.results if result.snippet]
        assert len(snippets) >= 0.9 * len(serp.results), page["file"]
        assert not [text for text in snippets if split_date(text)[0]], page["file"]
        assert not [text for text in snippets if re.match(r"(Web|WEB|Ad) |\d(?:[.,]\d)?/(?:5|10) ", text)]


def test_every_piece_of_a_feature_is_what_it_says(shared: Path) -> None:
    """Questions are asked, ads have a title and lead somewhere, cards have titles, places are told."""
    kinds = set()
    for page, _, serp in results(shared):
        for feature in serp.features:
            kinds.add(feature.kind)
            data = feature.data
            assert feature.absolute_rank, page["file"]
            assert feature.kind != "paa" or (data["question"].endswith("?") and data["answer"]), page["file"]
            assert feature.kind != "ad" or (data["title"] and host(data["url"])), page["file"]
            assert all(item["title"] for item in data.get("items", ())), page["file"]
            assert all(host(item["url"]) for item in data.get("items", ()) if "url" in item), page["file"]
    assert kinds >= {"ad", "paa", "video", "related", "knowledge", "sitelinks", "local", "ai_overview", "images"}


@pytest.mark.parametrize("with_phrase", [True, False])
def test_no_other_page_is_ever_ok_or_partial(shared: Path, with_phrase: bool) -> None:
    """Blocked, empty and other pages, with and without a phrase to compare."""
    seen = 0
    for page, body in captured(shared):
        if page["kind"] != "serp":
            _, judged = look(page["engine"], body, page.get("query") if with_phrase else None)
            assert judged.state not in ("ok", "partial"), page["file"]
            assert page["kind"] != "blocked" or judged.state in ("blocked", "consent"), page["file"]
            seen += 1
    assert seen >= 15


def test_pages_with_results_are_ok(shared: Path) -> None:
    """None is held back, with the phrase or without, and nothing on it is left unread."""
    for page, body, serp in results(shared):
        for phrase in (None, page["query"] if page.get("expected_is") == "complete" else serp.signs.phrase):
            assert look(page["engine"], body, phrase)[1].state == "ok", page["file"]
        assert serp.signs.unread == 0, page["file"]


def test_a_page_cut_anywhere_is_never_ok(shared: Path) -> None:
    """A hundred and fifty cuts through good pages."""
    chance = random.Random(3)
    good = [(page, body) for page, body, _ in results(shared)]
    for _ in range(150):
        page, body = chance.choice(good)
        _, judged = look(page["engine"], body[: chance.randrange(len(body) * 19 // 20)])
        assert judged.state != "ok", page["file"]


@pytest.mark.parametrize(
    "gone", [(b"<h2", b"<h3", b'title"'), (b"algo", b"mainline-result-web", b"data-type", b"Result")]
)
def test_a_layout_that_changed_is_never_a_short_page(shared: Path, gone: tuple[bytes, ...]) -> None:
    """Headings renamed, then the names of the blocks: read all the same or suspect, never ok with fewer results."""
    for page, body, serp in results(shared):
        for name in gone:
            body = body.replace(name, name[:-1] + b"X" + name[-1:])
        changed, judged = look(page["engine"], body)
        assert judged.state not in ("ok", "empty") or len(changed.results) >= 0.75 * len(serp.results), page["file"]


def test_mangled_bytes_are_read_without_an_error(shared: Path) -> None:
    """Two hundred damaged pages: no exception, whatever the bytes."""
    chance = random.Random(8)
    pages = captured(shared)
    for _ in range(200):
        page, body = chance.choice(pages)
        start = chance.randrange(len(body))
        bent = (
            body[:start] + bytes(chance.randrange(256) for _ in range(200)) + body[start + chance.randrange(20_000) :]
        )
        look(page["engine"], bent)


@pytest.mark.parametrize("source", ENGINES)
@pytest.mark.parametrize(
    "body",
    [
        b"<div id=results>" + b"<div class=snippet data-type=web><a href='https://a.example/'>x</a>" * 2000,
        b"<div id=main><ol class=search>" + b"<li><div class='dd algo'><h3 class=title><a href='https://a.example/'>x</a>" * 2000,
        b"<section data-test-id=mainline>" + b"<div data-test-id=mainline-result-web><h2><a href='//a.example'>x" * 2000,
        b"<div data-testid=containerWeb>" + b"<div data-testid=webResult><a href='//a.example'><h2>x" * 2000,
        b"".join(b"<div id=results><div class=snippet data-type=web><a href='//a%d.example'>x</a></div>" % n for n in range(3000)),
        b"<ol id=b_results>" + b"<li class=b_ad><h2><a href='//a.example'>x</a></h2><li class=b_ans><div id=df_listaa>" * 2000,
        b"<div id=links>" + b"<div class='result result--ad'><h2><a class=result__a href='//a.example'>x" * 2000,
        b"<table>" + b"<tr><td><a class=result-link href='//a.example'>x</a><tr><td class=result-snippet>y" * 3000,
        b"<div>" * 20_000 + b"<div id=web><ol class=search><li><div class='dd algo'><h3><a href='//a.example'>x",
        b"<li class=b_algo><h2><a href='//a.example'>" + b"<b>" * 5000 + b"&amp;" * 200_000,
        b'{"status": "success", "data": {"result": {"items": {"mainline": [{"type": "web", "items": [5, {"url": 1}]}]}}}}',
        b'{"status": "success", "data": [1], "error_code": {}}',
        b'{"data": ' + b"[" * 50_000,
        b"{",
        b"",
    ],
    ids=[
        "nested-brave", "nested-yahoo", "nested-ecosia", "nested-qwant", "many-brave", "features-bing", "ads-duckduckgo",
        "lite-duckduckgo", "deep", "entities", "wrong-types", "wrong-data", "brackets", "half-json", "empty",
    ],
)  # fmt: skip
def test_hostile_pages_are_read_to_a_bound_and_never_ok(source: str, body: bytes) -> None:
    """Depth, number, nesting, entities, wrong types: an answer in time, at most 150 results and features, not ok."""
    began = time.process_time()
    serp, judged = look(source, body)
    assert time.process_time() - began < 15
    assert len(serp.results) <= 150
    assert len(serp.features) <= 150
    assert judged.state != "ok"
