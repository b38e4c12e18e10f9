"""What each engine is asked, whom it cannot serve, and that a block nobody knows is counted."""

from __future__ import annotations

import gzip
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser

from scrapers import registry
from scrapers.capture import capture
from scrapers.engines import bing, duckduckgo, ecosia
from scrapers.organic import score, words
from scrapers.types import Access, Fetch, Rating, RawPage, SearchRequest
from scrapers.urls import unwrap

PAGES = Path(__file__).parent.parent / "pages"
PHRASE = "Nativ Telecom obsługa klienta"


def recorded(case: str) -> bytes:
    return gzip.decompress(next((PAGES / case).glob("page.*.gz")).read_bytes())


@pytest.mark.parametrize(
    ("engine", "hebrew", "polish", "english"),
    [
        ("bing", True, True, True), ("duckduckgo", False, True, True), ("brave", False, True, True),
        ("yahoo", False, True, True), ("ecosia", False, True, True), ("qwant", True, True, True),
    ],
)  # fmt: skip
def test_an_engine_serves_a_locale_or_says_why_not(engine: str, hebrew: bool, polish: bool, english: bool) -> None:
    """Hebrew in Israel, Polish in Poland, English in the United States; a country in another's language never."""
    refuses = registry.source(engine).refuses
    assert [refuses("he", "IL") is None, refuses("pl", "PL") is None, refuses("en", "US") is None] == [
        hebrew, polish, english,
    ]  # fmt: skip
    assert refuses("xx", "PL")
    assert refuses("he", "PL")
    assert refuses(None, None) is None


@pytest.mark.parametrize(
    ("engine", "host", "pages"),
    [
        ("bing", "www.bing.com", [{"mkt": "pl-pl"}, {"first": "11"}, {"first": "21"}]),
        ("brave", "search.brave.com", [{"q": PHRASE}, {"offset": "1"}, {"offset": "2"}]),
        ("yahoo", "pl.search.yahoo.com", [{"p": PHRASE}, {"b": "8", "pz": "7"}, {"b": "15"}]),
        ("ecosia", "www.ecosia.org", [{"p": "0"}, {"p": "1"}, {"p": "2"}]),
        ("qwant", "api.qwant.com", [{"locale": "pl_PL", "offset": "0"}, {"offset": "10"}, {"offset": "20"}]),
    ],
)
def test_pages_are_asked_by_their_number(engine: str, host: str, pages: list[dict[str, str]]) -> None:
    """Each engine's own way to count, at its own host or at the one the operator named."""
    request = SearchRequest(engine, PHRASE, "pl", "PL", depth=20)
    for number, expected in enumerate(pages, 1):
        for access, at in ((Access(), host), (Access("http://mirror.example"), "mirror.example")):
            parts = urlsplit(registry.source(engine).fetch(request, number, access).url)
            assert parts.hostname == at
            query = parse_qs(parts.query)
            assert {name: query[name][0] for name in expected} == expected


@pytest.mark.parametrize(("engine", "cookie"), [("brave", "country=pl; ui_lang=pl-pl"), ("ecosia", "mc=pl-pl")])
def test_a_country_that_is_a_setting_is_set(engine: str, cookie: str) -> None:
    """Two engines know the country from a cookie of their settings only."""
    fetch = registry.source(engine).fetch(SearchRequest(engine, PHRASE, "pl", "PL"), 1, Access())
    assert cookie in fetch.headers["cookie"]


def test_every_engine_says_how_often_and_with_what_it_may_be_asked() -> None:
    """A pause of seconds, an ordinary phrase to compare with, and nothing it costs."""
    for name in ("bing", "brave", "duckduckgo", "ecosia", "qwant", "yahoo"):
        source = registry.source(name)
        assert source.PAUSE >= 5  # type: ignore[attr-defined]
        assert source.CANARY  # type: ignore[attr-defined]


