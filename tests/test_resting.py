"""Sources that refuse rest, the others are asked, and a look waits for whom it can still reach today."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select
from worlds import World

from app.db import reading, writing
from app.models import Agreement, Attempt, Canary, Search, Snapshot, SourceState
from app.pipeline import look
from app.queries.due import open_snapshots
from app.queries.snapshots import snapshot
from app.resting import rest, trouble_of
from app.runner import Taken, run_due
from app.schedule import slot_at
from app.store.snapshots import plan
from app.store.sources import mind, wake
from app.texts import LANGUAGES, texts
from app.texts.judge import said
from app.verify import verify
from scrapers.errors import BY_CODE
from scrapers.practice.entries import worlds
from scrapers.registry import SOURCES
from scrapers.types import Fetch, RawPage

DAY = date(2026, 11, 2)
TWO = ("serpapi", "practice")
KEPT = 5


def morning(days: int = 0, minutes: int = 0) -> datetime:
    """Six in Jerusalem, in winter, half a minute later."""
    return datetime(DAY.year, DAY.month, DAY.day, 4, 0, 30, tzinfo=UTC) + timedelta(days=days, minutes=minutes)


def due(world: World, at: datetime) -> None:
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = at - timedelta(minutes=1)
        session.add(search)


def run(world: World, at: datetime, sources: Sequence[str] = TWO) -> list[Taken]:
    async def collect() -> list[Taken]:
        return [taken async for taken in run_due(world.surroundings, lambda _: (list(sources), []))]

    world.clock.at = at
    return asyncio.run(collect())


def provider(world: World, answer: Callable[[], RawPage]) -> None:
    """The provider answers so; every other source shows the practice page."""
    real = world.practice.fetch

    async def fetch(asked: Fetch, page_no: int) -> RawPage:
        if "/search.json" not in asked.url:
            return await real(asked, page_no)
        world.practice.asked.append(asked.url)
        return answer()

    world.practice.fetch = fetch  # type: ignore[assignment, method-assign]
    world.practice.always = DAY


def crisis(url: str, rename: str) -> str:
    return url.replace(".example", f"{rename}.example")


def as_json(world: World, rename: str = "") -> RawPage:
    """The same day's page as the provider writes it; with a new name, all but the first five results are others."""
    with reading(world.engine) as session:
        search = session.get_one(Search, world.search)
    entries = worlds()[search.phrase].page(DAY)[:20]
    urls = [entry.url if rank < KEPT else crisis(entry.url, rename) for rank, entry in enumerate(entries)]
    return RawPage(
        json.dumps({
            "search_metadata": {"status": "Success"},
            "search_parameters": {"q": search.phrase, "hl": search.hl, "gl": search.gl},
            "search_information": {"query_displayed": search.phrase},
            "organic_results": [
                {"title": e.title, "link": url, "snippet": e.snippet} for e, url in zip(entries, urls, strict=True)
            ],
        }).encode(), "http://x.example", 200, "application/json",
    )  # fmt: skip


def refused() -> RawPage:
    return RawPage(b"{}", "http://x.example", 429, "application/json")


def tries(world: World) -> list[tuple[str, str | None]]:
    with reading(world.engine) as session:
        return list(session.exec(select(Attempt.source, Attempt.outcome).order_by(Attempt.id)).all())  # type: ignore[arg-type]


def state(world: World, source: str) -> SourceState | None:
    with reading(world.engine) as session:
        return session.get(SourceState, (source, "google", "here"))


