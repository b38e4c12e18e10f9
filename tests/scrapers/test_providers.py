"""Every provider over real HTTP against a server that speaks its format: the same page from all, and every refusal."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from scrapers import registry
from scrapers.capture import capture
from scrapers.errors import BY_CODE, SourceMissing
from scrapers.http import HttpFetcher
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.practice.api import KEY, LOGIN
from scrapers.practice.entries import worlds
from scrapers.practice.markup import Asked
from scrapers.practice.site import PracticeSite, page_of
from scrapers.registry import PROVIDERS, SOURCES, standards
from scrapers.types import Access, Judgement, RawPage, SearchRequest, Serp

DAY = date(2026, 11, 20)
PHRASES = {
    "he": ("נתיב טלקום שירות לקוחות", "he", "IL"),
    "pl": ("Nativ Telecom obsługa klienta", "pl", "PL"),
    "en": ("Nativ Telecom customer service", "en", "US"),
}


@pytest.fixture(scope="module")
def site() -> Iterator[PracticeSite]:
    """The practice site, for all tests of this file."""
    with PracticeSite() as running:
        yield running


def key_of(provider: str) -> str | None:
    return {"dataforseo": LOGIN, "searxng": None}.get(provider, KEY)


def asked(provider: str, language: str = "en", depth: int = 20) -> SearchRequest:
    phrase, hl, gl = PHRASES[language]
    return SearchRequest(SOURCES[provider].ENGINE, phrase, hl, gl, depth=depth)


def look(
    site: PracticeSite, provider: str, mode: str = "none", request: SearchRequest | None = None, key: str | None = None
) -> tuple[list[RawPage], Serp, Judgement]:
    """A whole look: raw pages, what was read, what is believed."""
    search = request or asked(provider)
    access = Access(f"{site.url}/api/{mode}/{DAY}/{provider}", key or key_of(provider))

    async def run() -> list[RawPage]:
        kept: list[RawPage] = []
        async with HttpFetcher(allowed=frozenset({urlsplit(site.url).netloc}), deadline=10) as http:
            pages = await capture(provider, search, access, http, deadline=20, on_page=kept.append)
        assert kept == pages
        return pages

    pages = asyncio.run(run())
    serp = parse(provider, pages, search)
    return pages, serp, judge(pages, serp, search, standards(provider, search.engine))


def practice_page(language: str) -> Serp:
    """The same day as the HTML practice site shows it."""
    phrase, hl, gl = PHRASES[language]
    request = SearchRequest("google", phrase, hl, gl, depth=20)
    pages = [
        RawPage(page_of("google", worlds()[phrase], DAY, Asked(phrase, hl, gl, number, False), "none").encode(),
                http_status=200, page_no=number)
        for number in (1, 2)
    ]  # fmt: skip
    return parse("practice", pages, request)


@pytest.mark.parametrize("language", PHRASES)
@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_shows_the_page_the_practice_site_shows(
    site: PracticeSite, provider: str, language: str
) -> None:
    """The whole depth: rank, link, title, snippet and host agree with the HTML page of that day, ratings where told."""
    if language == "he" and provider == "brave_api":
        pytest.skip("Brave has no Israel: refused, see below")
    pages, serp, judged = look(site, provider, request=asked(provider, language))
    assert (judged.state, judged.reason) == ("ok", "")
    expected = practice_page(language)
    assert [(r.rank, r.link, r.title, r.snippet, r.host) for r in serp.results] == [
        (r.rank, r.link, r.title, r.snippet, r.host) for r in expected.results
    ]
    assert len(serp.results) >= 17
    if provider != "searxng":  # it tells no ratings
        assert [r.rating for r in serp.results] == [r.rating for r in expected.results]
    untold = provider in ("serper", "searxng") and len(serp.results) < 20  # a last page is known by an empty next one
    assert len(pages) == (1 if provider in ("dataforseo", "brave_api") else 3 if untold else 2)
    assert all(page.http_status == 200 for page in pages)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_look_of_ten_asks_for_one_page(site: PracticeSite, provider: str) -> None:
    """What nobody wants is not paid for."""
    pages, serp, judged = look(site, provider, request=asked(provider, depth=10))
    assert (len(pages), len(serp.results), judged.state) == (1, 10, "ok")


REFUSALS = [
    (provider, mode, {"refused": "key_refused", "spent": "quota", "limited": "rate_limit"}[mode])
    for provider in PROVIDERS
    if provider != "searxng"
    for mode in ("refused", "spent", "limited")
]


@pytest.mark.parametrize(
    ("provider", "mode", "reason"),
    [*REFUSALS, ("searxng", "limited", "rate_limit"), ("searxng", "captcha", "captcha")],
)
def test_each_refusal_is_told_by_its_name(site: PracticeSite, provider: str, mode: str, reason: str) -> None:
    """A key it does not know, an empty plan, too many at once: blocked, each with its own rest, after one request."""
    pages, serp, judged = look(site, provider, mode)
    assert (judged.state, judged.reason, len(pages), serp.results) == ("blocked", reason, 1, ())
    assert BY_CODE[reason].suspend.total_seconds() > 0


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "searxng"])
def test_a_wrong_key_is_refused_by_the_server_itself(site: PracticeSite, provider: str) -> None:
    """The practice server checks keys: what we send as one is really where the provider looks for it."""
    _, _, judged = look(site, provider, key="somebody:elses-key")
    assert (judged.state, judged.reason) == ("blocked", "key_refused")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_providers_own_failure_is_an_error_and_never_an_empty_page(site: PracticeSite, provider: str) -> None:
    """DataForSEO says 40101 with HTTP 200, SearXNG lists the engine as unresponsive: both are failures."""
    _, _, judged = look(site, provider, "failed")
    assert (judged.state, judged.reason) == ("error", "source_failed")


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_empty_page_is_a_fact_only_where_the_provider_says_so(site: PracticeSite, provider: str) -> None:
    """Its own no-results sign; SearXNG has none that could be believed."""
    _, _, judged = look(site, provider, "empty")
    expected = ("suspect", "no results for an ordinary phrase") if provider == "searxng" else ("empty", "no results")
    assert (judged.state, judged.reason) == expected


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "brave_api"])
def test_what_came_before_a_failure_is_partial(site: PracticeSite, provider: str) -> None:
    """The second page fails (DataForSEO: its task does, with results in it): kept, and never ok."""
    pages, serp, judged = look(site, provider, "partial")
    assert judged.state == "partial"
    assert len(serp.results) >= 10
    assert pages[0].http_status == 200


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_answer_that_ends_in_the_middle_is_never_ok(site: PracticeSite, provider: str) -> None:
    """Half of the JSON is none."""
    _, serp, judged = look(site, provider, "cut")
    assert (judged.state, serp.results) == ("suspect", ())


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "searxng"])
def test_another_phrase_answered_is_suspect(site: PracticeSite, provider: str) -> None:
    """A spelling corrected against our wish."""
    _, _, judged = look(site, provider, "relaxed")
    assert judged.state == "suspect"
    assert "Answered as asked" in judged.reason


@pytest.mark.parametrize("provider", ["serpapi", "searchapi", "scaleserp", "dataforseo", "serper", "searxng"])
def test_a_link_that_hides_its_target_is_never_an_identity(site: PracticeSite, provider: str) -> None:
    """Known by host, shown path and title where the provider shows a path; else no result at all. Never ok."""
    _, serp, judged = look(site, provider, "hidden")
    assert judged.state == "suspect"
    assert all(r.unresolved and "goto" not in r.link and "#unresolved-" in r.link for r in serp.results)
    assert (len(serp.results) >= 17) == (provider not in ("serper", "searxng"))


FEATURES = {
    "serpapi": {"ad", "ai_overview", "paa", "sitelinks"}, "searchapi": {"paa", "sitelinks"},
    "scaleserp": {"paa", "sitelinks"}, "serper": {"paa", "sitelinks"}, "dataforseo": {"paa", "sitelinks"},
    "brave_api": {"video", "sitelinks"}, "searxng": set(),
}  # fmt: skip


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_stands_beside_the_results_is_read(site: PracticeSite, provider: str) -> None:
    """Kinds, and their data in the shapes the contract names."""
    _, serp, _ = look(site, provider)
    found = {feature.kind: feature for feature in serp.features}
    assert set(found) == FEATURES[provider]
    help_page = "https://help.nativ-telecom.example/en/"
    if "paa" in found:
        assert found["paa"].data == {
            "question": "Is Nativ Telecom good?", "answer": "Customers disagree.", "url": help_page,
        }  # fmt: skip
    if "sitelinks" in found:
        items = [{"title": "Help", "url": help_page}]
        assert found["sitelinks"].data == {"link": serp.results[0].link, "items": items}
    if "ai_overview" in found:
        sources = [{"title": "Help", "url": help_page}]
        assert found["ai_overview"].data == {"text": "Customers disagree.", "sources": sources}


@pytest.mark.parametrize(
    ("provider", "places"), [("scaleserp", [2, 3, 4]), ("dataforseo", [2, 3, 4]), ("brave_api", [1, 3, 4])]
)
def test_places_among_all_blocks_are_told_where_the_provider_tells_them(
    site: PracticeSite, provider: str, places: list[int]
) -> None:
    """Scale SERP's block_position, DataForSEO's rank_absolute, Brave's mixed.main; the others tell none."""
    _, serp, _ = look(site, provider)
    assert [result.absolute_rank for result in serp.results[:3]] == places
    _, untold, _ = look(site, "serper")
    assert {result.absolute_rank for result in untold.results} == {None}


