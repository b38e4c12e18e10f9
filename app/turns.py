"""Whose turn it is: which sources a look asks, in which order, and what becomes of a look that nobody may take now."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.models import Snapshot, SourceState
from app.queries.searches import Watched
from app.queries.sources import Rest, first_looked_from, resting, spent
from app.resting import ALERT
from app.store.snapshots import finish, postpone
from scrapers import registry
from scrapers.capture import pages_for

log = logging.getLogger("shemtov")


def turns(
    session: Session, about: Watched, snapshot_id: int, sources: Sequence[str], now: datetime, budget: float | None
) -> list[str]:
    """The sources to ask, in order; a second look begins with one that the first did not come from.

    Who rests, and whose price would pass the day's budget, is left out. When nobody is left the look stays open until
    the first rest ends, if that is on its slot's day; otherwise it ends, with the reasons.
    """
    snapshot = session.get_one(Snapshot, snapshot_id)
    rests = {name: rest for name in sources if (rest := resting(session, name, about.search.engine, now))}
    awake = [name for name in sources if name not in rests]
    able = [name for name in awake if affordable(session, name, about.search.depth, now, budget)]
    if able:
        seen = first_looked_from(session, snapshot)
        return sorted(able, key=lambda name: name == seen)
    zone = ZoneInfo(about.brand.zone)
    reasons = [f"{name} rests until {_local(rest, zone)}: {rest.reason}" for name, rest in rests.items()]
    reasons += [f"{name} would pass the day's budget" for name in awake]
    first = min((rest.until for rest in rests.values()), default=None)
    if first is not None and first.astimezone(zone).date().isoformat() == snapshot.slot[:10]:
        postpone(session, snapshot_id, first, "waits: " + "; ".join(reasons))
    else:
        finish(session, snapshot_id, "error", "no source: " + "; ".join(reasons))
    return []


def affordable(session: Session, source: str, depth: int, now: datetime, budget: float | None) -> bool:
    """Whether a look there fits into what is left of the day's budget (US dollars, None: no limit)."""
    price = registry.price(source) * pages_for(source, depth)
    return budget is None or not price or spent(session, now) + price <= budget + 1e-9


def warn_of(state: SourceState | None) -> None:
    """Trouble that repeats is the operator's to hear of, not a brand's: one line in the log."""
    if state is not None and state.trouble >= ALERT:
        until = f", it rests until {state.suspended_until:%Y-%m-%d %H:%M} UTC" if state.suspended_until else ""
        log.warning("%s (%s): %s, %d looks in a row%s", state.source, state.engine, state.reason, state.trouble, until)


def _local(rest: Rest, zone: ZoneInfo) -> str:
    return rest.until.astimezone(zone).strftime("%Y-%m-%d %H:%M")
