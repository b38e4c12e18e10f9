"""What can be believed: each state, from plain data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scrapers.judge import judge, same_phrase
from scrapers.parse import parse
from scrapers.registry import SOURCES
from scrapers.types import BlockKind, Feature, RawPage, Result, SearchRequest, Serp, Signs, Standards, Usual

ASKED = SearchRequest("google", "nativ service", "he", "IL", depth=10)
GOOD = Signs(container=True, phrase="nativ service", end=True, more=True, hl="he", gl="IL")
STANDARDS = Standards(enough=4)
PAGE = RawPage(b"<html>", http_status=200)


def serp(count: int, signs: Signs = GOOD, snippets: bool = True) -> Serp:
    results = tuple(
        Result(
            n,
            f"https://h{n}.example/",
            f"https://h{n}.example/",
            f"title {n}",
            "a snippet" if snippets else "",
            host=f"h{n}.example",
        )
        for n in range(1, count + 1)
    )
    return Serp(results, (), signs)


def state(found: Serp, page: RawPage = PAGE, usual: Usual | None = None, standards: Standards = STANDARDS) -> str:
    return judge([page], found, ASKED, standards, usual).state


USUAL = Usual(n=10, snippet_share=1.0, urls=frozenset(f"https://h{n}.example/" for n in range(1, 11)), looks=14)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (serp(10), "ok"),
        (serp(10, replace(GOOD, end=False)), "partial"),
        (serp(10, replace(GOOD, end=None, hl=None, gl=None)), "ok"),
        (serp(10, replace(GOOD, phrase="another phrase")), "suspect"),
        (serp(10, replace(GOOD, phrase=None)), "suspect"),
        (serp(10, replace(GOOD, hl="fr")), "suspect"),
        (serp(10, replace(GOOD, hl="iw")), "ok"),
        (serp(10, replace(GOOD, gl="US")), "suspect"),
        (serp(10, replace(GOOD, unread=5)), "suspect"),
        (serp(10, replace(GOOD, container=False)), "suspect"),
        (serp(10, replace(GOOD, relaxed=True)), "suspect"),
        (serp(10, replace(GOOD, foreign="bing")), "suspect"),
        (serp(10, replace(GOOD, block="captcha")), "partial"),
        (serp(10, snippets=False), "suspect"),
        (serp(3), "suspect"),
        (serp(3, replace(GOOD, more=False)), "ok"),
        (serp(0, replace(GOOD, block="captcha")), "blocked"),
        (serp(0, replace(GOOD, block="js_wall")), "blocked"),
        (serp(0, replace(GOOD, block="consent")), "consent"),
        (serp(0, replace(GOOD, no_results=True)), "empty"),
        (serp(0, replace(GOOD, no_results=True, end=False)), "suspect"),
        (serp(0, replace(GOOD, foreign="image search")), "suspect"),
        (serp(0), "suspect"),
    ],
)
def test_each_sign_has_its_state(found: Serp, expected: str) -> None:
    """One sign wrong, one state."""
    assert state(found) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (RawPage(b"", failure="unreachable", complete=False), "error"),
        (RawPage(b"", failure="deadline", complete=False), "error"),
        (RawPage(b"<html>", http_status=429), "blocked"),
        (RawPage(b"<html>", http_status=403), "blocked"),
        (RawPage(b"<html>", http_status=503), "error"),
        (RawPage(b"<html", failure="too_large", complete=False), "partial"),
    ],
)
def test_each_failure_of_the_transport_has_its_state(page: RawPage, expected: str) -> None:
    """Without results, what the transport saw decides."""
    assert state(serp(0, Signs()), page) == expected


@pytest.mark.parametrize(
    ("page", "block", "expected"),
    [
        (RawPage(b"", failure="unreachable", complete=False), "js_wall", ("error", "unreachable")),
        (RawPage(b"<html", failure="deadline", complete=False), "js_wall", ("partial", "deadline")),
        (RawPage(b"<html", failure="deadline", complete=False), "captcha", ("blocked", "captcha")),
        (RawPage(b"<html", http_status=503), "js_wall", ("error", "HTTP 503")),
        (RawPage(b"<html", http_status=429), "js_wall", ("blocked", "rate_limit")),
        (RawPage(b"<html", http_status=200), "js_wall", ("blocked", "js_wall")),
    ],
)
def test_silence_is_not_a_refusal(page: RawPage, block: BlockKind, expected: tuple[str, str]) -> None:
    """An empty or cut answer lacks everything, results included: that alone does not make it a wall."""
    judged = judge([page], serp(0, Signs(block=block)), ASKED, STANDARDS)
    assert (judged.state, judged.reason) == expected


def test_results_on_a_body_known_to_be_cut_are_partial() -> None:
    """However good the rest looks."""
    assert state(serp(10), replace(PAGE, complete=False, failure="deadline")) == "partial"


def test_no_results_from_an_engine_that_lies_about_it_is_suspect() -> None:
    """Bing's sign is not believed."""
    assert state(serp(0, replace(GOOD, no_results=True)), standards=Standards(4, zero_counts=False)) == "suspect"


