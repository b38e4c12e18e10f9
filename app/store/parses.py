"""Stores a reading of a look: links, hits and ranks, as a new parse beside the old ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from app.models import Feature, Hit, Link, Parse, Search
from app.models import Result as ResultRow
from app.store.beside import add_beside, text_hash
from app.store.upsert import insert_missing
from app.types import LONGEST_REASON
from scrapers.types import Judgement, Result, Serp
from scrapers.urls import url_hash


def one_at_a_time(session: Session, search_id: int) -> None:
    """Readings of a search wait for each other: two at once would each give the same new hit its first verdict."""
    session.exec(select(Search.id).where(Search.id == search_id).with_for_update(key_share=True)).one()


def add_parse(
    session: Session, search_id: int, snapshot_id: int, attempt_id: int, serp: Serp, judged: Judgement, now: datetime
) -> int:
    """One parse with its results and features; returns its id."""
    parse = Parse(
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
        title_length=float(median(len(result.title) for result in serp.results)) if serp.results else None,
        at=now,
    )
    session.add(parse)
    session.flush()
    hits = add_hits(session, search_id, serp.results)
    rows = [_row(parse.id or 0, result, hit) for result, hit in zip(serp.results, hits, strict=True)]
    if rows:  # as they are, not as objects: twenty a look, and nobody asks for them again here
        session.connection().execute(insert(ResultRow), rows)
    features = [
        Feature(parse_id=parse.id or 0, kind=feature.kind, absolute_rank=feature.absolute_rank, data=dict(feature.data))
        for feature in serp.features
    ]
    if features:
        session.add_all(features)
        add_beside(session, search_id, features)
    return parse.id or 0


def add_hits(session: Session, search_id: int, results: Sequence[Result]) -> list[int]:
    """The hit of each result, made when this appearance was never seen; in the results' order."""
    links = _links(session, results)
    keys = [(links[url_hash(result.link)], hash_of(result)) for result in results]
    known = _hits(session, search_id, keys)
    rows: dict[tuple[int, bytes], dict[str, Any]] = {
        key: {
            "search_id": search_id, "link_id": key[0], "kind": "organic", "url": result.url, "title": result.title,
            "snippet": result.snippet, "display_url": result.display_url, "text_hash": key[1], "evidence": [],
            "rating": result.rating.value if result.rating else None,
            "scale": result.rating.scale if result.rating else None,
        }
        for key, result in zip(keys, results, strict=True) if key not in known
    }  # fmt: skip
    if rows:  # most days most of a page is known
        insert_missing(session, Hit.__table__, [rows[key] for key in sorted(rows)])  # type: ignore[attr-defined]
        known |= _hits(session, search_id, list(rows))
    return [known[key] for key in keys]


def _hits(session: Session, search_id: int, keys: Sequence[tuple[int, bytes]]) -> dict[tuple[int, bytes], int]:
    """(link, text) -> hit, of those on record for these links."""
    query = select(Hit.id, Hit.link_id, Hit.text_hash).where(
        Hit.search_id == search_id, col(Hit.link_id).in_(sorted({key[0] for key in keys})), Hit.kind == "organic"
    )
    return {(link or 0, text): hit or 0 for hit, link, text in session.exec(query).all()}


def hash_of(result: Result) -> bytes:
    """Relative dates and vote counts stay out."""
    rating = f"{result.rating.value:g}/{result.rating.scale:g}" if result.rating else ""
    return text_hash(result.title, result.snippet, rating)


def _links(session: Session, results: Sequence[Result]) -> dict[bytes, int]:
    named = {url_hash(result.link): result for result in results}
    known = _known_links(session, named)
    rows = {
        name: {"host": result.host, "url": result.link, "url_hash": name, "unresolved": result.unresolved}
        for name, result in named.items()
        if name not in known
    }
    if rows:
        insert_missing(session, Link.__table__, [rows[name] for name in sorted(rows)])  # type: ignore[attr-defined]
        known |= _known_links(session, rows)
    return known


def _known_links(session: Session, names: Collection[bytes]) -> dict[bytes, int]:
    found = session.exec(select(Link.url_hash, Link.id).where(col(Link.url_hash).in_(sorted(names)))).all()
    return {name: link or 0 for name, link in found}


def _row(parse_id: int, result: Result, hit_id: int) -> dict[str, Any]:
    return {
        "parse_id": parse_id, "rank": result.rank, "hit_id": hit_id, "absolute_rank": result.absolute_rank,
        "page_no": result.page_no, "date_text": result.date_text,
        "votes": result.rating.votes if result.rating else None,
    }  # fmt: skip
