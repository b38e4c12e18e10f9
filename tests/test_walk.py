"""The Saturday walk: one look followed from its slot to the chart, without network or browser."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import select
from worlds import World

from app.db import reading, writing
from app.models import Hit, Search, Snapshot
from app.queries.brand_page import Asked, brand_page
from app.queries.changes import change_rows
from app.queries.weekly import weekly
from app.runner import Taken, run_due
from app.verify import verify

SATURDAY = date(2026, 11, 21)
WEEK = timedelta(weeks=1)
COMPLAINT = (
    '<div class="MjjYud"><div class="g"><a href="https://forum.example/t/9"><h3>"שלוש שעות על הקו ואין מענה" – נתיב</h3>'
    '<cite>forum.example</cite></a><div class="VwiC3b">שירות גרוע, אף אחד לא חוזר. לא ממליץ!</div></div></div>'
)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo("Asia/Jerusalem"))


def run(world: World, at: datetime) -> list[Taken]:
    async def collect() -> list[Taken]:
        return [taken async for taken in run_due(world.surroundings, lambda names: (list(names), []))]

    world.clock.at = at
    return asyncio.run(collect())


def complain_on_saturday_evening(day: date, text: str) -> str:
    """A forum thread at rank 4 of Saturday's and Sunday's page."""
    if day < SATURDAY:
        return text
    blocks = text.split('<div class="MjjYud">')
    return '<div class="MjjYud">'.join([*blocks[:4], COMPLAINT.removeprefix('<div class="MjjYud">'), *blocks[4:]])


def test_a_complaint_is_found_on_saturday_and_a_failed_look_stays_a_gap(world: World) -> None:
    """Due, captured, ok, scored negative, entered at 4, the next displaced; Saturday morning's captcha is a gap."""
    world.practice.always = SATURDAY
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.schedule, search.next_due = "09:00 21:10", local(SATURDAY - WEEK, 21, 10)
        session.add(search)
    assert [t.state for t in run(world, local(SATURDAY - WEEK, 21, 11))] == ["ok"]
    assert run(world, local(SATURDAY - timedelta(days=1), 21, 11))[-1].state == "ok"

    world.practice.modes[SATURDAY] = "captcha"
    morning = run(world, local(SATURDAY, 9, 1))
    assert [(t.state, t.reason) for t in morning] == [("blocked", "captcha")]

    world.practice.modes.clear()
    world.practice.alter = lambda day, text: complain_on_saturday_evening(day, text)
    evening = run(world, local(SATURDAY, 21, 11))
    assert [t.state for t in evening] == ["ok"]
    assert evening[0].slot == "2026-11-21T21:10:00"

    with reading(world.engine) as session:
        hit = session.exec(select(Hit).where(Hit.url == "https://forum.example/t/9")).one()
        assert hit.label == "negative"
        for piece in hit.evidence:
            assert getattr(hit, piece["field"])[piece["start"] : piece["end"]] == piece["text"]
        told = change_rows(session, world.search, SATURDAY, SATURDAY)
        assert ("negative_entered", None, 4) in [(c.kind, c.from_rank, c.to_rank) for c in told]
        assert ("displaced", 4, 5) in [(c.kind, c.from_rank, c.to_rank) for c in told]

        page = brand_page(session, "nativ-telecom", Asked(weeks=4), SATURDAY + timedelta(days=1))
        saturday = page.history.days.index(SATURDAY)
        assert page.history.counted(saturday)
        at_four = page.history.ranks[3][saturday]
        assert at_four is not None
        assert page.history.hits[at_four].label == "negative"
        assert page.share.n[saturday] == 10

        looks = {s.slot: (s.state, s.reason) for s in session.exec(select(Snapshot)).all()}
        assert looks["2026-11-21T09:00:00"] == ("blocked", "captcha")
        report = weekly(session, world.search, SATURDAY, "he").week
        entered = next(step for step in report.steps if step.hit.link_id == hit.link_id)
        assert (entered.from_rank, entered.to_rank, entered.points) == (None, 4, -4.0)
        assert sum(step.points for step in report.steps) == report.score_change

        findings = verify(session, world.surroundings.blobs, local(SATURDAY, 22))
    assert [f.name for f in findings if f.broken] == []
    assert all(f.checked for f in findings if f.name not in ("I7", "I8"))  # nothing printed, nothing forgotten


def test_a_day_that_was_only_blocked_is_a_gap_and_no_zero(world: World) -> None:
    """A captcha all day: the day has no count of any label, and says why."""
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = local(SATURDAY, 6)
        session.add(search)
    world.practice.modes[SATURDAY] = "captcha"
    run(world, local(SATURDAY, 6, 1))
    with reading(world.engine) as session:
        page = brand_page(session, "nativ-telecom", Asked(weeks=4), SATURDAY)
    day = page.history.days.index(SATURDAY)
    assert (page.history.states[day], page.history.reasons[day]) == ("blocked", "captcha")
    assert page.share.n[day] is None
    assert page.share.negative[day] is None
    assert page.week.now is None
