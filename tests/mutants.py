"""Damaged pages: every way a page can lose results without saying so, made on purpose from pages known to be good."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import zstandard
from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers import registry
from scrapers.explain import anchors, blocks
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.practice.entries import worlds
from scrapers.practice.markup import Asked
from scrapers.practice.site import page_of
from scrapers.types import Judgement, RawPage, SearchRequest, Serp, Usual

PAGES = Path(__file__).parent / "pages"
SOURCES = tuple(name for name in registry.SOURCES if name != "practice")
LOOKS = 14
_SCRIPTS = re.compile(rb"(<(script|style)\b[^>]*>).*?(</\2\s*>)", re.S | re.I)
_TAG = re.compile(rb"<[a-zA-Z][^<>]*>")
_CLASS = re.compile(rb'class="([^"]+)"')
_ID = re.compile(rb'\bid="([^"]+)"')
_NAME = re.compile(rb"</?([a-z][a-z0-9-]*)")
_ATTRIBUTE = re.compile(rb'\s([a-z][a-z-]*)="[^"]*"')
_ENTITY = re.compile(rb"&[a-z#0-9]+;")


@dataclass(frozen=True, slots=True)
class Good:
    """A page that is read well: its bytes, what was asked, what is read from it, what is usual for its search."""

    name: str
    source: str
    body: bytes
    request: SearchRequest
    serp: Serp
    usual: Usual

    @property
    def is_json(self) -> bool:
        return self.body.lstrip().startswith(b"{")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged page, and what became of it."""

    good: Good
    kind: str
    body: bytes
    serp: Serp
    judged: Judgement

    @property
    def lost(self) -> float:
        """The share of the good page's results that are not read any more."""
        left = {result.link for result in self.serp.results}
        return sum(1 for result in self.good.serp.results if result.link not in left) / len(self.good.serp.results)

    @property
    def silent(self) -> bool:
        """More than a quarter of the results is gone, and the page is called ok."""
        return self.judged.state == "ok" and self.lost > 0.25


def look(source: str, body: bytes, request: SearchRequest, usual: Usual | None) -> tuple[Serp, Judgement]:
    page = RawPage(body, http_status=200)
    serp = parse(source, [page], request)
    return serp, judge([page], serp, request, registry.standards(source, request.engine), usual)


def usual_of(serp: Serp, looks: int = LOOKS) -> Usual:
    """What fourteen looks at just this page would have taught."""
    share = sum(1 for result in serp.results if result.snippet) / len(serp.results)
    return Usual(float(len(serp.results)), share, frozenset(result.link for result in serp.results), looks)


def good_page(name: str, source: str, body: bytes, phrase: str | None = None) -> Good | None:
    """The page with its own history, None when it is not ok. What it tells of itself is what was asked."""
    engine = registry.source(source).ENGINE
    told = parse(source, [RawPage(body)], SearchRequest(engine, depth=100)).signs
    request = SearchRequest(engine, phrase or told.phrase, told.hl, told.gl, depth=100)
    serp, judged = look(source, body, request, None)
    return Good(name, source, body, request, serp, usual_of(serp)) if judged.state == "ok" else None


def captured(corpus: Path, *, slim: bool) -> Iterator[Good]:
    """The good result pages of the captured corpus; slim ones are without the text of their scripts and styles."""
    for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        if page["engine"] not in SOURCES or page["kind"] != "serp":
            continue
        body = (corpus / page["file"]).read_bytes()
        if page["file"].endswith(".zst"):
            body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
        found = good_page(page["file"], page["engine"], _SCRIPTS.sub(rb"\1\3", body) if slim else body)
        if found is not None and len(found.serp.results) <= 20:
            yield found


