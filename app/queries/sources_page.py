"""How the sources are: asked how often and with what success, resting, drifting, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session, col, select

from app.drift import Drift, drifts
from app.models import Canary, SourceState
from app.models.source_state import HERE
from app.queries.source_counts import Key, Rates, costs, last_good, rates
from app.queries.sources import Rest, resting, spent
from app.queries.yields import yields
from app.settings import Settings
from app.sources import usable
from scrapers import registry

PRACTICE = "practice"


@dataclass(frozen=True, slots=True)
class LocaleRow:
    """A source in one language and country. last_good: the instant of its last good try."""

    hl: str
    gl: str
    week: Rates
    month: Rates
    last_good: datetime | None


@dataclass(frozen=True, slots=True)
class CanaryRow:
    """state is None of one that was broken off."""

    day: date
    hl: str
    gl: str
    state: str | None
    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source by the engine whose page it shows. why_not: what to set up before it can be asked here, "" when it can.

    suspended_until: it rests; reason, since, trouble: looks in a row that were refused or failed. Costs in US dollars,
    of today and of this month (UTC), by the source's list price.
    """

    source: str
    engine: str
    why_not: str
    suspended_until: datetime | None
    reason: str
    since: datetime | None
    trouble: int
    price: float
    cost_today: float
    cost_month: float
    locales: tuple[LocaleRow, ...]
    canary: CanaryRow | None
    drifts: tuple[Drift, ...]


@dataclass(frozen=True, slots=True)
class SourcesPage:
    """budget: US dollars a day for everybody here, None without a limit; left: of today's."""

    sources: tuple[SourceRow, ...]
    budget: float | None
    left: float | None


def sources_page(session: Session, chosen: Settings, now: datetime, workspace: int | None = None) -> SourcesPage:
    """Every source. Looks and costs are those of one workspace when it is given (canaries are everybody's); rests,
    canaries and drift are the source's own."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    week, month = (rates(session, now - timedelta(days=days), workspace) for days in (7, 30))
    good = last_good(session, workspace)
    today, so_far = (costs(session, first, workspace) for first in (midnight, midnight.replace(day=1)))
    keys = [(name, one.ENGINE) for name, one in registry.SOURCES.items() if name != PRACTICE]
    keys += sorted({(source, engine) for source, engine, _, _ in month if source == PRACTICE})
    rows, rests = [], resting(session, now)
    for source, engine in keys:
        places = sorted({place for place in (*month, *good) if place[:2] == (source, engine)})
        locales = tuple(
            LocaleRow(at[2], at[3], week.get(at, Rates()), month.get(at, Rates()), good.get(at)) for at in places
        )
        spent_here = (today.get((source, engine), 0.0), so_far.get((source, engine), 0.0))
        rows.append(_row(session, chosen, now, (source, engine), rests.get((source, engine)), spent_here, locales))
    budget = chosen.daily_budget
    return SourcesPage(tuple(rows), budget, max(budget - spent(session, now), 0.0) if budget is not None else None)


def _row(
    session: Session, chosen: Settings, now: datetime, key: Key, rest: Rest | None, spent_here: tuple[float, float],
    locales: tuple[LocaleRow, ...],
) -> SourceRow:  # fmt: skip
    state = session.get(SourceState, (*key, HERE))
    return SourceRow(
        source=key[0],
        engine=key[1],
        why_not="; ".join(usable([key[0]], chosen)[1]),
        suspended_until=rest.until if rest else None,
        reason=state.reason if state else "",
        since=state.since if state else None,
        trouble=state.trouble if state else 0,
        price=registry.price(key[0]),
        cost_today=spent_here[0],
        cost_month=spent_here[1],
        locales=locales,
        canary=_canary(session, key),
        drifts=drifts(yields(session, *key, now)),
    )


def _canary(session: Session, key: Key) -> CanaryRow | None:
    query = select(Canary).where(Canary.source == key[0], Canary.engine == key[1]).order_by(col(Canary.day).desc())
    found = session.exec(query).first()
    return CanaryRow(found.day, found.hl, found.gl, found.state, found.reason, found.n) if found else None
