"""Captured answers of JSON providers, and the damage they may come with: found in order, bent never ok, cut never ok."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.registry import PROVIDERS, SOURCES, standards
from scrapers.types import Judgement, RawPage, SearchRequest, Serp
from scrapers.urls import canonical

RECORDED = sorted(
    path for name in PROVIDERS for path in (Path(__file__).parent.parent / "pages" / name).glob("*/page.*")
)


def captured(shared: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Every provider's page of the corpus; Google's own JSON search is closed and not read."""
    corpus = shared / "serp-corpus"
    for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        if page["engine"] in PROVIDERS:
            yield page, (corpus / page["file"]).read_bytes()


def look(source: str, body: bytes, phrase: str | None, status: int | None = 200) -> tuple[Serp, Judgement]:
    request = SearchRequest(SOURCES[source].ENGINE, phrase, "en", "US", depth=100)
    page = RawPage(body, http_status=status)
    serp = parse(source, [page], request)
    return serp, judge([page], serp, request, standards(source, request.engine))


def test_results_of_captured_answers_are_found_in_order_and_believed(shared: Path) -> None:
    """Every expected URL with its title, none added, and ok at first sight."""
    seen = set()
    for page, body in captured(shared):
        serp, judged = look(page["engine"], body, page["query"])
        assert [(r.link, r.title) for r in serp.results] == [
            (canonical(entry["url"]), entry["title"]) for entry in page["expected"]
        ], page["file"]
        assert (judged.state, judged.reason) == ("ok", ""), page["file"]
        assert {"paa", "knowledge", "related"} <= {feature.kind for feature in serp.features}
        seen.add(page["engine"])
    assert seen == {"serpapi", "searchapi"}


def bodies(shared: Path) -> list[tuple[str, bytes]]:
    own = [(path.parent.parent.name, gzip.decompress(path.read_bytes())) for path in RECORDED]
    return own + [(page["engine"], body) for page, body in captured(shared)]


def test_an_answer_cut_anywhere_is_never_ok(shared: Path) -> None:
    """Three hundred cuts: half of a JSON answer holds no results that could be counted."""
    chance = random.Random(3)
    pages = bodies(shared)
    for _ in range(300):
        source, body = chance.choice(pages)
        serp, judged = look(source, body[: chance.randrange(len(body) - 1)], None)
        assert serp.results == ()
        assert judged.state not in ("ok", "empty", "partial"), source


def test_bent_bytes_and_bent_types_are_read_without_an_error(shared: Path) -> None:
    """A thousand damaged answers, bytes and values: no exception, and nothing a database would refuse."""
    chance = random.Random(5)
    pages = bodies(shared)
    for number in range(1000):
        source, body = chance.choice(pages)
        bent = _bytes(body, chance) if number % 2 else json.dumps(_values(json.loads(body), chance)).encode()
        serp, judged = look(source, bent, "x", chance.choice([None, 200, 401, 429, 500]))
        assert judged.state != "ok", "the phrase is another"
        json.dumps([dict(feature.data) for feature in serp.features], ensure_ascii=False).encode()
        "".join(r.title + r.snippet + r.display_url + (r.date_text or "") for r in serp.results).encode()


def _bytes(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body))
    return body[:start] + bytes(chance.randrange(256) for _ in range(20)) + body[start + chance.randrange(500) :]


def _values(value: Any, chance: random.Random) -> Any:
    """The same answer with one part in fifteen of another type."""
    if chance.random() < 0.07:
        return chance.choice(
            [None, 7, -1, 1e308, float("nan"), "text", "\ud800\0", "javascript:x", [], {}, [[1]], True]
        )
    if isinstance(value, dict):
        return {key: _values(inner, chance) for key, inner in value.items()}
    return [_values(inner, chance) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("source", PROVIDERS)
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 50_000,
        b"{" * 50_000,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"9" * 5000,
        b'{"organic_results": ['
        + b",".join(b'{"title": "a", "link": "https://a%d.example/", "position": 1}' % n for n in range(5000))
        + b"]}",
        b'{"organic": [{"link": 1, "title": []}, 5, null, {"title": "t", "link": "javascript:alert(1)"}]}',
        b'{"results": [{"url": "https://a.example/", "title": "t", "positions": "x", "engines": 5}]}',
        b'{"tasks": [{"result": [{"items": [{"type": "organic", "title": "t", "url": "https://u:p@a.example/"}]}]}]}',
        b'{"mixed": {"main": [{"type": "web", "index": 99999999999}, {"type": "web", "index": -1}]}, "web": {"results": 5}}',
    ],
    ids=[
        "brackets",
        "braces",
        "deep",
        "empty",
        "null",
        "list",
        "text",
        "number",
        "many",
        "types",
        "searxng",
        "task",
        "mixed",
    ],
)
def test_hostile_answers_are_read_to_a_bound_and_never_ok(source: str, body: bytes) -> None:
    """Depth, number, wrong types: an answer, at most 150 results, and not ok without its phrase."""
    serp, judged = look(source, body, "x")
    assert len(serp.results) <= 150
    assert all(result.link.startswith("https://") for result in serp.results)
    assert judged.state not in ("ok", "empty")
