"""What was forgotten, and where what is to be forgotten still stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import or_
from sqlmodel import Session, col, select

from app.forgotten import HOST, Keyed, Plain, key_of, texts_of
from app.models import (
    Annotation,
    Attempt,
    Blob,
    Brand,
    Feature,
    Fetch,
    Hit,
    Link,
    OwnedSite,
    Parse,
    Picture,
    Report,
    Result,
    Search,
    Snapshot,
    Tombstone,
)
from app.queries.blobs import BlobDamaged, content
from app.secret import secret
from scrapers.urls import url_hash


def keyed() -> Keyed:
    """An empty set of tombstones with the installation's key: what digests are made with."""
    return Keyed(key_of(secret()))


def remembered(session: Session) -> Keyed | None:
    """Every tombstone as one; None while nothing was ever forgotten."""
    rows = session.exec(select(Tombstone)).all()
    if not rows:
        return None
    lengths = {row.length for row in rows if row.kind == "text"}
    return Keyed(
        key_of(secret()),
        frozenset(row.digest for row in rows if row.kind == "url"),
        frozenset(row.digest for row in rows if row.kind == "host"),
        {n: frozenset(row.digest for row in rows if row.kind == "text" and row.length == n) for n in lengths},
    )


def true_secret(session: Session, found: Keyed) -> bool:
    """Whether the digests were made with the secret of today; with another one nothing is known again."""
    return set(session.exec(select(Tombstone.proof)).all()) <= {found.digest("proof", "")}


def stands_for(session: Session, found: Keyed, url: str) -> bool:
    """Whether a row stands in the place of an address already."""
    return session.exec(select(Link.id).where(Link.url_hash == url_hash(found.opaque(url)))).first() is not None


def watched_by(session: Session, plain: Plain) -> str | None:
    """What of the configuration says it, in words: that has to be changed first. None: nothing does."""
    for name in session.exec(select(Brand.name)).all():
        if plain.in_text(name):
            return f"the brand {name}"
    for phrase in session.exec(select(Search.phrase)).all():
        if plain.in_text(phrase):
            return f"the phrase {phrase}"
    for host, path in session.exec(select(OwnedSite.host, OwnedSite.path)).all():
        if plain.is_link(f"https://{host}{path}"):
            return f"the owned site {host}{path}"
    return None


def links_naming(session: Session, plain: Plain) -> list[Link]:
    """The links that are it, lie on it, or ever appeared with words that say it."""
    found = {}
    for link in session.exec(select(Link).where(Link.host != HOST)).all():
        if plain.is_link(link.url):
            found[link.id] = link
    rows = session.exec(
        select(Link, Hit.title, Hit.snippet, Hit.display_url)
        .join(Hit, col(Hit.link_id) == col(Link.id))
        .where(Link.host != HOST)
    ).all()
    for link, *words in rows:
        if link.id not in found and any(plain.in_text(one) for one in words):
            found[link.id] = link
    return [found[identity] for identity in sorted(found, key=lambda one: one or 0)]


def features_naming(session: Session, plain: Plain) -> list[Feature]:
    """The blocks that say it or lead there, with their twins."""
    named = [
        row
        for row in session.exec(select(Feature)).all()
        if any(plain.in_text(text) or plain.is_link(text) for text in texts_of(row.data))
    ]
    return with_twins(session, named)


def with_twins(session: Session, features: Sequence[Feature]) -> list[Feature]:
    """Blocks with all that show the same question or overview, on any search: its words are forgotten once, and
    everywhere."""
    ids = {feature.id for feature in features}
    hits = {feature.hit_id for feature in features if feature.hit_id is not None}
    texts = set(session.exec(select(Hit.text_hash).where(col(Hit.id).in_(hits))).all()) if hits else set()
    twins = session.exec(
        select(Feature)
        .join(Hit, col(Hit.id) == col(Feature.hit_id))
        .where(col(Hit.link_id).is_(None), col(Hit.text_hash).in_(texts))
        .order_by(col(Feature.id))
    )
    return [*features, *(row for row in twins.all() if row.id not in ids)] if texts else list(features)


