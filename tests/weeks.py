"""Two weeks of looks, the last of them over: what a weekly report needs in tests."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select
from worlds import World

from app.models import Hit
from app.runner import run_due

JERUSALEM = ZoneInfo("Asia/Jerusalem")
FEW = (8, 7, 3, 0)
FIRST = date(2026, 11, 15)
BEFORE = FIRST - timedelta(days=7)
SUNDAY = datetime(2026, 11, 22, 7, tzinfo=JERUSALEM)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63606060f80f0001"
    "0401005f7e1c2b0000000049454e44ae426082"
)


def look(world: World, day: date, mode: str = "none") -> None:
    """The day's look at six in the morning, in that mode of misbehaving."""
    world.practice.modes[day] = mode
    world.clock.at = datetime(day.year, day.month, day.day, 6, 1, tzinfo=JERUSALEM)

    async def collect() -> None:
        async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
            pass

    asyncio.run(collect())


def two_weeks(world: World, backs: Sequence[int] = range(11, -1, -1)) -> None:
    """Looks so many days before the last day of the week of FIRST: twelve of them, or fewer where they do."""
    for back in backs:
        look(world, FIRST + timedelta(days=6 - back))


def relabel(session: Session) -> None:
    """Every negative is neutral from now on: today's numbers are others than what was printed."""
    for hit in session.exec(select(Hit).where(col(Hit.label) == "negative")).all():
        hit.label = "neutral"
        session.add(hit)
