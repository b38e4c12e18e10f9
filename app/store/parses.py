"""Stores a reading of a look: links, hits and ranks, as a new parse beside the old ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import and_, bindparam, insert
from sqlmodel import Session, col, select

from app.models import Feature, Hit, Link, Parse, Search
from app.models import Result as ResultRow
from app.store.beside import add_beside, text_hash
from app.store.rows import add_row
from app.store.upsert import insert_missing
from app.types import LONGEST_REASON
from scrapers.types import Judgement, Result, Serp
from scrapers.urls import url_hash

Key = tuple[int, bytes]  # link, hash of the text
RANKS = insert(ResultRow)  # built once: to build a statement takes longer than to run it
_SEEN_HERE = and_(col(Hit.link_id) == Link.id, col(Hit.search_id) == bindparam("search"), col(Hit.kind) == "organic")
KNOWN = (
    select(Link.url_hash, Link.id, Hit.text_hash, Hit.id)
    .join(Hit, _SEEN_HERE, isouter=True)
    .where(col(Link.url_hash).in_(bindparam("names", expanding=True)))
)


def one_at_a_time(session: Session, search_id: int) -> None:
    """Readings of a search wait for each other: two at once would each give the same new hit its first verdict."""
    session.exec(select(Search.id).where(Search.id == search_id).with_for_update(key_share=True)).one()


def add_parse(
    session: Session, search_id: int, snapshot_id: int, attempt_id: int, serp: Serp, judged: Judgement, now: datetime
) -> int:
    """One parse with its results and features; returns its id."""
    titles = [len(result.title) for result in serp.results]
    parse_id = add_row(
        session,
        Parse,
        snapshot_id=snapshot_id,
        attempt_id=attempt_id,
        parser_version=serp.parser_version,
        state=judged.state,
        reason=judged.reason[:LONGEST_REASON],
        unchecked=list(judged.unchecked),
        checks=[[check.name, check.passed, check.detail[:LONGEST_REASON]] for check in judged.checks],
        n=len(serp.results),
        snippets=sum(1 for result in serp.results if result.snippet),
        pages=serp.pages,
        unread=serp.signs.unread,
        title_length=float(median(titles)) if titles else None,
        at=now,
    )
    hits = add_hits(session, search_id, serp.results)
    rows = [_row(parse_id, result, hit) for result, hit in zip(serp.results, hits, strict=True)]
    if rows:
        session.connection().execute(RANKS, rows)
    features = [
        Feature(parse_id=parse_id, kind=feature.kind, absolute_rank=feature.absolute_rank, data=dict(feature.data))
        for feature in serp.features
    ]
    if features:
        session.add_all(features)
        add_beside(session, search_id, features)
    return parse_id


def add_hits(session: Session, search_id: int, results: Sequence[Result]) -> list[int]:
    """The hit of each result, made when this appearance was never seen; in the results' order."""
    named = [(url_hash(result.link), hash_of(result), result) for result in results]
    links, hits = _known(session, search_id, {name for name, _, _ in named})
    new: dict[bytes, dict[str, Any]] = {
        name: {"host": result.host, "url": result.link, "url_hash": name, "unresolved": result.unresolved}
        for name, _, result in named if name not in links
    }  # fmt: skip
    if new:  # most days most of a page is known
        insert_missing(session, Link.__table__, [new[name] for name in sorted(new)])  # type: ignore[attr-defined]
        links |= _known(session, search_id, set(new))[0]
    rows: dict[Key, dict[str, Any]] = {
        (links[name], text): _hit(search_id, links[name], text, result)
        for name, text, result in named if (links[name], text) not in hits
    }  # fmt: skip
    if rows:
        insert_missing(session, Hit.__table__, [rows[key] for key in sorted(rows)])  # type: ignore[attr-defined]
        hits |= _known(session, search_id, {name for name, text, _ in named if (links[name], text) in rows})[1]
    return [hits[links[name], text] for name, text, _ in named]


def _known(session: Session, search_id: int, names: set[bytes]) -> tuple[dict[bytes, int], dict[Key, int]]:
    """Of these URLs: the links on record, and the search's hits of each."""
    links, hits = dict[bytes, int](), dict[Key, int]()
    for name, link, text, hit in session.connection().execute(KNOWN, {"search": search_id, "names": sorted(names)}):
        links[name] = link
        if hit is not None:
            hits[link, text] = hit
    return links, hits


def hash_of(result: Result) -> bytes:
    """Relative dates and vote counts stay out."""
    rating = f"{result.rating.value:g}/{result.rating.scale:g}" if result.rating else ""
    return text_hash(result.title, result.snippet, rating)


def _hit(search_id: int, link_id: int, text: bytes, result: Result) -> dict[str, Any]:
    return {
        "search_id": search_id, "link_id": link_id, "kind": "organic", "url": result.url, "title": result.title,
        "snippet": result.snippet, "display_url": result.display_url, "text_hash": text, "evidence": [],
        "rating": result.rating.value if result.rating else None,
        "scale": result.rating.scale if result.rating else None,
    }  # fmt: skip


def _row(parse_id: int, result: Result, hit_id: int) -> dict[str, Any]:
    return {
        "parse_id": parse_id, "rank": result.rank, "hit_id": hit_id, "absolute_rank": result.absolute_rank,
        "page_no": result.page_no, "date_text": result.date_text,
        "votes": result.rating.votes if result.rating else None,
    }  # fmt: skip
