"""Whose turn it is: which sources a look asks, in which order, and what becomes of a look that nobody may take now."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.models import Snapshot, SourceState
from app.queries.rows import SearchRow
from app.queries.sources import Rest, first_looked_from, resting, spent
from app.resting import ALERT
from app.store.snapshots import finish, postpone
from scrapers import registry
from scrapers.capture import pages_for

log = logging.getLogger("shemtov")


@dataclass(frozen=True, slots=True)
class Means:
    """What there is at a moment: which (source, engine) rests, and what is left of the day's US dollars (None: no
    limit)."""

    now: datetime
    rests: Mapping[tuple[str, str], Rest]
    left: float | None

    def affordable(self, source: str, depth: int) -> bool:
        """Whether a look there fits into what is left."""
        price = registry.price(source) * pages_for(source, depth)
        return self.left is None or not price or price <= self.left + 1e-9


def means_of(session: Session, now: datetime, budget: float | None) -> Means:
    """budget: US dollars a day, None: no limit."""
    return Means(now, resting(session, now), None if budget is None else budget - spent(session, now))


def turns(
    session: Session, look: Snapshot, search: SearchRow, zone: str, sources: Sequence[str], means: Means
) -> list[str]:
    """The sources to ask, in order; a second look begins with one that the first did not come from. zone: of the
    search's brand.

    Who rests, and whose price would pass the day's budget, is left out. When nobody is left the look stays open until
    the first rest ends, if that is on its slot's day; otherwise it ends, with the reasons.
    """
    rests = {name: rest for name in sources if (rest := means.rests.get((name, search.engine)))}
    awake = [name for name in sources if name not in rests]
    able = [name for name in awake if means.affordable(name, search.depth)]
    if able:
        seen = first_looked_from(session, look)
        return sorted(able, key=lambda name: name == seen)
    here = ZoneInfo(zone)
    reasons = [f"{name} rests until {_local(rest, here)}: {rest.reason}" for name, rest in rests.items()]
    reasons += [f"{name} would pass the day's budget" for name in awake]
    first = min((rest.until for rest in rests.values()), default=None)
    if first is not None and first.astimezone(here).date().isoformat() == look.slot[:10]:
        postpone(session, look.id or 0, first, "waits: " + "; ".join(reasons))
    else:
        finish(session, look.id or 0, "error", "no source: " + "; ".join(reasons))
    return []


def warn_of(state: SourceState | None) -> None:
    """Trouble that repeats is the operator's to hear of, not a brand's: one line in the log."""
    if state is not None and state.trouble >= ALERT:
        until = f", it rests until {state.suspended_until:%Y-%m-%d %H:%M} UTC" if state.suspended_until else ""
        log.warning("%s (%s): %s, %d looks in a row%s", state.source, state.engine, state.reason, state.trouble, until)


def _local(rest: Rest, zone: ZoneInfo) -> str:
    return rest.until.astimezone(zone).strftime("%Y-%m-%d %H:%M")
