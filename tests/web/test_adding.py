"""A brand added on a page: what would be made is shown first, what is wrong stands beside its field, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import other_workspace, signed_in
from sqlmodel import select

from app.clock import clock
from app.db import engine, migrate, reading, writing
from app.models import Brand, OwnedSite, Search
from app.onboarding import make_brand, plan_brand
from app.scoring.markets import markets
from app.settings import Settings, settings
from app.store.brands import home_workspace
from app.texts import LANGUAGES, money, texts
from scrapers.registry import SOURCES

FORM = {
    "name": "Nativ Telecom", "owned": "nativ-telecom.example\nfacebook.com/nativ\n", "home": "il-he",
    "more": ["il-en", "en-gb"], "target": "16", "act": "preview",
}  # fmt: skip


@pytest.fixture
def site(data_dir: object) -> Iterator[TestClient]:
    """A fresh installation, and its owner."""
    migrate()
    with TestClient(an_app(), follow_redirects=False) as made:
        yield signed_in(made, engine())


def brands() -> list[tuple[str, int]]:
    with reading() as session:
        return [(brand.name, brand.target) for brand in session.exec(select(Brand)).all()]


def test_the_preview_shows_every_search_and_makes_none(site: TestClient) -> None:
    """Six searches of three markets, their looks a month, that nobody is asked yet; the form as it was typed."""
    page = site.post("/add?lang=en", data=FORM)
    assert page.status_code == 200
    text = unescape(page.text)
    assert text.count("<td>30</td>") == 6
    assert "Looks a month in all: 180." in text
    assert text.count(texts("en")["add_asks_nobody"]) == 6
    for kept in ('value="Nativ Telecom"', "facebook.com/nativ", 'value="16"', '<option value="il-he" selected>',
                 'value="en-gb" checked'):  # fmt: skip
        assert kept in text
    assert brands() == []


def test_add_makes_the_brand_with_all_its_searches(site: TestClient) -> None:
    """One step to the brand's page, which says so; the first search of the home market is the main one."""
    done = site.post("/add?lang=en", data=FORM | {"act": "add"})
    assert (done.status_code, done.headers["location"]) == (303, "/brands/nativ-telecom?said=added&n=6")
    assert texts("en")["said_added"].format(n=6) in site.get(done.headers["location"] + "&lang=en").text
    with reading() as session:
        brand = session.exec(select(Brand)).one()
        found = session.exec(select(Search).order_by(Search.id)).all()  # type: ignore[arg-type]
        owned = [site.host + site.path for site in session.exec(select(OwnedSite)).all()]
    assert (brand.home_market, brand.target, brand.main_search) == ("il-he", 16, found[0].id)
    assert [(s.market, s.hl, s.gl) for s in found][::2] == [
        ("il-he", "he", "IL"),
        ("il-en", "en", "IL"),
        ("en-gb", "en", "GB"),
    ]
    assert owned == ["nativ-telecom.example", "facebook.com/nativ"]
    assert all(s.next_due for s in found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_everything_wrong_is_told_at_once_in_the_readers_language(site: TestClient, lang: str) -> None:
    """Four fields, six problems, each beside its own; nothing is made, and what was typed stays."""
    bad = FORM | {
        "name": "a\u202eb", "owned": "co.il\nfacebook.com\n<b>no host</b>", "home": "xx-yy", "target": "many", "act": "add",
    }  # fmt: skip
    page = site.post(f"/add?lang={lang}", data=bad)
    words, text = texts(lang), unescape(page.text).replace("\u2068", "").replace("\u2069", "")
    assert page.status_code == 400
    for said in (
        words["problem_name_text"], words["problem_owned_suffix"].format(value="co.il"),
        words["problem_owned_shared"].format(value="facebook.com"),
        words["problem_owned_no_host"].format(value="<b>no host</b>"),
        words["problem_market_unknown"].format(value="xx-yy"), words["problem_target_range"],
    ):  # fmt: skip
        assert text.count(said) == 1
    assert "<b>no host" not in page.text
    assert 'value="many"' in text
    assert brands() == []


def test_a_name_that_is_taken_is_one_clear_error(site: TestClient) -> None:
    """On preview and on add; the first brand stays as it was."""
    site.post("/add", data=FORM | {"act": "add"})
    for act, status in (("preview", 200), ("add", 400)):
        page = site.post("/add?lang=en", data=FORM | {"act": act, "target": "3"})
        assert page.status_code == status
        assert page.text.count("There is a brand") == 1
    assert brands() == [("Nativ Telecom", 16)]


def test_a_brand_that_owns_nothing_is_warned_of_and_made(site: TestClient) -> None:
    """Allowed: a warning on the preview, the brand on add."""
    page = site.post("/add?lang=en", data=FORM | {"owned": " \n"})
    assert texts("en")["add_owns_nothing"] in unescape(page.text)
    assert site.post("/add", data=FORM | {"owned": "", "act": "add"}).status_code == 303


def test_a_source_that_is_set_up_is_named(site: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a key the preview says who is asked."""
    monkeypatch.setenv("SHEMTOV_SERPAPI_KEY", "k")
    settings.cache_clear()
    page = site.post("/add?lang=en", data=FORM).text
    assert texts("en")["add_asks_nobody"] not in page
    assert page.count(">serpapi<") == 6


def test_who_may_only_read_adds_nothing(site: TestClient) -> None:
    """403 for the form and for what it sends."""
    signed_in(site, engine(), "viewer", email="reader@practice.example")
    assert site.get("/add").status_code == 403
    assert site.post("/add", data=FORM | {"act": "add"}).status_code == 403
    assert brands() == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_empty_form_offers_every_market_by_its_name(site: TestClient, lang: str) -> None:
    """Each pack has a name in each language; the reader's own market is chosen."""
    page = site.get(f"/add?lang={lang}").text
    assert all(page.count(texts(lang)[f"market {code}"]) == 2 for code in markets())
    assert f'<option value="{ {"he": "il-he", "pl": "pl-pl", "en": "en-us"}[lang] }" selected>' in page
    assert "problem" not in page


def test_the_packs_of_english_elsewhere_ask_where_they_say() -> None:
    """English in Israel keeps Israel's week and zone; British English the United Kingdom's."""
    packs = markets()
    assert (packs["il-en"].hl, packs["il-en"].gl, packs["il-en"].zone) == ("en", "IL", "Asia/Jerusalem")
    assert (packs["il-en"].week_start, packs["il-en"].weekend) == (packs["il-he"].week_start, packs["il-he"].weekend)
    assert (packs["en-gb"].hl, packs["en-gb"].gl, packs["en-gb"].zone) == ("en", "GB", "Europe/London")


def test_a_plan_tells_what_an_engine_refuses_and_is_not_made() -> None:
    """DuckDuckGo has no Hebrew: said once, in words; making such a plan is refused and leaves nothing behind."""
    plan = plan_brand("X", ["x.example"], ["il-he", "en-us"], Settings(), engines=["duckduckgo", "google"])
    assert [search.refusal for search in plan.searches[:2]] == [
        "duckduckgo cannot serve he-IL: DuckDuckGo has no such region"
    ] * 2
    assert [(p.field, p.code, p.value) for p in plan.problems] == [("engine", "refused", "duckduckgo he-IL")]
    assert [search.refusal for search in plan.searches[2:]] == [""] * 6
    migrate()
    with pytest.raises(Exception, match="cannot serve he-IL"), writing() as session:
        make_brand(session, home_workspace(session), plan, clock())
    assert brands() == []


def test_the_same_market_twice_is_one() -> None:
    """Home market chosen again among the others adds no second search."""
    plan = plan_brand("X", ["x.example", "www.x.example"], ["il-he", "il-he"], Settings())
    assert len(plan.searches) == 2
    assert len(plan.sites) == 1


def test_brands_of_two_workspaces_may_share_a_name_and_do_not_see_each_other(site: TestClient) -> None:
    """A name that is taken elsewhere is free here; the new brand belongs to whoever added it."""
    site.post("/add", data=FORM | {"act": "add"})
    elsewhere = other_workspace(engine())
    signed_in(site, engine(), email="other@practice.example", workspace=elsewhere)
    assert site.post("/add", data=FORM | {"act": "add"}).status_code == 303
    with reading() as session:
        assert len({brand.workspace_id for brand in session.exec(select(Brand)).all()}) == 2


def test_the_list_of_brands_leads_to_the_form_for_who_may_use_it(site: TestClient) -> None:
    """A link for an owner, none for a viewer."""
    assert 'href="/add?lang=en"' in site.get("/?lang=en").text
    signed_in(site, engine(), "viewer", email="reader@practice.example")
    assert "/add" not in site.get("/?lang=en").text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_preview_says_what_a_month_costs(site: TestClient, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """Two cents a page at the only source: six searches of two pages and nine that listen, one page each."""
    monkeypatch.setattr(SOURCES["serpapi"], "PRICE", 0.02, raising=False)
    monkeypatch.setenv("SHEMTOV_SERPAPI_KEY", "k")
    settings.cache_clear()
    text = unescape(site.post(f"/add?lang={lang}", data=FORM | {"watch": "yes"}).text)
    total = money(30 * 0.02 * (6 * 2 + 9), lang)
    assert texts(lang)["add_total_cost"].format(cost=total) in text
    assert text.count(money(30 * 0.02, lang)) == 9
    assert text.count(texts(lang)["listens"] + "<") == 9
    assert 'name="watch" value="yes" checked' in text
    assert brands() == []


def test_a_brand_that_listens_has_its_main_search_among_those_that_count(site: TestClient) -> None:
    """Six searches that count and nine that listen, at depth 10; the page and the list know the six."""
    site.post("/add?lang=en", data=FORM | {"watch": "yes", "act": "add"})
    with reading() as session:
        brand = session.exec(select(Brand)).one()
        found = session.exec(select(Search).order_by(Search.id)).all()  # type: ignore[arg-type]
    assert [s.purpose for s in found] == ["share"] * 6 + ["watch"] * 9
    assert {s.depth for s in found if s.purpose == "watch"} == {10}
    assert brand.main_search == found[0].id
    assert "site:" not in site.get("/brands/nativ-telecom?lang=en").text
    assert "site:" not in site.get("/?lang=en").text


def test_the_searches_of_a_new_brand_get_its_schedule(site: TestClient) -> None:
    """Typed in any language, reckoned into looks a month, refused beside its field, kept in one form."""
    wrong = site.post("/add?lang=pl", data=FORM | {"schedule": "co 5 minut", "act": "add"})
    assert (wrong.status_code, brands()) == (400, [])
    assert texts("pl")["problem_schedule_often"].format(value="\u20685 minutes\u2069") in unescape(wrong.text)
    assert 'value="co 5 minut"' in wrong.text
    page = site.post("/add?lang=pl", data=FORM | {"schedule": "w dni robocze o 6:00"}).text
    assert page.count("<td>21</td>") == 6
    assert site.post("/add", data=FORM | {"schedule": "w dni robocze o 6:00", "act": "add"}).status_code == 303
    with reading() as session:
        assert set(session.exec(select(Search.schedule)).all()) == {"weekdays 06:00"}
