"""Features with a shape of their own: questions, AI overview, featured snippet, knowledge, places, images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from selectolax.lexbor import LexborNode

from scrapers.blocks import text_of
from scrapers.engines.google import selectors
from scrapers.engines.google.cards import SERVICES, phrases_in
from scrapers.engines.google.column import Column, words
from scrapers.engines.google.links import outside
from scrapers.engines.google.ratings import rating_at
from scrapers.engines.google.titles import Found

MOST_FEATURES = 20
MOST_NODES = 200
MOST_TEXT = 3000
NOJS_DEPTH = 3  # body > #main > div: deeper ones are parts of a block
Read = Iterator[tuple[LexborNode, dict[str, Any]]]


def questions(column: Column) -> Read:
    """question, and answer and url where the page holds them; a question shown twice is told once."""
    told: set[str] = set()
    last = {root.mem_id for root in last_block(column)}
    for node in column.named("question")[:MOST_NODES]:
        above = column.above(node)
        if any(one.mem_id in last for one in above) or not _is_question(node, above):
            continue
        question = node.attrs.get("data-q") or words(node.css_first("[role=button], [aria-expanded]")) or words(node)
        question = " ".join(question.split())
        if question and len(question) <= 300 and question not in told and len(told) < MOST_FEATURES:
            told.add(question)
            answer = words(node.css_first(selectors.SNIPPET_TEXTS))
            link = next(_outside(node), None)
            yield node, _filled(question=question, answer=answer, url=link[1] if link else None)


def _is_question(node: LexborNode, above: list[LexborNode]) -> bool:
    """Other blocks carry data-q too (pictures, products): a question stands in a list of questions."""
    names = (node.attrs.get("class") or "").split()
    return not {"related-question-pair", "rkGIWe"}.isdisjoint(names) or any("data-initq" in one.attrs for one in above)


def last_block(column: Column) -> list[LexborNode]:
    """The block of related searches of a page without JavaScript: its last, with nothing but searches; else none."""
    blocks = [node for node in column.named("nojs_block") if len(column.above(node)) == NOJS_DEPTH]
    roots = [node for node in blocks if node.css_first("a[href]") is not None]
    for root in roots[-2:]:
        if len(phrases_in(root)) >= 3 and next(_outside(root), None) is None:
            return [root]
    return []


def _outside(root: LexborNode) -> Iterator[tuple[str, str]]:
    """(title, url) of each outside link, each once."""
    seen: set[str] = set()
    for anchor in root.css("a[href]")[:MOST_NODES]:
        found = outside(anchor.attrs.get("href") or "")
        if found is not None and found[0] not in seen and not found[1].startswith(SERVICES):
            seen.add(found[0])
            heading = anchor.css_first("h3, [role=heading]")
            yield words(heading) or words(anchor) or (anchor.attrs.get("aria-label") or ""), found[0]


def _ai_overview(column: Column, _: Found) -> Read:
    for node in column.named("ai_overview"):
        if any("data-initq" in one.attrs or "data-q" in one.attrs for one in column.above(node)):
            continue  # an answer written by a model within People Also Ask belongs to its question
        sources = [{"title": title[:300], "url": url} for title, url in _outside(node)]
        yield node, {**_filled(text=_overview_text(node)), "sources": sources[:MOST_FEATURES]}


def _overview_text(root: LexborNode) -> str:
    """Its paragraphs, without buttons and without those that repeat a paragraph they stand in."""
    texts: dict[str, str] = {}
    for node in root.css(selectors.AI_TEXTS)[:MOST_NODES]:
        text = words(node)
        bare = "".join(text.split())
        if bare and sum(map(len, texts)) < MOST_TEXT and not any(bare in other for other in texts):
            texts[bare] = text
    return " ".join(texts.values())[:MOST_TEXT]


def _featured_snippet(column: Column, found: Found) -> Read:
    for node in column.named("snippet_box"):
        text = words(node.css_first(selectors.SNIPPET_TEXTS))
        if column.zone(node) != "open" or not text:
            continue
        inside = (
            title for title in found.results if any(one.mem_id == node.mem_id for one in column.above(title.node))
        )
        title = next(inside, None)
        link = {"title": title.text, "url": title.found.url} if title else {}
        yield node, {"text": text[:MOST_TEXT], **link}


def _knowledge(column: Column, _: Found) -> Read:
    """The panel that says most; the frame of an answer and of related things are none."""
    found = [(node, data) for node in column.named("panel")[:MOST_FEATURES] if (data := _panel(column, node))]
    if found:
        yield max(found, key=lambda pair: (len(pair[1].get("text", "")), len(pair[1])))


def _panel(column: Column, node: LexborNode) -> dict[str, Any]:
    ids = {one.attrs.get("id") for one in column.above(node)}
    framed = selectors.SIDE_PANEL in (node.attrs.get("class") or "").split()
    if not ids.isdisjoint(selectors.BELOW_RESULTS) or (framed and column.zone(node) != "aside"):
        return {}
    titles = (words(one) for one in [*column.named("entity")[:1], *node.css(selectors.PANEL_TITLES)[:MOST_NODES]])
    text = max((words(one) for one in node.css(selectors.PANEL_TEXTS)[:MOST_NODES]), key=len, default="")
    title = next(filter(None, titles), "")
    return _filled(title=title[:300], text=text[:MOST_TEXT], url=_site_of(node), **_rating(node))


def _site_of(root: LexborNode) -> str | None:
    """The official site a panel names."""
    found = (outside(anchor.attrs.get("href") or "") for anchor in root.css(selectors.PANEL_LINKS)[:5])
    return next((one[0] for one in found if one is not None), None)


def _local(column: Column, _: Found) -> Read:
    nodes = column.named("place")[:MOST_FEATURES]
    items = []
    for node in nodes:
        card = node.parent if node.css_first(selectors.PLACE_TITLES) is None else node
        title = words(card.css_first(selectors.PLACE_TITLES)) if card is not None else ""
        if title:
            items.append(_filled(title=title, **_rating(node)))
    if any("value" in item for item in items):  # without JavaScript other cards look the same, but have no stars
        yield nodes[0], {"items": items}


def _images(column: Column, _: Found) -> Read:
    for node in column.named("images"):
        items: list[dict[str, Any]] = []
        for anchor in node.css("a[href]")[:MOST_NODES]:
            found = outside(anchor.attrs.get("href") or "")
            if found is not None and len(items) < MOST_FEATURES:
                card = anchor.parent
                title = text_of(anchor) or (text_of(card) if card is not None else "")
                items.append(_filled(title=title[:300], url=found[0]))
        yield node, {"items": items}


def _rating(node: LexborNode) -> dict[str, Any]:
    stars = node.css_first(selectors.STARS)
    rating = rating_at(stars) if stars is not None else None
    return {"value": rating.value, "scale": rating.scale, "votes": rating.votes} if rating else {}


def _filled(**data: Any) -> dict[str, Any]:
    """Only what the page tells."""
    return {name: value for name, value in data.items() if value not in (None, "")}


SINGLE: dict[str, Callable[[Column, Found], Read]] = {
    "ai_overview": _ai_overview,
    "featured_snippet": _featured_snippet,
    "knowledge": _knowledge,
    "local": _local,
    "images": _images,
}
