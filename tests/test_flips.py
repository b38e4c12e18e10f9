"""New rules that call too much otherwise stop, until a person accepts that."""

from __future__ import annotations

import sys
from datetime import timedelta

import pytest
from sites import looked_at, use
from sqlmodel import col, select
from test_corrections import a_hit, broken, say, verdicts
from worlds import World

from app import flips as measuring
from app import pipeline
from app.again import rescore
from app.cli import main
from app.db import reading, writing
from app.flips import Flips, Pair, flips, told
from app.models import Hit, VerdictEvent
from app.types import Verdict


def quiet(_done: int, _of: int) -> None:
    return


def relabel(world: World, count: int) -> list[int]:
    """So many hits as older rules had labelled them: today's call them otherwise."""
    with writing(world.engine) as session:
        hits = session.exec(select(Hit).where(Hit.label == "neutral").order_by(col(Hit.id)).limit(count)).all()
        for hit in hits:
            hit.label, hit.version = "positive", "older"
            session.add(VerdictEvent(
                hit_id=hit.id or 0, old="neutral", new="positive", evidence_kind="words", rule="none",
                confidence=0.3, version="older", actor="rules", at=world.clock.at,
            ))  # fmt: skip
            session.add(hit)
        return [hit.id or 0 for hit in hits]


def looked(world: World, days: int) -> int:
    """So many days on record; how many results they brought."""
    for _ in range(days):
        looked_at(world)
    return len(verdicts(world))


def test_many_flips_write_nothing_until_they_are_accepted(world: World) -> None:
    """Two of some twenty results are more than 5 %: measured and refused; accepted, they are written as events."""
    results = looked(world, 1)
    changed = relabel(world, 2)
    before = verdicts(world)
    refused = rescore(world.surroundings, quiet)
    assert (refused.refused, refused.changed) == (True, 0)
    assert (refused.flips.seen, refused.flips.flipped) == (results, 2)
    assert [(pair.old, pair.new, pair.count) for pair in refused.flips.pairs] == [("positive", "neutral", 2)]
    assert verdicts(world) == before
    accepted = rescore(world.surroundings, quiet, accept=True)
    assert (accepted.refused, accepted.changed) == (False, 2)
    assert {verdicts(world)[hit][0] for hit in changed} == {"neutral"}
    assert broken(world) == []


def test_few_flips_go_through(world: World) -> None:
    """One label in twenty is no reason to stop."""
    assert looked(world, 1) == 20
    changed = relabel(world, 1)
    done = rescore(world.surroundings, quiet)
    assert (done.refused, done.changed, done.flips.flipped) == (False, 1, 1)
    assert verdicts(world)[changed[0]][0] == "neutral"


def test_what_people_said_is_no_flip(world: World) -> None:
    """A label given by hand is neither counted nor changed."""
    results = looked(world, 1)
    hit, _, _ = a_hit(world, "negative")
    done = say(world, hit, "positive", "text")
    found = flips(world.engine, quiet)
    assert (found.seen, found.flipped) == (results - done.changed, 0)


def test_the_boundary_is_more_than_five_percent() -> None:
    """Five of a hundred go through, six do not; nothing on record is no flip."""
    assert [Flips("v", 100, n, ()).too_many for n in (5, 6)] == [False, True]
    assert Flips("v", 0, 0, ()).share == 0


def test_the_measurement_names_pairs_with_examples(world: World) -> None:
    """The share in per cent, each pair of labels, some of its titles."""
    lines = told(Flips("v9", 40, 4, (Pair("neutral", "negative", 4, ("Bill", "Wait")),)))
    assert lines == [
        "rules v9: 4 of 40 labels on unchanged pages would change (10.0 %)", "neutral becomes negative: 4", "  Bill",
        "  Wait",
    ]  # fmt: skip


def test_the_command_refuses_with_exit_3_and_goes_on_when_told_to(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`shemtov rescore` prints the measurement either way."""
    looked(world, 1)
    relabel(world, 2)
    use(world, monkeypatch)
    for options, code in (([], 3), (["--accept"], 0)):
        monkeypatch.setattr(sys, "argv", ["shemtov", "rescore", *options])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert ended.value.code == code
        assert "positive becomes neutral: 2" in said.out
        assert ("--accept" in said.err) is (code == 3)
    with reading(world.engine) as session:
        assert not session.exec(select(Hit).where(Hit.version == "older")).all()


def test_new_rules_are_measured_by_their_own_verdicts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that call everything negative flip all but what is negative already, on pages that did not change."""
    results = looked(world, 1)
    negatives = sum(label == "negative" for label, *_ in verdicts(world).values())
    grim = Verdict("negative", "words", "grim", 0.5, version="grim")
    monkeypatch.setattr(pipeline, "score", lambda *_: grim)
    world.clock.at += timedelta(days=1)
    assert flips(world.engine, quiet).flipped == results - negatives
    assert measuring.MOST == 0.05
