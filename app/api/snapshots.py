"""One look: how it was confirmed, and what stood on the page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from app.api.access import SessionDep, WorkspaceDep
from app.queries.rows import ResultRow, SnapshotRow
from app.queries.snapshots import snapshot

router = APIRouter(prefix="/snapshots/{snapshot_id}", tags=["snapshots"])
SnapshotId = Annotated[int, Path(ge=1, le=2**31)]


@router.get("")
def one_snapshot(snapshot_id: SnapshotId, session: SessionDep, workspace: WorkspaceDep) -> SnapshotRow:
    """State, reason, every check, every try with its raw answers, parser version."""
    return snapshot(session, snapshot_id, workspace)[2]


@router.get("/results")
def list_results(snapshot_id: SnapshotId, session: SessionDep, workspace: WorkspaceDep) -> list[ResultRow]:
    """The organic results by rank, each with its verdict and evidence. Empty when the look does not count."""
    return list(snapshot(session, snapshot_id, workspace)[3])
