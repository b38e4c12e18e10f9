"""How tries at sources ended, and what they cost, counted from the tries themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlmodel import Session, col, func

from app.models import Attempt, Brand, Canary, Search, Snapshot

Key = tuple[str, str]  # source, engine
Place = tuple[str, str, str, str]  # source, engine, hl, gl
KINDS = {
    "ok": "ok", "empty": "ok", "blocked": "blocked", "consent": "blocked", "suspect": "suspect", "partial": "suspect",
    "error": "error",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rates:
    """How tries ended: ok (seen, or empty by the engine's own word), blocked (consent walls too), suspect (cut pages
    too), error."""

    ok: int = 0
    blocked: int = 0
    suspect: int = 0
    error: int = 0

    @property
    def looks(self) -> int:
        return self.ok + self.blocked + self.suspect + self.error


def rates(session: Session, since: datetime, workspace: int | None) -> dict[Place, Rates]:
    """(source, engine, hl, gl) -> how its tries ended since a moment."""
    query = _tries(workspace, func.count(col(Attempt.id)), col(Attempt.outcome)).where(col(Attempt.started) > since)
    counts: dict[Place, dict[str, int]] = {}
    for *place, number, outcome in session.connection().execute(query):
        found = counts.setdefault((place[0], place[1], place[2], place[3]), {})
        kind = KINDS.get(outcome or "", "error")
        found[kind] = found.get(kind, 0) + number
    return {place: Rates(**found) for place, found in counts.items()}


def last_good(session: Session, workspace: int | None) -> dict[Place, datetime]:
    """When each source last showed a good page, in each language and country."""
    query = _tries(workspace, func.max(col(Attempt.ended))).where(col(Attempt.outcome).in_(("ok", "empty")))
    return {(row[0], row[1], row[2], row[3]): row[4] for row in session.connection().execute(query)}


def costs(session: Session, since: datetime, workspace: int | None) -> dict[Key, float]:
    """(source, engine) -> US dollars since a moment, canaries included."""
    query = _tries(workspace, func.sum(col(Attempt.cost))).where(col(Attempt.started) >= since)
    canaries = sqlalchemy.select(
        col(Canary.source), col(Canary.engine), col(Canary.hl), col(Canary.gl), func.sum(col(Canary.cost))
    ).where(col(Canary.at) >= since)
    rows: Sequence[Any] = session.connection().execute(query).all()
    rows = [*rows, *session.connection().execute(canaries.group_by(*canaries.selected_columns[:4])).all()]
    found: dict[Key, float] = {}
    for source, engine, _, _, cost in rows:
        found[source, engine] = found.get((source, engine), 0.0) + float(cost or 0)
    return found


def _tries(workspace: int | None, number: Any, *more: Any) -> Any:
    """Finished tries of real looks by source, engine, language and country (and what else is asked), with a number."""
    place = (col(Attempt.source), col(Search.engine), col(Search.hl), col(Search.gl))
    query = (
        sqlalchemy.select(*place, number, *more)
        .join(Snapshot, col(Snapshot.id) == col(Attempt.snapshot_id))
        .join(Search, col(Search.id) == col(Snapshot.search_id))
        .where(col(Attempt.state) == "done", col(Snapshot.purpose) != "import")
        .group_by(*place, *more)
    )
    if workspace is None:
        return query
    return query.join(Brand, col(Brand.id) == col(Search.brand_id)).where(col(Brand.workspace_id) == workspace)