def test_enough_is_learned() -> None:
    """Usual 10: eight are enough, seven are not; under five looks the engine's own standard holds."""
    assert state(serp(8), usual=USUAL) == "ok"
    assert state(serp(7), usual=USUAL) == "suspect"
    assert state(serp(7), usual=replace(USUAL, looks=4)) == "ok"


def test_mostly_new_results_are_suspect() -> None:
    """Seven of ten new: suspect; six of ten: news."""
    known = frozenset(f"https://h{n}.example/" for n in range(1, 4))
    assert state(serp(10), usual=replace(USUAL, urls=known)) == "suspect"
    assert state(serp(10), usual=replace(USUAL, urls=known | {"https://h9.example/"})) == "ok"


def test_a_shorter_page_with_new_results_is_suspect_sooner() -> None:
    """Eight of the usual ten, two of them new: four are gone, so look again; one new, or none, is an ordinary day."""
    for known, expected in ((6, "suspect"), (8, "ok")):
        urls = frozenset(f"https://h{n}.example/" for n in range(1, known + 1))
        rest = frozenset(f"https://gone{n}.example/" for n in range(10 - known))
        assert state(serp(8), usual=replace(USUAL, urls=urls | rest)) == expected


LINKED = "".join(f'<a href="https://h{n}.example/"><h5>t</h5></a>' for n in range(1, 21)).encode()


def test_known_results_that_the_page_links_to_but_nobody_read_are_suspect() -> None:
    """The number is as usual, for pages are followed until the depth is full; yet four known results were passed over."""
    page, asked = RawPage(LINKED, http_status=200), replace(ASKED, depth=20)
    known = frozenset(f"https://h{n}.example/" for n in range(1, 11))
    results = tuple(one for one in serp(17).results if one.rank not in range(2, 6))
    judged = judge([page], replace(serp(17), results=results), asked, STANDARDS, replace(USUAL, urls=known))
    assert judged.state == "suspect"
    assert "Known results read: 6 of 10" in judged.reason
    shown = Feature(
        "top_stories", 1, {"items": [{"title": "t", "url": f"https://www.h{n}.example/"} for n in range(2, 6)]}
    )
    moved = replace(serp(17), results=results, features=(shown,))
    assert judge([page], moved, asked, STANDARDS, replace(USUAL, urls=known)).state == "ok"


def test_what_stands_below_the_depth_is_not_missed() -> None:
    """A look that ends at ten: known results further down on its last page fell, nobody failed to read them."""
    page = RawPage(LINKED, http_status=200)
    known = frozenset(f"https://h{n}.example/" for n in range(5, 15))
    assert state(serp(10), page, replace(USUAL, urls=known)) == "ok"


