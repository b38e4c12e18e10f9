"""The JSON Qwant's own page asks for (api.qwant.com/v3/search/web), as engines that read it document it.

{"status": "success", "data": {"query": {"query", "locale"}, "result": {"lastPage", "items": {"mainline":
[{"type": "web", "items": [{"title", "url", "desc", "source"}]}, ...]}}}}, or {"status": "error", "data":
{"error_code", ...}}. The rows stand in the order of the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from scrapers.blocks import MOST_RESULTS, plain, split_date
from scrapers.types import BlockKind, Feature, RawPage, Result, Serp, Signs
from scrapers.urls import target

MOST_ITEMS = 50
LISTS = {"videos": "video", "news": "top_stories", "images": "images"}
ERRORS: dict[int, BlockKind] = {24: "rate_limit", 27: "captcha"}  # from memory: check
CAPTCHA = (b"captcha-delivery.com", b"captchaUrl")


def read_answer(raw: RawPage) -> Serp:
    """One answer's results, features and signs; JSON that is none reads as an empty page without signs."""
    try:
        answer = json.loads(raw.body)
    except (ValueError, RecursionError):
        return Serp()
    data = _map(answer, "data")
    rows = _list(_map(_map(data, "result"), "items"), "mainline")[:MOST_RESULTS]
    results: list[Result] = []
    features: list[Feature] = []
    unread = 0
    for place, kind, item in _placed(rows):
        found = _result(item, place, raw.page_no) if kind == "web" else None
        if found is not None and all(found.link != other.link for other in results):
            results.append(replace(found, rank=len(results) + 1))
        elif kind == "ads":
            features.append(Feature("ad", place, _card(item)))
        elif kind in LISTS:
            cards = [card for card in map(_card, _list(item, "items")[:MOST_ITEMS]) if card]
            features.append(Feature(LISTS[kind], place, {"items": cards} if cards else {}))
        elif found is None and kind == "web":
            unread += 1
    return Serp(tuple(results), tuple(features), _signs(raw, answer, data, bool(results), unread))


def _placed(rows: list[Mapping[str, Any]]) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """(place, kind, item): results and ads one by one, any other row as the one block it is on the page."""
    place = 0
    for row in rows:
        kind = _text(row, "type")
        for item in _list(row, "items")[:MOST_RESULTS] if kind in ("web", "ads") else [row]:
            place += 1
            if place > MOST_RESULTS:
                return
            yield place, kind, item


def _result(item: Mapping[str, Any], place: int, page_no: int) -> Result | None:
    title, found = _text(item, "title"), target(_text(item, "url"), _text(item, "source"), _text(item, "title"))
    if found is None or not title:
        return None
    date_text, snippet = split_date(_text(item, "desc"))
    return Result(
        rank=0, url=found.url, link=found.link, title=title, snippet=snippet, display_url=_text(item, "source"),
        host=found.host, date_text=date_text, page_no=page_no, absolute_rank=place, unresolved=found.unresolved,
    )  # fmt: skip


def _card(item: Mapping[str, Any]) -> dict[str, str]:
    found = target(_text(item, "url"))
    parts = {"title": _text(item, "title"), "url": found.url if found else "", "text": _text(item, "description")}
    return {name: part for name, part in parts.items() if part}


def _signs(raw: RawPage, answer: Any, data: Mapping[str, Any], found: bool, unread: int) -> Signs:
    asked, result = _map(data, "query"), _map(data, "result")
    language, _, country = _text(asked, "locale").partition("_")
    succeeded = isinstance(answer, dict) and answer.get("status") == "success"
    last = result.get("lastPage")
    return Signs(
        container="items" in result,
        phrase=_text(asked, "query") or None,
        more=not last if isinstance(last, bool) else (True if found else None),
        hl=language.lower() or None,
        gl=country.upper() or None,
        unread=unread,
        no_results=succeeded and "items" in result and not found,
        block=None if found or succeeded else _block(raw, data),
    )


def _block(raw: RawPage, data: Mapping[str, Any]) -> BlockKind | None:
    if any(mark in raw.body for mark in CAPTCHA):
        return "captcha"
    code = data.get("error_code")
    return ERRORS.get(code) if isinstance(code, int) else None


def _map(data: Any, key: str) -> Mapping[str, Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _list(data: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = data.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return plain(value) if isinstance(value, str) else ""
