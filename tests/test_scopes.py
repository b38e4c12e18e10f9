"""How far a correction reaches: a text, a URL, a path, a host; one brand or all; and which of them decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select
from test_corrections import NOW, a_hit, broken, looks, say, take_back, verdicts
from worlds import World

from app.corrections import correct
from app.db import reading, writing
from app.errors import BadInput
from app.models import Hit, LabelRule, Link, VerdictEvent
from app.queries.brands import brand
from app.queries.history import history
from app.queries.marks import marks
from app.scoring.audit import ONE_IN, drawn, lot, mixed, wilson
from app.scoring.by_hand import by_hand, paths_of, ruling, text_pattern
from app.types import LabelRule as Rule
from app.types import Scope

LINK, HOST, TEXT = "https://a.example/forum/t/1", "a.example", b"\1" * 16


def rule(number: int, match: Scope, pattern: str, everywhere: bool = False) -> Rule:
    return Rule(number, match, pattern, "neutral", "Dana", datetime(2026, 11, 20 - number, tzinfo=UTC), everywhere)


def test_the_more_exact_word_decides_however_old_it_is() -> None:
    """Text, URL, longer path, path, host; of the same kind the brand's before the workspace's: taken away in order."""
    rules = [
        rule(9, "text", text_pattern(LINK, TEXT)),
        rule(8, "text", text_pattern(LINK, TEXT), everywhere=True),
        rule(7, "url", LINK, everywhere=True),
        rule(6, "path", "a.example/forum/t"),
        rule(5, "path", "a.example/forum"),
        rule(4, "path", "a.example/forum", everywhere=True),
        rule(3, "host", "a.example"),
        rule(2, "host", "a.example", everywhere=True),
    ]
    order = []
    while rules:
        found = ruling(LINK, HOST, rules, TEXT)
        assert found is not None
        order.append(found.id)
        rules.remove(found)
    assert order == [9, 8, 7, 6, 5, 4, 3, 2]


@pytest.mark.parametrize(
    ("link", "host", "covered"),
    [
        ("https://a.example/forum", "a.example", True),
        ("https://a.example/forum/t/2?x=1", "a.example", True),
        ("https://a.example/forums", "a.example", False),
        ("https://a.example/x/forum", "a.example", False),
        ("https://a.example/forum/../secret", "a.example", False),
        ("https://b.a.example/forum", "b.a.example", False),
        ("https://a.example/Forum", "a.example", False),
    ],
)
def test_a_path_covers_whole_segments_of_its_own_host(link: str, host: str, covered: bool) -> None:
    """Never a substring, never another host, never a path that climbs."""
    assert (ruling(link, host, [rule(1, "path", "a.example/forum")]) is not None) is covered


def test_the_paths_a_link_lies_in() -> None:
    """The shortest first; a front page and a path that climbs have none."""
    assert paths_of(LINK, HOST) == ("a.example/forum", "a.example/forum/t", "a.example/forum/t/1")
    assert paths_of("https://a.example/", HOST) == paths_of("https://a.example/a/../b", HOST) == ()


def test_another_text_at_the_same_address_is_not_covered() -> None:
    """A rule of a text says who gave it, and speaks of no other appearance."""
    said = rule(1, "text", text_pattern(LINK, TEXT), everywhere=True)
    assert ruling(LINK, HOST, [said], b"\2" * 16) is None
    assert by_hand(said).rule == "by hand: exact text, all brands"


@pytest.mark.parametrize("scope", ["text", "url", "path", "host"])
@pytest.mark.parametrize("everywhere", [False, True])
def test_every_scope_labels_the_past_and_undo_brings_back_exactly_what_was(
    world: World, scope: Scope, everywhere: bool
) -> None:
    """The hit is labelled, verify holds, undoing leaves every verdict as it was, and so does labelling it again."""
    looks(world, 2)
    hit, _, _ = a_hit(world, "negative")
    before = verdicts(world)
    with writing(world.engine) as session:
        done = correct(session, world.brand, hit, scope, "positive", "Dana", NOW, everywhere=everywhere)
    assert done.changed >= 1
    assert verdicts(world)[hit][:2] == ("positive", "human")
    assert broken(world) == []
    assert take_back(world, done.rule, NOW + timedelta(minutes=1)) == done.changed
    assert verdicts(world) == before
    assert broken(world) == []
    with reading(world.engine) as session:
        event = session.exec(select(VerdictEvent).order_by(col(VerdictEvent.id).desc())).first()
    assert event is not None
    assert (event.old, event.actor) == ("positive", "Noam")


def test_an_undone_label_comes_back_as_older_rules_gave_it(world: World) -> None:
    """Not as today's rules would: an undo is no way to bring new rules in."""
    looks(world, 1)
    hit, _, _ = a_hit(world, "negative")
    with writing(world.engine) as session:
        session.add(VerdictEvent(hit_id=hit, old="negative", new="neutral", evidence_kind="words", rule="older",
                                 confidence=0.4, version="s0", actor="rules", at=NOW))  # fmt: skip
        row = session.get_one(Hit, hit)
        row.label, row.evidence_kind, row.rule, row.confidence, row.version = "neutral", "words", "older", 0.4, "s0"
        session.add(row)
    before = verdicts(world)
    done = say(world, hit, "positive")
    take_back(world, done.rule)
    assert verdicts(world) == before


def test_a_word_for_all_brands_is_marked_as_such_on_the_chart(world: World) -> None:
    """The day says how many results changed, and that it was for all brands."""
    looks(world, 2)
    hit, _, _ = a_hit(world, "negative")
    with writing(world.engine) as session:
        done = correct(session, world.brand, hit, "host", "positive", "Dana", world.clock.at, everywhere=True)
    with reading(world.engine) as session:
        day = world.clock.at.date()
        found = history(session, world.search, day - timedelta(1), day + timedelta(1))
        told = marks(session, brand(session, "nativ-telecom"), world.search, found)
    assert [(mark.kind, mark.count) for mark in told if mark.kind != "parser"] == [("everywhere", done.changed)]


def test_a_path_that_is_not_the_results_is_refused(world: World) -> None:
    """Nothing is written for a path it does not lie in, nor for the text of a mere address."""
    looks(world, 1)
    hit, link, _ = a_hit(world, "negative")
    with writing(world.engine) as session, pytest.raises(BadInput, match="no such path"):
        correct(session, world.brand, hit, "path", "neutral", "Dana", NOW, path="b.example/x")
    with pytest.raises(BadInput, match="name the result"):
        say(world, link, "neutral", "text")
    with reading(world.engine) as session:
        assert session.exec(select(LabelRule)).all() == []
        assert session.exec(select(Link)).first() is not None


def test_wilsons_interval() -> None:
    """Known values; of nothing nothing is known."""
    assert [round(end, 3) for end in wilson(116, 119)] == [0.928, 0.991]
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 10)[0] == 0
    assert wilson(10, 10)[1] == 1


def test_a_tenth_is_drawn_and_asked_in_its_turn() -> None:
    """About one in ten of many; after every nine others one of the sample, however far the answers have come."""
    share = sum(drawn(lot(1, f"https://a.example/{n}", TEXT)) for n in range(5000)) / 5000
    assert abs(share - 1 / ONE_IN) < 0.015
    ordinary, sample = [f"o{n}" for n in range(12)], ["a", "b"]
    assert [mixed(ordinary, sample, 0, 0).index(one) for one in sample] == [2, 12]
    assert mixed(ordinary[2:], sample, 2, 0)[0] == "a"
    assert mixed(ordinary[2:], sample[1:], 2, 1).index("b") == 9
    assert mixed([], sample, 0, 0) == sample
