"""What stands beside the results: labelled once, corrected, asked about, forgotten like a result, and counted nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from records import record_look
from sites import looked_at, signed_in, use
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select
from test_corrections import broken, say, take_back
from test_forget import NO_PROGRESS, on_disk, sound, take_away
from worlds import World

from app.again import reparse, rescore
from app.corrections import correct
from app.db import migrate, reading, writing
from app.errors import BadInput
from app.forgotten import Kind
from app.models import Brand, Change, Feature, Hit, Report, Review, VerdictEvent
from app.pipeline import score_new
from app.preview import preview
from app.prove import Finding
from app.queries.all_brands import all_brands
from app.queries.beside import Beside
from app.queries.brand_page import Asked, brand_page
from app.queries.export import export_rows
from app.queries.label_queue import label_queue
from app.queries.label_rules import rule_rows
from app.queries.reports import printed_facts
from app.queries.searches import watched
from app.queries.weekly import frozen, thawed, weekly
from app.recount import figures_again
from app.secret import secret
from app.store.beside import add_missing_beside
from app.store.brands import home_workspace
from app.store.keys import add_key
from app.store.searches import add_search
from app.texts import LANGUAGES, texts

QUESTION, ANSWER, SAID = (
    "למה השירות של נתיב כזה גרוע?",
    "כי אין מענה, שירות גרוע ומאכזב.",
    "הלקוחות ממליצים: שירות מצוין ואדיב.",
)
BEFORE_BESIDE = "0007"
OVERVIEW = (
    '<div id="taw"><div data-mcpr="1"><h1>AI Overview</h1><div id="m-x-content"><div role="heading" aria-level="2">'
    f'AI Overview</div><div class="mZJni"><div class="Y3BBE">{SAID}</div></div></div></div></div>'
)
ASKED = (
    f'<div class="MjjYud"><div data-initq="x"><div class="related-question-pair" data-q="{QUESTION}"><div role="button">'
    f'<span>{QUESTION}</span></div><div><div class="LGOjhe" data-attrid="wa:/description">{ANSWER}</div>'
    '<a href="https://forum.example/why"><h3>x</h3></a></div></div></div></div>'
)


@pytest.fixture
def seen(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two days of looks; each page of results shows an overview above them and a question among them."""
    use(world, monkeypatch)
    rso = '<div id="rso">'
    world.practice.alter = lambda _day, text: text.replace(rso, OVERVIEW + rso + ASKED)
    for _ in range(2):
        looked_at(world)
    return world


@pytest.fixture
def pages(seen: World) -> Iterator[TestClient]:
    """The pages and the API over them."""
    with TestClient(an_app(), follow_redirects=False) as made:
        yield signed_in(made, seen.engine)


def texts_beside(world: World) -> tuple[Beside, ...]:
    """As the brand page shows them."""
    with reading(world.engine) as session:
        return brand_page(session, "nativ-telecom", Asked(), world.clock.at.date()).beside


def hit_of(world: World, kind: str) -> int:
    return next(one.hit_id for one in texts_beside(world) if one.kind == kind)


def label_of(world: World, kind: str) -> tuple[str, str]:
    return next((one.label, one.evidence_kind) for one in texts_beside(world) if one.kind == kind)


def numbers(world: World) -> list[Any]:
    """Everything that counts: the page with share, week, score, heat map, volatility, changes; list, paper, files."""
    day = world.clock.at.date()
    with reading(world.engine) as session:
        about = watched(session, world.search)
        return [
            *(replace(brand_page(session, "nativ-telecom", Asked(top=top), day), beside=()) for top in (10, 20)),
            replace(weekly(session, world.search, day, "en"), beside=()),
            all_brands(session, world.clock.at, about.brand.workspace_id),
            [change.model_dump() for change in session.exec(select(Change).order_by(col(Change.id))).all()],
            list(export_rows(session, about.brand, about.search, day - timedelta(days=9), day)),
        ]


def shown_elsewhere(world: World) -> None:
    """Another search of the brand shows the same question, and names no source."""
    with writing(world.engine) as session:
        brand = session.get_one(Brand, world.brand)
        other = add_search(
            session, brand, phrase="x", engine="bing", hl="he", gl="IL", market="il-he", sources=["practice"]
        )
        look = record_look(session, other.id or 0, world.clock.at.date(), [], {})
        data = {"question": QUESTION, "answer": ANSWER}
        session.add(Feature(parse_id=look.current_parse or 0, kind="paa", data=data))
        add_missing_beside(session, other.id or 0)
        score_new(session, watched(session, other.id or 0), world.clock.at)


