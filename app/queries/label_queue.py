"""Whose label is worth asking about: what stands on the pages of now, the least certain, highest and newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlmodel import Session, col, func, select

from app.models import Blob, Feature, Fetch, Hit, Link, Parse, Result, Search, Snapshot, VerdictEvent
from app.queries.brands import brands as read_brands
from app.queries.reviews import answers_given, audited
from app.queries.rows import COUNTED, BrandRow, SearchRow
from app.queries.searches import search_row
from app.queries.trust import Trust, trust, trusted
from app.scoring.audit import SURE, drawn, lot, mixed, urgency
from app.types import Evidence, Label

DEPTH = 20
BESIDE = 10  # as urgent as that rank is what stands beside the results, high on a page as it is
NEW = timedelta(days=7)
AT_ONCE = 5000


_OF_HIT: tuple[Any, ...] = (
    col(Hit.id).label("hit"), col(Hit.kind).label("what"), col(Hit.link_id), col(Hit.text_hash).label("text"),
    col(Hit.url), col(Hit.title), col(Hit.snippet), col(Hit.rating), col(Hit.scale), col(Hit.label),
    col(Hit.evidence_kind).label("kind"), col(Hit.confidence), col(Hit.evidence), col(Hit.rule), col(Hit.version),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A result to be labelled, where it stands best on the last good pages of its brand's searches; or what stands
    beside the results ("paa", "ai_overview"): link_id and rank are None then, addresses "", and it is never drawn.

    day: local day of that look. since: on record since that local day; new: for less than a week.
    audit: drawn by chance; its automatic label must not be shown before it is answered.
    """

    hit: int
    what: str
    brand: BrandRow
    search: SearchRow
    link_id: int | None
    url: str
    link: str
    host: str
    title: str
    snippet: str
    rating: float | None
    scale: float | None
    rank: int | None
    page_no: int | None
    snapshot: int
    day: date
    since: date
    new: bool
    label: Label
    kind: str
    confidence: float
    evidence: tuple[Evidence, ...]
    lot: int
    audit: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """rows: in the order they are asked, without what was passed over. ordinary and sample: how many there are."""

    rows: tuple[QueueRow, ...]
    ordinary: int
    sample: int


def label_queue(
    session: Session, workspace: int, now: datetime, brand: int | None = None, past: Sequence[int] = ()
) -> Queue:
    """The queue of a workspace or of one brand. past: hits the reader passed over."""
    known, seen = audited(session, workspace), set(past)
    ordinary, sample = [], []
    for text, row in _items(session, workspace, now, brand).items():
        if row.rank is not None and drawn(row.lot) and text not in known:
            sample.append(replace(row, audit=True))
        elif row.kind != "human" and row.confidence < SURE:
            ordinary.append(row)
    ordinary.sort(key=lambda row: (-urgency(row.confidence, _high(row), new=row.new), _high(row), -row.hit))
    sample.sort(key=lambda row: row.lot)
    asked = mixed(ordinary, sample, *answers_given(session, workspace))
    return Queue(tuple(row for row in asked if row.hit not in seen), len(ordinary), len(sample))


def raw_pages(session: Session, rows: Sequence[QueueRow]) -> dict[int, str]:
    """hit -> the name of the raw page that shows it, where retention left it."""
    query = (
        sqlalchemy.select(col(Snapshot.id), col(Fetch.page_no), col(Blob.sha256))
        .join(Parse, col(Parse.id) == col(Snapshot.current_parse))
        .join(Fetch, col(Fetch.attempt_id) == col(Parse.attempt_id))
        .join(Blob, col(Blob.id) == col(Fetch.blob_id))
        .where(col(Snapshot.id).in_({row.snapshot for row in rows}), col(Blob.expired_at).is_(None))
        .order_by(col(Fetch.id))
    )
    pages: dict[tuple[Any, ...], str] = {
        (look, page): digest for look, page, digest in session.connection().execute(query)
    }
    return {row.hit: pages[row.snapshot, row.page_no] for row in rows if (row.snapshot, row.page_no) in pages}


def _items(
    session: Session, workspace: int, now: datetime, brand: int | None
) -> dict[tuple[int, int | None, bytes], QueueRow]:
    """(brand, link, hash of the text) -> where that appearance stands best now."""
    brands = {one.id: one for one in read_brands(session, workspace) if brand in (None, one.id)}
    looks = _last_good(session, list(brands))
    found: dict[tuple[int, int | None, bytes], QueueRow] = {}
    rows = [*_shown(session, list(looks)), *_beside(session, list(looks))]
    since, sure = _since(session, [row.hit for row in rows]), trust(session, workspace)
    for row in rows:
        search, look = looks[row.parse]
        about = brands[search.brand_id]
        item = (about.id, row.link_id, row.text)
        one = _row(row, about, search, look, since.get(row.hit, now), now, sure)
        if item not in found or _high(one) < _high(found[item]):
            found[item] = one
    return found


