"""Real captured pages: results found in order, every other page never ok, and damage never silent."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from scrapers import registry
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.types import Judgement, RawPage, SearchRequest, Serp
from scrapers.urls import canonical

SOURCES = ("google", "bing", "duckduckgo", "serpapi")


def captured(shared: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    corpus = shared / "serp-corpus"
    for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        if page["engine"] in SOURCES:
            body = (corpus / page["file"]).read_bytes()
            yield (
                page,
                zstandard.ZstdDecompressor().decompressobj().decompress(body)
                if page["file"].endswith(".zst")
                else body,
            )


def look(source: str, body: bytes, phrase: str | None = None) -> tuple[Serp, Judgement]:
    engine = registry.source(source).ENGINE
    request = SearchRequest(engine, phrase, depth=100)
    page = RawPage(body)
    serp = parse(source, [page], request)
    return serp, judge([page], serp, request, registry.standards(source, engine))


def test_results_of_real_pages_are_found_in_order(shared: Path) -> None:
    """Desktop and no-JS result pages with a complete expected list: at least 90 % of each, in order."""
    expected = found = 0
    for page, body in captured(shared):
        if page["kind"] != "serp" or page.get("expected_is") != "complete" or page["device"] == "mobile":
            continue
        serp, _ = look(page["engine"], body)
        want = [canonical(entry["url"]) for entry in page["expected"]]
        got = [result.link for result in serp.results if result.link in want]
        assert got == [url for url in want if url in got], page["file"]
        assert len(got) >= 0.9 * len(want), page["file"]
        assert len(serp.results) <= len(want) + 1, page["file"]
        expected, found = expected + len(want), found + len(got)
    print(f"{found} of {expected} expected URLs found")
    assert found >= 0.98 * expected > 0


def test_titles_read_by_hand_are_found(shared: Path) -> None:
    """Pages whose results a person listed: each title is there, none is added."""
    for page, body in captured(shared):
        if page.get("gold") != "hand" or page["engine"] != "google":
            continue
        serp, _ = look("google", body)
        assert len(serp.results) == len(page["gold_results"]), page["file"]


@pytest.mark.parametrize("with_phrase", [True, False])
def test_no_other_page_is_ever_ok_or_partial(shared: Path, with_phrase: bool) -> None:
    """Blocked, consent, zero and other pages."""
    seen = 0
    for page, body in captured(shared):
        _, judged = look(page["engine"], body, page.get("query") if with_phrase else None)
        if page["kind"] != "serp":
            assert judged.state not in ("ok", "partial"), page["file"]
            seen += 1
    assert seen >= 25


def test_good_pages_are_not_held_back(shared: Path) -> None:
    """Result pages of the web search, desktop, without a phrase to compare: most are ok at first sight."""
    states = [
        look(page["engine"], body)[1].state
        for page, body in captured(shared)
        if page["kind"] == "serp" and page.get("expected_is") == "complete" and page["device"] == "desktop"
    ]
    assert states.count("ok") >= 0.9 * len(states)


def test_a_page_cut_anywhere_is_never_ok(shared: Path) -> None:
    """A hundred and fifty cuts through good pages: whatever is left, it is not called ok."""
    chance = random.Random(11)
    good = [
        (p, b)
        for p, b in captured(shared)
        if p["kind"] == "serp" and p["engine"] != "serpapi" and look(p["engine"], b)[1].state == "ok"
    ]
    for _ in range(150):
        page, body = chance.choice(good)
        _, judged = look(page["engine"], body[: chance.randrange(len(body) * 19 // 20)])
        assert judged.state != "ok", page["file"]


def test_a_layout_whose_titles_are_gone_is_never_ok(shared: Path) -> None:
    """Renamed headings, as a changed layout would have them: suspect, not a short page."""
    for page, body in captured(shared):
        if page["engine"] in ("google", "bing") and page["kind"] == "serp":
            for old, new in ((b"<h3", b"<h5"), (b"</h3", b"</h5"), (b"b_algo", b"b_alg"), (b'"heading"', b'"note"')):
                body = body.replace(old, new)
            _, judged = look(page["engine"], body)
            assert judged.state not in ("ok", "empty"), page["file"]


def test_mangled_bytes_are_read_without_an_error(shared: Path) -> None:
    """Two hundred damaged pages: no exception, whatever the bytes."""
    chance = random.Random(5)
    pages = list(captured(shared))
    for _ in range(200):
        page, body = chance.choice(pages)
        start = chance.randrange(len(body))
        bent = (
            body[:start] + bytes(chance.randrange(256) for _ in range(200)) + body[start + chance.randrange(20_000) :]
        )
        look(page["engine"], bent)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "body",
    [
        b"<div id=rso>" + b"<div>" * 10_000 + b"<a href='https://a.example/'><h3>x</h3></a>",
        b"<div id=rso>" + b"".join(b"<a href='https://a%d.example/'><h3>x</h3></a>" % n for n in range(3000)),
        b"<ol id=b_results>" + b"<li class=b_algo><h2><a href='https://a.example/'>x</a></h2>" * 2000,
        b"<div id=links>" + b"<div class=result><a class=result__a href='https://a.example/'>x</a>" * 1000,
        b"<div id=rso><a href='https://a.example/'><h3>" + b"&amp;" * 200_000 + b"\0\xff\xfe",
        b"[" * 50_000,
        b'{"organic_results": [{"link": 1, "title": []}, 5, null], "search_metadata": 7}',
        b"",
    ],
    ids=["deep", "many", "nested-bing", "nested-duckduckgo", "entities", "brackets", "wrong-types", "empty"],
)
def test_hostile_pages_are_read_to_a_bound_and_never_ok(source: str, body: bytes) -> None:
    """Depth, number, nesting, entities, wrong types: an answer, at most 150 results, and not ok."""
    serp, judged = look(source, body)
    assert len(serp.results) <= 150
    assert judged.state != "ok"