@pytest.mark.parametrize(
    ("urls", "titles", "expected"),
    [
        (["https://www.google.com/aclk?sa=l&adurl=x"], ["t"], "suspect"),
        (["https://www.bing.com/aclick?ld=1"], ["t"], "suspect"),
        (["https://duckduckgo.com/y.js?ad_domain=x"], ["t"], "suspect"),
        (["https://shop.example/?gclid=1"], ["t"], "ok"),
        (["https://shop.example/?gclid=1", "https://other.example/?msclkid=2"], ["t", "t"], "suspect"),
        (["https://a.example/", "https://b.example/"], ["ממומן · חנות", "Sponsored · Shop"], "suspect"),
        (["https://a.example/", "https://b.example/"], ["Reklama w radiu", "Adverts and ads"], "ok"),
    ],
)
def test_ads_among_the_results_are_suspect(urls: list[str], titles: list[str], expected: str) -> None:
    """A click counter is proof; a tagged address or a word may be chance once."""
    good = serp(10)
    ads = tuple(
        Result(n, url, url, title, "a snippet", host="a.example")
        for n, (url, title) in enumerate(zip(urls, titles, strict=True), 1)
    )
    assert state(replace(good, results=ads + good.results[len(ads) :])) == expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"url": "https://www.bing.com/ck/a?!&&u=broken"}, "suspect"),
        ({"title": "\ufffd\ufffd\ufffd"}, "suspect"),
        ({"title": "caf\ufffd"}, "ok"),
    ],
)
def test_damage_that_still_reads_as_results_is_suspect(change: dict[str, Any], expected: str) -> None:
    """Redirects nobody could unwrap and characters that are no text, on three of ten results; a single bad one is not."""
    good = serp(10)
    bent = tuple(
        replace(one, **change) if one.rank <= (3 if expected == "suspect" else 1) else one for one in good.results
    )
    assert state(replace(good, results=bent)) == expected


def test_a_reader_that_breaks_costs_its_page_and_is_never_an_empty_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Alone it is suspect, after a good page partial; the log says which page broke it."""

    def breaks(raw: RawPage, request: SearchRequest) -> Serp:
        if raw.page_no == pages[-1].page_no:
            raise IndexError
        return serp(10)

    monkeypatch.setattr(SOURCES["google"], "read", breaks)
    for pages, expected in (([PAGE], "suspect"), ([PAGE, replace(PAGE, page_no=2)], "partial")):
        found = parse("google", pages, replace(ASKED, depth=20))
        assert judge(pages, found, ASKED, STANDARDS).state == expected
    assert PAGE.sha256() in caplog.text


def test_links_that_all_hide_their_target_are_suspect() -> None:
    """Tokens are no identity."""
    found = serp(10)
    hidden = replace(found, results=tuple(replace(r, unresolved=True) for r in found.results))
    assert state(hidden) == "suspect"


def test_what_lacked_its_input_is_said() -> None:
    """No phrase, no history, no language told: unchecked, in words."""
    judged = judge([PAGE], serp(10, replace(GOOD, hl=None, gl=None)), replace(ASKED, phrase=None), STANDARDS)
    assert judged.unchecked == ("Our phrase echoed", "Language", "Country", "Known results read", "New since last look")
    assert judged.state == "ok"


def test_nothing_fetched_is_an_error() -> None:
    """No page at all."""
    assert judge([], Serp(), ASKED, STANDARDS).state == "error"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Nativ Telecom", "nativ  telecom", True), ('"Nativ" Telecom', "Nativ Telecom", True), ("מנכ״ל", 'מנכ"ל', True),
        ("Nativ", "Nativ Telecom", False), ("Nativ -wikipedia", "Nativ", False), ("ｎａｔｉｖ", "nativ", True),
    ],
)  # fmt: skip
def test_phrases_are_compared_as_people_type_them(one: str, other: str, same: bool) -> None:
    """Case, quotes, width and spaces do not count; words do."""
    assert same_phrase(one, other) is same
