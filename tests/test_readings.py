"""The readings of a page over a record: promise gap, voices, weights of one's own, and the fates of what left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given
from records import AT, record_brand, record_look
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.db import reading, writing
from app.errors import BadInput, NotFound
from app.models import Brand, Feature, Hit, Parse, Removal, Result, Search, VerdictEvent, Workspace
from app.pipeline import score_new
from app.prove import Finding
from app.queries.brand_page import Asked, brand_page
from app.queries.numbers import BrandPage, Fate
from app.queries.searches import watched
from app.queries.voices import voices
from app.queries.weekly import weekly
from app.recount import figures_again
from app.scoring.reputation import WEIGHTS
from app.store.beside import add_missing_beside
from app.store.brands import home_workspace
from app.store.removals import mark_removed, unmark_removed
from app.store.weights import read_weights, set_weights
from app.texts import LANGUAGES, texts
from app.types import Label
from reports.numbers import tiles
from reports.readings import fate_told

SUNDAY = date(2026, 11, 1)
SATURDAY = SUNDAY + timedelta(days=6)
FRIDAY = SUNDAY + timedelta(days=12)
TODAY = SUNDAY + timedelta(days=13)
PROMISE = "We put service first"
NEUTRAL: Label = "neutral"
BEFORE: tuple[Label, ...] = ("owned", "negative", "owned", *[NEUTRAL] * 13, "negative")
NOW: tuple[Label, ...] = ("owned", "neutral", "negative", "negative", *[NEUTRAL] * 11)


def recorded(session: Session, title: str = PROMISE) -> Brand:
    """Two weeks, each with one look on its last days: 17 results, then 15."""
    return record_brand(session, "Nativ", {SATURDAY: BEFORE, FRIDAY: NOW}, title)


def page_of(engine: Engine, weeks: int = 13) -> BrandPage:
    with reading(engine) as session:
        return brand_page(session, "nativ", Asked(weeks=weeks), TODAY)


def problems(engine: Engine) -> list[str]:
    found = Finding("I4", "counted anew")
    with writing(engine) as session:
        for hit in session.exec(select(Hit)).all():
            event = VerdictEvent(
                hit_id=hit.id or 0, new=hit.label or "", evidence_kind="words", rule="test", confidence=0.7,
                version="test", actor="rules", at=AT,
            )  # fmt: skip
            session.add(event)
    with reading(engine) as session:
        figures_again(session, found)
    assert found.checked
    return found.broken


def fates(engine: Engine) -> dict[int, Fate | None]:
    """From which rank a result left -> its fate."""
    compared = page_of(engine).compared
    assert compared is not None
    return {move.from_rank or 0: move.fate for move in compared.left}


def link_at(session: Session, rank: int, label: Label) -> int:
    row = session.exec(select(Hit.link_id).join(Result).where(Result.rank == rank, Hit.label == label)).first()
    assert row is not None
    return row


def test_the_promise_gap_counts_what_stands_below_the_first_promise(database: Engine) -> None:
    """One negative below the promise at rank 1 the week before, two now: one more, worse; page and paper say so."""
    with writing(database) as session:
        search = recorded(session).main_search or 0
    week = page_of(database).week
    assert week.promise is not None
    assert week.promise_before is not None
    assert (week.promise.rank, week.promise.negatives, week.promise.gap) == (1, (3, 4), 2)
    assert (week.promise_before.gap, week.promise_change) == (1, 1)
    assert [word.text for word in week.promise.words] == ["service first"]
    for lang in LANGUAGES:
        tile = tiles(week, texts(lang), lang)[-1]
        assert (tile.value, tile.tone) == ("2", "worse")
        assert "1" in tile.detail
    with reading(database) as session:
        paper = weekly(session, search, FRIDAY, "en").week
    assert (paper.promise, paper.promise_before) == (week.promise, week.promise_before)
    assert problems(database) == []


def test_without_a_promise_there_is_no_gap(database: Engine) -> None:
    """Owned results that promise nothing leave the number open, which is no zero."""
    with writing(database) as session:
        recorded(session, "Opening hours")
    week = page_of(database).week
    assert week.promise is not None
    assert (week.promise.hit, week.promise.gap, week.promise_change) == (None, None, None)
    assert tiles(week, texts("en"), "en")[-1].value == "–"


def test_who_is_not_owned_promises_nothing(database: Engine) -> None:
    """The same words on a page of somebody else are no promise of ours."""
    with writing(database) as session:
        record_brand(session, "Nativ", {FRIDAY: ["positive", "negative", *[NEUTRAL] * 8]}, PROMISE)
    found = page_of(database).week.promise
    assert found is not None
    assert found.gap is None


def test_volatility_is_of_the_two_looks_of_the_week(database: Engine) -> None:
    """Read off 15 shared ranks; served rounded, proven by verify; none without a week before."""
    with writing(database) as session:
        recorded(session)
    found = page_of(database).week.volatility
    assert found is not None
    assert (found.n, found.p) == (15, 0.9)
    assert found.value is not None
    assert found.percent == round(100 * found.value)
    assert problems(database) == []


def test_voices_are_counted_over_the_shown_range(database: Engine) -> None:
    """A host on three days keeps appearing: more negatives than good ones make it a critic; two days are too few."""
    with writing(database) as session:
        days = {FRIDAY - timedelta(days=back): ("negative", *[NEUTRAL] * 9) for back in range(3)}
        record_brand(session, "Nativ", days)
    (one,) = page_of(database).voices.voices
    assert (one.side, one.days, one.best, one.presence) == ("critic", 3, 1, 100.0)
    assert (one.negative, one.neutral) == (3, 27)
    shown = page_of(database).history
    assert voices(shown, WEIGHTS).days == 3
    assert page_of(database, weeks=1).voices.days == 3
    assert problems(database) == []


def test_weights_of_a_workspace_are_used_wherever_a_score_is(database: Engine) -> None:
    """Page, waterfall, paper and verify use them; the other workspace keeps ours; a refused set changes nothing."""
    with writing(database) as session:
        search = recorded(session).main_search or 0
        assert set_weights(session, home_workspace(session), [2] * 10) == (10,) * 10
    week, ours = page_of(database).week, page_of(database).brand.weights
    assert week.now is not None
    assert (ours, week.now.score) == ((10,) * 10, 50 + (10 - 20) / 2)
    assert sum(step.points for step in week.steps) == week.score_change
    with reading(database) as session:
        facts = weekly(session, search, FRIDAY, "en")
    assert facts.week.now is not None
    assert (facts.versions.score, facts.versions.weights) == ("w 10-10-10-10-10-10-10-10-10-10", (10,) * 10)
    assert facts.points[-1].score == facts.week.now.score == week.now.score
    assert problems(database) == []
    with writing(database) as session, pytest.raises(BadInput):
        set_weights(session, home_workspace(session), [0] * 10)
    assert page_of(database).brand.weights == (10,) * 10
    with writing(database) as session:
        set_weights(session, home_workspace(session), None)
        assert home_workspace(session).weights is None
    assert page_of(database).brand.weights == WEIGHTS


def test_verify_finds_weights_that_were_not_used(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores by our weights where others are stored are found."""
    with writing(database) as session:
        recorded(session)
        set_weights(session, home_workspace(session), [1] * 10)
    monkeypatch.setattr("app.queries.brands.rank_weights", lambda _session, _home: WEIGHTS)
    assert any("its page" in problem for problem in problems(database))


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ("app.queries.promise_gap.LEAST", "promise gap"),
        ("app.scoring.overlap.P", "volatility"),
        ("app.queries.voices.KEEPS", "voices"),
    ],
)
def test_verify_finds_a_reading_that_went_wrong(
    database: Engine, monkeypatch: pytest.MonkeyPatch, wrong: str, what: str
) -> None:
    """A promise gap, a volatility or voices computed otherwise than the rows say."""
    with writing(database) as session:
        days = {FRIDAY - timedelta(days=back): NOW for back in range(3)} | {SATURDAY: BEFORE}
        record_brand(session, "Nativ", days, PROMISE)
    assert problems(database) == []
    if what == "promise gap":
        monkeypatch.setattr(wrong, 99)
    elif what == "volatility":
        monkeypatch.setattr("app.queries.volatility.of_rankings", lambda one, other: 0.123)
    else:
        monkeypatch.setattr("app.queries.voices.side_of", lambda labels: "own")
    assert any(what in problem or "is no own" in problem for problem in problems(database))


