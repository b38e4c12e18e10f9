"""What people say on the pages: forms that work, that only lead home, and that hostile text cannot bend."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import signed_in, use
from sqlmodel import col, select
from worlds import World

from app.db import reading, writing
from app.models import Annotation, Hit, LabelRule, Link
from app.queries.annotations import annotation_rows
from app.runner import run_due
from app.store.brands import add_brand, home_workspace
from app.texts import LANGUAGES, texts
from app.web.access import Viewer, viewer
from app.web.render import environment
from app.web.saying import Said

HOSTILE = '<script>alert(1)</script>"onclick=x'


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The pages over one day's look."""
    use(world, monkeypatch)

    async def collect() -> None:
        world.clock.at += timedelta(days=1)
        async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
            pass

    asyncio.run(collect())
    with TestClient(an_app(), follow_redirects=False) as made:
        yield signed_in(made, world.engine)


def negative(world: World) -> tuple[int, str]:
    """A negative hit with its host."""
    with reading(world.engine) as session:
        query = select(Hit.id, Link.host).join(Link, col(Link.id) == col(Hit.link_id)).where(Hit.label == "negative")
        hit, host = session.exec(query.order_by(col(Hit.id))).all()[0]
    return hit or 0, host


def label_of(world: World, hit: int) -> tuple[str | None, str | None]:
    with reading(world.engine) as session:
        found = session.get_one(Hit, hit)
        return found.label, found.evidence_kind


def test_a_label_is_corrected_and_taken_back_by_forms_alone(site: TestClient, world: World) -> None:
    """Correct, be led back to the same row with what was done, see the rule in the list, undo it there."""
    hit, host = negative(world)
    done = site.post(
        "/brands/nativ-telecom/labels",
        data={"hit": hit, "scope": "host", "label": "neutral", "back": "/brands/nativ-telecom?weeks=4&said=x#r3"},
    )
    assert done.status_code == 303
    assert re.fullmatch(r"/brands/nativ-telecom\?weeks=4&said=corrected&n=\d+&rule=1#r3", done.headers["location"])
    assert label_of(world, hit) == ("neutral", "human")
    page = site.get("/brands/nativ-telecom/rules?lang=en&said=corrected&n=1&rule=1").text
    assert texts("en")["said_corrected"].format(n=1) in page
    assert host in page
    undone = site.post("/brands/nativ-telecom/labels/1/undo", data={"back": "/brands/nativ-telecom/rules?lang=en"})
    assert undone.headers["location"].startswith("/brands/nativ-telecom/rules?lang=en&said=undone&n=")
    assert label_of(world, hit)[0] == "negative"
    assert texts("en")["no_rules"] in site.get("/brands/nativ-telecom/rules?lang=en").text


def test_a_day_is_annotated_and_the_note_removed(site: TestClient, world: World) -> None:
    """The text stands on the page as text; removing it twice is no error."""
    form = {"at": "2026-11-01", "text": HOSTILE, "back": "/brands/nativ-telecom/rules"}
    assert site.post("/brands/nativ-telecom/annotations", data=form).status_code == 303
    page = site.get("/brands/nativ-telecom/rules?lang=he").text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    with reading(world.engine) as session:
        note = annotation_rows(session, world.brand)[0].id
    for _ in range(2):
        assert site.post(f"/brands/nativ-telecom/annotations/{note}/remove").status_code == 303
    assert texts("he")["no_annotations"] in site.get("/brands/nativ-telecom/rules?lang=he").text


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/", "//evil.example/brands/", "/brands/..//evil.example", "/brands/%2e%2e//evil.example",
        "/brands/\\evil.example", "/brands/x\r\nSet-Cookie: a=b", "javascript:alert(1)", "/other", "",
    ],
)  # fmt: skip
def test_a_form_leads_back_to_this_site_only(site: TestClient, world: World, back: str) -> None:
    """Any other address is dropped for the brand's own page; no header can be smuggled in."""
    hit, _ = negative(world)
    done = site.post(
        "/brands/nativ-telecom/labels", data={"hit": hit, "scope": "url", "label": "neutral", "back": back}
    )
    assert done.status_code == 303
    assert done.headers["location"].startswith("/brands/nativ-telecom?said=corrected")
    assert "set-cookie" not in done.headers


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("labels", {"hit": "1", "scope": "url", "label": "lovely"}, 422),
        ("labels", {"hit": "1", "scope": "planet", "label": "neutral"}, 422),
        ("labels", {"hit": "999999", "scope": "url", "label": "neutral"}, 404),
        ("labels", {"hit": "x", "scope": "url", "label": "neutral"}, 422),
        ("labels/77/undo", {}, 404),
        ("annotations", {"at": "yesterday", "text": "x"}, 422),
        ("annotations", {"at": "2026-11-01", "text": "x" * 201}, 400),
        ("annotations", {"at": "2026-11-01", "text": " "}, 400),
    ],
)
def test_bad_input_is_one_clear_error(site: TestClient, path: str, form: dict[str, str], status: int) -> None:
    """Nothing is written, and the answer says what is wrong."""
    done = site.post(f"/brands/nativ-telecom/{path}", data=form)
    assert done.status_code == status
    with reading() as session:
        assert session.exec(select(LabelRule)).all() == []
        assert session.exec(select(Annotation)).all() == []


