"""One look with everything that confirms it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.errors import NotFound
from app.models import Agreement, Attempt, Blob, Fetch, Parse, Result, Snapshot
from app.queries.history import hit_rows
from app.queries.rows import (
    AgreementRow,
    AttemptRow,
    BrandRow,
    CheckRow,
    FetchRow,
    HitRow,
    ResultRow,
    SearchRow,
    SnapshotRow,
)
from app.queries.searches import watched
from app.schedule import slot_of


def snapshot(
    session: Session, snapshot_id: int, workspace: int | None = None
) -> tuple[BrandRow, SearchRow, SnapshotRow, tuple[ResultRow, ...]]:
    """The snapshot of that id with its brand, search and results; NotFound when there is none."""
    found = session.get(Snapshot, snapshot_id)
    if found is None:
        raise NotFound(f"no snapshot {snapshot_id}")
    about = watched(session, found.search_id, workspace)
    return about.brand, about.search, snapshot_row(session, found), results(session, found)


def snapshots(session: Session, search_id: int, first: date, last: date, limit: int = 1000) -> tuple[Snapshot, ...]:
    """The looks of a search from first to last, oldest first."""
    query = (
        select(Snapshot)
        .where(Snapshot.search_id == search_id, Snapshot.slot >= first.isoformat(), Snapshot.slot < f"{last}T99")
        .order_by(col(Snapshot.slot), col(Snapshot.id))
        .limit(limit)
    )
    return tuple(session.exec(query).all())


def answers_of(session: Session, snapshot_id: int) -> set[str]:
    """The SHA-256 of every raw answer a look got."""
    rows = session.exec(
        select(Blob.sha256)
        .join(Fetch, col(Fetch.blob_id) == col(Blob.id))
        .join(Attempt, col(Attempt.id) == col(Fetch.attempt_id))
        .where(Attempt.snapshot_id == snapshot_id)
    )
    return set(rows.all())


def snapshot_row(session: Session, found: Snapshot) -> SnapshotRow:
    """A look as readers get it: state, checks, every try with every raw answer."""
    parse = session.get(Parse, found.current_parse) if found.current_parse else None
    attempts = session.exec(select(Attempt).where(Attempt.snapshot_id == found.id).order_by(col(Attempt.no))).all()
    return SnapshotRow(
        id=found.id or 0,
        search_id=found.search_id,
        slot=slot_of(found.slot).local,
        purpose=found.purpose,
        state=found.state,
        reason=found.reason,
        parser_version=parse.parser_version if parse else None,
        n=parse.n if parse else 0,
        checks=tuple(CheckRow(*check) for check in parse.checks) if parse else (),
        unchecked=tuple(parse.unchecked) if parse else (),
        attempts=tuple(_attempt_row(session, attempt) for attempt in attempts),
        agreement=agreement(session, found.id or 0),
    )


def agreement(session: Session, snapshot_id: int) -> AgreementRow | None:
    """How far a look agrees with the other one at its slot."""
    either = (col(Agreement.second_id) == snapshot_id) | (col(Agreement.first_id) == snapshot_id)
    found = session.exec(select(Agreement).where(either)).first()
    if found is None:
        return None
    other = found.first_id if found.second_id == snapshot_id else found.second_id
    return AgreementRow(other, found.first_source, found.second_source, found.shared, found.top)


def results(session: Session, found: Snapshot, known: Mapping[int, HitRow] | None = None) -> tuple[ResultRow, ...]:
    """The organic results of a look by rank. known: hits that were read already; when one is missing, all are read."""
    rows = session.exec(select(Result).where(Result.parse_id == found.current_parse).order_by(col(Result.rank))).all()
    ids = {row.hit_id for row in rows}
    hits = known if known and ids <= known.keys() else hit_rows(session, found.search_id, ids)
    return tuple(ResultRow(row.rank, row.absolute_rank, row.page_no, row.votes, hits[row.hit_id]) for row in rows)


def _attempt_row(session: Session, attempt: Attempt) -> AttemptRow:
    raw, clean = aliased(Blob), aliased(Blob)
    fetches = session.exec(
        select(Fetch, raw, clean)
        .join(raw, col(raw.id) == col(Fetch.blob_id))
        .outerjoin(clean, col(clean.id) == col(Fetch.clean_blob_id))
        .where(Fetch.attempt_id == attempt.id)
        .order_by(col(Fetch.id))
    ).all()
    return AttemptRow(
        no=attempt.no,
        source=attempt.source,
        state=attempt.state,
        outcome=attempt.outcome,
        reason=attempt.reason,
        started=attempt.started,
        ended=attempt.ended,
        fetches=tuple(_fetch_row(*found) for found in fetches),
        cost=attempt.cost,
    )


def _fetch_row(fetch: Fetch, raw: Blob, clean: Blob | None) -> FetchRow:
    expired = raw.expired_at is not None
    copy = clean.sha256 if expired and clean is not None and clean.expired_at is None else None
    why = (raw.reason or "retention") if expired else None
    return FetchRow(
        fetch.page_no, raw.sha256, fetch.final_url, fetch.http_status, fetch.bytes, fetch.at, expired, why, copy
    )
