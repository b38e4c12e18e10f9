"""The sources, on their page, in the API and on the command line: rates, rests, costs, canaries, drift."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import other_workspace, signed_in, use
from sqlmodel import select
from worlds import World

from app.cli import main
from app.db import reading, writing
from app.models import Attempt, Brand, Canary, Parse, Result, Search, Snapshot, SourceState, Workspace
from app.pipeline import look
from app.queries.sources_page import sources_page
from app.schedule import slot_at
from app.secret import secret
from app.settings import Settings, settings
from app.store.agreements import keep_agreement
from app.store.keys import add_key
from app.store.snapshots import plan
from app.store.sources import mind
from app.texts import LANGUAGES, money, texts
from scrapers.registry import SOURCES

# The pages know the real time only.
NOW = datetime.now(UTC)


def look_at(world: World, at: datetime) -> None:
    """A look of that moment, by hand."""
    world.clock.at = at
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.active = False
        session.add(search)
        planned = plan(session, world.search, slot_at(at, "Asia/Jerusalem"), "now", at)
    asyncio.run(look(world.surroundings, planned.id or 0, ["practice"]))


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Two looks of these days, one refused, so that the practice source rests; an owner who is signed in."""
    monkeypatch.setattr(SOURCES["practice"], "PRICE", 0.02, raising=False)
    look_at(world, NOW - timedelta(days=1))
    world.practice.modes[NOW.date()] = "captcha"
    look_at(world, NOW)
    use(world, monkeypatch)
    with TestClient(an_app(), follow_redirects=False) as made:
        yield signed_in(made, world.engine)


def state(world: World) -> SourceState:
    with reading(world.engine) as session:
        return session.exec(select(SourceState)).one()


def flat(text: str) -> str:
    """A page's text without the marks that set outside words apart."""
    return "".join(c for c in unescape(text) if c not in "\u2066\u2067\u2068\u2069")


def test_the_record_of_a_source(site: TestClient, world: World) -> None:
    """One look seen (two pages), one refused (one page): counts, money, the rest, the last good one."""
    with reading(world.engine) as session:
        page = sources_page(session, Settings(), NOW)
    practice = next(row for row in page.sources if row.source == "practice")
    (place,) = practice.locales
    assert (place.hl, place.gl, place.week.ok, place.week.blocked, place.month.looks) == ("he", "IL", 1, 1, 2)
    assert place.last_good is not None
    assert (practice.reason, practice.trouble, practice.why_not) == ("captcha", 1, "")
    assert practice.suspended_until == NOW + timedelta(hours=1)
    assert practice.cost_month in (pytest.approx(0.06), pytest.approx(0.02), pytest.approx(0.04))  # a month may turn
    assert {row.source for row in page.sources if row.why_not} >= {"google", "serpapi"}
    assert (page.budget, page.left) == (None, None)


def test_a_budget_says_what_is_left(site: TestClient, world: World) -> None:
    """What everybody spent today is taken off; below zero there is nothing left."""
    with reading(world.engine) as session:
        assert sources_page(session, Settings(daily_budget=1), NOW).left == pytest.approx(0.98)
        assert sources_page(session, Settings(daily_budget=0.01), NOW).left == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_in_three_languages(site: TestClient, world: World, lang: str) -> None:
    """Rest with its reason, rates, money; nothing of ours in English elsewhere; linked from every page's top."""
    text = flat(site.get(f"/sources?lang={lang}").text)
    words = texts(lang)
    assert words["sources_rests"] in text
    assert words["captcha"] in text
    assert words["sources_wake"] in text
    assert "50 %" in text
    assert words["sources_unused"] in text
    assert f'href="/sources?lang={lang}"' in site.get(f"/?lang={lang}").text
    if lang != "en":
        for key, english in texts("en").items():
            if key.startswith("sources_") and len(english) > 12 and "{" not in english:
                assert english not in text, key