def printed_week(world: World) -> None:
    """The facts of the week, as a print freezes them."""
    with writing(world.engine) as session:
        facts = weekly(session, world.search, world.clock.at.date(), "en")
        assert thawed(frozen(facts)) == facts
        assert QUESTION in {one.title for one in facts.beside}
        session.add(Report(brand_id=world.brand, search_id=world.search, week=facts.first, lang="en",
                           at=world.clock.at, data={"facts": frozen(facts)}))  # fmt: skip


def recounted(world: World) -> list[str]:
    """What the recount of figures says is broken."""
    found = Finding("I4", "counted anew")
    with reading(world.engine) as session:
        figures_again(session, found)
    return found.broken


def taken_out(session: Session) -> None:
    """The record as if no page had ever shown a question or an overview."""
    beside = select(Hit.id).where(Hit.kind != "organic")
    session.connection().execute(delete(Feature).where(col(Feature.kind).in_(("paa", "ai_overview"))))
    session.connection().execute(delete(VerdictEvent).where(col(VerdictEvent.hit_id).in_(beside)))
    session.connection().execute(delete(Hit).where(col(Hit.kind) != "organic"))


def test_a_text_is_one_hit_labelled_once_however_often_it_is_shown(seen: World) -> None:
    """Two looks of two pages: eight blocks, two hits without a link, one verdict each; a second hit is refused."""
    with reading(seen.engine) as session:
        hits = session.exec(select(Hit).where(Hit.kind != "organic").order_by(col(Hit.kind))).all()
        events = session.exec(select(VerdictEvent).where(col(VerdictEvent.hit_id).in_([hit.id for hit in hits]))).all()
        blocks = session.exec(select(Feature.hit_id)).all()
    overview, question = hits
    assert (overview.kind, overview.title, overview.snippet, overview.label) == ("ai_overview", "", SAID, "positive")
    assert (question.kind, question.title, question.snippet, question.label) == ("paa", QUESTION, ANSWER, "negative")
    assert {(hit.link_id, hit.url) for hit in hits} == {(None, "")}
    assert sorted((event.hit_id, event.actor, event.new) for event in events) == sorted(
        (hit.id, "rules", hit.label) for hit in hits
    )
    assert sorted(map(str, blocks)) == sorted(4 * [str(overview.id), str(question.id)])
    assert [(one.kind, one.label, one.host) for one in texts_beside(seen)] == [
        ("ai_overview", "positive", ""), ("paa", "negative", "forum.example"),
    ]  # fmt: skip
    assert broken(seen) == []
    with pytest.raises(IntegrityError), writing(seen.engine) as session:
        session.add(Hit(search_id=seen.search, kind="paa", url="", title=QUESTION, text_hash=question.text_hash))


def test_every_number_is_the_same_with_and_without_them(seen: World) -> None:
    """Labelled, corrected and labelled again or not there at all: share, score, week, changes, list, paper and files."""
    say(seen, hit_of(seen, "paa"), "owned", "text", now=seen.clock.at)
    say(seen, hit_of(seen, "ai_overview"), "negative", "text", now=seen.clock.at)
    found = numbers(seen)
    assert len(texts_beside(seen)) == 2
    with writing(seen.engine) as session:
        taken_out(session)
    assert texts_beside(seen) == ()
    assert numbers(seen) == found


