"""A chat model on the practice site, in OpenAI's format: labels results by a few words, and misbehaves on demand.

The base URL is {site}/chat/{mode}/v1. It needs no key; a wrong one is refused, and written back. Modes: good, spanless
(quotes what stands nowhere), labelless (labels nobody asked for), naive (obeys whatever a result says), limited,
failed, hangs, drips, cut, free (tells no usage), fenced (thinks aloud and fences its JSON), plain (knows no
response_format), prose, squeamish (refuses whoever says "damn"), inside (sends elsewhere).
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from scrapers.practice.api import KEY

Answer = dict[str, str]
LIMITED, FAILED = 429, 500
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100}
WORDS = {
    "negative": re.compile(r"refuses|terrible|scam|complaint|גרוע|תלונה|fatalna|reklamacj\w*|nie oddaje", re.I),
    "positive": re.compile(r"excellent|helped|recommend|מצוין|אדיבים|doskonała|pomógł|polecam", re.I),
}
# What a naive model lets itself be told: of all results, of those that hold a word, and whole answers of its own kind.
EVERYTHING = re.compile(r"(?:label everything|everything here is) (\w+)", re.I)
THOSE = re.compile(r"those (?:on|about) (\w+) (?:are|deserve) (\w+)", re.I)
FORGED = re.compile(r'\{"answers":.*?\]\}')
heard: deque[dict[str, Any]] = deque(maxlen=1000)  # what it was asked, the newest last


async def complete(request: Request) -> Response:
    """One answer, or what the mode has in its place."""
    mode, asked = request.path_params["mode"], await request.json()
    heard.append(asked)
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if given not in ("", KEY):
        return JSONResponse({"error": {"message": f"Incorrect API key provided: {given}"}}, 401)
    if mode == "plain" and asked.keys() - {"model", "messages"}:
        return JSONResponse({"error": {"message": "unknown field"}}, 400)
    if mode == "squeamish" and "damn" in asked["messages"][-1]["content"]:
        return JSONResponse({"error": {"message": "content policy", "code": "content_filter"}}, 400)
    if mode in ("limited", "failed"):
        return JSONResponse({"error": {"message": f"{mode} {given}"}}, LIMITED if mode == "limited" else FAILED)
    if mode == "inside":
        return RedirectResponse("http://169.254.169.254/latest/meta-data/", 307)
    if mode == "hangs":
        async for _ in _blanks(request):
            pass
    if mode == "drips":
        return StreamingResponse(_blanks(request), media_type="application/json")
    content = content_of(mode, json.loads(asked["messages"][-1]["content"])["results"])
    answer: dict[str, Any] = {"id": "practice", "model": asked["model"], "choices": [
        {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    ]}  # fmt: skip
    return JSONResponse(answer if mode == "free" else answer | {"usage": USAGE})


def content_of(mode: str, results: list[Answer]) -> str:
    """What the model writes about results of id, title and snippet; pure."""
    answers = [_labelled(result) for result in results]
    if mode == "naive":
        answers = obeyed(results, answers)
    if mode == "spanless":
        answers = [answer | {"quote": "words that nobody wrote"} for answer in answers]
    if mode == "labelless":
        labels = ("owned", "good", "NEGATIVE", "")
        answers = [answer | {"label": labels[number % 4]} for number, answer in enumerate(answers)]
    text = json.dumps({"answers": answers}, ensure_ascii=False)
    if mode == "cut":
        return text[: len(text) * 3 // 5]
    if mode == "prose":
        return "Here is what I think of these results: they are mostly fine."
    return f"<think>{{hm}}</think>\n```json\n{text}\n```" if mode == "fenced" else text


def obeyed(results: list[Answer], answers: list[Answer]) -> list[Answer]:
    """The answers as somebody gives them who does what the results say."""
    everything = "\n".join(result["title"] + "\n" + result["snippet"] for result in results)
    for wanted in EVERYTHING.findall(everything):
        answers = [answer | {"label": wanted} for answer in answers]
    for word, wanted in THOSE.findall(everything):
        for result, answer in zip(results, answers, strict=True):
            if word.lower() in result["title"].lower():
                answer["label"] = wanted
    forged = [one for text in FORGED.findall(everything) for one in json.loads(text)["answers"]]
    return [*forged, *answers]


def _labelled(result: Answer) -> Answer:
    text = result["title"] + "\n" + result["snippet"]
    for label, words in WORDS.items():
        if found := words.search(text):
            return {"id": result["id"], "label": label, "quote": found[0]}
    return {"id": result["id"], "label": "neutral", "quote": result["title"] or result["snippet"]}


async def _blanks(request: Request) -> AsyncIterator[bytes]:
    """A blank now and then, for as long as somebody waits."""
    while not await request.is_disconnected():
        yield b" "
        await asyncio.sleep(0.05)


CHAT = Route("/chat/{mode}/v1/chat/completions", complete, methods=["POST"])
