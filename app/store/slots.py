"""Plans the slots of a search that have come, and changes when they come: the place that moves its next due moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from app.models import Search
from app.schedule import MISSED, Calendar, next_due, slots, spread
from app.store.snapshots import Planned, finish, plan, plan_all

_MOMENT = timedelta(microseconds=1)


def plan_slots(
    session: Session, due: Sequence[tuple[Search, Calendar]], now: datetime, most_spread: timedelta = timedelta()
) -> int:
    """A planned look for each slot up to now of searches, each with its home; of those that downtime passed over, only
    the last is still open. Returns how many were missed.

    most_spread: how long after its slot a look may start; which moment, the search and the slot say by themselves.
    """
    came: list[Planned] = []
    over: list[Planned] = []
    for search, home in due:
        found = list(slots(search.schedule, home, (search.next_due or now) - _MOMENT, now))
        search.next_due = next_due(search.schedule, home, now)
        session.add(search)
        for slot in found:
            later = spread(search.id or 0, slot, home.zone, search.next_due, most_spread)
            one = (search.id or 0, slot, "scheduled", slot.instant(home.zone) + later)
            (came if slot == found[-1] else over).append(one)
    session.flush()
    plan_all(session, [*over, *came])
    return sum(finish(session, plan(session, *one).id or 0, "error", MISSED) for one in over)


def change_search(
    session: Session, search: Search, home: Calendar, now: datetime, *, schedule: str, sources: Sequence[str],
    active: bool,
) -> None:  # fmt: skip
    """Another schedule (as stored), other sources, or a pause. A slot that has come is planned first, under the old
    schedule: it is not lost. The next moment is reckoned from now; what a pause passed over was never planned."""
    if search.active and search.next_due and search.next_due <= now:
        plan_slots(session, [(search, home)], now)
    if active and (schedule != search.schedule or not search.active or search.next_due is None):
        search.next_due = next_due(schedule, home, now)
    search.schedule, search.sources, search.active = schedule, list(sources), active
    session.add(search)
    session.flush()