def test_every_failure_has_its_rest_and_repeated_trouble_doubles_it() -> None:
    """An hour after a captcha, then two, four, never over a day; no rest mends a cable that is out."""
    assert [rest("captcha", n) // timedelta(hours=1) for n in (1, 2, 3, 6, 40)] == [1, 2, 4, 24, 24]
    assert rest("rate_limit", 1) == rest("HTTP 503", 1) == timedelta(minutes=3)
    assert rest("unreachable", 5) == timedelta(0)
    assert all(rest(code, 1) == kind.suspend for code, kind in BY_CODE.items())


@pytest.mark.parametrize(
    ("outcome", "reason", "code"),
    [
        ("blocked", "captcha", "captcha"),
        ("consent", "consent", "consent"),
        ("error", "deadline", "deadline"),
        ("partial", "a later page was refused: rate_limit", "rate_limit"),
        ("partial", "cut off", None),
        ("suspect", "New since last look: 9 of 10", None),
        ("ok", "", None),
    ],
)
def test_what_counts_as_trouble(outcome: str, reason: str, code: str | None) -> None:
    """Refusals and failures; a page that only could not be believed is no trouble of the source."""
    assert trouble_of(outcome, reason) == code


def test_the_next_source_is_asked_and_the_one_that_refused_rests(world: World) -> None:
    """429 at the provider: the second one shows the page; for three minutes the first is not asked at all."""
    provider(world, refused)
    due(world, morning())
    assert [t.state for t in run(world, morning())] == ["ok"]
    assert tries(world) == [("serpapi", "blocked"), ("practice", "ok")]
    found = state(world, "serpapi")
    assert found is not None
    assert (found.suspended_until, found.reason, found.trouble) == (morning(minutes=3), "rate_limit", 1)
    due(world, morning(minutes=2))
    with writing(world.engine) as session:
        plan(session, world.search, slot_at(morning(minutes=2), "Asia/Jerusalem"), "now", morning(minutes=2))
    run(world, morning(minutes=2))
    assert tries(world)[2:] == [("practice", "ok")]


def test_rests_double_and_a_good_look_ends_the_trouble(world: World) -> None:
    """Refused on two days: three minutes, then six; seen on the third: nothing is left of it."""
    provider(world, refused)
    due(world, morning())
    run(world, morning())
    run(world, morning(days=1))
    found = state(world, "serpapi")
    assert found is not None
    assert (found.suspended_until, found.trouble, found.since) == (morning(days=1, minutes=6), 2, morning())
    provider(world, lambda: as_json(world))
    run(world, morning(days=2))
    found = state(world, "serpapi")
    assert found is not None
    assert (found.suspended_until, found.reason, found.trouble, found.since) == (None, "", 0, None)
    assert tries(world)[-1] == ("serpapi", "ok")


def test_a_look_nobody_may_take_waits_until_the_first_rest_ends(world: World) -> None:
    """Both rest, one until nine: open with its reason, not asked before, then taken; nothing was broken by waiting."""
    provider(world, refused)
    with writing(world.engine) as session:
        mind(session, "serpapi", "google", "blocked", "quota", morning(minutes=-60))
        mind(session, "practice", "google", "blocked", "captcha", morning(minutes=-10))
    due(world, morning())
    taken = run(world, morning())
    reason = (
        "waits: serpapi rests until 2026-11-02 11:00: quota; practice rests until 2026-11-02 06:50: captcha"
    )  # fmt: skip
    assert [(t.state, t.reason) for t in taken] == [("", reason)]
    assert tries(world) == []
    with reading(world.engine) as session:
        assert open_snapshots(session, morning(minutes=40)) == []
    assert [t.state for t in run(world, morning(minutes=51))] == ["ok"]
    assert tries(world) == [("practice", "ok")]
    with reading(world.engine) as session:
        assert not [f for f in verify(session, world.surroundings.blobs, morning(minutes=60)) if f.broken]


def test_a_look_whose_day_ends_before_the_rest_ends_says_so(world: World) -> None:
    """The rest lasts into tomorrow: an error with its reason, in three languages; no source was asked."""
    with writing(world.engine) as session:
        for _ in range(6):
            mind(session, "practice", "google", "blocked", "captcha", morning())
    due(world, morning())
    taken = run(world, morning(), ["practice"])
    assert [(t.state, t.reason) for t in taken] == [
        ("error", "no source: practice rests until 2026-11-03 06:00: captcha")
    ]
    assert world.practice.asked == []
    for lang in LANGUAGES:
        told = said(taken[0].reason, texts(lang))
        assert texts(lang)["captcha"] in told
        assert lang == "en" or "rests until" not in told


def test_a_rest_can_be_ended_early(world: World) -> None:
    """By hand: asked again at once; what trouble there was stays known, so that the next rest is longer."""
    with writing(world.engine) as session:
        mind(session, "practice", "google", "blocked", "captcha", morning())
        assert wake(session, "practice", "google")
        assert not wake(session, "practice", "google")
        assert not wake(session, "bing", "bing")
        again = mind(session, "practice", "google", "blocked", "captcha", morning(minutes=1))
        assert again is not None
        assert again.suspended_until == morning(minutes=121)


def test_repeated_trouble_is_said_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Twice is nothing; from the third refusal in a row on, the operator reads of it."""
    due(world, morning())
    for day in range(4):
        world.practice.modes[DAY + timedelta(days=day)] = "captcha"
        with caplog.at_level(logging.WARNING, "shemtov"):
            run(world, morning(days=day), ["practice"])
    assert [record.message for record in caplog.records] == [
        "practice (google): captcha, 3 looks in a row, it rests until 2026-11-04 08:00 UTC",
        "practice (google): captcha, 4 looks in a row, it rests until 2026-11-05 12:00 UTC",
    ]


def test_a_second_look_comes_from_another_source_and_their_agreement_is_kept(world: World) -> None:
    """Mostly new at the provider: suspect; ten minutes later the other source shows 10 of the same first 10."""
    provider(world, lambda: as_json(world))
    due(world, morning())
    for day in range(3):
        assert [t.state for t in run(world, morning(days=day))] == ["ok"]
    provider(world, lambda: as_json(world, "-crisis"))
    with reading(world.engine) as session:
        phrase = session.get_one(Search, world.search).phrase
    others = [entry.url for entry in worlds()[phrase].page(DAY)[KEPT:20]]

    def altered(_day: date, text: str) -> str:
        for url in others:
            text = text.replace(f'"{url}"', f'"{crisis(url, "-crisis")}"')
        return text

    world.practice.alter = altered
    assert [t.state for t in run(world, morning(days=3))] == ["suspect"]
    second = run(world, morning(days=3, minutes=11))
    assert [(t.state, t.reason) for t in second] == [("ok", "confirmed by a second look")]
    assert tries(world)[-2:] == [("serpapi", "suspect"), ("practice", "suspect")]
    with reading(world.engine) as session:
        kept = session.exec(select(Agreement)).one()
        assert (kept.first_source, kept.second_source, kept.shared, kept.top) == ("serpapi", "practice", 10, 10)
        for here, there in ((kept.first_id, kept.second_id), (kept.second_id, kept.first_id)):
            shown = snapshot(session, here)[2].agreement
            assert shown is not None
            assert (shown.other, shown.shared, shown.two_sources) == (there, 10, True)


def test_two_sources_that_disagree_say_how_far(world: World) -> None:
    """The second source shows the old page: five of ten, and the first look stays suspect."""
    provider(world, lambda: as_json(world))
    due(world, morning())
    run(world, morning())
    provider(world, lambda: as_json(world, "-crisis"))
    run(world, morning(days=1))
    run(world, morning(days=1, minutes=11))
    with reading(world.engine) as session:
        kept = session.exec(select(Agreement)).one()
        assert (kept.shared, kept.top) == (KEPT, 10)
        assert session.get_one(Snapshot, kept.first_id).state == "suspect"


def test_what_a_look_costs_is_its_requests_and_a_budget_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pages at 3 cents on Monday; 10 cents are not enough for a second look at 6, so the free source is asked."""
    monkeypatch.setattr(SOURCES["serpapi"], "PRICE", 0.03, raising=False)
    provider(world, refused)
    due(world, morning())
    run(world, morning())
    with reading(world.engine) as session:
        assert [a.cost for a in session.exec(select(Attempt)).all()] == [pytest.approx(0.03), 0.0]
    world.surroundings = type(world.surroundings)(**(vars(world.surroundings) | {"budget": 0.08}))
    with writing(world.engine) as session:
        planned = plan(session, world.search, slot_at(morning(minutes=9), "Asia/Jerusalem"), "now", morning())
    world.clock.at = morning(minutes=9)
    assert asyncio.run(look(world.surroundings, planned.id or 0, TWO)) == "ok"
    assert tries(world)[2:] == [("practice", "ok")]
    with writing(world.engine) as session:
        planned = plan(session, world.search, slot_at(morning(minutes=10), "Asia/Jerusalem"), "now", morning())
    world.clock.at = morning(minutes=10)
    assert asyncio.run(look(world.surroundings, planned.id or 0, ("serpapi",))) == "error"
    with reading(world.engine) as session:
        reason = session.get_one(Snapshot, planned.id).reason
    assert reason == "no source: serpapi would pass the day's budget"
    world.clock.at = morning(days=1)
    with writing(world.engine) as session:
        planned = plan(session, world.search, slot_at(world.clock.at, "Asia/Jerusalem"), "now", world.clock.at)
    assert asyncio.run(look(world.surroundings, planned.id or 0, ("serpapi",))) == "blocked"


@pytest.fixture
def sung(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The practice source has a canary: a phrase of its own world."""
    phrase = next(phrase for phrase in worlds() if phrase.isascii())
    monkeypatch.setattr(SOURCES["practice"], "CANARY", phrase, raising=False)
    due(world, morning())
    return world


def canaries(world: World) -> list[Canary]:
    with reading(world.engine) as session:
        return list(session.exec(select(Canary).order_by(Canary.id)).all())  # type: ignore[arg-type]


def test_a_canary_is_asked_once_a_day_beside_a_real_look(sung: World) -> None:
    """One request of one page, in the look's language and country, kept with its raw answer; none on a quiet run."""
    run(sung, morning(), ["practice"])
    asked = len(sung.practice.asked)
    run(sung, morning(minutes=5), ["practice"])
    with writing(sung.engine) as session:
        plan(session, sung.search, slot_at(morning(minutes=6), "Asia/Jerusalem"), "now", morning(minutes=6))
    run(sung, morning(minutes=6), ["practice"])
    found = canaries(sung)
    assert [(c.source, c.hl, c.gl, c.state, c.n) for c in found] == [("practice", "he", "IL", "ok", 10)]
    assert found[0].blob_id is not None
    assert sung.practice.asked[asked - 1].count("customer+service") == 1
    assert sum("customer+service" in url for url in sung.practice.asked) == 1
    run(sung, morning(days=1), ["practice"])
    assert len(canaries(sung)) == 2
    with reading(sung.engine) as session:
        assert len(session.exec(select(Snapshot)).all()) == 3  # canaries are no looks
        assert not [f for f in verify(session, sung.surroundings.blobs, morning(days=1)) if f.broken]


def test_a_canary_that_is_not_ok_is_the_operators_to_hear_of(sung: World, caplog: pytest.LogCaptureFixture) -> None:
    """The real look is good, the canary meets a captcha: on record, in the log, and the source rests."""
    real = sung.practice.fetch

    async def moody(fetch: Fetch, page_no: int) -> RawPage:
        sung.practice.modes[DAY] = "captcha" if "customer+service" in fetch.url else "none"
        return await real(fetch, page_no)

    sung.practice.fetch = moody  # type: ignore[method-assign]
    with caplog.at_level(logging.WARNING, "shemtov"):
        assert [t.state for t in run(sung, morning(), ["practice"])] == ["ok"]
    assert [(c.state, c.reason) for c in canaries(sung)] == [("blocked", "captcha")]
    assert "canary of practice (he-IL) is blocked: 'captcha'" in [record.message for record in caplog.records]
    found = state(sung, "practice")
    assert found is not None
    assert found.suspended_until is not None


def test_no_canary_is_asked_of_a_source_that_rests(sung: World) -> None:
    """The look was refused: one request, and not a second one to be sure."""
    sung.practice.modes[DAY] = "captcha"
    run(sung, morning(), ["practice"])
    assert len(sung.practice.asked) == 1
    assert canaries(sung) == []


def test_a_damaged_canary_breaks_the_third_invariant(sung: World) -> None:
    """Its raw answer is proven like any other."""
    run(sung, morning(), ["practice"])
    with writing(sung.engine) as session:
        session.connection().exec_driver_sql("UPDATE blob SET sha256 = 'f' || substr(sha256, 2) WHERE id = (SELECT blob_id FROM canary)")  # fmt: skip
    with reading(sung.engine) as session:
        broken = [f.name for f in verify(session, sung.surroundings.blobs, morning()) if f.broken]
    assert broken == ["I3"]
