"""The forms of the readings: weights by their owners, removals by whoever may write; and reports that keep theirs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import signed_in, use
from sqlmodel import select
from weeks import FEW, FIRST, SUNDAY, two_weeks
from worlds import World

from app.cli import main
from app.db import reading, writing
from app.models import Hit, Removal
from app.prove import agreements
from app.queries.reports import printed_facts
from app.queries.weekly import frozen, weekly
from app.store.brands import home_workspace
from app.store.reports import keep_report
from app.store.weights import set_weights
from app.texts import LANGUAGES, texts
from app.web.access import now

OURS = "35 18 12 8 7 6 5 4 3 2"


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The pages on the Sunday after two weeks of looks, for an owner."""
    use(world, monkeypatch)
    two_weeks(world, FEW)
    app = an_app()
    app.dependency_overrides[now] = lambda: SUNDAY
    with TestClient(app, follow_redirects=False) as made:
        yield signed_in(made, world.engine, at=SUNDAY)


def test_owners_set_the_weights_and_the_page_shows_them(site: TestClient) -> None:
    """Ten numbers in any measure; empty is ours again; what is in force stands in the form, in three languages."""
    assert OURS in site.get("/weights").text
    done = site.post("/weights?lang=he", data={"weights": "2 2 2 2 2 2 2 2 2 2"})
    assert (done.status_code, done.headers["location"]) == (303, "/weights?said=weighed&lang=he")
    for lang in LANGUAGES:
        page = site.get(f"/weights?lang={lang}&said=weighed").text
        assert texts(lang)["said_weighed"] in page
        assert "w 10-10-10-10-10-10-10-10-10-10" in page
    assert site.post("/weights", data={"weights": " "}).status_code == 303
    assert '(<bdi dir="ltr">w1</bdi>)' in site.get("/weights").text


@pytest.mark.parametrize("typed", ["1 2 3", "0 0 0 0 0 0 0 0 0 0", "-1 1 1 1 1 1 1 1 1 1", "<script>x</script>", "nan"])
def test_weights_that_cannot_be_are_refused_with_the_reason(site: TestClient, typed: str) -> None:
    """A sentence in the reader's language, what was typed still there and harmless, and nothing changed."""
    done = site.post("/weights?lang=pl", data={"weights": typed})
    assert done.status_code == 400
    assert texts("pl")["weights_refused"] in done.text
    assert "<script>x" not in done.text
    assert OURS in site.get("/weights").text


def test_only_owners_weigh_and_viewers_remove_nothing(site: TestClient, world: World) -> None:
    """An analyst cannot set weights; a viewer can say nothing."""
    link = some_link(world)
    signed_in(site, world.engine, "analyst", email="ana@practice.example", at=SUNDAY)
    assert (site.get("/weights").status_code, site.post("/weights").status_code) == (403, 403)
    signed_in(site, world.engine, "viewer", email="vic@practice.example", at=SUNDAY)
    assert site.post("/brands/nativ-telecom/removals", data={"link": link}).status_code == 403


def some_link(world: World) -> int:
    with reading(world.engine) as session:
        return session.exec(select(Hit.link_id).where(Hit.label == "negative")).first() or 0


def test_a_person_says_that_a_page_is_gone_and_takes_it_back(site: TestClient, world: World) -> None:
    """Kept with who said it; said twice once; taken back it stays on record; another brand's link is not found."""
    data = {"link": str(some_link(world)), "back": "/brands/nativ-telecom?lang=he#compare"}
    for _ in range(2):
        done = site.post("/brands/nativ-telecom/removals", data=data)
        assert done.headers["location"] == "/brands/nativ-telecom?lang=he&said=gone#compare"
    assert texts("he")["said_gone"] in site.get(done.headers["location"]).text
    assert site.post("/brands/nativ-telecom/removals/undo", data=data).status_code == 303
    with reading(world.engine) as session:
        (row,) = session.exec(select(Removal)).all()
    assert (row.actor, row.revoked is not None) == ("Dana Levi", True)
    assert site.post("/brands/nativ-telecom/removals", data={"link": "999999"}).status_code == 404


def test_a_printed_report_keeps_its_weights(site: TestClient, world: World) -> None:
    """Printed by ours, its score and weights stay when others are set; its numbers still agree among themselves."""
    with writing(world.engine) as session:
        facts = weekly(session, world.search, FIRST, "en")
        kept = keep_report(
            session, world.surroundings.blobs, b"%PDF x", brand_id=world.brand, search_id=world.search, week=FIRST,
            lang="en", at=SUNDAY, data={"facts": frozen(facts), "imprint": {}},
        )  # fmt: skip
        set_weights(session, home_workspace(session), [0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    with reading(world.engine) as session:
        found, today = printed_facts(session, kept), weekly(session, world.search, FIRST, "en")
    assert found == facts
    assert found.week.now is not None
    assert today.week.now is not None
    assert found.week.now.score != today.week.now.score
    assert (found.versions.score, today.versions.score) == ("w1", "w 0-0-0-0-0-0-0-0-0-100")
    assert all(holds for one in (found, today) for holds, _ in agreements(one))


def test_the_command_sets_the_weights(
    site: TestClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shown, set, set back; nine numbers end with 2 and one line."""
    assert site.get("/weights").status_code == 200
    for typed, code, said in (
        ("", 0, f"{OURS} (w1)"), ("1 1 1 1 1 1 1 1 1 1", 0, "(w 10-10"), ("1 1 1 1 1 1 1 1 1", 2, "10 weights"),
        ("--default", 0, f"{OURS} (w1)"), ("--default 1", 2, "either"),
    ):  # fmt: skip
        monkeypatch.setattr("sys.argv", ["shemtov", "weights", *typed.split()])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        assert (int(ended.value.code or 0), said in told.out + told.err) == (code, True)


def test_facts_printed_before_the_readings_can_be_read(world: World, site: TestClient) -> None:
    """Stored facts without promise, voices and weights are those of our weights, and nothing is invented for them."""
    with writing(world.engine) as session:
        data = frozen(weekly(session, world.search, FIRST, "en"))
        for name in ("promise", "promise_before", "volatility", "reach"):
            del data["week"][name]
        del data["voices"], data["brand"]["weights"]
        for move in data["compared"]["left"]:
            move.pop("fate", None)
        kept = keep_report(
            session, world.surroundings.blobs, b"%PDF y", brand_id=world.brand, search_id=world.search, week=FIRST,
            lang="en", at=SUNDAY, data={"facts": data, "imprint": {}},
        )  # fmt: skip
    with reading(world.engine) as session:
        facts = printed_facts(session, kept)
    assert (facts.voices, facts.week.promise, facts.brand.weights[0]) == (None, None, 35)
    assert site.get("/brands/nativ-telecom/reports").status_code == 200
