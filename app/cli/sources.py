"""shemtov sources: how they are, and what the operator should know."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from app.cli import say
from app.clock import clock
from app.db import migrate, reading
from app.drift import Drift
from app.queries.sources_page import SourceRow, SourcesPage, sources_page
from app.resting import ALERT
from app.settings import settings
from app.text_endpoint import Endpoint
from app.text_model import text_model

MEASURES = {
    "results": "results a page", "read": "result blocks read", "snippets": "results with a snippet",
    "titles": "length of titles",
}  # fmt: skip


def register(app: typer.Typer) -> None:
    app.command("sources")(sources)


def sources() -> None:
    """How each source is: looks of the last 30 days, rests, canary, drift, cost. Alarms stand on stderr."""
    migrate()
    with reading() as session:
        page = sources_page(session, settings(), clock())
    for row in page.sources:
        for text in described(row):
            say.line(text)
    say.line(spending(page))
    model = text_model()
    if isinstance(model, Endpoint):
        say.line(model.told())
    for row in page.sources:
        for alarm in alarms(row):
            say.warn(alarm)


def described(row: SourceRow) -> Iterator[str]:
    """A source in a few lines."""
    yield f"{name(row)}  {row.why_not or 'set up here'}"
    for place in row.locales:
        month = place.month
        last = f"{place.last_good:%Y-%m-%d %H:%M} UTC" if place.last_good else "never"
        yield (
            f"  {place.hl}-{place.gl}  30 days: {month.looks} tries, {month.ok} ok, {month.blocked} blocked, "
            f"{month.suspect} suspect, {month.error} error; last good {last}"
        )
    if row.cost_month:
        yield f"  cost ${row.cost_today:.2f} today, ${row.cost_month:.2f} this month"
    if row.canary:
        yield f"  canary of {row.canary.day} ({row.canary.hl}-{row.canary.gl}): {row.canary.state or 'broken off'}"


def alarms(row: SourceRow) -> Iterator[str]:
    """What is wrong with a source, a line each."""
    if row.suspended_until:
        yield f"{name(row)} rests until {row.suspended_until:%Y-%m-%d %H:%M} UTC: {row.reason}"
    if row.trouble >= ALERT:
        yield f"{name(row)}: {row.trouble} looks in a row were refused or failed: {row.reason}"
    if row.canary and row.canary.state != "ok":
        reason = f": {row.canary.reason}" if row.canary.reason else ""
        yield f"{name(row)}: the canary of {row.canary.day} is {row.canary.state or 'broken off'}{reason}"
    for drift in row.drifts:
        yield f"{name(row)} may have drifted: {drifted(drift)}"


def drifted(drift: Drift) -> str:
    """An alarm in words."""
    return f"on {drift.day}, {MEASURES[drift.measure]} were at {drift.part:.0%} of what is usual"


def spending(page: SourcesPage) -> str:
    """What is left of today's budget."""
    if page.budget is None or page.left is None:
        return "no daily budget is set (SHEMTOV_DAILY_BUDGET)"
    return f"daily budget ${page.budget:.2f}, ${page.left:.2f} left"


def name(row: SourceRow) -> str:
    """A source, with the engine whose page it shows when that is another."""
    return row.source if row.source == row.engine else f"{row.source} ({row.engine})"
