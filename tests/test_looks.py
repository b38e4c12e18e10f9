"""What becomes of a look: second looks, confirmation, retries, missed slots, and never a guess."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select
from worlds import World

from app.again import reparse, rescore
from app.changes import changes
from app.db import reading, writing
from app.models import Attempt, Change, Hit, Parse, Search, Snapshot, VerdictEvent
from app.pipeline import look
from app.queries.history import history
from app.queries.neighbours import scored
from app.runner import Taken, run_due
from app.schedule import slot_at
from app.store.snapshots import finish, plan
from app.verify import verify
from scrapers.errors import SourceMissing
from scrapers.practice.entries import worlds
from scrapers.registry import SOURCES, parser_version

DAY = date(2026, 11, 2)


def morning(day: date) -> datetime:
    """Six in Jerusalem, in winter."""
    return datetime(day.year, day.month, day.day, 4, 0, 30, tzinfo=UTC)


def run(world: World, at: datetime, sources: list[str] | None = None) -> list[Taken]:
    async def collect() -> list[Taken]:
        return [t async for t in run_due(world.surroundings, lambda names: (sources or list(names), []))]

    world.clock.at = at
    return asyncio.run(collect())


def watch(world: World, first: date, days: int) -> None:
    """Daily looks at one same page: enough to learn what is usual."""
    world.practice.always = first
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = morning(first) - timedelta(minutes=1)
        session.add(search)
    for number in range(days):
        assert [t.state for t in run(world, morning(first + timedelta(days=number)))] == ["ok"]


def states(world: World) -> dict[tuple[str, str], str | None]:
    with reading(world.engine) as session:
        return {(s.slot[:10], s.purpose): s.state for s in session.exec(select(Snapshot)).all()}


def renamed(day: date, text: str) -> str:
    """Another page, but for what the brand owns: every other link leads elsewhere."""
    return re.sub(r"(?<!nativ-telecom)\.example", "-crisis.example", text)


def cut_to(keep: int) -> Callable[[date, str], str]:
    def alter(_day: date, text: str) -> str:
        blocks = text.split('<div class="MjjYud">')
        tail = blocks[-1][blocks[-1].index("</div></div></div>") :] if len(blocks) > 1 else ""
        return '<div class="MjjYud">'.join(blocks[: keep + 1]) + (tail if len(blocks) > keep + 1 else "")

    return alter


def test_a_crisis_that_looks_suspect_is_confirmed_by_a_second_look(world: World) -> None:
    """All but the brand's own results are new: suspect; ten minutes later the same page again: both looks are good."""
    watch(world, DAY, 6)
    world.practice.alter = renamed
    day = DAY + timedelta(days=6)
    first = run(world, morning(day))
    assert first[0].state == "suspect"
    assert "New since last look" in first[0].reason
    assert run(world, morning(day) + timedelta(minutes=5)) == []
    second = run(world, morning(day) + timedelta(minutes=11))
    assert [t.state for t in second] == ["ok"]
    assert states(world)[day.isoformat(), "scheduled"] == "ok"


def test_a_second_look_that_disagrees_confirms_nothing(world: World) -> None:
    """The page came back as it was: the first look stays suspect, the second is good by itself."""
    watch(world, DAY, 6)
    day = DAY + timedelta(days=6)
    world.practice.alter = renamed
    run(world, morning(day))
    world.practice.alter = lambda _day, text: text
    run(world, morning(day) + timedelta(minutes=11))
    found = states(world)
    assert found[day.isoformat(), "scheduled"] == "suspect"
    assert found[day.isoformat(), "second"] == "ok"


def test_agreement_never_confirms_a_page_that_is_doubtful_in_itself(world: World) -> None:
    """A page in another language, twice the same: still suspect. The same parser misreads the same page twice."""
    watch(world, DAY, 6)
    day = DAY + timedelta(days=6)
    world.practice.modes[day] = "wrong-language"
    run(world, morning(day))
    run(world, morning(day) + timedelta(minutes=11))
    found = states(world)
    assert found[day.isoformat(), "scheduled"] == found[day.isoformat(), "second"] == "suspect"


def test_an_empty_page_is_only_believed_twice(world: World) -> None:
    """The engine's own no-results page: suspect at first, confirmed empty by the second look."""
    watch(world, DAY, 1)
    day = DAY + timedelta(days=1)
    world.practice.modes[day] = "empty"
    assert [(t.state, t.reason) for t in run(world, morning(day))] == [("suspect", "empty, unconfirmed")]
    run(world, morning(day) + timedelta(minutes=11))
    assert states(world)[day.isoformat(), "scheduled"] == "empty_confirmed"


