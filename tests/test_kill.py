"""kill -9 in the middle of `capture --due`, again and again: every slot ends once, and the record stays true."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from worlds import PHRASES

from app.db import engine, migrate, reading, writing
from app.models import Result, Snapshot
from app.scoring.markets import market
from app.settings import settings
from app.store.brands import add_brand, home_workspace
from app.store.searches import add_search
from app.verify import verify
from scrapers.practice.site import PracticeSite

START = datetime(2026, 9, 1, 5, tzinfo=UTC)


@pytest.fixture
def practice(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The practice site, and three searches on it that are due."""
    with PracticeSite() as site:
        monkeypatch.setenv("SHEMTOV_PRACTICE_URL", site.url)
        settings.cache_clear()
        migrate()
        with writing() as session:
            brand = add_brand(session, home_workspace(session), "Nativ Telecom", "il-he", [])
            for used, (phrase, code) in PHRASES.items():
                pack = market(code)
                add_search(
                    session, brand, phrase=phrase, engine=used, hl=pack.hl, gl=pack.gl, market=code,
                    sources=["practice"], next_due=START - timedelta(days=1),
                )  # fmt: skip
        yield site.url


def due(at: datetime) -> subprocess.Popen[bytes]:
    """`shemtov capture --due` of a simulated moment, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "capture", "--due", "--at", at.isoformat()],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONUNBUFFERED": "1"}, start_new_session=True,
    )  # fmt: skip


def kill_after(process: subprocess.Popen[bytes], looks: int) -> None:
    """kill -9 as soon as so many looks were told: somewhere in the next one."""
    for _ in range(looks):
        if process.stdout is not None:
            process.stdout.readline()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.slow
@pytest.mark.reliability
@pytest.mark.parametrize("kills", [5, pytest.param(40, marks=pytest.mark.long)])
@pytest.mark.usefixtures("practice")
def test_kills_leave_no_slot_twice_and_none_without_its_state(data_dir: Path, kills: int) -> None:
    """Each day: killed in the middle, run again to its end, verified. Then no slot is double, none is open."""
    chance = random.Random(7)
    for number in range(kills):
        at = START + timedelta(days=number)
        kill_after(due(at), chance.randrange(1, 3))
        whole = due(at)
        _, problems = whole.communicate(timeout=120)
        assert whole.returncode in (0, 3), problems.decode()
        with reading() as session:
            broken = [(f.name, f.broken[:3]) for f in verify(session, data_dir / "blobs", at) if f.broken]
        assert broken == [], number
    with reading() as session:
        slots = session.exec(select(Snapshot.search_id, Snapshot.slot).where(Snapshot.purpose == "scheduled")).all()
        assert len(slots) == len(set(slots)) >= 3 * kills
        assert None not in session.exec(select(Snapshot.state).where(Snapshot.purpose == "scheduled")).all()
        ranks = session.exec(select(Result.parse_id, Result.rank)).all()
        assert len(ranks) == len(set(ranks)) > 0
    engine().dispose()
