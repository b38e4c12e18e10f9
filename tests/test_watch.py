"""Searches that only listen: recorded, compared and told, and in no list, share, report or main search."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import signed_in, use
from sqlmodel import select
from worlds import World

from app.cli.brands import costs
from app.db import reading, writing
from app.errors import BadInput, NotFound
from app.models import Brand, Change, Hit, Parse, Search, Snapshot, Workspace
from app.onboarding import plan_brand
from app.queries.all_brands import all_brands
from app.queries.brand_page import Asked, brand_page
from app.queries.brands import brands
from app.queries.searches import counted_search, searches
from app.queries.weekly import weekly
from app.queries.yields import yields
from app.runner import Taken, run_due
from app.secret import secret
from app.settings import Settings
from app.store.keys import add_key
from app.store.searches import add_search
from app.verify import verify
from scrapers.practice.entries import worlds
from scrapers.registry import SOURCES

DAY = date(2026, 11, 2)


def morning(days: int = 0, minutes: int = 0) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, 4, 0, 30, tzinfo=UTC) + timedelta(days=days, minutes=minutes)


def run(world: World, at: datetime) -> list[Taken]:
    async def collect() -> list[Taken]:
        return [taken async for taken in run_due(world.surroundings, lambda names: (list(names), []))]

    world.clock.at = at
    return asyncio.run(collect())


@pytest.fixture
def listening(world: World) -> World:
    """The brand's own search is off; one that listens is on. world.search is the one that listens."""
    phrase = next(phrase for phrase in worlds() if not phrase.isascii() and "שירות" in phrase)
    with writing(world.engine) as session:
        own = session.get_one(Search, world.search)
        own.active = False
        session.add(own)
        made = add_search(
            session, session.get_one(Brand, world.brand), phrase=phrase, engine="google", hl="he", gl="IL", depth=10,
            market="il-he", sources=["practice"], next_due=morning(minutes=-1), purpose="watch",
        )  # fmt: skip
        assert made.id != world.search
        world.search = made.id or 0
    world.practice.always = DAY
    return world


def only(keep: int) -> object:
    """The only page, of so many results, whole otherwise."""

    def alter(_day: date, text: str) -> str:
        blocks = text.split('<div class="MjjYud">')
        tail = blocks[-1][blocks[-1].index("</div></div></div>") :]
        return re.sub('<a id="pnnext".*?</a>', "", '<div class="MjjYud">'.join(blocks[: keep + 1]) + tail)

    return alter


def quiet(world: World, *days: int) -> None:
    for day in days:
        world.practice.modes[DAY + timedelta(days=day)] = "empty"


def told(world: World) -> list[str]:
    with reading(world.engine) as session:
        return list(session.exec(select(Change.kind).where(Change.search_id == world.search).order_by(Change.id)).all())  # type: ignore[arg-type]


@pytest.mark.parametrize("results", [1, 2, 3])
def test_a_page_of_a_few_results_is_a_good_page(listening: World, results: int) -> None:
    """One, two or three results of one site are ordinary, day after day, whatever was learned before."""
    listening.practice.alter = only(results)  # type: ignore[assignment]
    assert [[t.state for t in run(listening, morning(day))] for day in range(3)] == [["ok"]] * 3
    listening.practice.alter = only(1)  # type: ignore[assignment]
    for day in range(3, 8):
        assert [t.state for t in run(listening, morning(day))] == ["ok"]


def test_finding_nothing_is_confirmed_once_and_then_stays_ordinary(listening: World) -> None:
    """The first empty page is looked at twice; from then on yesterday's and today's are the two that agree."""
    quiet(listening, 0, 1, 2)
    assert [t.state for t in run(listening, morning())] == ["suspect"]
    assert [t.state for t in run(listening, morning(minutes=11))] == ["empty_confirmed"]
    assert [t.state for t in run(listening, morning(1))] == ["empty_confirmed"]
    assert run(listening, morning(1, 11)) == []
    assert [t.state for t in run(listening, morning(2))] == ["empty_confirmed"]
    with reading(listening.engine) as session:
        assert len(session.exec(select(Snapshot)).all()) == 4
        assert not [f for f in verify(session, listening.surroundings.blobs, morning(2, 30)) if f.broken]


def test_a_share_search_never_takes_yesterdays_empty_page_for_a_second_look(listening: World) -> None:
    """The same days on a search that counts: each empty page wants its own second look."""
    with writing(listening.engine) as session:
        search = session.get_one(Search, listening.search)
        search.purpose, search.phrase = "share", search.phrase + "?"
        session.add(search)
    quiet(listening, 0, 1)
    run(listening, morning())
    run(listening, morning(minutes=11))
    assert [t.state for t in run(listening, morning(1))] == ["suspect"]


def test_what_enters_a_quiet_page_is_told(listening: World) -> None:
    """Nothing for two days, then three entries: three changes wait to be told. Nothing was told before."""
    quiet(listening, 0, 1)
    run(listening, morning())
    run(listening, morning(minutes=11))
    run(listening, morning(1))
    assert told(listening) == []
    listening.practice.alter = only(3)  # type: ignore[assignment]
    assert [t.state for t in run(listening, morning(2))] == ["ok"]
    assert len(told(listening)) == 3
    assert set(told(listening)) <= {"entered", "negative_entered"}
    with reading(listening.engine) as session:
        assert all(c.claimed_at is None for c in session.exec(select(Change)).all())
        assert session.exec(select(Parse.n).order_by(Parse.id.desc())).first() == 3  # type: ignore[union-attr]
        assert all(hit.label for hit in session.exec(select(Hit).where(Hit.search_id == listening.search)).all())


