"""What Google's recorded pages of ours hold besides results: features with their data, places, leftovers, addresses."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from scrapers.engines import google
from scrapers.types import RawPage, SearchRequest, Serp

PAGES = Path(__file__).parent.parent / "pages" / "google"


def read(case: str, page_no: int = 1) -> Serp:
    body = gzip.decompress((PAGES / case / "page.html.gz").read_bytes())
    phrase = json.loads((PAGES / case / "search.json").read_text(encoding="utf-8"))["phrase"]
    return google.read(RawPage(body, page_no=page_no), SearchRequest("google", phrase))


def data(case: str, kind: str) -> list[Mapping[str, Any]]:
    return [feature.data for feature in read(case).features if feature.kind == kind]


def test_an_ad_says_where_it_leads_past_googles_counter() -> None:
    """Title, target and text; on the page without JavaScript the target stands in the counter's address."""
    assert data("nojs-english", "ad") == [
        {"title": "Switch today - Other Telecom", "url": "https://other.example/offer", "text": "No contract, no fees."}
    ]


def test_questions_are_told_with_the_answer_the_page_holds() -> None:
    """One feature a question; an answer only where it stands in the page."""
    assert data("featured-snippet-hebrew", "paa") == [
        {"question": "כמה זמן לוקח להתנתק?", "answer": "עד שלושה ימי עסקים.", "url": "https://reshut.example/rules"}
    ]
    assert [question["question"] for question in data("nojs-english", "paa")] == [
        "How do I cancel Nativ Telecom?", "Who owns Nativ Telecom?",
    ]  # fmt: skip


def test_an_overview_is_told_with_its_sources() -> None:
    """Text once, without the words for "not available"; each cited page with title and link."""
    (overview,) = data("ai-overview-english", "ai_overview")
    assert overview["text"] == "Customers call Nativ Telecom fast but hard to reach. Speed: praised Support: long waits"
    assert [source["url"] for source in overview["sources"]] == [
        "https://reviews.example/nativ", "https://news.example/nativ-outage",
    ]  # fmt: skip


def test_a_featured_snippet_is_a_feature_and_its_link_a_result() -> None:
    """Text, title and link of the box; the result has the text as its snippet."""
    (box,) = data("featured-snippet-hebrew", "featured_snippet")
    first = read("featured-snippet-hebrew").results[0]
    assert box["text"] == first.snippet
    assert (box["title"], box["url"]) == (first.title, first.url)


def test_a_knowledge_panel_is_told_whole() -> None:
    """Name, text, rating and site."""
    assert data("knowledge-panel-polish", "knowledge") == [
        {
            "title": "Nativ Telecom", "url": "https://www.nativ-telecom.example/", "value": 3.9, "scale": 5.0,
            "votes": 2130, "text": "Nativ Telecom to polski operator telekomunikacyjny założony w 1998 roku.",
        }
    ]  # fmt: skip


def test_stories_name_source_and_date() -> None:
    """Each card with what stands beside its title."""
    (stories,) = data("knowledge-panel-polish", "top_stories")
    assert stories["items"][0] == {
        "title": "Awaria sieci Nativ w całym kraju", "url": "https://gazeta.example/1", "source": "Gazeta",
        "date": "3 godz. temu",
    }  # fmt: skip


def test_places_have_ratings_and_suggestions_are_phrases() -> None:
    """The local pack and the related searches of the page without JavaScript."""
    assert data("nojs-english", "local") == [
        {"items": [{"title": "Nativ store, Main Street", "value": 4.1, "scale": 5.0, "votes": 1306}]}
    ]
    assert data("nojs-english", "related") == [
        {"phrases": ["nativ telecom phone", "nativ telecom cancel", "nativ telecom bill"]}
    ]


@pytest.mark.parametrize(
    ("case", "titles"),
    [
        ("older-layout-2016", ["Help", "Stores"]),
        ("nested-entries-hebrew", ["החשבון שלי", "תיקון תקלות"]),
        ("mobile-hebrew", ["צור קשר", "סניפים", "שאלות נפוצות"]),
        ("nojs-english", ["Stores", "Your bill"]),
    ],
)
def test_links_under_a_result_belong_to_it(case: str, titles: list[str]) -> None:
    """Sitelinks in a table, entries nested under a result, chips on a phone, plain links: all one feature."""
    (links,) = data(case, "sitelinks")
    assert links["link"] == read(case).results[0].link
    assert [item["title"] for item in links["items"]] == titles


def test_what_nobody_read_is_counted() -> None:
    """Headings with outside links that are neither result nor part of a feature, and results without a target."""
    assert read("drifted-mobile").signs.unread == 10
    assert read("mobile-hidden-links").signs.unread == 1
    assert read("mobile-hebrew").signs.unread == 0


def test_an_address_is_shown_or_the_site_named() -> None:
    """A number of views or followers is no address: it would change every day."""
    assert [result.display_url for result in read("ai-overview-english").results][2:] == [
        "Video · Nora Tests", "https://www.nativ-telecom.example › network",
    ]  # fmt: skip


def test_the_next_page_is_offered_in_every_layout() -> None:
    """By where the link leads, not by its words; a page does not offer itself."""
    for case in ("mobile-hebrew", "mobile-2018-polish", "nojs-english", "older-layout-2016", "ai-overview-english"):
        assert read(case).signs.more is True, case
    assert read("mobile-hebrew", page_no=2).signs.more is False
    assert read("nothing-found-mobile").signs.more is False


def test_places_among_all_blocks_follow_the_page() -> None:
    """1, 2, 3, ... over results and features together; sitelinks stand where their result stands."""
    for case in ("mobile-hebrew", "nojs-english", "knowledge-panel-polish", "older-layout-2016"):
        serp = read(case)
        places = [result.absolute_rank for result in serp.results]
        places += [feature.absolute_rank for feature in serp.features if feature.kind != "sitelinks"]
        assert sorted(place or 0 for place in places) == list(range(1, len(places) + 1)), case