def test_a_negative_that_left_has_the_fate_that_is_known(database: Engine) -> None:
    """At rank 2: nobody knows where to. At 17: the later look showed 15 results, so it is unseen. The rest has none."""
    with writing(database) as session:
        recorded(session)
    found = fates(database)
    assert found[2] == Fate("unknown")
    assert found[17] == Fate("unseen")
    assert found[3] is None


def test_pushed_out_needs_a_sighting(database: Engine) -> None:
    """Seen on another search of the brand after it left, by the later look's day; before it left, or later, is none."""
    with writing(database) as session:
        brand = recorded(session)
        link = link_at(session, 2, "negative")
        other = Search(brand_id=brand.id or 0, market="il-he", phrase="Nativ reviews", engine="bing", hl="he", gl="IL")
        session.add(other)
        session.flush()
        hit = Hit(search_id=other.id or 0, link_id=link, url="https://e.example", title="t", text_hash=b"x" * 16, label="negative",
                  evidence_kind="words", rule="test", confidence=0.7, version="test")  # fmt: skip
        session.add(hit)
        session.flush()
        shared: dict[tuple[int, Label], int] = {(4, "negative"): hit.id or 0}
        page: list[Label] = ["neutral", "neutral", "neutral", "negative"]
        number = other.id or 0
        record_look(session, number, SATURDAY - timedelta(days=1), page, shared)
        record_look(session, number, TODAY, page, shared)
    assert fates(database)[2] == Fate("unknown")
    with writing(database) as session:
        record_look(session, number, FRIDAY - timedelta(days=1), page, shared)
    fate = fates(database)[2]
    assert fate == Fate("pushed_out", FRIDAY - timedelta(days=1), 4, number, "Nativ reviews")
    for lang in LANGUAGES:
        told = fate_told(fate, texts(lang), lang)
        assert "Nativ reviews" in told
        assert "4" in told