def _high(row: QueueRow) -> int:
    return BESIDE if row.rank is None else row.rank


def _last_good(session: Session, brands: Sequence[int]) -> dict[int, tuple[SearchRow, Snapshot]]:
    """parse -> the search and the look of the last good page of every search that is active and counted."""
    last = (
        sqlalchemy.select(col(Snapshot.search_id), func.max(col(Snapshot.slot)).label("slot"))
        .where(col(Snapshot.state).in_(COUNTED))
        .group_by(col(Snapshot.search_id))
        .subquery()
    )
    query = (
        select(Search, Snapshot)
        .join(Snapshot, col(Snapshot.search_id) == col(Search.id))
        .join(last, (last.c.search_id == col(Snapshot.search_id)) & (last.c.slot == col(Snapshot.slot)))
        .where(
            col(Search.brand_id).in_(brands), Search.purpose == "share", col(Search.active),
            col(Snapshot.state).in_(COUNTED),
        )
        .order_by(col(Snapshot.fold), col(Snapshot.id))
    )  # fmt: skip
    newest = {search.id: (search, look) for search, look in session.exec(query).all()}
    return {look.current_parse or 0: (search_row(search), look) for search, look in newest.values()}


def _shown(session: Session, parses: Sequence[int]) -> Iterator[Any]:
    for start in range(0, len(parses), AT_ONCE):
        query: Any = (
            sqlalchemy.select(
                col(Result.parse_id).label("parse"), col(Result.rank), col(Result.page_no),
                col(Link.url).label("link"), col(Link.host), *_OF_HIT,
            )
            .join(Hit, col(Hit.id) == col(Result.hit_id))
            .join(Link, col(Link.id) == col(Hit.link_id))
            .where(col(Result.parse_id).in_(parses[start : start + AT_ONCE]), col(Result.rank) <= DEPTH)
        )  # fmt: skip
        yield from session.connection().execute(query)


def _beside(session: Session, parses: Sequence[int]) -> Iterator[Any]:
    for start in range(0, len(parses), AT_ONCE):
        query: Any = (
            sqlalchemy.select(
                col(Feature.parse_id).label("parse"),
                sqlalchemy.null().label("rank"), sqlalchemy.null().label("page_no"),
                sqlalchemy.literal("").label("link"), sqlalchemy.literal("").label("host"), *_OF_HIT,
            )
            .join(Hit, col(Hit.id) == col(Feature.hit_id))
            .where(col(Feature.parse_id).in_(parses[start : start + AT_ONCE]), col(Hit.label).is_not(None))
        )  # fmt: skip
        yield from session.connection().execute(query)


def _since(session: Session, hits: Sequence[int]) -> dict[int, datetime]:
    """When each appearance came on record: the moment of its first verdict."""
    found: dict[int, datetime] = {}
    for start in range(0, len(hits), AT_ONCE):
        query = (
            sqlalchemy.select(col(VerdictEvent.hit_id), func.min(col(VerdictEvent.at)))
            .where(col(VerdictEvent.hit_id).in_(hits[start : start + AT_ONCE]))
            .group_by(col(VerdictEvent.hit_id))
        )
        found |= {hit: at if at.tzinfo else at.replace(tzinfo=UTC) for hit, at in session.connection().execute(query)}
    return found


def _row(
    row: Any, brand: BrandRow, search: SearchRow, look: Snapshot, since: datetime, now: datetime, sure: Trust
) -> QueueRow:  # fmt: skip
    return QueueRow(
        hit=row.hit, what=row.what, brand=brand, search=search, link_id=row.link_id, url=row.url, link=row.link,
        host=row.host, title=row.title, snippet=row.snippet, rating=row.rating, scale=row.scale, rank=row.rank,
        page_no=row.page_no, snapshot=look.id or 0, day=date.fromisoformat(look.slot[:10]),
        since=since.astimezone(ZoneInfo(brand.zone)).date(), new=now - since < NEW, label=row.label or "neutral",
        kind=row.kind or "none",
        confidence=trusted(sure, row.confidence or 0.0, row.kind or "none", row.rule or "", row.version or ""),
        evidence=tuple(Evidence(**piece) for piece in row.evidence), lot=lot(brand.id, row.link, row.text),
    )  # fmt: skip
