"""Confidences follow the blind audits: by source and version, from enough answers on, and only where they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from statistics import fmean

import pytest
from sites import other_workspace
from test_adapted import NOW, on_record, told_texts
from worlds import World

from app.db import reading, writing
from app.models import Hit, Review
from app.queries.history import hit_rows
from app.queries.reviews import audit
from app.queries.trust import search_trust, trust
from app.scoring.audit import ANSWERS, BELIEVED, leaning, leant
from app.scoring.verdict import CONFIDENCE


def answered(world: World, hits: Sequence[int], agreeing: int) -> None:
    """Blind answers to so many results, the first of them with the automatic label."""
    with writing(world.engine) as session:
        for place, hit in enumerate(session.get_one(Hit, one) for one in hits):
            label = hit.label if place < agreeing else "negative"
            session.add(Review(
                hit_id=hit.id or 0, label=label or "", automatic=hit.label or "", version=hit.version or "", audit=True,
                actor="Dana", at=NOW + timedelta(hours=1),
            ))  # fmt: skip


def shown(world: World, hit: int) -> float:
    with reading(world.engine) as session:
        return hit_rows(session, world.search, {hit})[hit].confidence


def test_confidences_become_right_as_often_as_they_say() -> None:
    """Equal ones become the share that people confirmed, doubted by ten answers; others keep their order."""
    n = ANSWERS
    assert leant(0.24, leaning([(0.24, place < 27) for place in range(n)])) == pytest.approx(
        (27 + BELIEVED * 0.24) / (n + BELIEVED), abs=1e-6
    )
    given = [(0.5 + place / 100, place % 2 == 0) for place in range(40)]
    moved = [leant(confidence, leaning(given)) for confidence, _ in given]
    assert moved == sorted(moved)
    assert fmean(moved) == pytest.approx((20 + BELIEVED * fmean(one for one, _ in given)) / 50, abs=1e-6)
    assert leaning(given[: n - 1]) == 0
    assert (leant(1.0, 3.0), leant(0.0, 3.0), leant(0.42, 0.0)) == (1.0, 0.0, 0.42)


@pytest.mark.parametrize("right", [0, ANSWERS])
def test_unanimous_answers_make_nothing_certain(right: int) -> None:
    """All right, or none: near the end, never at it."""
    moved = leant(0.9, leaning([(0.9, place < right) for place in range(ANSWERS)]))
    assert 0.2 < moved < 0.25 if not right else 0.97 < moved < 0.98


def test_audits_correct_what_is_shown_and_nothing_on_record(world: World) -> None:
    """Thirty answers to texts without a word of the lists, most of them alike: shown as sure as that; 29 say nothing."""
    hits = on_record(world, told_texts(ANSWERS + 1, ["plain"]))
    last = hits[-1]
    answered(world, hits[: ANSWERS - 1], 26)
    assert shown(world, last) == CONFIDENCE["none"]
    answered(world, hits[ANSWERS - 1 : ANSWERS], 1)
    assert shown(world, last) == pytest.approx((27 + BELIEVED * CONFIDENCE["none"]) / (ANSWERS + BELIEVED), abs=1e-3)
    stranger = other_workspace(world.engine)
    with writing(world.engine) as session:
        other = session.get_one(Hit, hits[0])
        assert (other.confidence, session.get_one(Hit, last).confidence) == (CONFIDENCE["none"], CONFIDENCE["none"])
        other.version = "newer"
        session.add(other)
        told = audit(session, 1).sources
        assert [(one.source, one.agreed.same, one.agreed.n, one.counts) for one in told] == [("words", 27, 30, True)]
        assert search_trust(session, world.search) == trust(session, 1)
        assert trust(session, stranger) == {}
    assert shown(world, hits[0]) == CONFIDENCE["none"]