def test_an_owner_ends_a_rest_and_nobody_else(site: TestClient, world: World) -> None:
    """A viewer and an analyst read the page without the button, and their request is refused; an owner's is not."""
    for role in ("viewer", "analyst"):
        signed_in(site, world.engine, role, email=f"{role}@practice.example")
        page = site.get("/sources?lang=en")
        assert page.status_code == 200
        assert "/wake" not in page.text
        assert site.post("/sources/practice/wake", data={"engine": "google"}).status_code == 403
    assert state(world).suspended_until is not None
    signed_in(site, world.engine)
    done = site.post("/sources/practice/wake?lang=pl", data={"engine": "google"})
    assert (done.status_code, done.headers["location"]) == (303, "/sources?woken=practice&lang=pl")
    assert state(world).suspended_until is None
    assert texts("pl")["sources_woken"].format(source="practice") in flat(site.get(done.headers["location"]).text)
    assert site.post("/sources/practice/wake", data={"engine": "google"}).status_code == 303
    assert site.post("/sources/nobody/wake", data={"engine": "google"}).status_code == 404
    assert site.post("/sources/practice/wake", data={"engine": "x"}).status_code == 404


def test_a_message_that_is_none_of_ours_says_nothing(site: TestClient) -> None:
    """The address cannot put words on the page."""
    assert "hacked" not in site.get("/sources?woken=hacked").text


def alarmed(world: World) -> None:
    """Three refusals in a row, and a canary that met a wall."""
    with writing(world.engine) as session:
        for _ in range(2):
            mind(session, "practice", "google", "blocked", "captcha", NOW)
        session.add(
            Canary(source="practice", engine="google", hl="he", gl="IL", day=NOW.date(), at=NOW, state="consent", reason="consent", cost=0.02)
        )  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_alarms_are_said(site: TestClient, world: World, lang: str) -> None:
    """Trouble in a row and the canary, in words."""
    alarmed(world)
    text, words = flat(site.get(f"/sources?lang={lang}").text), texts(lang)
    assert words["sources_trouble"].format(count=3) in text
    assert words["sources_canary_not_ok"] in text
    assert words["consent"] in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_drift_is_said(site: TestClient, world: World, lang: str) -> None:
    """Thirty searches' worth of good days, then a day whose pages held half: one alarm with its per cent."""
    with writing(world.engine) as session:
        for back in range(8, 0, -1):
            for number in range(24):
                at = NOW.replace(hour=12, minute=number, second=(NOW.second + 30) % 60) - timedelta(days=back)
                look = plan(session, world.search, slot_at(at, "Asia/Jerusalem"), "now", at)
                attempt = Attempt(snapshot_id=look.id or 0, no=1, source="practice", state="done", outcome="ok", started=at, deadline=at, ended=at)  # fmt: skip
                session.add(attempt)
                session.flush()
                parse = Parse(
                    snapshot_id=look.id or 0, attempt_id=attempt.id or 0, parser_version="google-1", state="ok", at=at,
                    n=10 if back > 1 else 5, snippets=5, pages=1, unread=0, title_length=40.0,
                )  # fmt: skip
                session.add(parse)
                session.flush()
                look.state, look.current_parse = "ok", parse.id
                session.add(look)
    text = flat(site.get(f"/sources?lang={lang}").text)
    wanted = texts(lang)["drift_results"].partition("{day}")[0]
    assert text.count(wanted) >= 1
    with reading(world.engine) as session:
        practice = next(r for r in sources_page(session, Settings(), NOW).sources if r.source == "practice")
    assert {drift.measure for drift in practice.drifts} == {"results"}
    assert {round(drift.part, 1) for drift in practice.drifts} == {0.5}


def test_another_workspace_sees_its_own_looks_only(site: TestClient, world: World) -> None:
    """A rest is the exit's, and everybody's; how often and at what price others looked is theirs."""
    signed_in(site, world.engine, email="other@practice.example", workspace=other_workspace(world.engine))
    text = site.get("/sources?lang=en").text
    assert "he-IL" not in text
    assert money(0.02, "en") not in text


