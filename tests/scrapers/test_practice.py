"""The practice world is like the real one where it matters: how much stays put, what weekends bring, which markup."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from statistics import mean

import pytest
from worlds import PHRASES

from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.practice import source as practice
from scrapers.practice.entries import World, worlds
from scrapers.practice.markup import Asked
from scrapers.practice.site import DEPTH, page_of
from scrapers.registry import standards
from scrapers.types import Access, RawPage, SearchRequest, Serp

PHRASE = PHRASES["google"][0]
FIRST = date(2026, 1, 1)
LONG = 504  # days: every story six times over
FRIDAY, SATURDAY = 4, 5


def shown(world: World, day: date) -> list[str]:
    return [entry.url for entry in world.page(day)[:DEPTH]]


def repeated(world: World, day: date) -> float:
    """The share of (rank, URL) pairs of a day that stood there the day before."""
    today, before = shown(world, day), shown(world, day - timedelta(days=1))
    return sum(one == other for one, other in zip(today, before, strict=False)) / len(today)


@pytest.mark.parametrize("engine", PHRASES)
def test_four_of_five_places_repeat_from_day_to_day(engine: str) -> None:
    """As on real pages: 0.78 to 0.82 over the long run, and near that in every twelve weeks."""
    world = worlds()[PHRASES[engine][0]]
    shares = [repeated(world, FIRST + timedelta(days=i)) for i in range(LONG)]
    assert 0.78 <= mean(shares) <= 0.82
    assert all(0.75 <= mean(shares[i : i + 84]) <= 0.85 for i in range(LONG - 84))


@pytest.mark.parametrize("engine", PHRASES)
def test_every_friday_brings_a_complaint_into_the_top_ten(engine: str) -> None:
    """One that was not there on Thursday, and that stands there on Saturday too."""
    world = worlds()[PHRASES[engine][0]]
    visitors = {entry.url for entry in world.entries if entry.visit is not None}
    for day in (d for i in range(LONG) if (d := FIRST + timedelta(days=i)).weekday() == FRIDAY):
        came = set(shown(world, day)[:10]) - set(shown(world, day - timedelta(days=1)))
        assert came & visitors & set(shown(world, day + timedelta(days=1))[:10]), day


def test_the_main_search_always_has_something_to_deal_with() -> None:
    """Against the last day of the week before (Saturday), a complaint in the top ten is new or stands higher."""
    world = worlds()[PHRASE]
    complaints = {entry.url for entry in world.entries if entry.visit is not None or "tlunot" in entry.url}
    for day in (FIRST + timedelta(days=i) for i in range(LONG)):
        before = shown(world, day - timedelta(days=(day.weekday() - SATURDAY) % 7 or 7))
        urgent = [u for n, u in enumerate(shown(world, day)[:10]) if u not in before or before.index(u) > n]
        assert set(urgent) & complaints, day


def test_in_any_seven_weeks_a_saturday_is_blocked() -> None:
    """The main search's day off, so that a week ends on its Friday and the gap is seen."""
    blocked = [
        d for i in range(LONG) if (d := FIRST + timedelta(days=i)).weekday() == SATURDAY
        and worlds()[PHRASE].mode(d) == "captcha"
    ]  # fmt: skip
    assert len(blocked) >= LONG // 49
    assert all((later - earlier).days <= 49 for earlier, later in pairwise(blocked))


def pages(day: date, mode: str) -> Iterator[RawPage]:
    for number in (1, 2):
        asked = Asked(PHRASE, "he", "IL", number, False)
        yield RawPage(page_of("google", worlds()[PHRASE], day, asked, mode).encode(), http_status=200, page_no=number)


def looked(day: date, mode: str) -> tuple[Serp, str, tuple[str, ...]]:
    request = SearchRequest("google", PHRASE, "he", "IL", depth=DEPTH)
    raw = list(pages(day, mode))
    serp = parse("practice", raw, request)
    judged = judge(raw, serp, request, standards("practice", "google"))
    return serp, judged.state, judged.unchecked


@pytest.mark.parametrize("offset", [0, 9, 40])
def test_googles_page_without_javascript_tells_the_same_results(offset: int) -> None:
    """Another markup, the same day: ranks, links, titles, snippets and ratings agree; only the country is not told."""
    day = FIRST + timedelta(days=offset)
    (modern, _, _), (plain, state, unchecked) = looked(day, "none"), looked(day, "nojs")
    assert b"/url?q=" in next(pages(day, "nojs")).body
    assert b'id="rso"' not in next(pages(day, "nojs")).body
    assert state == "ok"
    assert "Country" in unchecked
    assert len(plain.results) == DEPTH
    assert [(r.rank, r.link, r.title, r.snippet, r.rating, r.host) for r in plain.results] == [
        (r.rank, r.link, r.title, r.snippet, r.rating, r.host) for r in modern.results
    ]


def test_googles_page_without_javascript_can_be_empty() -> None:
    """A phrase nobody wrote about: its own no-results sign is read there too."""
    request = SearchRequest("google", "nothing at all", "en", "US", depth=DEPTH)
    asked = Asked("nothing at all", "en", "US", 1, False)
    raw = RawPage(page_of("google", None, FIRST, asked, "nojs").encode(), http_status=200)
    judged = judge([raw], parse("practice", [raw], request), request, standards("practice", "google"))
    assert judged.state == "empty"


@pytest.mark.parametrize("offset", [0, 9, 40])
def test_googles_page_for_phones_tells_the_same_results(offset: int) -> None:
    """Other markup, without a single h3, for the same day: ranks, links, titles, snippets and ratings agree."""
    day = FIRST + timedelta(days=offset)
    request = SearchRequest("google", PHRASE, "he", "IL", device="mobile", depth=DEPTH)
    raw = []
    for number in (1, 2):
        asked = Asked(PHRASE, "he", "IL", number, number == 1)
        text = page_of("google", worlds()[PHRASE], day, asked, "none", "mobile")
        assert "<h3" not in text
        raw.append(RawPage(text.encode(), http_status=200, page_no=number))
    phone, (modern, _, _) = parse("practice", raw, request), looked(day, "none")
    assert judge(raw, phone, request, standards("practice", "google")).state == "ok"
    assert [(r.rank, r.link, r.title, r.snippet, r.rating, r.host) for r in phone.results] == [
        (r.rank, r.link, r.title, r.snippet, r.rating, r.host) for r in modern.results
    ]


def test_a_search_on_phones_asks_the_practice_site_for_them() -> None:
    """The device a search names reaches the site; a desktop search asks as before."""
    asked = [
        practice.fetch(SearchRequest("google", "x", device=device), 1, Access()).url for device in ("mobile", "desktop")
    ]
    assert ["device=mobile" in url for url in asked] == [True, False]
