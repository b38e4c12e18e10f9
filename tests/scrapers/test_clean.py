"""Cleaned copies: they read the same as their pages, proven page by page, or there is none."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from scrapers import registry
from scrapers.clean import cleaned, drawable
from scrapers.parse import parse
from scrapers.types import RawPage, SearchRequest

OWN = Path(__file__).resolve().parent.parent / "pages"


def recorded() -> Iterator[tuple[str, RawPage, SearchRequest]]:
    """Every recorded page of our own that is HTML."""
    for file in sorted(OWN.glob("*/*/page.html.gz")):
        asked: dict[str, Any] = json.loads((file.parent / "search.json").read_text(encoding="utf-8"))
        source = file.parent.parent.name
        engine = registry.source(source).ENGINE
        yield source, RawPage(gzip.decompress(file.read_bytes())), SearchRequest(engine, asked.get("phrase"), depth=20)


def test_every_copy_of_a_recorded_page_reads_the_same() -> None:
    """Results with titles, snippets and ratings, features and signs; most pages have a copy."""
    seen = made = 0
    for source, page, request in recorded():
        copy = cleaned(source, page, request)
        seen += 1
        if copy is not None:
            made += 1
            assert parse(source, [RawPage(copy)], request) == parse(source, [page], request)
    assert made >= 0.6 * seen > 0


def test_a_copy_holds_no_program_style_or_token() -> None:
    """What weighs is gone, what is read is there."""
    body = (
        b'<!doctype html><html lang="en"><head><style>p{}</style><script>steal()</script></head><body onload="x()">'
        b'<div id="links"><div class="result" data-token="' + b"x" * 300 + b'">'
        b'<h2><a class="result__a" href="https://forum.example/a" onclick="track()">Title of it</a></h2>'
        b'<a class="result__snippet" href="https://forum.example/a">What it says of the brand</a></div></div>'
        b"<svg><path d='M0 0'/></svg></body></html>"
    )
    copy = cleaned("duckduckgo", RawPage(body), SearchRequest("duckduckgo", "x"))
    assert copy is not None
    assert not [
        word for word in (b"<script", b"<style", b"<svg", b"onclick", b"onload", b"xxxx", b"track()") if word in copy
    ]
    assert b"https://forum.example/a" in copy
    assert b"What it says of the brand" in copy


def test_a_page_that_only_reads_the_same_as_it_is_has_no_copy() -> None:
    """A page cut off before its end: a copy would close it, and a partial look would become a whole one."""
    source, page, request = next(one for one in recorded() if one[0] == "google" and parse(*_asked(one)).results)
    cut = RawPage(page.body[: len(page.body) * 2 // 3])
    copy = cleaned(source, cut, request)
    assert copy is None or parse(source, [RawPage(copy)], request) == parse(source, [cut], request)


def _asked(one: tuple[str, RawPage, SearchRequest]) -> tuple[str, list[RawPage], SearchRequest]:
    return one[0], [one[1]], one[2]


@pytest.mark.parametrize("body", [b"", b'{"organic_results": []}', b"plain words", b"<div>" * 200_000])
def test_what_is_no_page_or_hostile_has_no_copy(body: bytes) -> None:
    """An empty answer, a provider's JSON, words without a tag, a page nested on purpose: kept as they came."""
    assert cleaned("google", RawPage(body), SearchRequest("google", "x")) is None


def test_a_page_to_be_drawn_runs_nothing_and_leads_nowhere() -> None:
    """No script, no frame, no refresh; what is for browsers without scripts is not shown as if it were the page."""
    drawn = drawable(
        b"<html><head><base href='https://a.example'><meta http-equiv=refresh content='0;url=/x'></head><body>"
        b"<noscript><style>div{display:none}</style></noscript><iframe src=/x></iframe><script>1</script>"
        b"<div style='color:red'>words</div></body></html>"
    )
    assert "words" in drawn
    assert "color:red" in drawn
    assert not [word for word in ("noscript", "iframe", "script", "refresh", "base") if word in drawn]


def test_copies_of_captured_pages_read_the_same_and_are_small(shared: Path) -> None:
    """On real pages: nine of ten have a copy, and the archive shrinks to less than half of what packing alone does."""
    pages = copies = packed = small = 0
    for line in (shared / "serp-corpus" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["engine"] not in ("google", "bing", "duckduckgo") or not entry["file"].endswith(".html.zst"):
            continue
        file = (shared / "serp-corpus" / entry["file"]).read_bytes()
        page = RawPage(zstandard.ZstdDecompressor().decompressobj().decompress(file))
        request = SearchRequest(entry["engine"], entry.get("query"))
        copy = cleaned(entry["engine"], page, request)
        pages, copies = pages + 1, copies + (copy is not None)
        packed += len(zstandard.ZstdCompressor(level=6).compress(page.body))
        small += len(zstandard.ZstdCompressor(level=6).compress(copy or page.body))
        if copy is not None:
            assert parse(entry["engine"], [RawPage(copy)], request) == parse(entry["engine"], [page], request)
    assert copies >= 0.9 * pages > 0
    assert small < 0.5 * packed
