"""Searches and their schedules: planned at the tick, changed by page, API and command line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import other_workspace, signed_in, use
from sqlmodel import col, select
from worlds import World

from app.cli import main
from app.db import reading, writing
from app.editing import Edit, plan_edit, save_edit
from app.errors import BadInput
from app.models import Brand, Search, Snapshot, Workspace
from app.queries.all_brands import all_brands
from app.queries.due import open_snapshots
from app.queries.searches import watched
from app.runner import plan_due, run_due
from app.schedule import slot_of, spread
from app.schedule_words import normalise
from app.scoring.markets import market
from app.secret import secret
from app.settings import settings
from app.store.keys import add_key
from app.store.snapshots import finish, plan
from app.texts import LANGUAGES, texts

# Sunday, 1 November 2026: noon in Jerusalem, which is two hours ahead of UTC.
NOON = datetime(2026, 11, 1, 10, tzinfo=UTC)
ISRAEL = market("il-he")


def change(world: World, at: datetime, **wanted: object) -> Edit:
    """A search changed at a moment."""
    with reading(world.engine) as session:
        about = watched(session, world.search)
    edit = plan_edit(about, settings(), at, **wanted)  # type: ignore[arg-type]
    with writing(world.engine) as session:
        save_edit(session, about, edit, at)
    return edit


def tick(world: World, at: datetime, most: timedelta = timedelta()) -> list[tuple[str, str | None]]:
    """Everything planned so far: (slot, state)."""
    with writing(world.engine) as session:
        plan_due(session, at, most)
        found = session.exec(select(Snapshot).order_by(col(Snapshot.slot))).all()
        return [(one.slot[5:16], one.state) for one in found]


def due(world: World) -> datetime | None:
    with reading(world.engine) as session:
        return session.get_one(Search, world.search).next_due


def test_a_change_is_in_force_at_the_next_tick(world: World) -> None:
    """Saved at noon: the next look is reckoned from then, and the tick plans by the new schedule."""
    tick(world, NOON)
    edit = change(world, NOON, schedule="co 6 godzin")
    assert [slot.text()[5:16] for slot in edit.following[:2]] == ["11-01T18:00", "11-02T00:00"]
    assert due(world) == NOON + timedelta(hours=6)
    assert tick(world, NOON + timedelta(hours=6))[-1] == ("11-01T18:00", None)


def test_two_changes_at_once_both_stand(world: World) -> None:
    """One person sets the schedule while another, who read the search before, pauses it: neither undoes the other."""
    with reading(world.engine) as session:
        about = watched(session, world.search)
    pause = plan_edit(about, settings(), NOON, active=False)
    change(world, NOON, schedule="every 6 hours")
    with writing(world.engine) as session:
        save_edit(session, about, pause, NOON)
    with reading(world.engine) as session:
        now = watched(session, world.search).search
    assert (now.active, now.schedule) == (False, normalise("every 6 hours", (4, 5)))
    assert now.schedule != about.search.schedule


def test_a_slot_that_has_come_is_not_lost_by_a_change(world: World) -> None:
    """Due at six, changed at noon before any tick: the look of six is still taken."""
    with writing(world.engine) as session:
        session.get_one(Search, world.search).next_due = datetime(2026, 11, 1, 4, tzinfo=UTC)
    change(world, NOON, schedule="weekend 09:00")
    assert tick(world, NOON) == [("11-01T06:00", None)]
    assert due(world) == datetime(2026, 11, 6, 7, tzinfo=UTC)  # Friday, nine in Jerusalem


def test_a_pause_plans_nothing_and_misses_nothing(world: World) -> None:
    """Off for three days, on again: no look is planned for them, none is missed, the next one is the next slot."""
    change(world, NOON, active=False)
    before = tick(world, NOON + timedelta(days=3))
    change(world, NOON + timedelta(days=3), active=True)
    assert due(world) == datetime(2026, 11, 5, 4, tzinfo=UTC)
    assert tick(world, NOON + timedelta(days=3, hours=20)) == [*before, ("11-05T06:00", None)]


def test_downtime_leaves_one_look_to_catch_up_with(world: World) -> None:
    """Hourly, and nobody came for a day and a half: the last slot is open, the others were missed."""
    change(world, NOON, schedule="every hour")
    found = tick(world, NOON + timedelta(hours=36, minutes=5))
    found = [one for one in found if one[0] > "11-01T12:00"]
    assert len(found) == 36
    assert [state for _, state in found] == ["error"] * 35 + [None]


def test_of_two_open_looks_only_the_later_is_taken(world: World) -> None:
    """A look that waited until the next slot came is over: one look serves, and the record does not say there were two."""
    with writing(world.engine) as session:
        session.get_one(Search, world.search).active = False
        for hour in (6, 9):
            at = datetime(2026, 11, 1, hour - 2, tzinfo=UTC)
            plan(session, world.search, slot_of(f"2026-11-01T{hour:02d}:00:00"), "scheduled", at)

    async def run() -> list[tuple[str, str]]:
        return [
            (one.slot[11:16], one.reason) async for one in run_due(world.surroundings, lambda names: ([*names], []))
        ]

    assert asyncio.run(run()) == [("06:00", "missed"), ("09:00", "")]


def test_looks_of_one_hour_start_apart_and_keep_their_names(world: World) -> None:
    """Spread over ten minutes: the slot is six, the look may start when its own moment has come."""
    change(world, NOON, schedule="06:00")
    six = datetime(2026, 11, 2, 4, tzinfo=UTC)
    slot, most = slot_of("2026-11-02T06:00:00"), timedelta(minutes=10)
    later = spread(world.search, slot, ISRAEL.zone, six + timedelta(days=1), most)
    assert timedelta() < later < most
    assert tick(world, six, most)[-1] == ("11-02T06:00", None)
    with reading(world.engine) as session:
        planned = session.exec(select(Snapshot).where(Snapshot.slot == slot.text())).one()
        assert planned.due == six + later
        assert planned.id not in open_snapshots(session, six + later - timedelta(seconds=1))
        assert planned.id in open_snapshots(session, six + later)


def test_the_list_expects_looks_only_where_some_are_planned(world: World) -> None:
    """Weekdays only: five days of the last seven were planned, and Friday and Saturday are no gaps."""
    change(world, NOON, schedule="weekdays 06:00")
    with reading(world.engine) as session:
        quality = all_brands(session, NOON + timedelta(days=14))[0].week.quality
    assert quality.expected == 5
    assert [day.weekday() for day, planned in zip(quality.days, quality.planned, strict=True) if not planned] == [4, 5]


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The application over the invented brand; an owner who is signed in."""
    use(world, monkeypatch)
    with TestClient(an_app(), follow_redirects=False) as made:
        yield signed_in(made, world.engine)


