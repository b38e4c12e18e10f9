"""Writes how sources are: that one gave trouble and rests, that it is well again, that a rest was ended by hand."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.models import Attempt, SourceState
from app.models.source_state import HERE
from app.resting import rest, trouble_of


def mind(session: Session, source: str, engine: str, outcome: str, reason: str, now: datetime) -> SourceState | None:
    """After a look: trouble makes the source rest, longer each time; a good page makes it well. The state when there
    is one; a page that only could not be believed changes nothing."""
    state = session.get(SourceState, (source, engine, HERE))
    code = trouble_of(outcome, reason)
    if code is not None:
        state = state or SourceState(source=source, engine=engine, exit=HERE)
        state.trouble += 1
        state.since = state.since or now
        state.reason = code
        pause = rest(code, state.trouble)
        state.suspended_until = now + pause if pause else None
    elif outcome in ("ok", "empty") and state is not None:
        state.trouble, state.since, state.reason, state.suspended_until = 0, None, "", None
    if state is not None:
        session.add(state)
        session.flush()
    return state


def mind_attempt(session: Session, attempt_id: int, engine: str, now: datetime) -> SourceState | None:
    """The same after a try of a real look."""
    attempt = session.get_one(Attempt, attempt_id)
    return mind(session, attempt.source, engine, attempt.outcome or "", attempt.reason or "", now)


def wake(session: Session, source: str, engine: str) -> bool:
    """End a rest early; False when there was none. What trouble there was stays on record until a look is good."""
    state = session.get(SourceState, (source, engine, HERE))
    if state is None or state.suspended_until is None:
        return False
    state.suspended_until = None
    session.add(state)
    session.flush()
    return True
