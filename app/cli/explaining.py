"""How a saved page was read, for a person: every check, every result with its place, and what nobody read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.texts import shown
from scrapers.explain import Explained, explain
from scrapers.types import Check, Feature, Judgement, RawPage, Result, Serp

MARKS = {True: "pass", False: "FAIL", None: "unchecked"}
MOST_TEXT = 100


def explained(path: object, page: RawPage, serp: Serp, judged: Judgement) -> Iterator[str]:
    """The lines. What the page says is shown with its direction marks isolated, and cut."""
    found = explain(page.body, serp)
    yield f"{path}: {judged.state}{f' ({judged.reason})' if judged.reason else ''}, read by {serp.parser_version}"
    yield from _checks(judged.checks)
    yield f"results: {len(serp.results)}"
    for result in serp.results:
        yield from _result(result, found)
    yield f"features: {len(serp.features)}"
    for feature in serp.features:
        place = f" at {feature.absolute_rank}" if feature.absolute_rank else ""
        yield f"  {feature.kind}{place}{_data(feature)}"
    yield from _unread(found, serp)


def _checks(checks: tuple[Check, ...]) -> Iterator[str]:
    yield "checks:"
    for check in checks:
        yield f"  {MARKS[check.passed]:9} {check.name}: {_short(check.detail)}"


def _result(result: Result, found: Explained) -> Iterator[str]:
    place = f" (block {result.absolute_rank})" if result.absolute_rank else ""
    yield f"  {result.rank}{place} {_short(result.title)}"
    yield f"     {_short(result.url)}{' (target hidden)' if result.unresolved else ''}"
    yield f"     found at {found.paths.get(result.link) or 'a place its link does not tell'}"
    lacking = [
        name for name, value in (("snippet", result.snippet), ("display address", result.display_url)) if not value
    ]
    if lacking:
        yield f"     without {' and '.join(lacking)}"


def _data(feature: Feature) -> str:
    told = [f"{key}={_short(str(value))}" for key, value in feature.data.items()]
    return f": {', '.join(told)}" if told else ""


def _unread(found: Explained, serp: Serp) -> Iterator[str]:
    yield f"unread: {len(found.unread)} outside links with their own heading (the reader counts {serp.signs.unread})"
    for one in found.unread:
        yield f"  {one.path}"
        yield f"     {_short(one.text)}"
        yield f"     {_short(one.url)}"


def _short(text: Any) -> str:
    plain = shown(str(text))
    return plain if len(plain) <= MOST_TEXT else plain[: MOST_TEXT - 1] + "…"