def test_the_table_of_days_tells_unplanned_from_unseen(site: TestClient, world: World) -> None:
    """Weekdays only: a Friday and a Saturday say that no look was planned, a weekday without a look that it was not seen."""
    today = datetime.now(UTC).astimezone(ZoneInfo(ISRAEL.zone)).date()
    first = today - timedelta(days=14)
    with writing(world.engine) as session:
        seen = plan(session, world.search, slot_of(f"{first}T06:00:00"), "scheduled", NOON)
        finish(session, seen.id or 0, "error", "missed")
        session.get_one(Search, world.search).schedule = "weekdays 06:00"
    page, words = unescape(site.get("/brands/nativ-telecom/days?lang=en").text), texts("en")
    between = [first + timedelta(days=one) for one in range(1, 14)]
    unplanned = sum(day.weekday() in ISRAEL.weekend for day in (*between, today))
    assert page.count(words["list_unplanned"]) == unplanned
    assert page.count(words["not_looked"]) == sum(day.weekday() not in ISRAEL.weekend for day in between)
    chart = site.get("/brands/nativ-telecom/heatmap.svg?lang=en").text
    assert chart.count('class="gap"') == 1  # the one day that was missed, none of those that nobody planned


def stored(world: World) -> tuple[str, list[str], bool]:
    with reading(world.engine) as session:
        search = session.get_one(Search, world.search)
        return search.schedule, search.sources, search.active


@pytest.mark.parametrize(
    ("lang", "typed"),
    [("en", "at weekends every 6 hours"), ("pl", "w weekendy co 6 godzin"), ("he", "בסופי שבוע כל 6 שעות")],
)
def test_the_page_shows_what_would_be_and_then_saves_it(site: TestClient, world: World, lang: str, typed: str) -> None:
    """In the reader's words: five slots, the looks and the price of a month; nothing is written before it is saved."""
    words, address = texts(lang), f"/brands/nativ-telecom/searches/{world.search}?lang={lang}"
    form = {"schedule": typed, "sources": "practice", "active": "yes"}
    page = site.post(address, data=form)
    text = unescape(page.text)
    assert page.status_code == 200
    assert text.count("<li>") == 5
    assert (
        words["sch_costs"].format(looks=34, cost="\u2068" + ("0,00 USD" if lang == "pl" else "$0.00") + "\u2069")
        in text
    )
    assert stored(world) == ("06:00", ["practice"], True)
    done = site.post(address, data=form | {"act": "save"})
    assert (done.status_code, stored(world)) == (303, ("weekend every 6 hours", ["practice"], True))
    shown = unescape(site.get(done.headers["location"]).text)
    assert words["said_scheduled"] in shown
    assert f'value="{typed}' in shown  # the form holds words that can be typed


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_refuses_in_the_readers_language(site: TestClient, world: World, lang: str) -> None:
    """What was typed stays in the form, escaped; every problem stands beside its field; nothing is written."""
    form = {"schedule": '<b>"now"</b>', "sources": "practice, nosuch, bing", "active": "yes", "act": "save"}
    page = site.post(f"/brands/nativ-telecom/searches/{world.search}?lang={lang}", data=form)
    text, words = unescape(page.text).replace("\u2068", "").replace("\u2069", ""), texts(lang)
    assert page.status_code == 400
    assert "<b>" not in page.text
    assert words["problem_schedule_word"].format(value="<b>now</b>") in text
    assert words["problem_source_unknown"].format(value="nosuch") in text
    assert words["problem_source_refused"].format(value="bing") in text
    assert stored(world) == ("06:00", ["practice"], True)


