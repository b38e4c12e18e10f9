"""Where on a raw page its results stand, and what looks like a result but was not read. For people, not for the judge.

Engine-neutral and pure: a result is looked up by where it leads, so a page of a layout nobody knows yet can be
explained too. HTML places are paths of elements, JSON places are paths of keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.blocks import ancestors, text_of
from scrapers.linked import links_in, read_json
from scrapers.types import Result, Serp
from scrapers.urls import hides_target, target

HEADINGS = "h1, h2, h3, h4, [role=heading]"
MOST_STEPS = 12
MOST_EXCERPT = 160
MOST_UNREAD = 50


@dataclass(frozen=True, slots=True)
class Unread:
    """An outside link with its own heading that is in no result and no feature: where it stands, what it says."""

    path: str
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Explained:
    """paths: by result link, where it stands ("" when it could not be found again)."""

    paths: dict[str, str]
    unread: tuple[Unread, ...]


def explain(body: bytes, serp: Serp) -> Explained:
    """Where each result of one raw page stands, and what was left unread. Never raises on any bytes."""
    data = read_json(body)
    if data is not None:
        return _explain_json(data, serp)
    tree = LexborHTMLParser(body)
    found = anchors(tree, serp.results)
    paths = {result.link: path_of(found[result.link]) if result.link in found else "" for result in serp.results}
    return Explained(paths, tuple(_unread(tree, serp)))


def anchors(tree: LexborHTMLParser, results: Sequence[Result]) -> dict[str, LexborNode]:
    """The link element of each result, by the result's link: one that bears its title, else any heading."""
    wanted = {url: result for result in results for url in (result.url, result.link)}
    found: dict[str, tuple[int, LexborNode]] = {}
    for anchor in tree.css("a[href]"):
        result = next((wanted[url] for url in _leads(anchor) if url in wanted), None)
        if result is None:
            continue
        heading = _heading(anchor)
        fits = 0 if heading is None else 1 + (text_of(heading) == result.title)
        if result.link not in found or fits > found[result.link][0]:
            found[result.link] = fits, anchor
    return {link: anchor for link, (_, anchor) in found.items()}


def blocks(tree: LexborHTMLParser, results: Sequence[Result]) -> dict[str, LexborNode]:
    """The part of the page that belongs to one result alone, up until another result joins in; by link."""
    chains = {link: [anchor, *ancestors(anchor)] for link, anchor in anchors(tree, results).items()}
    crowd = Counter(node.mem_id for chain in chains.values() for node in chain)
    alone = {
        link: list(takewhile(lambda node: crowd[node.mem_id] == 1 and node.tag not in ("body", "main"), chain))
        for link, chain in chains.items()
    }
    return {link: chain[-1] for link, chain in alone.items() if chain}


def path_of(node: LexborNode) -> str:
    """ "div#rso > div:nth(3) > a": from the nearest element with an id, children counted from 1."""
    steps: list[str] = []
    here: LexborNode | None = node
    while here is not None and here.tag not in ("html", "-undef", "-document") and len(steps) < MOST_STEPS:
        identity = here.attributes.get("id")
        if identity:
            steps.append(f"{here.tag}#{identity}")
            break
        steps.append(f"{here.tag}:nth({_place(here)})")
        here = here.parent
    whole = here is None or "#" in steps[-1] or here.tag == "html"
    return ("" if whole else "… > ") + " > ".join(reversed(steps))


def _place(node: LexborNode) -> int:
    place, before = 1, node.prev
    while before is not None:
        place += not (before.tag or "").startswith("-")
        before = before.prev
    return place


def _leads(anchor: LexborNode) -> tuple[str, ...]:
    href = anchor.attributes.get("href") or ""
    found = None if hides_target(href) else target(href)
    return (found.link, found.url) if found is not None else (href,)


def _heading(anchor: LexborNode) -> LexborNode | None:
    """The heading of a link: inside it, around it, or right beside it."""
    inside = anchor.css_first(HEADINGS)
    if inside is not None:
        return inside
    near = [above for above, _ in zip(ancestors(anchor), range(2), strict=False)]
    return next((above for above in near if above.tag in ("h1", "h2", "h3", "h4")), None)


def _unread(tree: LexborHTMLParser, serp: Serp) -> Iterator[Unread]:
    known = {result.link for result in serp.results} | set(links_in([dict(f.data) for f in serp.features]))
    known |= {result.url for result in serp.results}
    for anchor in tree.css("a[href]"):
        heading = _heading(anchor)
        found = target(anchor.attributes.get("href") or "") if heading is not None else None
        if found is None or found.link in known or not text_of(heading):
            continue
        known.add(found.link)
        yield Unread(path_of(anchor), found.url, _excerpt(text_of(heading)))
        if len(known) > len(serp.results) + MOST_UNREAD * 4:
            return


def _excerpt(text: str) -> str:
    return text if len(text) <= MOST_EXCERPT else text[: MOST_EXCERPT - 1] + "…"


def _explain_json(data: Any, serp: Serp) -> Explained:
    wanted = {url: result.link for result in serp.results for url in (result.url, result.link)}
    featured = set(links_in([dict(f.data) for f in serp.features]))
    paths = dict.fromkeys((result.link for result in serp.results), "")
    unread: dict[str, Unread] = {}
    for path, row in _rows(data):
        written = next((row[key] for key in ("link", "url") if isinstance(row.get(key), str)), "")
        link = next(links_in(written), "")
        known = wanted.get(written) or wanted.get(link)
        if known is not None:
            paths[known] = paths[known] or path
        elif link and link not in featured and isinstance(row.get("title"), str):
            unread.setdefault(link, Unread(path, written, _excerpt(row["title"])))
    return Explained(paths, tuple(unread.values())[:MOST_UNREAD])


def _rows(data: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object with its path of keys ("organic_results[3]"), outer ones first."""
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        path, one = waiting.pop(0)
        if isinstance(one, dict):
            yield path, one
            waiting.extend((f"{path}.{key}".lstrip("."), value) for key, value in one.items())
        elif isinstance(one, list):
            waiting.extend((f"{path}[{place}]", value) for place, value in enumerate(one))