def test_the_api_says_the_same(site: TestClient, world: World) -> None:
    """The page's rows as JSON, for a key of the workspace."""
    with writing(world.engine) as session:
        home = session.get_one(Workspace, session.get_one(Brand, world.brand).workspace_id)
        key = add_key(session, home, "test", secret(), NOW)
    assert site.get("/api/v1/sources").status_code == 401
    answer = site.get("/api/v1/sources", headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    practice = next(row for row in answer.json()["sources"] if row["source"] == "practice")
    assert practice["locales"][0]["month"] == {"ok": 1, "blocked": 1, "suspect": 0, "error": 0}
    assert practice["reason"] == "captcha"


def test_the_command_prints_rates_and_alarms(
    site: TestClient, world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One table on stdout, alarms on stderr, exit 0."""
    alarmed(world)
    monkeypatch.setenv("SHEMTOV_DAILY_BUDGET", "2")
    settings.cache_clear()
    monkeypatch.setattr(sys, "argv", ["shemtov", "sources"])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code == 0
    assert "practice (google)  set up here" in said.out
    assert "he-IL  30 days: 2 tries, 1 ok, 1 blocked, 0 suspect, 0 error" in said.out
    assert "daily budget $2.00" in said.out
    assert "bing  looking at bing directly is off" in said.out
    assert "practice (google) rests until" in said.err
    assert "3 looks in a row were refused or failed: captcha" in said.err
    assert "the canary of" in said.err


@pytest.mark.parametrize("lang", LANGUAGES)
def test_how_far_two_sources_agree_is_said(site: TestClient, world: World, lang: str) -> None:
    """On the page of either look, and where the brand's page says how its newest look was confirmed."""
    with writing(world.engine) as session:
        good = session.exec(select(Snapshot).where(Snapshot.state == "ok")).one()
        one = session.get_one(Parse, good.current_parse)
        other = plan(session, world.search, slot_at(NOW - timedelta(hours=3), "Asia/Jerusalem"), "second", NOW)
        attempt = Attempt(snapshot_id=other.id or 0, no=1, source="serpapi", state="done", started=NOW, deadline=NOW)
        session.add(attempt)
        session.flush()
        two = Parse(snapshot_id=other.id or 0, attempt_id=attempt.id or 0, parser_version="x", state="suspect", at=NOW)
        session.add(two)
        session.flush()
        urls = [f"https://{n}.example/" for n in range(20)]
        keep_agreement(session, one, two, urls, urls[2:])
        keep_agreement(session, one, two, urls, [*urls[1:9], "https://x.example/", "https://y.example/", *urls[9:]])
        good_id, other_id = good.id, other.id
        assert session.exec(select(Result)).first() is not None
    wanted = texts(lang)["agreement_two"].format(first="practice", second="serpapi", shared=8, top=10)
    for path in (f"/snapshots/{good_id}", f"/snapshots/{other_id}", "/brands/nativ-telecom"):
        assert wanted in flat(site.get(f"{path}?lang={lang}").text)


def test_money_is_written_as_people_write_it() -> None:
    """Cents always; half a cent is not nothing."""
    assert [money(1234.5, lang) for lang in ("en", "he", "pl")] == ["$1,234.50", "$1,234.50", "1 234,50 USD"]
    assert money(0.001, "en") == "< $0.01"
    assert money(0, "en") == "$0.00"


def test_an_empty_budget_is_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """As an .env file leaves it; zero pays for nothing; a debt is refused."""
    monkeypatch.setenv("SHEMTOV_DAILY_BUDGET", "")
    assert Settings().daily_budget is None
    monkeypatch.setenv("SHEMTOV_DAILY_BUDGET", "0")
    assert Settings().daily_budget == 0
    for wrong in ("-1", "inf", "nan", "much"):
        monkeypatch.setenv("SHEMTOV_DAILY_BUDGET", wrong)
        with pytest.raises(ValueError, match="daily_budget"):
            Settings()
