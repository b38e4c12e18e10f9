"""What can be believed: each state, from plain data."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scrapers.judge import judge, same_phrase
from scrapers.types import BlockKind, RawPage, Result, SearchRequest, Serp, Signs, Standards, Usual

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