def recorded() -> Iterator[Good]:
    """Our own recorded pages that are good, and a day of every practice world in every engine's markup."""
    for case in sorted(PAGES.glob("*/*/expected.json")):
        body = gzip.decompress(next(case.parent.glob("page.*.gz")).read_bytes())
        found = good_page(f"{case.parent.parent.name}/{case.parent.name}", case.parent.parent.name, body)
        if found is not None:
            yield found
    for number, (phrase, world) in enumerate(worlds().items()):
        for engine in ("google", "bing", "duckduckgo"):
            for mode in ("none", "nojs") if engine == "google" else ("none",):
                day = date(2026, 11, 1) + timedelta(days=17 * number)
                text = page_of(engine, world, day, Asked(phrase, *_locale(phrase), 1, False), mode)
                found = good_page(f"practice/{engine}/{mode}/{number}", engine, text.encode())
                if found is not None:
                    yield found


def _locale(phrase: str) -> tuple[str, str]:
    if re.search("[א-ת]", phrase):
        return "he", "IL"
    return ("pl", "PL") if re.search("[ąćęłńóśźż]", phrase) else ("en", "US")


# Damage to bytes


def cut(body: bytes, chance: Random) -> bytes:
    return body[: chance.randrange(len(body))]


def end_lost(body: bytes, chance: Random) -> bytes:
    return body[: len(body) - chance.randrange(1, max(len(body) // 10, 2))]


def span_deleted(body: bytes, chance: Random) -> bytes:
    start, length = _span(body, chance)
    return body[:start] + body[start + length :]


def duplicated(body: bytes, chance: Random) -> bytes:
    (start, length), to = _span(body, chance), chance.randrange(len(body))
    return body[:to] + body[start : start + length] + body[to:]


def flipped(body: bytes, chance: Random) -> bytes:
    bent = bytearray(body)
    for _ in range(chance.choice((1, 10, 100, 1000))):
        bent[chance.randrange(len(bent))] = chance.randrange(256)
    return bytes(bent)


def entities_damaged(body: bytes, chance: Random) -> bytes:
    start, length = _span(body, chance)
    part = body[start : start + length]
    kind = chance.randrange(3)
    if kind == 0:
        part = _ENTITY.sub(lambda found: found[0][:-1], part)
    elif kind == 1:
        part = part.replace(b"&", b"&amp;")
    else:
        part = part.replace(b"<", b"&lt;").replace(b">", b"&gt;")
    return body[:start] + part + body[start + length :]


def script_injected(body: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(body))
    planted = chance.choice((
        b"<script>document.write('<h3>')</script>", b"<script>", b"<!--", b"<style>", b"<textarea>", b"<title>",
        b"<noscript>", b"<template>", b"<svg>", b"<select>", b"<table>", b"</div></div></div>", b"<plaintext>", b'"', b"<iframe>",
    ))  # fmt: skip
    return body[:at] + planted + body[at:]


def _span(body: bytes, chance: Random) -> tuple[int, int]:
    length = int(len(body) * 10 ** chance.uniform(-3, -0.2))
    return chance.randrange(max(len(body) - length, 1)), length


# Damage to markup


def renamed(body: bytes, chance: Random) -> bytes:
    """One class or id has another name, everywhere."""
    found = (_CLASS if chance.random() < 0.7 else _ID).findall(body)
    if not found:
        return body
    name = chance.choice(chance.choice(found).split() or [b"x"])
    return re.sub(rb"(?<![\w-])" + re.escape(name) + rb"(?![\w-])", b"x" + name[::-1], body)


def renamed_many(body: bytes, chance: Random) -> bytes:
    """Half of all class names are others: an engine's new release."""
    keep, salt = chance.random(), chance.randrange(1000)

    def another(found: re.Match[bytes]) -> bytes:
        names = [
            n if Random(f"{salt}{n!r}").random() < keep else b"z" + n[::-1] for n in found[1].split()
        ]  # fmt: skip
        return b'class="' + b" ".join(names) + b'"'

    return _CLASS.sub(another, body)


def tags_swapped(body: bytes, chance: Random) -> bytes:
    """One kind of element is another kind, everywhere or from some place on."""
    name = chance.choice(_NAME.findall(body) or [b"div"])
    other = chance.choice((b"div", b"span", b"section", b"p", b"h3", b"li", b"x-y", b"b"))
    at = chance.choice((0, chance.randrange(len(body))))
    return body[:at] + re.sub(rb"(</?)" + name + rb"(?=[\s>])", rb"\1" + other, body[at:])


def headings_renamed(body: bytes, chance: Random) -> bytes:
    """A part of the headings are of another level."""
    share, other = chance.random(), chance.choice((b"h4", b"h5", b"div", b"h1"))
    bent, is_bent = [], False
    for piece in re.split(rb"(</?h[23](?=[\s>]))", body):
        if re.fullmatch(rb"</?h[23]", piece):
            is_bent = chance.random() < share if piece[1:2] != b"/" else is_bent
            piece = (b"</" if piece[1:2] == b"/" else b"<") + other if is_bent else piece
        bent.append(piece)
    return b"".join(bent)


def attributes_lost(body: bytes, chance: Random) -> bytes:
    """One attribute is gone, from all elements or from some."""
    name = chance.choice(chance.choice(((b"href",), (b"class",), (b"id",), _ATTRIBUTE.findall(body) or [b"href"])))
    share, lost = chance.choice((1.0, chance.random())), re.compile(rb"\s" + name + rb'="[^"]*"')
    return bytes(lost.sub(lambda found: b"" if chance.random() < share else found[0], body))


# Damage to results: the tree is read, changed, and written again


def results_removed(good: Good, chance: Random) -> bytes:
    tree = LexborHTMLParser(good.body)
    for node in _some(list(blocks(tree, good.serp.results).values()), chance):
        node.decompose()
    return _written(tree)


def titles_emptied(good: Good, chance: Random) -> bytes:
    tree = LexborHTMLParser(good.body)
    for anchor in _some(list(anchors(tree, good.serp.results).values()), chance):
        for node in _texts(anchor):
            node.replace_with("")
    return _written(tree)


def snippets_emptied(good: Good, chance: Random) -> bytes:
    tree = LexborHTMLParser(good.body)
    found = blocks(tree, good.serp.results)
    titles = {node.mem_id for anchor in anchors(tree, good.serp.results).values() for node in _texts(anchor)}
    for block in _some(list(found.values()), chance):
        for node in _texts(block):
            if node.mem_id not in titles:
                node.replace_with("")
    return _written(tree)


def results_as_ads(good: Good, chance: Random) -> bytes:
    """Results stand inside what the engine marks as advertisements."""
    tree = LexborHTMLParser(good.body)
    for node in _some(list(blocks(tree, good.serp.results).values()), chance):
        for name, value in (("data-text-ad", "1"), ("class", "b_ad result--ad")):
            node.attrs[name] = value
    return _written(tree)


def links_changed(good: Good, chance: Random) -> bytes:
    """Links that lead back to the engine, or nowhere."""
    tree = LexborHTMLParser(good.body)
    for anchor in _some(list(anchors(tree, good.serp.results).values()), chance):
        anchor.attrs["href"] = chance.choice(("#", "/search?q=x", "javascript:void(0)", "", "https://"))
    return _written(tree)


def _some(nodes: list[LexborNode], chance: Random) -> list[LexborNode]:
    return chance.sample(nodes, chance.randint(1, len(nodes))) if nodes else []


def _texts(node: LexborNode) -> list[LexborNode]:
    """All at once: a tree that is changed while it is walked crashes its library."""
    return [part for part in node.traverse(include_text=True) if part.tag == "-text"]


def _written(tree: LexborHTMLParser) -> bytes:
    return (tree.html or "").encode("utf-8", "replace")


def _lists(data: Any) -> Iterator[tuple[dict[Any, Any], Any]]:
    """Every list with something in it, by the object that holds it."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        if isinstance(data, dict) and isinstance(value, list) and value:
            yield data, key
        yield from _lists(value)


def json_bent(good: Good, chance: Random) -> bytes:
    """A provider's answer with results dropped, emptied or under other keys."""
    data: Any = json.loads(good.body)
    lists = list(_lists(data))
    if not lists:
        return good.body
    holder, key = chance.choice(lists)
    rows, kind = holder[key], chance.randrange(4)
    for row in chance.sample(rows, chance.randint(1, len(rows))):
        if kind == 0:
            rows.remove(row)
        elif isinstance(row, dict) and row:
            name = chance.choice(list(row))
            value = row.pop(name)
            if kind == 1:
                row["x" + name] = value
            elif kind == 2:
                row[name] = chance.choice(("", None, 7, [], {}))
    if kind == 3:
        holder["x" + key] = holder.pop(key)
    return json.dumps(data).encode()


BYTES: dict[str, Callable[[bytes, Random], bytes]] = {
    function.__name__: function
    for function in (
        cut, end_lost, span_deleted, duplicated, flipped, entities_damaged, script_injected, renamed, renamed_many,
        tags_swapped, headings_renamed, attributes_lost,
    )
}  # fmt: skip
RESULTS: dict[str, Callable[[Good, Random], bytes]] = {
    function.__name__: function
    for function in (results_removed, titles_emptied, snippets_emptied, results_as_ads, links_changed)
}
SPLICED = "spliced"


def spliced(body: bytes, other: bytes, chance: Random) -> bytes:
    """A part of another page, put in between or instead of what stood there."""
    start, length = _span(other, chance)
    at = chance.randrange(len(body))
    after = at + chance.choice((0, length))
    return body[:at] + other[start : start + length] + body[after:]


def mutant(good: Good, others: Sequence[bytes], chance: Random) -> Mutant:
    """One damaged page, read and judged as its search would be that has seen the good page fourteen times."""
    if good.is_json and chance.random() < 0.6:
        kind, body = "json_bent", json_bent(good, chance)
    else:
        kind = chance.choice([*BYTES, SPLICED] if good.is_json else [*BYTES, SPLICED, *RESULTS])
        if kind == SPLICED:
            body = spliced(good.body, chance.choice(others), chance)
        else:
            body = BYTES[kind](good.body, chance) if kind in BYTES else RESULTS[kind](good, chance)
    return Mutant(good, kind, body, *look(good.source, body, good.request, good.usual))


def mutants(goods: Sequence[Good], number: int, seed: int) -> Iterator[Mutant]:
    """So many damaged pages, the same ones for the same seed; small pages more often than large ones."""
    chance, others = Random(seed), [good.body for good in goods]
    weights = [1 / (30_000 + len(good.body)) for good in goods]
    for good in chance.choices(goods, weights, k=number):
        yield mutant(good, others, chance)


# Change that is no damage: nothing a reader should notice


def attributes_turned(body: bytes, chance: Random) -> bytes:
    """The attributes of every element in another order."""

    def turned(tag: re.Match[bytes]) -> bytes:
        attributes = _ATTRIBUTE.findall(tag[0])
        if len(attributes) < 2 or len(set(attributes)) < len(attributes):
            return tag[0]
        whole = [found[0] for found in _ATTRIBUTE.finditer(tag[0])]
        chance.shuffle(whole)
        parts = iter(whole)
        return _ATTRIBUTE.sub(lambda _: next(parts), tag[0])

    return _TAG.sub(turned, body)


def spaced(body: bytes, chance: Random) -> bytes:
    """White space between elements."""
    return re.sub(rb"><(?=/?(?:div|li|ol|ul|h[1-6]|a)\b)", lambda _: chance.choice((b"><", b">\n  <")), body)


def script_added(body: bytes, chance: Random) -> bytes:
    """A script that talks of captchas, at the end of the head or of the body."""
    script = b"<script>var captcha='/sorry/index', s='<div id=\"captcha-form\">';</script>"
    at = chance.choice([b"</head>", b"</body>"])
    return body.replace(at, script + at, 1)


def written_again(body: bytes, _chance: Random) -> bytes:
    """The same tree, written down by somebody else."""
    return _written(LexborHTMLParser(body))


def one_result_less(good: Good, chance: Random) -> bytes:
    """One entry is gone, as on any other day."""
    tree = LexborHTMLParser(good.body)
    chance.choice(list(blocks(tree, good.serp.results).values())).decompose()
    return _written(tree)


HARMLESS: dict[str, Callable[[bytes, Random], bytes]] = {
    function.__name__: function for function in (attributes_turned, spaced, script_added, written_again)
}
