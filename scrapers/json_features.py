"""What stands beside the results in a provider's JSON, in the shapes types.Feature names.

Providers call the same things by different keys: each reading knows the spellings there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from scrapers.json_parts import Part, part, rating_of, rows, text, web, whole
from scrapers.types import Feature, Result

TITLE = ("title", "name")
URL = ("link", "url", "website")
SAID = ("description", "snippet", "answer", "text", "content")
REFERENCES = ("references", "reference_links", "sources", "ai_overview_sources")
BLOCKS = ("text_blocks", "list", "items", "ai_overview_contents")
MOST_TEXT = 5000
MOST_DEPTH = 6
NO_BLOCKS_OF_RESULTS = frozenset({"ad", "related"})


def known(**parts: Any) -> dict[str, Any]:
    """What is told; the rest is left out."""
    return {key: value for key, value in parts.items() if value not in (None, "", [])}


def ads(items: Iterable[Part], rank: str = "block_position") -> tuple[Feature, ...]:
    """One ad each."""
    return tuple(
        Feature("ad", whole(item, rank), known(title=text(item, *TITLE), url=web(item, *URL), text=text(item, *SAID)))
        for item in items
    )


def questions(items: Iterable[Part], rank: str = "block_position") -> tuple[Feature, ...]:
    """One question people also ask each."""
    found = []
    for item in items:
        url = web(item, *URL) or web(part(item, "source"), *URL)
        data = known(question=text(item, "question", "title"), answer=text(item, "answer", "snippet"), url=url)
        if "question" in data:
            found.append(Feature("paa", whole(item, rank), data))
    return tuple(found)


def listed(kind: str, items: Iterable[Part], rank: int | None = None) -> tuple[Feature, ...]:
    """One block with its entries: stories, films, threads, pictures; nothing without entries."""
    entries = []
    for item in items:
        source = text(item, "source", "channel", "platform", "forum_name", "domain")
        date = text(item, "date", "age")
        entry = known(title=text(item, *TITLE, "question"), url=web(item, *URL), source=source, date=date)
        if "title" in entry:
            entries.append(entry)
    return (Feature(kind, rank, {"items": entries}),) if entries else ()


def places(items: Iterable[Part], rank: int | None = None) -> tuple[Feature, ...]:
    """The map's businesses, with their ratings."""
    entries = []
    for item in items:
        url = web(item, *URL) or web(part(item, "links"), "website")
        entry = known(title=text(item, *TITLE), **stars(item), url=url)
        if "title" in entry:
            entries.append(entry)
    return (Feature("local", rank, {"items": entries}),) if entries else ()


def stars(item: Part) -> dict[str, Any]:
    """A rating as a feature holds it: value, scale, votes."""
    found = rating_of(part(item, "rating") or item)
    return known(value=found.value, scale=found.scale, votes=found.votes) if found else {}


def panel(item: Part, rank: int | None = None) -> tuple[Feature, ...]:
    """The knowledge panel."""
    said = text(item, "description", "long_desc", "content") or text(item, "type", "label")
    data = known(title=text(item, *TITLE, "infobox"), text=said, **stars(item), url=web(item, "website", *URL))
    return (Feature("knowledge", rank, data),) if data else ()


def snippet(item: Part, rank: int | None = None) -> tuple[Feature, ...]:
    """The answer above the results."""
    inner = part(item, "organic_result") or part(item, "source") or next(iter(rows(item, "answers")), {})
    said = text(item, "snippet", "description", "answer", "result") or text(inner, *SAID)
    title = text(item, *TITLE) or text(inner, *TITLE)
    url = web(inner, *URL) or web(item, *URL) or web(part(inner, "source"), *URL)
    data = known(text=said, title=title, url=url)
    return (Feature("featured_snippet", rank, data),) if data else ()


def overview(item: Part, rank: int | None = None) -> tuple[Feature, ...]:
    """The engine's own summary and the pages it names; one that was not loaded has no text."""
    if not item:
        return ()
    sources: dict[str, dict[str, Any]] = {}
    for source in _sources(item, MOST_DEPTH):
        url = web(source, *URL)
        if url is not None:
            sources.setdefault(url, known(title=text(source, *TITLE, "source"), url=url))
    said = " ".join(_said(item, MOST_DEPTH))[:MOST_TEXT]
    return (Feature("ai_overview", rank, known(text=said) | {"sources": list(sources.values())}),)


def _sources(item: Part, depth: int) -> Iterator[Part]:
    for key in REFERENCES:
        yield from rows(item, key)
    if depth:
        for key in BLOCKS:
            for inner in rows(item, key):
                yield from _sources(inner, depth - 1)


def _said(item: Part, depth: int) -> Iterator[str]:
    line = text(item, "snippet", "text", "answer", "title")
    if line:
        yield line
    if depth:
        for key in BLOCKS:
            for inner in rows(item, key):
                yield from _said(inner, depth - 1)


def related(items: Iterable[Part], *keys: str) -> tuple[Feature, ...]:
    """The searches the engine suggests."""
    phrases = [phrase for item in items if (phrase := text(item, *(keys or ("query",))))]
    return (Feature("related", None, {"phrases": phrases}),) if phrases else ()


def sitelinks(item: Part, under: Result | None, *paths: tuple[str, ...]) -> tuple[Feature, ...]:
    """The links under one result."""
    if under is None:
        return ()
    links = [known(title=text(row, *TITLE), url=web(row, *URL)) for path in paths for row in rows(item, *path)]
    links = [link for link in links if len(link) == 2]
    data = {"link": under.link, "items": links}
    return (Feature("sitelinks", under.absolute_rank, data),) if links else ()


def nothing_beside(features: Iterable[Feature]) -> bool:
    """Whether a page without results is empty in earnest: one with questions, stories or a map was misread by its
    provider (it happens), and its "no results" is no fact."""
    return all(feature.kind in NO_BLOCKS_OF_RESULTS for feature in features)