def blobs_naming(session: Session, root: Path, plain: Plain) -> Iterator[tuple[int, int, int | None]]:
    """(which, of how many, the blob's id when the answer or copy says it); one that cannot be read says nothing."""
    rows = session.exec(
        select(Blob.id, Blob.sha256).where(col(Blob.kind).in_(("raw", "clean")), col(Blob.expired_at).is_(None))
    ).all()
    for number, (blob_id, digest) in enumerate(rows, 1):
        try:
            yield number, len(rows), blob_id if plain.on_page(content(root, digest)) else None
        except BlobDamaged:
            yield number, len(rows), None


def blobs_of_parses(session: Session, parses: set[int]) -> set[int]:
    """The answers and copies that readings were made from."""
    rows = session.exec(
        select(Fetch.blob_id, Fetch.clean_blob_id)
        .join(Parse, col(Parse.attempt_id) == col(Fetch.attempt_id))
        .where(col(Parse.id).in_(parses))
    ).all()
    return {blob for row in rows for blob in row if blob is not None}


def twins_of(session: Session, blobs: set[int]) -> set[int]:
    """Blobs with what stands beside them: an answer's copy, a copy's answer, and the pictures drawn from either."""
    fetches = session.exec(
        select(Fetch.blob_id, Fetch.clean_blob_id, Attempt.snapshot_id)
        .join(Attempt, col(Attempt.id) == col(Fetch.attempt_id))
        .where(or_(col(Fetch.blob_id).in_(blobs), col(Fetch.clean_blob_id).in_(blobs)))
    ).all()
    beside = {blob for raw, clean, _ in fetches for blob in (raw, clean) if blob is not None}
    looks = {look for _, _, look in fetches}
    pictures = session.exec(select(Picture.blob_id).where(col(Picture.snapshot_id).in_(looks))).all()
    return blobs | beside | set(pictures)


def parses_showing(session: Session, links: set[int]) -> set[int]:
    """The readings in which one of the links stands."""
    rows = session.exec(
        select(Result.parse_id)
        .join(Hit, col(Hit.id) == col(Result.hit_id))
        .where(col(Hit.link_id).in_(links))
        .distinct()
    ).all()
    return set(rows)


def features_of(session: Session, parse_id: int) -> list[Feature]:
    """The blocks of a reading."""
    return list(session.exec(select(Feature).where(Feature.parse_id == parse_id)).all())


def shown_by(session: Session, parse_id: int) -> list[tuple[Link, list[Hit]]]:
    """The links of a reading that are not forgotten, each with its appearances in it."""
    rows = session.exec(
        select(Link, Hit)
        .join(Hit, col(Hit.link_id) == col(Link.id))
        .join(Result, col(Result.hit_id) == col(Hit.id))
        .where(Result.parse_id == parse_id, Link.host != HOST)
        .order_by(col(Result.rank))
    ).all()
    links: dict[int, tuple[Link, list[Hit]]] = {}
    for link, hit in rows:
        links.setdefault(link.id or 0, (link, []))[1].append(hit)
    return list(links.values())


def notes(session: Session) -> list[Annotation]:
    """Every annotation, removed ones too."""
    return list(session.exec(select(Annotation)).all())


def reasons(session: Session) -> list[Snapshot | Attempt | Parse]:
    """Every row that tells a reason: one may quote a page."""
    return [
        *session.exec(select(Snapshot).where(Snapshot.reason != "")).all(),
        *session.exec(select(Attempt).where(col(Attempt.reason).is_not(None))).all(),
        *session.exec(select(Parse).where(Parse.reason != "")).all(),
    ]


def every_parse(session: Session) -> list[Parse]:
    """Every reading: what its checks found may quote a page."""
    return list(session.exec(select(Parse)).all())


def every_report(session: Session) -> list[Report]:
    """Every printed report."""
    return list(session.exec(select(Report)).all())
