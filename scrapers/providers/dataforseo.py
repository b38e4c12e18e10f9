"""DataForSEO, a provider of Google's page as JSON (needs "login:password"). Source: its documentation.

HTTP says 200 nearly always: what happened stands in status_code, at the top and again in the task. 40102 (no results)
is a fact, 40101 (the engine answered with an error) is not. A whole look is one request: depth is billed per ten
results. Countries and languages go by their names on Google's list, so one that is not in our small table is refused.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from scrapers.blocks import split_date
from scrapers.json_features import ads, listed, overview, panel, places, questions, related, sitelinks, snippet
from scrapers.json_parts import Part, number, organic, parsed, part, rating_of, result, rows, text, whole
from scrapers.places import COUNTRY_TARGETS, LANGUAGES, PLACES
from scrapers.types import Access, BlockKind, Feature, Fetch, Rating, RawPage, Result, SearchRequest, Serp, Signs

NAME = "dataforseo"
ENGINE = "google"
VERSION = 1
ENOUGH = 4
PRICE = 0.002
PAUSE = 1.0
BASE = "https://api.dataforseo.com"
PATH = "/v3/serp/google/organic/live/advanced"
OK, NO_RESULTS = 20000, 40102
BLOCKS: Mapping[int, BlockKind] = {
    401: "key_refused", 402: "quota", 40100: "key_refused", 40104: "key_refused", 40200: "quota",
    40201: "key_refused", 40202: "rate_limit", 40203: "quota", 40204: "key_refused", 40207: "key_refused",
    40209: "rate_limit", 40210: "quota",
}  # fmt: skip
SCALES = {"Max5": 5.0, "Percents": 100.0}
LISTS = {
    "top_stories": "top_stories", "video": "video", "short_videos": "video", "discussions_and_forums": "forums",
    "perspectives": "forums", "images": "images", "carousel": "carousel", "multi_carousel": "carousel",
    "popular_products": "carousel", "shopping": "carousel",
}  # fmt: skip
REPLACED = ("showing_results_for", "no_results_found_for")
AT = "rank_absolute"


def refuses(hl: str | None, gl: str | None) -> str | None:
    """The countries and languages we know the names of."""
    if not hl or not gl:
        return None
    if gl.upper() not in PLACES:
        return f"DataForSEO is asked by names; the country {gl} is not in our list"
    return None if hl.lower() in LANGUAGES else f"DataForSEO is asked by names; the language {hl} is not in our list"


def fetch(request: SearchRequest, page_no: int, access: Access) -> Fetch:
    """POST one task; the look's whole depth at once, results of one site not folded. HTTP Basic."""
    task: dict[str, object] = {
        # its keyword is decoded like an address, so these two have to be encoded
        "keyword": (request.phrase or "").replace("%", "%25").replace("+", "%2B"),
        "language_name": LANGUAGES.get((request.hl or "en").lower(), "English"),
        "device": request.device, "depth": max(10, -(-request.depth // 10) * 10), "group_organic_results": False,
    }  # fmt: skip
    if request.location:
        task["location_name"] = ",".join(step.strip() for step in request.location.split(","))
    else:
        task["location_code"] = COUNTRY_TARGETS + PLACES.get((request.gl or "US").upper(), PLACES["US"])[1]
    key = access.key or ""
    token = base64.b64encode(key.encode()).decode()
    headers = {"authorization": f"Basic {token}"}
    secrets = (key, token, key.partition(":")[2])
    return Fetch(f"{access.base_url or BASE}{PATH}", headers, json=json.dumps([task]), secrets=secrets)


def read(raw: RawPage, request: SearchRequest) -> Serp:
    """The results, features and signs of the one task's one result."""
    data = parsed(raw.body)
    task: Part = next(iter(rows(data, "tasks")), {})
    page: Part = next(iter(rows(task, "result")), {})
    items = rows(page, "items")
    results, unread = organic((i for i in items if i.get("type") == "organic"), lambda i: _result(i, raw.page_no))
    codes = [code for code in (data.get("status_code"), task.get("status_code")) if isinstance(code, int)]
    return Serp(results, _features(items, results), _signs(page, task, codes, raw, bool(results), unread))


def _result(item: Part, page_no: int) -> Result | None:
    before = text(item, "pre_snippet")
    date = split_date(f"{before} — ")[0] or ""
    return result(
        {**item, "date": date}, url="url", shown=("breadcrumb", "domain"), snippet=("description",),
        rating=_rating(part(item, "rating")), absolute_rank=whole(item, AT), page_no=page_no,
    )  # fmt: skip


def _rating(stars: Part) -> Rating | None:
    kind = text(stars, "rating_type")
    return rating_of(stars, SCALES.get(kind)) if kind in SCALES or number(stars, "rating_max") else None


def _features(items: list[Part], results: tuple[Result, ...]) -> tuple[Feature, ...]:
    by_link = {found.url: found for found in results}
    local = [item for item in items if item.get("type") == "local_pack"]
    found: list[Feature] = [*places(local, whole(local[0], AT) if local else None)]
    for item in items:
        kind, at = text(item, "type"), whole(item, AT)
        if kind == "organic":
            found += sitelinks(item, by_link.get(text(item, "url")), ("links",))
        elif kind == "paid":
            found += ads([item], AT)
        elif kind == "people_also_ask":
            found += questions([_question(one, at) for one in rows(item, "items")], AT)
        elif kind == "ai_overview":
            found += overview(item, at)
        elif kind in ("featured_snippet", "answer_box"):
            found += snippet(item, at)
        elif kind == "knowledge_graph":
            found += panel(item, at)
        elif kind == "related_searches" and isinstance(item.get("items"), list):
            found += related([{"query": phrase} for phrase in item["items"]])
        elif kind in LISTS:
            found += listed(LISTS[kind], rows(item, "items"), at)
    return tuple(found)


def _question(item: Part, at: int | None) -> Part:
    answer: Part = next(iter(rows(item, "expanded_element")), {})
    return {"question": item.get("title"), "answer": answer.get("description"), "url": answer.get("url"), AT: at}


def _signs(page: Part, task: Part, codes: list[int], raw: RawPage, found: bool, unread: int) -> Signs:
    wrong = [code for code in codes if code not in (OK, NO_RESULTS)]
    block = next((BLOCKS[code] for code in (*wrong, raw.http_status or 0) if code in BLOCKS), None)
    spell = part(page, "spell")
    target = number(page, "location_code") or 0
    return Signs(
        container=isinstance(page.get("items"), list),
        phrase=text(page, "keyword") or text(part(task, "data"), "keyword") or None,
        hl=text(page, "language_code") or None,
        gl=next((code for code, (_, own) in PLACES.items() if COUNTRY_TARGETS + own == target), None),
        unread=unread,
        no_results=not found and not wrong and NO_RESULTS in codes,
        relaxed=text(spell, "type") in REPLACED,
        block=None if found else block,
        failed=bool(wrong) and (found or block is None),
    )