def test_a_correction_is_of_the_exact_text_and_can_be_undone(seen: World) -> None:
    """It stands for looks to come, changes no day, and no rule of its page or host speaks of it; undone, it is as it was."""
    hit, before = hit_of(seen, "paa"), texts_beside(seen)
    for scope in ("url", "path", "host"):
        with pytest.raises(BadInput, match="label its text"):
            say(seen, hit, "neutral", scope)
    say(seen, "https://forum.example/why", "owned", "host")
    assert texts_beside(seen) == before
    at = seen.clock.at
    told = preview(lambda trial: correct(trial, seen.brand, hit, "text", "neutral", "Dana", at), at, seen.engine)
    assert (told.results, told.days, [effect.before == effect.after for effect in told.effects]) == (1, 0, [True])
    done = say(seen, hit, "neutral", "text")
    looked_at(seen)
    assert label_of(seen, "paa") == ("neutral", "human")
    assert done.changed == 1
    assert broken(seen) == []
    with reading(seen.engine) as session:
        rows = {row.rule.match: row.covers for row in rule_rows(session, seen.brand)}
        marks = brand_page(session, "nativ-telecom", Asked(), seen.clock.at.date()).marks
    assert rows == {"text": 1, "host": 0}
    assert marks == ()
    assert take_back(seen, done.rule) == 1
    assert texts_beside(seen) == before


def test_the_queue_asks_about_them_and_never_as_its_sample(seen: World, pages: TestClient) -> None:
    """Shown with its own name, without an address; answered by a form, it is no audit, and is not asked again."""
    with reading(seen.engine) as session:
        rows = {row.hit: row for row in label_queue(session, 1, seen.clock.at).rows}
    overview, question = hit_of(seen, "ai_overview"), hit_of(seen, "paa")
    assert [(rows[hit].rank, rows[hit].link, rows[hit].audit) for hit in (overview, question)] == 2 * [
        (None, "", False)
    ]
    for lang in LANGUAGES:
        page = pages.get(f"/queue?view=list&lang={lang}").text
        assert texts(lang)["beside_ai_overview"] in page
        assert QUESTION in page
    form = {"hit": str(overview), "label": "neutral", "back": "/queue?lang=en"}
    assert pages.post("/queue/labels", data=form | {"scope": "url"}).status_code == 400
    done = pages.post("/queue/labels", data=form | {"scope": "text"})
    assert SAID in pages.get(done.headers["location"]).text
    with reading(seen.engine) as session:
        answer = session.exec(select(Review)).one()
        assert (answer.automatic, answer.label, answer.audit) == ("positive", "neutral", False)
        assert overview not in {row.hit for row in label_queue(session, 1, seen.clock.at).rows}


def test_the_page_and_the_api_give_label_evidence_and_a_way_to_correct(seen: World, pages: TestClient) -> None:
    """In every language; the form leads to a preview that says no chart changes; the API corrects by hit."""
    overview, question = texts_beside(seen)
    for lang in LANGUAGES:
        said, page = texts(lang), pages.get(f"/brands/nativ-telecom?lang={lang}").text
        part = page.split('id="beside"')[1].split("</section>")[0]
        assert part.count(said["confidence"].format(percent=round(100 * question.confidence))) >= 1
        assert all(piece.text in part for one in (overview, question) for piece in one.evidence)
        assert part.count(f'name="hit" value="{question.hit_id}"') == 1
        wish = {"hit": question.hit_id, "scope": "text", "label": "neutral", "lang": lang}
        trial = pages.get("/brands/nativ-telecom/labels/preview", params=wish).text
        assert said["preview_beside"] in trial
        assert said["rule_beside"] in trial
    with writing(seen.engine) as session:
        key = add_key(session, home_workspace(session), "test", secret(), seen.clock.at)
    api, at = {"authorization": f"Bearer {key}"}, seen.clock.at.date()
    answer = pages.get(f"/api/v1/searches/{seen.search}/readings", params={"day": str(at)}, headers=api).json()[
        "beside"
    ]
    assert [(one["hit_id"], one["label"]) for one in answer] == [
        (overview.hit_id, "positive"),
        (question.hit_id, "negative"),
    ]
    wanted = {"label": "neutral", "scope": "text", "brand": "nativ-telecom", "hit": question.hit_id}
    assert pages.post("/api/v1/label-rules", json=wanted, headers=api).json()["changed"] == 1
    assert texts("en")["by_hand"] in pages.get("/brands/nativ-telecom?lang=en").text.split('id="beside"')[1]
    rules = pages.get("/brands/nativ-telecom/rules?lang=en").text
    assert texts("en")["rule_beside"] in rules
    assert QUESTION in rules


