"""Google's real captured pages: every result in its place, nothing else, and what each page lacks printed (-s)."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import zstandard

from scrapers import registry
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.types import Judgement, RawPage, SearchRequest, Serp
from scrapers.urls import canonical

MODERN = "2021"
KINDS_WITH_DATA = ("paa", "ad", "related", "sitelinks", "top_stories", "knowledge", "local")


@cache
def captured(shared: Path) -> tuple[tuple[dict[str, Any], bytes], ...]:
    corpus = shared / "serp-corpus"
    found = []
    for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        if page["engine"] == "google":
            body = (corpus / page["file"]).read_bytes()
            unpacked = zstandard.ZstdDecompressor().decompressobj().decompress(body)
            found.append((page, unpacked if page["file"].endswith(".zst") else body))
    return tuple(found)


def look(body: bytes, phrase: str | None = None) -> tuple[Serp, Judgement]:
    request = SearchRequest("google", phrase, depth=150)
    page = RawPage(body)
    serp = parse("google", [page], request)
    return serp, judge([page], serp, request, registry.standards("google", "google"))


def wanted(page: dict[str, Any]) -> list[str | None] | None:
    """The canonical links a person or a complete list names, in order; None when no complete list is known."""
    entries = page.get("gold_results") or (page["expected"] if page.get("expected_is") == "complete" else None)
    return [canonical(entry["url"]) for entry in entries] if entries and page["kind"] == "serp" else None


def test_every_result_is_found_in_its_place_and_nothing_else(shared: Path) -> None:
    """95 % of pages with a complete list exact in links and order, 99 % of links found, 1 % extra at most."""
    pages = exact = known = found = extra = 0
    for page, body in captured(shared):
        want = wanted(page)
        if want is None:
            continue
        got = [result.link for result in look(body)[0].results]
        pages, exact, known = pages + 1, exact + (got == want), known + len(want)
        found, extra = found + sum(link in got for link in want), extra + sum(link not in want for link in got)
        if got != want:
            print(
                f"{page['file']}: missing {[x for x in want if x not in got]}, extra {[x for x in got if x not in want]}"
            )
    print(f"{exact} of {pages} pages exact; {found} of {known} links found; {extra} extra")
    assert pages >= 20
    assert exact >= 0.95 * pages
    assert found >= 0.99 * known
    assert extra <= 0.01 * known


def test_titles_are_those_the_page_shows(shared: Path) -> None:
    """Word for word, but for space, where a list tells titles."""
    wrong = []
    for page, body in captured(shared):
        entries = page.get("gold_results") or page.get("expected") or []
        titles = {
            canonical(e["url"]): "".join(unescape(e["title"]).split())
            for e in entries
            if e.get("url") and e.get("title")
        }
        for result in look(body)[0].results:
            if result.link in titles and "".join(result.title.split()) not in titles[result.link] + "...":
                wrong.append((page["file"], result.title, titles[result.link]))
    assert wrong == []


def test_results_of_lists_that_are_not_complete_are_found(shared: Path) -> None:
    """Mobile and older pages whose list names only some: each organic one that it names with a link is there."""
    seen = 0
    for page, body in captured(shared):
        if page["kind"] != "serp" or wanted(page) is not None:
            continue
        got = {result.link for result in look(body)[0].results}
        organic = [
            e
            for e in page.get("expected") or []
            if e.get("url") and set(e.get("types", ["CLASSICAL"])) == {"CLASSICAL"}
        ]
        for entry in organic:
            assert canonical(entry["url"]) in got, (page["file"], entry)
            seen += 1
    assert seen >= 10


def test_results_of_modern_pages_have_snippets(shared: Path) -> None:
    """From 2021 on, nine of ten; none starts with its date, its rating or its own address."""
    results = with_snippet = 0
    for page, body in captured(shared):
        if page["kind"] != "serp" or page["capture_date"] < MODERN:
            continue
        for result in look(body)[0].results:
            results, with_snippet = results + 1, with_snippet + bool(result.snippet)
            assert not result.display_url or not result.snippet.startswith(result.display_url), page["file"]
            assert not result.date_text or not result.snippet.startswith(result.date_text), page["file"]
            assert not result.snippet.startswith(("Rating:", "Missing:", "Translate this page")), page["file"]
            assert not result.snippet.endswith("Read more"), page["file"]
    print(f"{with_snippet} of {results} results with a snippet")
    assert with_snippet >= 0.9 * results > 0


def test_states_of_captured_pages(shared: Path) -> None:
    """No results page is called blocked, consent or empty; no other page is ok or partial; good pages are mostly ok."""
    states: dict[str, int] = {}
    for page, body in captured(shared):
        _, judged = look(body)
        if page["kind"] == "serp":
            assert judged.state not in ("blocked", "consent", "empty"), page["file"]
            states[judged.state] = states.get(judged.state, 0) + 1
            if judged.state != "ok":
                print(f"{page['file']}: {judged.state}, {judged.reason}")
        else:
            assert judged.state not in ("ok", "partial"), page["file"]
    print(states)
    assert states["ok"] >= 0.8 * sum(states.values())


def test_nothing_is_left_unread_on_captured_pages(shared: Path) -> None:
    """Every outside link with a heading is a result, an ad, or part of a feature; desktop, mobile and no-JS alike."""
    left = {page["file"]: unread for page, body in captured(shared) if (unread := look(body)[0].signs.unread)}
    assert left == {}


def test_features_hold_what_their_contract_says(shared: Path) -> None:
    """Each kind that matters is met with its data; ranks are places in one order with the results."""
    met: dict[str, int] = {}
    for page, body in captured(shared):
        serp, _ = look(body)
        for feature in serp.features:
            met[feature.kind] = met.get(feature.kind, 0) + 1
            if feature.kind in KINDS_WITH_DATA:
                assert feature.data, (page["file"], feature)
            assert feature.absolute_rank, (page["file"], feature)
        alone = [r.absolute_rank for r in serp.results] + [
            f.absolute_rank for f in serp.features if f.kind != "sitelinks"
        ]
        assert len(set(alone)) == len(alone), page["file"]
    print(met)
    assert set(met) >= {*KINDS_WITH_DATA, "ai_overview", "featured_snippet", "video", "forums", "images", "carousel"}


def test_the_headings_of_a_drifted_mobile_page_are_left_unread(shared: Path) -> None:
    """Mobile results whose addresses are gone are no features: they are counted, and the page is not ok."""
    for page, body in captured(shared):
        if page["device"] == "mobile" and page["kind"] == "serp" and len(look(body)[0].results) >= 5:
            bent = (
                body.replace(b'role="text"', b"")
                .replace(b"<cite", b"<em")
                .replace("›".encode(), b"/")
                .replace(b"://", b":__")
            )
            bent = bent.replace(b'href="https:__', b'href="https://').replace(b'href="http:__', b'href="http://')
            serp, judged = look(bent)
            assert judged.state != "ok" or len(serp.results) == len(look(body)[0].results), page["file"]


@pytest.mark.slow
@pytest.mark.parametrize("count", [1000, pytest.param(5000, marks=pytest.mark.long)])
def test_bent_pages_are_read_without_an_error(shared: Path, count: int) -> None:
    """Mutations: cut, doubled, shuffled, filled with noise or tags. No exception, whatever the bytes."""
    chance = random.Random(20)
    bodies = [body for _, body in captured(shared)]
    whole = look(bodies[0])[0]
    for _ in range(count):
        registry.source("google").read(RawPage(bent(chance.choice(bodies), chance)), SearchRequest("google"))
    assert look(bodies[0])[0] == replace(whole)


def bent(body: bytes, chance: random.Random) -> bytes:
    """One mutation of a page, of a size that keeps five thousand of them within minutes."""
    start = chance.randrange(len(body))
    window = body[max(0, start - 60_000) : start + 60_000]
    at = chance.randrange(len(window))
    noise = bytes(chance.randrange(256) for _ in range(chance.randrange(60)))
    tags = chance.choice(
        (b"<div role=heading>", b"</a>", b"<h3>", b'<a href="https://x.example/">', b"<table>", b"<svg>", b"<template>")
    )
    kind = chance.randrange(5)
    if kind == 0:
        return window[:at] + noise + window[at + chance.randrange(5000) :]
    if kind == 1:
        return window[:at] + tags * chance.randrange(1, 200) + window[at:]
    if kind == 2:
        return window[at:] + window[:at]
    if kind == 3:
        return window.replace(b"</div>", b"", chance.randrange(1, 500))
    return window[:at] + window[: chance.randrange(len(window))] + window[at:]


@pytest.mark.parametrize(
    "body",
    [
        b"<div id=rso>" + b"<div>" * 50_000 + b"<a href='https://a.example/'><h3>x</h3></a>",
        b"<div id=rso>" + b"<div><h3>" * 50_000 + b"<a href='https://a.example/'><h3>x</h3></a>",
        b"<div id=rso "
        + b" ".join(b"a%d=1" % n for n in range(100_000))
        + b">"
        + b"<a href='https://a.example/'><h3>x</h3></a>" * 300,
        b"<div id=rso>" + b"<div data-text-ad><a href='https://a.example/'><div role=heading>x</div></a>" * 3000,
        b"<div id=rso>" + b"<div data-snc><a href='https://a.example/x'><div role=heading>x</div> a.example</a>" * 3000,
        b"<div id=rso>" + b"".join(b"<div><a href='https://a%d.example/'><h3>x</h3></a><ul>" % n for n in range(2000)),
        b"<div id=rso>" + b"<g-section-with-header><div role=heading aria-level=2>x</div>" * 5000,
        b"<div id=rso>"
        + b"<div class=VwiC3b><span class=s3v9rd>" * 5000
        + b"<a href='https://a.example/'><h3>x</h3></a>",
        b"<div id=bres>" + b"<a href='/search?q=x'>x</a>" * 50_000,
        b"<div id=m-x-content data-mcpr>" + b"<div class=Y3BBE>y" * 5000,
        b"<div id=rso><a href='https://a.example/'><h3>" + b"<b>x</b>" * 100_000 + b"</h3></a>",
    ],
    ids=[
        "deep",
        "deep-headings",
        "attributes",
        "ads",
        "groups",
        "lists",
        "sections",
        "cells",
        "related",
        "overview",
        "long",
    ],
)
def test_hostile_pages_cost_little(body: bytes) -> None:
    """Depth, attributes, nesting and number: an answer in two seconds of CPU, at most 150 results, and not ok."""
    start = time.process_time()
    serp, judged = look(body)
    assert time.process_time() - start < 2
    assert len(serp.results) <= 150
    assert judged.state != "ok"