def test_removed_is_what_a_person_said(database: Engine) -> None:
    """Said twice it stands once; taken back it is unknown again; of a link no search has shown it cannot be said."""
    now = datetime(2026, 11, 14, 9, tzinfo=UTC)
    with writing(database) as session:
        brand = recorded(session).id or 0
        link = link_at(session, 2, "negative")
        assert mark_removed(session, brand, link, "Dana", now) == mark_removed(session, brand, link, "Dana", now)
        with pytest.raises(NotFound):
            mark_removed(session, brand, 10**6, "Dana", now)
    assert fates(database)[2] == Fate("removed", date(2026, 11, 14))
    with writing(database) as session:
        assert unmark_removed(session, brand, link, now)
        assert not unmark_removed(session, brand, link, now)
        assert len(session.exec(select(Removal)).all()) == 1
    assert fates(database)[2] == Fate("unknown")


def test_numbers_are_read_as_people_type_them() -> None:
    """Apart by spaces, semicolons or commas; decimal commas too; words are refused."""
    assert read_weights("35 18 12") == read_weights("35, 18, 12") == read_weights("35,18,12") == [35, 18, 12]
    assert read_weights("1,5; 2") == read_weights("1,5 2") == [1.5, 2]
    for wrong in ("a b", "nan 1", "1e999"):
        with pytest.raises(BadInput):
            read_weights(wrong)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_numbers_or_refused(typed: str) -> None:
    """No other error comes out."""
    try:
        found = read_weights(typed)
    except BadInput:
        return
    assert all(isinstance(one, float) for one in found)


def test_another_workspace_keeps_its_weights(database: Engine) -> None:
    """Weights belong to one workspace."""
    with writing(database) as session:
        recorded(session)
        other = Workspace(name="Other", slug="other")
        session.add(other)
        session.flush()
        set_weights(session, other, [1] * 10)
    assert page_of(database).brand.weights == WEIGHTS


def test_questions_and_overviews_stand_beside_the_page_and_count_nowhere(database: Engine) -> None:
    """Labelled with evidence on page and paper alike; every number, rank and change is as without them."""
    with writing(database) as session:
        search = recorded(session).main_search or 0
    before = page_of(database)
    assert before.beside == ()
    with writing(database) as session:
        parse = session.exec(select(Parse).order_by(col(Parse.id).desc())).first()
        assert parse is not None
        for kind, data in (
            ("paa", {"question": "Nativ", "answer": "Terrible service, on hold for two hours.", "url": "https://f.example/1"}),
            ("paa", {"answer": "No question"}), ("ai_overview", {"text": "Excellent, friendly service. Highly recommended."}),
            ("ai_overview", {"sources": []}), ("paa", {"question": ["hostile"]}), ("related", {"phrases": ["Nativ scam"]}),
        ):  # fmt: skip
            session.add(Feature(parse_id=parse.id or 0, kind=kind, absolute_rank=1, data=data))
        add_missing_beside(session, search)
        assert score_new(session, watched(session, search), AT) == 2
    after = page_of(database)
    told = [(one.kind, one.label, one.host) for one in after.beside]
    assert told == [("ai_overview", "positive", ""), ("paa", "negative", "f.example")]
    for one in after.beside:
        assert one.evidence
        assert all(one.text[piece.start : piece.end] == piece.text for piece in one.evidence)
    assert replace(after, beside=()) == before
    with reading(database) as session:
        assert weekly(session, search, FRIDAY, "en").beside == after.beside
    assert problems(database) == []