def test_a_suspect_look_nobody_confirmed_is_told_after_six_hours(world: World) -> None:
    """Silence is a lie too: one change of kind unconfirmed, and only one."""
    watch(world, DAY, 6)
    day = DAY + timedelta(days=6)
    world.practice.modes[day] = "wrong-language"
    run(world, morning(day))
    run(world, morning(day) + timedelta(minutes=11))
    for hours in (5, 7, 8):
        run(world, morning(day) + timedelta(hours=hours))
        with reading(world.engine) as session:
            told = session.exec(select(Change).where(Change.kind == "unconfirmed")).all()
        assert len(told) == (hours > 6)


def test_an_owned_first_result_that_vanished_asks_for_a_second_look(world: World) -> None:
    """The look counts, and another one is planned."""
    watch(world, DAY, 6)
    day = DAY + timedelta(days=6)
    world.practice.alter = lambda _day, text: text.replace(
        "www.nativ-telecom.example/service", "somebody-else.example/service"
    )
    assert [t.state for t in run(world, morning(day))] == ["ok"]
    assert (day.isoformat(), "second") in states(world)
    with reading(world.engine) as session:
        assert "owned_lost" in session.exec(select(Change.kind)).all()


def test_fewer_results_than_usual_are_suspect(world: World) -> None:
    """Usual is 20; a page of 6 is held back, with the numbers in its reason."""
    watch(world, DAY, 6)
    day = DAY + timedelta(days=6)
    world.practice.alter = cut_to(3)
    taken = run(world, morning(day))
    assert taken[0].state == "suspect"
    assert "usual 20 over 6 looks" in taken[0].reason


def test_downtime_leaves_missed_slots_and_one_look_of_today(world: World) -> None:
    """Three days without a run: two slots end as error, missed; today's is taken."""
    watch(world, DAY, 1)
    taken = run(world, morning(DAY + timedelta(days=3)))
    assert [t.slot[:10] for t in taken] == ["2026-11-05"]
    found = states(world)
    assert [found[f"2026-11-0{n}", "scheduled"] for n in (3, 4, 5)] == ["error", "error", "ok"]


def test_a_second_run_adds_nothing(world: World) -> None:
    """What is done is done."""
    watch(world, DAY, 2)
    before = states(world)
    assert run(world, morning(DAY + timedelta(days=1)) + timedelta(hours=1)) == []
    assert states(world) == before


def test_the_next_source_is_tried_when_one_fails(world: World) -> None:
    """Blocked at the first source, seen at the second: one snapshot, two tries, good."""
    world.practice.always = DAY
    calls = iter(["captcha", "none", "none"])
    real = world.practice.fetch

    async def moody(fetch: object, page_no: int) -> object:
        world.practice.modes[DAY] = next(calls)
        return await real(fetch, page_no)  # type: ignore[arg-type]

    world.practice.fetch = moody  # type: ignore[assignment, method-assign]
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = morning(DAY) - timedelta(minutes=1)
        session.add(search)
    taken = run(world, morning(DAY) + timedelta(minutes=1), ["practice", "practice"])
    assert [t.state for t in taken] == ["ok"]
    with reading(world.engine) as session:
        tries = session.exec(select(Attempt).order_by(Attempt.no)).all()  # type: ignore[arg-type]
        assert [(t.no, t.outcome) for t in tries] == [(1, "blocked"), (2, "ok")]


def test_a_try_left_running_by_a_dead_worker_is_taken_over(world: World) -> None:
    """A try without an end is closed as abandoned, and its look is taken."""
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = morning(DAY) - timedelta(minutes=1)
        session.add(search)
        slot = slot_at(morning(DAY), "Asia/Jerusalem")
        planned = plan(session, world.search, slot, "scheduled", morning(DAY))
        session.add(
            Attempt(snapshot_id=planned.id or 0, no=1, source="practice", started=morning(DAY), deadline=morning(DAY))
        )
    run(world, morning(DAY) + timedelta(minutes=1))
    with reading(world.engine) as session:
        outcomes = session.exec(select(Attempt.state, Attempt.reason)).all()
        assert ("done", "abandoned") in outcomes
        assert all(state == "done" for state, _ in outcomes)


def test_a_final_state_is_given_once(world: World) -> None:
    """Whoever comes second changes nothing."""
    with writing(world.engine) as session:
        planned = plan(session, world.search, slot_at(morning(DAY), "Asia/Jerusalem"), "scheduled", morning(DAY))
        assert finish(session, planned.id or 0, "error", "first")
        assert not finish(session, planned.id or 0, "ok", "second")
        assert session.get_one(Snapshot, planned.id).reason == "first"


def test_a_look_that_is_planned_twice_is_one(world: World) -> None:
    """The same slot and purpose give the same snapshot."""
    with writing(world.engine) as session:
        slot = slot_at(morning(DAY), "Asia/Jerusalem")
        one = plan(session, world.search, slot, "scheduled", morning(DAY))
        two = plan(session, world.search, slot, "scheduled", morning(DAY))
        assert one.id == two.id


