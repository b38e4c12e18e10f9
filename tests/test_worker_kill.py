"""kill -9 of the one worker of a SQLite record, again and again: the next one finishes what it left."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from workers import Site, Team, come_due, expect_whole, finished, looked_at, tries, until


@pytest.fixture
def site(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The slow site, as the practice source of every worker."""
    with Site() as one, looked_at(one, monkeypatch):
        yield one


def survive(site: Site, team: Team, data_dir: Path, kills: int, searches: int) -> None:
    """So many looks, so many deaths in the middle of one, and the record is whole."""
    come_due(searches)
    chance = random.Random(11)
    for _ in range(kills):
        team.hire()
        more = len(site.asked) + chance.randrange(1, 4)
        assert until(lambda more=more: len(site.asked) >= more or finished() == searches)  # type: ignore[misc]
        team.kill()
    team.hire()
    assert until(lambda: finished() >= searches)
    assert team.dismiss() == [0]
    expect_whole(data_dir / "blobs", searches)
    assert tries()["abandoned"] > 0


@pytest.mark.slow
def test_a_killed_worker_leaves_nothing_undone_and_nothing_twice(site: Site, team: Team, data_dir: Path) -> None:
    """Three deaths among eighteen looks."""
    survive(site, team, data_dir, 3, 18)


@pytest.mark.slow
@pytest.mark.reliability
@pytest.mark.long
def test_many_deaths(site: Site, team: Team, data_dir: Path) -> None:
    """Sixty deaths among two hundred looks."""
    survive(site, team, data_dir, int(os.environ.get("KILLS", "60")), 240)


@pytest.mark.slow
@pytest.mark.reliability
@pytest.mark.long
def test_a_rate_outlives_its_worker(site: Site, team: Team, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four requests a second on a SQLite record: the site never sees more, though one worker is killed and another
    takes over."""
    monkeypatch.setenv("SHEMTOV_RATES", "practice=4/1")
    come_due(9)
    team.hire()
    assert until(lambda: len(site.asked) >= 6)
    team.kill()
    team.hire()
    assert until(lambda: finished() >= 9)
    assert team.dismiss() == [0]
    expect_whole(data_dir / "blobs", 9)
    assert site.most_a_second() <= 4