@pytest.mark.parametrize(("kind", "typed"), [("text", QUESTION), ("url", "https://forum.example/why")])
def test_what_is_forgotten_keeps_its_label_and_never_comes_back(seen: World, kind: Kind, typed: str) -> None:
    """Its words are on no file, whatever named it; a label by hand still stands; looks and readings bring nothing back."""
    shown_elsewhere(seen)
    assert say(seen, hit_of(seen, "paa"), "positive", "text", now=seen.clock.at).changed == 2
    before = numbers(seen)
    printed_week(seen)
    take_away(seen, kind, typed)
    assert on_disk(seen, QUESTION, ANSWER, "forum.example") == []
    assert [(one.title, one.text, one.host, one.label) for one in texts_beside(seen)] == [
        ("", SAID, "", "positive"), ("[…]", "", "", "positive"),
    ]  # fmt: skip
    assert numbers(seen)[2:] == before[2:]
    looked_at(seen)
    reparse(seen.surroundings, NO_PROGRESS, force=True)
    assert rescore(seen.surroundings, NO_PROGRESS).changed == 0
    assert label_of(seen, "paa") == ("positive", "human")
    with reading(seen.engine) as session:
        rows = session.exec(select(Hit.search_id, Hit.title, Hit.label).where(Hit.kind == "paa")).all()
        facts = printed_facts(session, 1)
    assert [(one.title, one.host) for one in facts.beside if one.kind == "paa"] == [("[…]", "forgotten.invalid")]
    assert sorted(rows) == [(1, "[…]", "positive"), (2, "[…]", "positive")]
    assert on_disk(seen, QUESTION, ANSWER, "forum.example") == []
    sound(seen)


def test_a_record_of_an_older_version_gets_them_by_rescoring(seen: World) -> None:
    """Down and up again on a filled database: the blocks stay, verify counts what has no label, rescore gives it."""
    before, counted = texts_beside(seen), numbers(seen)
    migrate(BEFORE_BESIDE, on=seen.engine)
    migrate(on=seen.engine)
    assert texts_beside(seen) == ()
    assert sound(seen)["questions and overviews without a label yet (rescore)"] == 8
    done = rescore(seen.surroundings, NO_PROGRESS)
    assert (done.changed, done.flips.flipped) == (2, 0)
    assert [replace(one, hit_id=0) for one in texts_beside(seen)] == [replace(one, hit_id=0) for one in before]
    assert rescore(seen.surroundings, NO_PROGRESS).changed == 0
    assert numbers(seen) == counted
    assert "questions and overviews without a label yet (rescore)" not in {name for name, n in sound(seen).items() if n}


def test_newer_rules_recolour_them_and_reading_again_keeps_them(seen: World) -> None:
    """A label that older rules gave is put right by an event; another reading of the page leads to the same hits."""
    hit, before = hit_of(seen, "paa"), texts_beside(seen)
    with writing(seen.engine) as session:
        row = session.get_one(Hit, hit)
        row.label, row.version = "neutral", "older"
        session.add_all([row, VerdictEvent(hit_id=hit, old="negative", new="neutral", evidence_kind="words", rule="older",
                                           confidence=0.3, version="older", actor="rules", at=seen.clock.at)])  # fmt: skip
    assert label_of(seen, "paa")[0] == "neutral"
    assert rescore(seen.surroundings, NO_PROGRESS).changed == 1
    assert texts_beside(seen) == before
    reparse(seen.surroundings, NO_PROGRESS, force=True)
    assert texts_beside(seen) == before
    assert broken(seen) == []


def test_verify_finds_a_text_that_is_another_than_was_read(seen: World) -> None:
    """Other words, a label nobody gave, a kind or a search that is not the block's."""
    with writing(seen.engine) as session:
        add_search(session, session.get_one(Brand, seen.brand), phrase="x", engine="bing", hl="he", gl="IL",
                   market="il-he", sources=["practice"])  # fmt: skip
    hit = hit_of(seen, "paa")
    for wrong in ({"title": "Another question"}, {"label": "positive"}, {"kind": "organic"}, {"search_id": 2}):
        with writing(seen.engine) as session:
            row = session.get_one(Hit, hit)
            right = row.model_dump(include=set(wrong))
            session.add(row.sqlmodel_update(wrong))
        assert recounted(seen), wrong
        with writing(seen.engine) as session:
            session.add(session.get_one(Hit, hit).sqlmodel_update(right))
    assert recounted(seen) == []