def test_brave_is_refused_where_it_has_no_country(site: PracticeSite) -> None:
    """Hebrew in Israel: nobody is asked, rather than another country's page served."""
    with pytest.raises(SourceMissing, match="brave_api does not serve he-IL"):
        look(site, "brave_api", request=asked("brave_api", "he"))
    assert SOURCES["brave_api"].refuses("he", "US") is None
    assert SOURCES["brave_api"].refuses("pl", "PL") is None


def test_dataforseo_refuses_places_and_languages_it_cannot_name() -> None:
    """A clear refusal beside the markets we have names for."""
    dataforseo = SOURCES["dataforseo"]
    assert [dataforseo.refuses(hl, gl) for hl, gl in (("he", "IL"), ("pl", "PL"), ("en", "GB"))] == [None] * 3
    assert "country TV" in (dataforseo.refuses("en", "TV") or "")
    assert "language yo" in (dataforseo.refuses("yo", "US") or "")


@pytest.mark.parametrize("provider", ["serper", "brave_api", "searxng"])
def test_a_phones_page_is_not_served_by_who_only_has_the_desktops(site: PracticeSite, provider: str) -> None:
    """Nobody is asked, and the next source can be."""
    phrase, hl, gl = PHRASES["en"]
    request = SearchRequest(SOURCES[provider].ENGINE, phrase, hl, gl, device="mobile")
    with pytest.raises(SourceMissing, match="as seen on mobile"):
        look(site, provider, request=request)


