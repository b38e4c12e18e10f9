"""The providers' side of the practice site: the same days as JSON, in each provider's format, its key checked.

A provider's base URL is {site}/api/{mode}/{day}/{provider}; what follows is the provider's own path. mode is "none", or
one of refusals.ERRORS (refused, spent, limited, failed, captcha), or: empty, partial (what comes later fails), cut (the
body ends in the middle), hidden (links hide their targets), relaxed (another phrase was answered). day is a date.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from scrapers.practice.entries import worlds
from scrapers.practice.formats import FORMATS, Json, Shown
from scrapers.practice.refusals import ERRORS

KEY = "practice/key+QzXwVjKp"  # signs that addresses and JSON write otherwise, as real keys can have
LOGIN = f"practice@shemtov.example:{KEY}"
DEPTH = 20
PATHS = {
    "serpapi": "search.json", "searchapi": "api/v1/search", "scaleserp": "search", "serper": "search",
    "dataforseo": "v3/serp/google/organic/live/advanced", "brave_api": "res/v1/web/search", "searxng": "search",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as its provider understands it: first and size say which results its page holds."""

    phrase: str
    hl: str
    gl: str
    page: int
    first: int
    size: int
    key: str


def _asked(provider: str, request: Request, sent: Any) -> Asked:
    """What was asked, from the parts of the request in which this provider expects it. KeyError, ValueError."""
    query, head = request.query_params, request.headers
    if provider == "serper":
        page = int(sent["page"])
        return Asked(sent["q"], sent["hl"], sent["gl"], page, 10 * page - 9, 10, head.get("x-api-key", ""))
    if provider == "dataforseo":
        (task,) = sent
        token = base64.b64decode(head.get("authorization", "").removeprefix("Basic ")).decode()
        language = {"Hebrew": "he", "Polish": "pl", "English": "en"}[task["language_name"]]
        phrase = task["keyword"].replace("%2B", "+").replace("%25", "%")
        return Asked(phrase, language, str(task["location_code"]), 1, 1, task["depth"], token)
    if provider == "brave_api":
        offset, size = int(query["offset"]), int(query["count"])
        if not 0 <= offset <= 9 or not 1 <= size <= 20:
            raise ValueError("offset is a page, 0 to 9")
        key = head.get("x-subscription-token", "")
        return Asked(query["q"], query["search_lang"], query["country"], offset + 1, offset * size + 1, size, key)
    if provider == "searxng":
        page = int(query["pageno"])
        return Asked(query["q"], query["language"], query["engines"], page, 10 * page - 9, 10, LOGIN)
    page = int(query["start"]) // 10 + 1 if "start" in query else int(query.get("page", "1"))
    key = query.get("api_key") or head.get("authorization", "").removeprefix("Bearer ")
    return Asked(query["q"], query["hl"], query["gl"], page, 10 * page - 9, 10, key)


async def provide(request: Request) -> Response:
    """One answer of one provider."""
    provider, mode = request.path_params["provider"], request.path_params["mode"]
    if PATHS.get(provider) != request.path_params["rest"]:
        return Response("no such provider or path", 404)
    body = await request.body()
    try:
        day = date.fromisoformat(request.path_params["day"])
        asked = _asked(provider, request, json.loads(body) if body else None)
    except (ValueError, KeyError, TypeError) as wrong:
        return Response(f"not as {provider} wants it: {wrong!r}", 400)
    status, answer = answer_of(provider, mode, day, asked)
    text = json.dumps(answer, ensure_ascii=False)
    if mode == "cut":
        return Response(text[: len(text) // 2], media_type="application/json")
    return JSONResponse(answer, status)


def answer_of(provider: str, mode: str, day: date, asked: Asked) -> tuple[int, Json]:
    """(HTTP status, the answer) of a day; pure, so that a test needs no server."""
    errors = ERRORS[provider]
    if asked.key not in (KEY, LOGIN):
        return errors["refused"]
    if mode in errors:
        return errors[mode]
    if mode == "partial" and asked.page > 1:
        return errors["failed"]
    world = worlds().get(asked.phrase)
    entries = tuple(world.page(day)[:DEPTH]) if world and mode != "empty" else ()
    until = asked.first + asked.size - 1
    shown = Shown(
        entries[asked.first - 1 : until], asked.phrase, asked.hl, asked.gl, asked.page, len(entries) > until,
        hidden=mode == "hidden", relaxed=mode == "relaxed", key=asked.key,
    )  # fmt: skip
    answer = FORMATS[provider](shown)
    if mode == "partial" and provider == "dataforseo":
        answer["tasks"][0]["status_code"] = 40101
    return 200, answer


ROUTE = Route("/api/{mode}/{day}/{provider}/{rest:path}", provide, methods=["GET", "POST"])
