"""A day of the practice world in every provider's JSON.

Pure functions of what is shown. Keys and shapes follow the providers' own documentation; the texts are ours.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlsplit

from scrapers.practice.entries import Entry

Json = dict[str, Any]
QUESTION, ANSWER = "Is Nativ Telecom good?", "Customers disagree."
HELP = "https://help.nativ-telecom.example/en/"


@dataclass(frozen=True, slots=True)
class Shown:
    """One page: its entries, and what it was asked for.

    hidden: links hide their targets; relaxed: another phrase was answered; key: as it came with the request.
    """

    entries: tuple[Entry, ...]
    phrase: str
    hl: str
    gl: str
    page: int = 1
    more: bool = False
    hidden: bool = False
    relaxed: bool = False
    key: str = ""

    @property
    def opens(self) -> bool:
        """Whether other blocks stand on it: they do on the first page."""
        return self.page == 1 and bool(self.entries)


def _link(entry: Entry, shown: Shown) -> str:
    token = base64.urlsafe_b64encode(f"{shown.page}{entry.url}".encode()).decode().rstrip("=")
    return f"https://www.google.com/goto?url=CAES{token}" if shown.hidden else entry.url


def _display(entry: Entry) -> str:
    parts = urlsplit(entry.url)
    return " › ".join([f"https://{parts.netloc}", *filter(None, parts.path.split("/"))])


def _host(entry: Entry) -> str:
    return urlsplit(entry.url).netloc


def _stars(entry: Entry) -> float | None:
    return float(entry.rating.replace(",", ".")) if entry.rating else None


def _google_like(shown: Shown, **more: Any) -> list[Json]:
    """Organic results as SerpApi, SearchApi and Scale SERP write them; more: what one of them adds, by place."""
    items = []
    for place, entry in enumerate(shown.entries, 1):
        item: Json = {
            "position": place, "title": entry.title, "link": _link(entry, shown), "displayed_link": _display(entry),
            "snippet": entry.snippet,
        }  # fmt: skip
        if entry.rating:
            found = {"rating": _stars(entry), "reviews": entry.votes}
            item["rich_snippet"] = {"bottom": {"detected_extensions": found, "extensions": [f"{found['rating']}"]}}
        if place == 1 and shown.opens:
            item["sitelinks"] = {"inline": [{"title": "Help", "link": HELP}]}
        items.append(item | {key: value(place, entry) for key, value in more.items()})
    return items


def serpapi(shown: Shown) -> Json:
    """SerpApi."""
    state = "Results for exact spelling" if shown.entries else "Fully empty"
    about: Json = {"organic_results_state": state, "query_displayed": shown.phrase}
    if shown.relaxed:
        about["organic_results_state"] = "Some results for exact spelling but showing fixed spelling"
        about["showing_results_for"] = "native telecom"
    answer: Json = {
        "search_metadata": {"status": "Success"},
        "search_parameters": {"engine": "google", "q": shown.phrase, "hl": shown.hl, "gl": shown.gl},
        "search_information": about,
    }
    if not shown.entries:
        return answer | {"error": "Google hasn't returned any results for this query."}
    if shown.opens:
        answer["ads"] = [{"position": 1, "block_position": "top", "title": "Ad", "link": HELP, "description": "Switch"}]
        answer["ai_overview"] = {
            "text_blocks": [{"type": "paragraph", "snippet": ANSWER}], "references": [{"title": "Help", "link": HELP}],
        }  # fmt: skip
        answer["related_questions"] = [{"question": QUESTION, "snippet": ANSWER, "title": "Help", "link": HELP}]
    following = {"next": "https://serpapi.com/search.json?start=10"} if shown.more else {}
    return answer | {"organic_results": _google_like(shown), "serpapi_pagination": following}


def searchapi(shown: Shown) -> Json:
    """SearchApi."""
    about: Json = {"query_displayed": shown.phrase}
    if shown.relaxed:
        about["showing_results_for"] = "native telecom"
    answer: Json = {
        "search_metadata": {"status": "Success"},
        "search_parameters": {"engine": "google", "q": shown.phrase, "hl": shown.hl, "gl": shown.gl},
        "search_information": about,
    }
    if not shown.entries:
        return answer | {"error": "Google didn't return any results."}
    if shown.opens:
        answer["related_questions"] = [{"question": QUESTION, "answer": ANSWER, "source": {"link": HELP}}]
    pages: Json = {"current": shown.page} | ({"next": "https://www.google.com/search?start=10"} if shown.more else {})
    return answer | {"organic_results": _google_like(shown, domain=lambda _, e: _host(e)), "pagination": pages}


def scaleserp(shown: Shown) -> Json:
    """Scale SERP, key and all in the addresses it gives back."""
    address = f"https://api.scaleserp.com/search?api_key={quote_plus(shown.key)}&q={quote_plus(shown.phrase)}"
    about: Json = {"original_query_yields_zero_results": not shown.entries, "query_displayed": shown.phrase}
    if shown.relaxed:
        about |= {"original_query_yields_zero_results": True, "showing_results_for": "native telecom"}
    answer: Json = {
        "request_info": {"success": True, "credits_used": 1, "credits_remaining": 99},
        "search_metadata": {"json_url": address},
        "search_parameters": {"q": shown.phrase, "hl": shown.hl, "gl": shown.gl},
        "search_information": about,
        "organic_results": _google_like(shown, domain=lambda _, e: _host(e), block_position=lambda n, _: n + 1),
    }
    if shown.opens:
        answer["related_questions"] = [
            {"question": QUESTION, "answer": ANSWER, "source": {"link": HELP}, "block_position": 1}
        ]
    following = {"api_pagination": {"next": f"{address}&page={shown.page + 1}"}} if shown.more else {}
    return answer | {"pagination": {"current": shown.page} | following}


def serper(shown: Shown) -> Json:
    """Serper."""
    organic = []
    for place, entry in enumerate(shown.entries, 1):
        item: Json = {"title": entry.title, "link": _link(entry, shown), "snippet": entry.snippet, "position": place}
        if entry.rating:
            item |= {"rating": _stars(entry), "ratingCount": entry.votes, "ratingMax": 5}
        organic.append(item | ({"sitelinks": [{"title": "Help", "link": HELP}]} if place == 1 and shown.opens else {}))
    answer: Json = {
        "searchParameters": {"q": shown.phrase, "hl": shown.hl, "gl": shown.gl, "type": "search", "engine": "google"},
        "organic": organic, "credits": 1,
    }  # fmt: skip
    if shown.opens:
        answer["peopleAlsoAsk"] = [{"question": QUESTION, "snippet": ANSWER, "title": "Help", "link": HELP}]
    return answer | ({"searchInformation": {"showingResultsFor": "native telecom"}} if shown.relaxed else {})


def dataforseo(shown: Shown) -> Json:
    """DataForSEO: one task, the whole depth in it."""
    question = {
        "type": "people_also_ask", "rank_group": 1, "rank_absolute": 1, "items": [
            {"title": QUESTION, "expanded_element": [{"url": HELP, "title": "Help", "description": ANSWER}]}
        ],
    }  # fmt: skip
    items: list[Json] = [question]
    for place, entry in enumerate(shown.entries, 1):
        item: Json = {
            "type": "organic", "rank_group": place, "rank_absolute": place + 1, "page": (place + 9) // 10,
            "domain": _host(entry), "title": entry.title, "url": _link(entry, shown), "breadcrumb": _display(entry),
            "description": entry.snippet, "rating": None,
        }  # fmt: skip
        if entry.rating:
            item["rating"] = {
                "rating_type": "Max5", "value": _stars(entry), "votes_count": entry.votes, "rating_max": 5,
            }  # fmt: skip
        items.append(item | ({"links": [{"title": "Help", "url": HELP}]} if place == 1 and shown.opens else {}))
    spell = {"keyword": "native telecom", "type": "showing_results_for"} if shown.relaxed else None
    page: Json = {
        "keyword": shown.phrase, "language_code": shown.hl, "location_code": int(shown.gl or 0), "spell": spell,
        "items_count": len(items), "items": items,
    }  # fmt: skip
    return task_of(20000, "Ok.", [page]) if shown.entries else task_of(40102, "No Search Results.", None)


def task_of(code: int, message: str, result: list[Json] | None) -> Json:
    """An answer of DataForSEO around its one task."""
    task = {"id": "1", "status_code": code, "status_message": message, "cost": 0.002, "result": result}
    return {"status_code": 20000, "status_message": "Ok.", "tasks_count": 1, "tasks_error": 0, "tasks": [task]}


def brave_api(shown: Shown) -> Json:
    """Brave Search API: results in the list's order, the page in mixed's."""
    query: Json = {"original": shown.phrase, "more_results_available": shown.more}
    if shown.relaxed:
        query["altered"] = "native telecom"
    if not shown.entries:
        return {"type": "search", "query": query}
    web = []
    for place, entry in enumerate(shown.entries, 1):
        item: Json = {
            "type": "search_result", "title": entry.title, "url": entry.url, "description": entry.snippet,
            "meta_url": {"hostname": _host(entry), "path": "› " + urlsplit(entry.url).path.strip("/")},
        }  # fmt: skip
        if entry.rating:
            item["rating"] = {"ratingValue": _stars(entry), "bestRating": 5.0, "reviewCount": entry.votes}
        web.append(
            item
            | ({"deep_results": {"buttons": [{"title": "Help", "url": HELP}]}} if place == 1 and shown.opens else {})
        )
    last = len(web) - 1  # the list is turned round: only the page's order tells the ranks
    main: list[Json] = [{"type": "web", "index": last - place, "all": False} for place in range(len(web))]
    answer: Json = {"type": "search", "query": query, "web": {"type": "search", "results": web[::-1]}}
    if shown.opens:
        main.insert(1, {"type": "videos", "all": True})
        answer["videos"] = {"results": [{"title": "How to set up a router", "url": "https://video.example/router"}]}
    return answer | {"mixed": {"type": "mixed", "main": main, "top": [], "side": []}}


def searxng(shown: Shown) -> Json:
    """SearXNG, one engine asked."""
    results = [
        {
            "url": _link(entry, shown), "title": entry.title, "content": entry.snippet, "engine": shown.gl,
            "engines": [shown.gl], "positions": [place], "score": 1 / place, "category": "general",
        }
        for place, entry in enumerate(shown.entries, 1)
    ]  # fmt: skip
    return {"query": shown.phrase, "results": results, "answers": [], "corrections": [], "unresponsive_engines": []}


FORMATS: Mapping[str, Callable[[Shown], Json]] = {
    "serpapi": serpapi, "searchapi": searchapi, "scaleserp": scaleserp, "serper": serper, "dataforseo": dataforseo,
    "brave_api": brave_api, "searxng": searxng,
}  # fmt: skip