def test_another_engines_search_is_not_answered_by_google(site: PracticeSite) -> None:
    """A provider of Google's page is not asked for Bing's."""
    phrase, hl, gl = PHRASES["en"]
    with pytest.raises(SourceMissing, match="serper shows no page of bing"):
        look(site, "serper", request=SearchRequest("bing", phrase, hl, gl))


def test_searxng_asks_the_one_engine_the_search_names(site: PracticeSite) -> None:
    """Bing's search is Bing's page; a page of another engine is noticed."""
    phrase, hl, gl = PHRASES["pl"]
    request = SearchRequest("bing", phrase, hl, gl, depth=20)
    pages, serp, judged = look(site, "searxng", request=request)
    assert judged.state == "ok"
    assert [parse_qs(urlsplit(page.final_url or "").query)["engines"] for page in pages] == [["bing"], ["bing"]]
    google = SearchRequest("google", phrase, hl, gl, depth=20)
    again = judge(pages, parse("searxng", pages, google), google, standards("searxng", "google"))
    assert (serp.results != (), again.state) == (True, "suspect")


def test_a_result_list_beside_an_engine_that_failed_is_partial() -> None:
    """SearXNG's HTTP 200 with results from elsewhere is no page of the engine that was asked."""
    results = [{"url": f"https://a{n}.example/", "title": "A", "content": "a", "engine": "google"} for n in range(9)]
    answer = {"query": "x", "results": results, "unresponsive_engines": [["google", "timeout"]]}
    page, request = RawPage(json.dumps(answer).encode(), http_status=200), SearchRequest("google", "x")
    judged = judge([page], parse("searxng", [page], request), request, standards("searxng", "google"))
    assert (judged.state, judged.reason) == ("partial", "a later page was refused: source_failed")