def looked_at_by(site: TestClient, who: Viewer) -> None:
    site.app.dependency_overrides[viewer] = lambda: who  # type: ignore[attr-defined]


def test_a_host_nobody_can_own_is_told_in_the_readers_language(site: TestClient, world: World) -> None:
    """ "Everything on facebook.com is ours" is refused with what to do instead; nothing is written."""
    hit, _ = negative(world)
    with writing(world.engine) as session:
        link = session.get_one(Link, session.get_one(Hit, hit).link_id)
        link.host = "facebook.com"
        session.add(link)
    form = {"hit": str(hit), "scope": "host", "label": "owned"}
    done = site.post("/brands/nativ-telecom/labels?lang=he", data=form)
    assert done.status_code == 400
    assert texts("he")["correct_shared"] in done.text
    assert label_of(world, hit)[0] == "negative"


def test_who_may_only_read_sees_no_form_and_can_send_none(site: TestClient, world: World) -> None:
    """A viewer gets 403 on every form, and a page without one."""
    hit, _ = negative(world)
    site.post("/brands/nativ-telecom/labels", data={"hit": hit, "scope": "url", "label": "neutral"})
    looked_at_by(site, Viewer(1, "Reader", 1, "viewer"))
    for path, form in (
        ("labels", {"hit": str(hit), "scope": "url", "label": "positive"}),
        ("labels/1/undo", {}),
        ("annotations", {"at": "2026-11-01", "text": "x"}),
        ("annotations/1/remove", {}),
    ):
        assert site.post(f"/brands/nativ-telecom/{path}", data=form).status_code == 403
    assert label_of(world, hit) == ("neutral", "human")
    forms = re.findall(r"<form[^>]*action=\"([^\"]*)", site.get("/brands/nativ-telecom/rules").text)
    assert forms == ["/signout"]


def test_another_workspaces_brand_is_not_there(site: TestClient, world: World) -> None:
    """The same answer as for a brand that does not exist: 404, for reading and for writing."""
    hit, _ = negative(world)
    looked_at_by(site, Viewer(1, "Stranger", 2, "owner"))
    assert site.get("/brands/nativ-telecom/rules").status_code == 404
    form = {"hit": str(hit), "scope": "url", "label": "positive"}
    assert site.post("/brands/nativ-telecom/labels", data=form).status_code == 404
    assert label_of(world, hit)[0] == "negative"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_forms_a_page_takes_over_speak_its_language(site: TestClient, world: World, lang: str) -> None:
    """Every macro renders in every language with its four labels, and hides from somebody who may only read."""
    macros = (
        '{% from "saying.html" import told, correct, annotate with context %}'
        '{{ told(said, "נתיב", "/brands/x") }}{{ correct(row, "נתיב", "/brands/x#r1") }}'
        '{{ annotate("נתיב", "/brands/x", today) }}'
    )
    hit, host = negative(world)

    def shown(role: str) -> str:
        row = {"rank": 3, "hit": {"id": hit, "host": host, "link": f"https://{host}/a/b", "label": "negative"}}
        return environment().from_string(macros).render(
            t=texts(lang), lang=lang, viewer=Viewer(1, "x", 1, role), row=row,  # type: ignore[arg-type]
            said=Said("corrected", 3, 7), today=world.clock.at.date(), day=str,
        )  # fmt: skip

    owner = shown("owner")
    assert owner.count('name="label"') == 4
    assert owner.count("<form") == 3
    assert "/brands/%D7%A0%D7%AA%D7%99%D7%91/labels/7/undo" in owner
    assert texts(lang)["said_corrected"].format(n=3) in owner
    assert "<form" not in shown("viewer")


def test_rules_in_three_languages_say_the_same_things(site: TestClient) -> None:
    """No text of these pages is missing in a language, or left in English."""
    mine = {name for name in texts("en") if name.startswith(("said_", "rule", "annotat", "correct", "scope_"))}
    for lang in ("he", "pl"):
        assert all(texts(lang)[name] != texts("en")[name] for name in mine)
    assert all(site.get(f"/brands/nativ-telecom/rules?lang={lang}").status_code == 200 for lang in LANGUAGES)


def test_the_rules_of_one_brand_are_not_those_of_another(site: TestClient, world: World) -> None:
    """A rule is undone under its own brand only."""
    hit, _ = negative(world)
    site.post("/brands/nativ-telecom/labels", data={"hit": hit, "scope": "url", "label": "neutral"})
    with writing(world.engine) as session:
        add_brand(session, home_workspace(session), "Other", "il-he", [])
    assert site.post("/brands/other/labels/1/undo").status_code == 404
    assert texts("he")["no_rules"] in site.get("/brands/other/rules").text
