"""Silent loss: a page that lost results is not called ok, and a good page is not held back for nothing.

The long run is that of `make reliability`: MUTANTS and MUTANT_SEED set its number and its seed; 200,000 take an hour.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import sys
from collections import Counter, deque
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random
from statistics import median

import pytest
from mutants import HARMLESS, LOOKS, Good, captured, look, mutants, one_result_less, recorded, usual_of
from worlds import PHRASES

from app.scoring.markets import market
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.practice.entries import worlds
from scrapers.practice.markup import Asked
from scrapers.practice.site import DEPTH, page_of
from scrapers.registry import standards
from scrapers.types import RawPage, SearchRequest, Serp, Usual

NUMBER = int(os.environ.get("MUTANTS", "200000"))
SEED = int(os.environ.get("MUTANT_SEED", "1"))
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "serp-corpus"
MOST_SILENT = 0.005
MOST_HELD = 0.02
FIRST = date(2026, 1, 1)


def good_pages(*, slim: bool) -> list[Good]:
    """Captured pages where they are, and always our own."""
    return [*(captured(CORPUS, slim=slim) if CORPUS.is_dir() else ()), *recorded()]


def damage(goods: Sequence[Good], number: int, seed: int, *, told: bool = False) -> tuple[Counter[str], list[str]]:
    """(damaged pages by kind, and how many of them lost results, silently or not; where the silent ones come from)."""
    faulthandler.cancel_dump_traceback_later()  # a long run is no hang
    counts: Counter[str] = Counter()
    silent = []
    for done, mutant in enumerate(mutants(goods, number, seed), 1):
        counts[mutant.kind] += 1
        counts["lost"] += mutant.lost > 0.25
        if mutant.silent:
            silent.append(
                f"{mutant.good.name} {mutant.kind}: {len(mutant.serp.results)} results, lost {mutant.lost:.0%}"
            )
        if told and done % max(number // 100, 1) == 0:
            sys.__stderr__ and print(
                f"\r{done} of {number}, {len(silent)} silent", end="", file=sys.__stderr__, flush=True
            )
    return counts, silent


@pytest.mark.slow
def test_five_thousand_damaged_pages_are_read_and_hardly_one_loses_results_in_silence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No exception; of the pages that lost more than a quarter of their results, under 0.5 % are called ok."""
    caplog.set_level(logging.ERROR)
    counts, silent = damage(good_pages(slim=True), 5000, SEED)
    print(f"{counts['lost']} lost results, {len(silent)} in silence", *silent, sep="\n")
    assert counts["lost"] > 500
    assert len(silent) < MOST_SILENT * counts["lost"]
    assert [record.message for record in caplog.records] == []  # a reader that breaks is caught, and is still a defect


@pytest.mark.reliability
@pytest.mark.long
def test_two_hundred_thousand_damaged_pages(capsys: pytest.CaptureFixture[str]) -> None:
    """The same at length, scripts and styles of the pages included."""
    with capsys.disabled():
        counts, silent = damage(good_pages(slim=False), NUMBER, SEED, told=True)
        print(
            f"\n{NUMBER} mutants, {counts['lost']} lost results, {len(silent)} in silence",
            dict(counts),
            *silent[:50],
            sep="\n",
        )
    assert len(silent) < MOST_SILENT * counts["lost"]


def test_every_kind_of_damage_does_some() -> None:
    """A mutation that changes nothing proves nothing: each kind makes some page another one."""
    changed: Counter[str] = Counter()
    for mutant in mutants(list(recorded()), 400, 5):
        changed[mutant.kind] += mutant.body != mutant.good.body
    assert len(changed) >= 18
    assert all(changed.values()), changed


def held_back(goods: Sequence[Good], chance: Random) -> tuple[int, list[str]]:
    """(good pages changed without harm, those that were not ok)."""
    seen, held = 0, []
    for good in goods:
        bodies = {kind: change(good.body, chance) for kind, change in HARMLESS.items() if not good.is_json}
        bodies["as it is"] = good.body
        if not good.is_json:
            bodies["one result less"] = one_result_less(good, chance)
        for kind, body in bodies.items():
            state = look(good.source, body, good.request, good.usual)[1]
            seen += 1
            if state.state != "ok":
                held.append(f"{good.name} {kind}: {state.reason}")
    return seen, held


@pytest.mark.slow
def test_good_pages_are_hardly_ever_held_back() -> None:
    """Pages as they are, with their attributes turned, spaced, written anew, with one result less: under 2 %."""
    seen, held = held_back(good_pages(slim=True), Random(7))
    print(f"{len(held)} of {seen} held back", *held, sep="\n")
    assert seen > 100
    assert len(held) < MOST_HELD * seen


def day_of(engine: str, day: date) -> tuple[Serp, list[RawPage], SearchRequest]:
    """A day of the practice world in an engine's markup, as deep as a look goes."""
    phrase, code = PHRASES[engine]
    pack = market(code)
    raw = []
    for number in (1, 2) if engine != "duckduckgo" else (1,):
        asked = Asked(phrase, pack.hl, pack.gl, number, number == 1)
        raw.append(RawPage(page_of(engine, worlds()[phrase], day, asked).encode(), http_status=200, page_no=number))
    request = SearchRequest(engine, phrase, pack.hl, pack.gl, depth=DEPTH)
    return parse(engine, raw, request), raw, request


@pytest.mark.parametrize("engine", PHRASES)
def test_days_of_the_practice_world_are_not_held_back(engine: str) -> None:
    """Sixty days that move as real pages do, each judged by the fourteen before it: under 2 % are not ok."""
    before: deque[Serp] = deque(maxlen=LOOKS)
    held = []
    for day in (FIRST + timedelta(days=number) for number in range(60)):
        serp, raw, request = day_of(engine, day)
        judged = judge(raw, serp, request, standards(engine, engine), usual_before(before))
        if judged.state != "ok":
            held.append(f"{day}: {judged.reason}")
        before.append(serp)
    assert len(held) < MOST_HELD * 60, held


def usual_before(looks: deque[Serp]) -> Usual | None:
    """What those looks teach, as app.queries.usual reads it from the record."""
    if not looks:
        return None
    each = [usual_of(serp) for serp in looks]
    return Usual(
        float(median(one.n for one in each)), float(median(one.snippet_share for one in each)), each[-1].urls, len(each)
    )