def test_the_second_page_of_duckduckgo_is_asked_by_the_form_of_the_first() -> None:
    """Its token goes back to DuckDuckGo, whatever place the form names; without a token nothing is asked."""
    page = recorded("duckduckgo/lite-polish").replace(b'action="/lite/"', b'action="https://evil.example/"')
    request = SearchRequest("duckduckgo", PHRASE, "pl", "PL", depth=20)
    onward = duckduckgo.onward(RawPage(page), request, Access())
    assert onward is not None
    assert onward.url == "https://html.duckduckgo.com/html/"
    assert onward.form == {"q": PHRASE, "s": "10", "vqd": "4-practice", "dc": "11"}
    assert duckduckgo.onward(RawPage(page.replace(b"vqd", b"xyz")), request, Access()) is None
    assert duckduckgo.onward(RawPage(b"\xff" * 100), request, Access()) is None


async def test_a_look_follows_the_form_and_stops_where_there_is_none() -> None:
    """Page one by its number, page two by the token of page one, and no third."""
    first = recorded("duckduckgo/lite-polish")
    second = first.replace(b".example", b".test").replace(b'name="vqd"', b'name="other"')
    asked: list[Fetch] = []

    async def fetch(fetch: Fetch, page_no: int) -> RawPage:
        asked.append(fetch)
        return RawPage(first if page_no == 1 else second, fetch.url, 200, page_no=page_no)

    request = SearchRequest("duckduckgo", PHRASE, "pl", "PL", depth=30)
    pages = await capture("duckduckgo", request, Access(), fetch, deadline=30, on_page=lambda page: None)
    assert len(pages) == 2
    assert [(one.form or {}).get("vqd") for one in asked] == [None, "4-practice"]


def test_a_block_nobody_knows_is_counted_as_unread() -> None:
    """A heading that leads out, in a block that is neither result nor feature; the engine's own doors are none."""
    request = SearchRequest("ecosia", "x")
    assert ecosia.read(RawPage(recorded("ecosia/english")), request).signs.unread == 1
    assert ecosia.read(RawPage(recorded("ecosia/polish")), request).signs.unread == 0
    strange = b'<li class="b_new"><h2><a href="https://new.example/">New</a></h2></li>'
    doors = b'<li class="b_new"><h2><a href="https://www.bing.com/shop?q=x">Shop</a></h2></li>'
    page = recorded("bing/polish")
    for block, unread in ((strange, 1), (doors, 0), (b"", 0)):
        serp = bing.read(
            RawPage(page.replace(b'<li class="b_pag">', block + b'<li class="b_pag">')), SearchRequest("bing")
        )
        assert serp.signs.unread == unread


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("4,5/5 (120)", Rating(4.5, 5, 120)), ("8/10 (87 votos) - Program", Rating(8, 10, 87)),
        ("86% (1,213)", Rating(86, 100, 1213)), ("3,3/5 (12,5K)", Rating(3.3, 5, None)),
        ("24/7 (always)", None), ("9/5 (3)", None), ("See 4/5 (3)", None), ("", None),
    ],
)  # fmt: skip
def test_a_rating_in_numbers_is_read_where_it_leads(text: str, rating: Rating | None) -> None:
    """Value, scale and votes; a rounded number of votes is none."""
    assert score(text) == rating


def test_words_stay_whole_across_marks_and_blocks_stay_apart() -> None:
    """A mark inside a word puts no space into it; a line break and a new block do."""
    tree = LexborHTMLParser(
        "<div id=x><p>Na<b>tiv</b>&trade;<br>Tele<wbr>com</p><div>calls</div><script>y</script></div>"
    )
    assert words(tree.css_first("#x")) == "Nativ™ Telecom calls"


@pytest.mark.parametrize(
    ("link", "target"),
    [
        (
            "https://r.search.yahoo.com/_ylt=A;_ylu=B/RV=2/RE=1/RO=10/RU=https%3a%2f%2fa.example%2fx%3fy%3d1/RK=2/RS=z-",
            "https://a.example/x?y=1",
        ),
        ("http://srd.yahoo.com/S=1:WS1/R=1/K=x/*http://a.example/x?y=1", "http://a.example/x?y=1"),
        ("http://rds.yahoo.com/_ylt=A0/SIG=1/EXP=2/**http%3a//a.example/x%3fy=1", "http://a.example/x?y=1"),
        ("http://srd.yahoo.com/S=1/*javascript:alert(1)", "http://srd.yahoo.com/S=1/*javascript:alert(1)"),
    ],
)
def test_links_of_yahoo_are_unwrapped(link: str, target: str) -> None:
    """Of every age; what is no http link behind them stays wrapped."""
    assert unwrap(link) == target
