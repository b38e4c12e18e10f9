"""Compares a good look with the good one before it, and the one after it with it when history is filled in later."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from app.changes import changes, owned_first_lost
from app.models import Search, Snapshot
from app.queries.due import twin
from app.queries.neighbours import good_after, good_before, scored
from app.queries.rows import COUNTED
from app.settle import wish_second_look
from app.store.changes import replace_changes


def compare(session: Session, snapshot_id: int, now: datetime) -> None:
    """Store the changes a look brought. An owned first result that vanished asks for a second look."""
    snapshot = session.get_one(Snapshot, snapshot_id)
    first = twin(session, snapshot) if snapshot.purpose == "second" else None
    after = good_after(session, snapshot)
    lost = False
    for look in (first, snapshot, after):
        if look is not None and look.state in COUNTED:
            lost = (_compare_one(session, look) and look is snapshot) or lost
    if lost and snapshot.purpose in ("scheduled", "now"):
        wish_second_look(session, snapshot, now)


def _compare_one(session: Session, snapshot: Snapshot) -> bool:
    """Store one look's changes; True when the brand's own first result vanished."""
    previous = good_before(session, snapshot)
    before = scored(session, previous.current_parse) if previous else ()
    rows = scored(session, snapshot.current_parse)
    quiet = previous is not None and session.get_one(Search, snapshot.search_id).purpose == "watch"
    replace_changes(session, snapshot, changes(before, rows, quiet=quiet))
    return owned_first_lost(before, rows)
