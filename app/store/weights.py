"""Writes the rank weights of a workspace."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from sqlmodel import Session

from app.errors import BadInput
from app.models import Workspace
from app.scoring.reputation import WEIGHTS, Weights, normalised


def set_weights(session: Session, workspace: Workspace, typed: Sequence[float] | None) -> Weights:
    """Ten numbers, in whatever measure: kept as whole ones that sum to 100. None: ours again. Returns what now holds;
    BadInput for numbers that weigh nothing or are not ten. Reports printed before keep theirs."""
    try:
        weights = normalised(typed) if typed is not None else WEIGHTS
    except ValueError as refused:
        raise BadInput(str(refused), "weights_refused") from refused
    workspace.weights = None if weights == WEIGHTS else list(weights)
    session.add(workspace)
    session.flush()
    return weights


def read_weights(text: str) -> list[float]:
    """Numbers as people type them: apart by spaces, semicolons, or commas that are no decimal ones."""
    parts = re.split(r"[;\s]+|,\s+", text.strip()) if re.search(r"[;\s]", text.strip()) else text.strip().split(",")
    try:
        found = [float(part.replace(",", ".")) for part in parts if part]
    except ValueError as refused:
        raise BadInput(f"{text[:100]!r} are no numbers", "weights_refused") from refused
    if not all(math.isfinite(one) for one in found):
        raise BadInput(f"{text[:100]!r} are no numbers", "weights_refused")
    return found