def test_unchanged_text_is_stored_and_scored_once(world: World) -> None:
    """Six days of the same page: as many hits as results, each with one verdict event."""
    watch(world, DAY, 6)
    with reading(world.engine) as session:
        hits = session.exec(select(Hit)).all()
        assert len(hits) == len(worlds()[session.get_one(Search, world.search).phrase].page(DAY)[:20])
        assert len(session.exec(select(VerdictEvent)).all()) == len(hits)


def test_reading_the_archive_again_writes_a_new_parse_beside_the_old(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer parser version: new parse rows, the old ones kept, the same page, the same shares."""
    watch(world, DAY, 2)
    with reading(world.engine) as session:
        before = history(session, world.search, DAY, DAY + timedelta(days=1))
    today = parser_version("practice", "google")
    monkeypatch.setattr(SOURCES["google"], "VERSION", 99)
    again = reparse(world.surroundings, lambda _done, _of: None)
    assert (again.seen, again.changed, again.problems) == (2, 2, ())
    with reading(world.engine) as session:
        assert sorted(session.exec(select(Parse.parser_version)).all()) == [
            *[today] * 2,
            *["google-99"] * 2,
        ]
        after = history(session, world.search, DAY, DAY + timedelta(days=1))
        assert after.ranks == before.ranks
        assert after.parsers == ("google-99", "google-99")
        assert not [f.name for f in verify(session, world.surroundings.blobs, morning(DAY)) if f.broken]


def test_new_rules_are_events_and_move_no_rank(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rescoring under another version adds an event to each hit; a second time it changes nothing."""
    watch(world, DAY, 1)
    monkeypatch.setattr("app.scoring.verdict.VERSION", "s99")
    first = rescore(world.surroundings, lambda _done, _of: None)
    assert first.seen == first.changed > 0
    assert rescore(world.surroundings, lambda _done, _of: None).changed == 0


def test_a_damaged_raw_page_breaks_the_third_invariant(world: World) -> None:
    """One flipped byte of the archive, and verify says so."""
    watch(world, DAY, 1)
    file = next(world.surroundings.blobs.rglob("*.zst"))
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    with reading(world.engine) as session:
        broken = [f.name for f in verify(session, world.surroundings.blobs, morning(DAY)) if f.broken]
    assert broken == ["I3"]


@pytest.mark.parametrize(
    ("sabotage", "invariant"),
    [
        ("DELETE FROM result WHERE rank = 3", "I2"),
        ("UPDATE hit SET label = 'positive', rule = 'bribe' WHERE id = 1", "I4"),
        ("UPDATE hit SET title = 'other' WHERE id = 2", "I4"),
        ("UPDATE snapshot SET current_parse = NULL", "I1"),
    ],
)
def test_verify_notices_a_record_that_was_bent(world: World, sabotage: str, invariant: str) -> None:
    """Each invariant can be broken, and then verify names it."""
    watch(world, DAY, 1)
    with writing(world.engine) as session:
        session.connection().exec_driver_sql(sabotage)
    with reading(world.engine) as session:
        broken = [f.name for f in verify(session, world.surroundings.blobs, morning(DAY)) if f.broken]
    assert invariant in broken


def test_a_look_gives_up_after_six_tries(world: World) -> None:
    """A look that killed its worker six times ends as an error instead of a seventh."""
    with writing(world.engine) as session:
        planned = plan(session, world.search, slot_at(morning(DAY), "Asia/Jerusalem"), "now", morning(DAY))
        for no in range(1, 7):
            session.add(Attempt(snapshot_id=planned.id or 0, no=no, source="practice", state="done", outcome="error", started=morning(DAY), deadline=morning(DAY)))  # fmt: skip
    assert asyncio.run(look(world.surroundings, planned.id or 0, ("practice",))) == "error"
    assert world.practice.asked == []


def test_compare_reads_labels_as_they_are(world: World) -> None:
    """The rows handed to compare carry rank, link and current label."""
    watch(world, DAY, 1)
    with reading(world.engine) as session:
        parse = session.exec(select(Snapshot.current_parse)).one()
        rows = scored(session, parse)
    assert [row.rank for row in rows] == list(range(1, 21))
    assert rows[0].label == "owned"
    assert changes(rows, rows) == ()


def test_a_source_without_its_browser_is_an_error_on_record(world: World) -> None:
    """No Chromium: the look ends as an error that says what to do, and nothing is left running."""

    async def no_browser(_fetch: object, _page_no: int) -> object:
        raise SourceMissing("no Chromium found")

    world.practice.fetch = no_browser  # type: ignore[assignment, method-assign]
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = morning(DAY) - timedelta(minutes=1)
        session.add(search)
    taken = run(world, morning(DAY))
    assert [(t.state, t.reason) for t in taken] == [("error", "no Chromium found")]
    with reading(world.engine) as session:
        assert session.exec(select(Attempt.state)).all() == ["done"]