def test_a_viewer_reads_and_others_see_nothing(site: TestClient, world: World) -> None:
    """A viewer gets no form and may not send one; a search of another brand or workspace is not there."""
    address = f"/brands/nativ-telecom/searches/{world.search}"
    with writing(world.engine) as session:
        home = session.get_one(Workspace, session.get_one(Brand, world.brand).workspace_id)
        session.add(Brand(workspace_id=home.id or 0, name="B", slug="b", home_market="pl-pl"))
    form = {"schedule": "07:00", "sources": "practice", "act": "save"}
    assert site.post(f"/brands/b/searches/{world.search}", data=form).status_code == 404
    signed_in(site, world.engine, "viewer", email="reader@practice.example")
    page = site.get("/brands/nativ-telecom/searches?lang=en").text
    assert ("every day at 06:00" in page, "<textarea" in page, 'name="schedule"' in page) == (True, False, False)
    assert site.post(address, data=form).status_code == 403
    signed_in(site, world.engine, email="o@practice.example", workspace=other_workspace(world.engine))
    assert site.post(address, data=form).status_code == 404
    assert stored(world)[0] == "06:00"


def test_the_api_changes_a_search_or_says_what_it_would_be(site: TestClient, world: World) -> None:
    """PATCH with preview=true writes nothing; without it, what was left out stays; a wrong one is refused whole."""
    address = f"/api/v1/searches/{world.search}"
    with writing(world.engine) as session:
        keys = [
            add_key(session, session.get_one(Workspace, place), "k", secret(), NOON)
            for place in (1, other_workspace(world.engine))
        ]
    mine, theirs = ({"authorization": f"Bearer {key}"} for key in keys)
    preview = site.patch(f"{address}?preview=true", json={"schedule": "0 6 1 * *"}, headers=mine).json()
    assert (preview["schedule"], preview["looks"], preview["saved"], len(preview["following"])) == (
        "cron 0 6 1 * *",
        1,
        False,
        5,
    )
    assert all(slot.endswith("-01T06:00:00") for slot in preview["following"])
    assert stored(world)[0] == "06:00"
    bad = site.patch(address, json={"schedule": "07:00", "sources": ["nosuch"]}, headers=mine)
    assert (bad.status_code, "nosuch" in bad.json()["detail"], stored(world)[0]) == (400, True, "06:00")
    assert site.patch(address, json={"active": False}, headers=theirs).status_code == 404
    assert site.patch(address, json={"active": False}, headers=mine).json()["following"] == []
    assert stored(world) == ("06:00", ["practice"], False)
    done = site.patch(address, json={"schedule": "weekdays 07:00", "active": True}, headers=mine).json()
    assert (done["saved"], stored(world)) == (True, ("weekdays 07:00", ["practice"], True))
    assert site.get(address, headers=mine).json()["schedule"] == "weekdays 07:00"


def test_the_command_line_lists_and_sets(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """shemtov search set says what it did, what comes next and what it costs; --preview and errors change nothing."""
    use(world, monkeypatch)

    def run(*typed: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["shemtov", "search", *typed])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    number = str(world.search)
    code, out, _ = run("set", number, "--schedule", "hourly", "--preview")
    assert (code, "would be looked at: every hour" in out, "720 looks a month" in out, stored(world)[0]) == (
        0,
        True,
        True,
        "06:00",
    )
    code, out, err = run(
        "set", number, "--schedule", "weekdays 06:00; weekend every 6 hours", "--sources", "serpapi,practice"
    )
    assert (code, stored(world)[:2]) == (0, ("weekdays 06:00; weekend every 6 hours", ["serpapi", "practice"])), err
    assert "next in Asia/Jerusalem: " in out
    assert "on weekdays at 06:00; at weekends every 6 hours from midnight" in run("list", "nativ-telecom")[1]
    for wrong in (["--schedule", "every 5 minutes"], ["--sources", "bing"], ["--sources", ","], []):
        code, out, err = run("set", number, *wrong)
        assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert run("set", number, "--active", "no")[1].splitlines()[1].strip() == "not active: no look is planned"
    assert stored(world)[2] is False


def test_an_edit_with_problems_is_never_saved(world: World) -> None:
    """Whoever skips looking at the problems meets them again."""
    with reading(world.engine) as session:
        about = watched(session, world.search)
    edit = plan_edit(about, settings(), NOON, schedule="never", sources=[])
    assert [(one.field, one.code) for one in edit.problems] == [("schedule", "word"), ("source", "count")]
    with pytest.raises(BadInput, match="'never' is no word"), writing(world.engine) as session:
        save_edit(session, about, edit, NOON)