@pytest.mark.parametrize(
    ("kind", "stars", "expected"),
    [
        ("Max5", {"value": 4.5, "votes_count": 12}, (4.5, 5.0, 12)),
        ("Percents", {"value": 88, "votes_count": None}, (88.0, 100.0, None)),
        ("CustomMax", {"value": 8.1, "votes_count": 7, "rating_max": 10}, (8.1, 10.0, 7)),
        ("CustomMax", {"value": 8.1}, None),
        ("Max5", {"value": 7}, None),
    ],
)
def test_dataforseos_ratings_keep_their_scale(
    kind: str, stars: dict[str, object], expected: tuple[float, float, int | None] | None
) -> None:
    """Out of five, in percent, out of what it says; without a scale, or beyond it, no rating."""
    item = {"type": "organic", "title": "T", "url": "https://a.example/", "rating": {"rating_type": kind, **stars}}
    answer = {"status_code": 20000, "tasks": [{"status_code": 20000, "result": [{"keyword": "x", "items": [item]}]}]}
    found = parse("dataforseo", [RawPage(json.dumps(answer).encode())], SearchRequest("google", "x")).results[0].rating
    assert (found and (found.value, found.scale, found.votes)) == expected


@pytest.mark.parametrize(
    ("top", "inner", "state"),
    [
        (20000, 40102, ("empty", "no results")), (40102, 40102, ("empty", "no results")),
        (20000, 40101, ("error", "source_failed")), (40101, 40102, ("error", "source_failed")),
        (20000, 40210, ("blocked", "quota")), (40202, 0, ("blocked", "rate_limit")),
        (20000, 20000, ("suspect", "layout changed: no results, and no sign that there are none")),
    ],
)  # fmt: skip
def test_dataforseos_codes_count_at_both_levels(top: int, inner: int, state: tuple[str, str]) -> None:
    """No results is a fact only when nothing at either level says that something failed."""
    answer = {"status_code": top, "tasks": [{"status_code": inner, "result": None}] if inner else None}
    page, request = RawPage(json.dumps(answer).encode(), http_status=200), SearchRequest("google", "x")
    judged = judge([page], parse("dataforseo", [page], request), request, standards("dataforseo", "google"))
    assert (judged.state, judged.reason) == state


@pytest.mark.parametrize("provider", ["serpapi", "searchapi"])
def test_an_empty_answer_with_other_blocks_on_the_page_is_no_fact(provider: str) -> None:
    """The provider's parser lost the results before: questions and stories do not stand on an empty page."""
    answer = {
        "search_metadata": {"status": "Success"}, "search_parameters": {"q": "x"},
        "search_information": {"organic_results_state": "Fully empty"},
        "error": "Google hasn't returned any results for this query. Google didn't return any results.",
        "related_questions": [{"question": "Is it good?"}],
    }  # fmt: skip
    page, request = RawPage(json.dumps(answer).encode(), http_status=200), SearchRequest("google", "x")
    judged = judge([page], parse(provider, [page], request), request, standards(provider, "google"))
    assert judged.state == "suspect"


def test_every_provider_says_what_it_costs_and_how_fast_it_may_be_asked() -> None:
    """The contract's optional parts are there for every provider."""
    for name in PROVIDERS:
        assert (registry.price(name) > 0) == (registry.needs(name) == "key"), name
        assert getattr(SOURCES[name], "PAUSE", 5.0) >= 1