def test_another_entry_in_place_of_the_only_one_is_told_at_once(listening: World) -> None:
    """One result for a week, then another, without a snippet: a good page, one that entered and one that left."""
    listening.practice.alter = only(1)  # type: ignore[assignment]
    for day in range(6):
        assert [t.state for t in run(listening, morning(day))] == ["ok"]
    shown: Callable[[date, str], str] = only(1)  # type: ignore[assignment]
    listening.practice.alter = lambda day, text: re.sub(
        '<div class="VwiC3b[^>]*>.*?</div>', "", shown(day, text).replace(".example", "-other.example")
    )
    assert [(t.state, t.reason) for t in run(listening, morning(6))] == [("ok", "")]
    assert len(told(listening)) == 2
    with reading(listening.engine) as session:
        assert session.exec(select(Parse.snippets).order_by(Parse.id.desc())).first() == 0  # type: ignore[union-attr]


def test_no_list_of_counted_pages_holds_one(listening: World) -> None:
    """Not the brand's searches, its page, the list of brands, a report, a share or the drift alarm; nor the main one."""
    run(listening, morning())
    with reading(listening.engine) as session:
        assert [s.purpose for s in searches(session, listening.brand)] == ["share"]
        assert [s.purpose for s in searches(session)] == ["share"]
        assert [s.purpose for s in searches(session, purpose="watch")] == ["watch"]
        assert len(searches(session, purpose=None)) == 2
        assert brands(session)[0].main_search != listening.search
        page = brand_page(session, "nativ-telecom", Asked(), DAY)
        assert listening.search not in {s.id for s in page.searches} | {page.search.id}
        with pytest.raises(NotFound):
            brand_page(session, "nativ-telecom", Asked(search=listening.search), DAY)
        assert [line.search.id for line in all_brands(session, morning()) if line.search] != [listening.search]
        with pytest.raises(BadInput, match="only listens"):
            weekly(session, listening.search, DAY, "en")
        with pytest.raises(BadInput, match="only listens"):
            counted_search(session, listening.search)
        assert yields(session, "practice", "google", morning(1)) == []


def test_the_first_search_that_listens_does_not_become_the_main_one(world: World) -> None:
    """A brand whose searches only listen has no main search."""
    with writing(world.engine) as session:
        brand = Brand(workspace_id=1, name="Ear", slug="ear", home_market="il-he")
        session.add(brand)
        session.flush()
        for site in ("a.example", "b.example"):
            add_search(session, brand, phrase=f"Ear site:{site}", engine="google", hl="he", gl="IL", market="il-he", sources=["practice"], purpose="watch")  # fmt: skip
        assert brand.main_search is None


@pytest.fixture
def client(listening: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Pages and API over it, signed in, with a key."""
    run(listening, morning())
    use(listening, monkeypatch)
    with writing(listening.engine) as session:
        workspace = session.get_one(Brand, listening.brand).workspace_id
        key = add_key(session, session.get_one(Workspace, workspace), "test", secret(), morning())
    with TestClient(an_app()) as made:
        signed_in(made, listening.engine)
        made.headers["authorization"] = f"Bearer {key}"
        yield made


def test_api_and_pages_leave_it_out(client: TestClient, listening: World) -> None:
    """The API lists it only when asked for, and serves no share of it; its looks and changes are there."""
    base = f"/api/v1/searches/{listening.search}"
    assert [s["purpose"] for s in client.get("/api/v1/brands/nativ-telecom/searches").json()] == ["share"]
    asked = client.get("/api/v1/brands/nativ-telecom/searches", params={"purpose": "watch"}).json()
    assert [s["id"] for s in asked] == [listening.search]
    for series in ("share", "heatmap"):
        answer = client.get(f"{base}/{series}")
        assert (answer.status_code, "only listens" in answer.json()["detail"]) == (400, True)
    days = {"from": DAY.isoformat(), "to": DAY.isoformat()}
    assert [look["state"] for look in client.get(f"{base}/snapshots", params=days).json()] == ["ok"]
    assert client.get(f"{base}/changes", params=days).status_code == 200
    assert client.get(f"/brands/nativ-telecom?search={listening.search}").status_code == 404
    assert f"search={listening.search}" not in client.get("/brands/nativ-telecom").text


def test_a_plan_with_watching_makes_a_search_for_each_complaint_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """Depth 10, one page each; the cost is that of the first source that may be asked, in dollars a month."""
    monkeypatch.setattr(SOURCES["serpapi"], "PRICE", 0.01, raising=False)
    chosen = Settings(serpapi_key="k")
    plain = plan_brand("X", ["x.example"], ["il-he"], chosen)
    assert plain.looks == 60
    assert plain.cost == pytest.approx(60 * 2 * 0.01)
    heard = plan_brand("X", ["x.example"], ["il-he", "pl-pl"], chosen, watch=True)
    watched = [s for s in heard.searches if s.purpose == "watch"]
    assert [s.phrase for s in watched][:3] == ["X site:tapuz.co.il", "X site:fxp.co.il", "X site:consumers.org.il"]
    assert [(s.depth, s.hl) for s in watched] == [(10, "he")] * 3 + [(10, "pl")] * 3
    assert [s.cost for s in watched] == pytest.approx([0.3] * 6)
    assert "$4.20" in costs(heard)
    assert plan_brand("X", ["x.example"], ["il-he"], Settings()).cost == 0


def test_where_an_empty_page_cannot_be_believed_nothing_listens() -> None:
    """Bing shows crawlers that there is nothing: a search that listens there would never be quiet."""
    plan = plan_brand("X", ["x.example"], ["pl-pl"], Settings(), engines=["bing"], watch=True)
    assert {s.purpose for s in plan.searches} == {"share"}
