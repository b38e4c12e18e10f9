"""The rank weights a workspace has set for its scores."""

from __future__ import annotations

from sqlmodel import Session

from app.models import Workspace
from app.scoring.reputation import WEIGHTS, Weights


def rank_weights(session: Session, workspace: int) -> Weights:
    """Those of ranks 1 to 10; ours where none were set."""
    found = session.get_one(Workspace, workspace).weights
    return tuple(found) if found else WEIGHTS
