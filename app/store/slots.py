"""Plans the slots of a search that have come: the one place that moves its next due moment on."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from app.models import Search
from app.schedule import Calendar, next_due, slots, spread
from app.store.snapshots import finish, plan

_MOMENT = timedelta(microseconds=1)


def plan_slots(
    session: Session, search: Search, home: Calendar, now: datetime, most_spread: timedelta = timedelta()
) -> None:
    """A planned look for each slot up to now; of those that downtime passed over, only the last is still open.

    most_spread: how long after its slot a look may start; which moment, the search and the slot say by themselves.
    """
    came = list(slots(search.schedule, home, (search.next_due or now) - _MOMENT, now))
    search.next_due = next_due(search.schedule, home, now)
    for slot in came:
        later = spread(search.id or 0, slot, home.zone, search.next_due, most_spread)
        snapshot = plan(session, search.id or 0, slot, "scheduled", slot.instant(home.zone) + later)
        if slot != came[-1]:
            finish(session, snapshot.id or 0, "error", "missed")
    session.add(search)
