"""Retention: raw answers go after their days, a copy that reads the same stays, and the record stays proven."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import let_in, looked_at, signed_in, use
from sqlalchemy import update
from sqlmodel import col, select
from worlds import World

from app.again import reparse
from app.cli import main
from app.db import reading, writing
from app.models import Blob, Fetch, Hit, Parse, Result
from app.queries.blobs import pages
from app.retention import Kept, due_today, retain
from app.store.archive import keep_days
from app.store.blobs import blob_path, keep
from app.store.brands import home_workspace
from app.verify import verify

MONTH = timedelta(days=31)
NO_PROGRESS: Callable[[int, int], None] = lambda done, of: None  # noqa: E731


@pytest.fixture
def old(world: World) -> World:
    """A look that is 31 days old."""
    looked_at(world)
    world.clock.at += MONTH
    return world


def expire(world: World, days: int = 30, *, dry_run: bool = False) -> Kept:
    return retain(world.engine, world.surroundings.blobs, world.clock.at, days, dry_run=dry_run)


def sound(world: World) -> dict[str, int]:
    """What verify notes of I3; nothing may be broken."""
    with reading(world.engine) as session:
        found = verify(session, world.surroundings.blobs, world.clock.at)
    assert [one.broken for one in found if one.broken] == []
    return dict(next(one.notes for one in found if one.name == "I3"))


def files(world: World) -> int:
    return sum(path.is_file() for path in world.surroundings.blobs.rglob("*.zst"))


def test_a_copy_takes_the_place_of_a_raw_answer(old: World) -> None:
    """The raw file is gone, the copy reads the same, verify knows both, and reading again changes nothing."""
    with reading(old.engine) as session:
        before = list(session.exec(select(Hit.title, Hit.snippet).order_by(col(Hit.id))).all())
        raw = {blob.sha256 for blob in session.exec(select(Blob)).all()}
    kept = expire(old)
    assert kept.replaced == len(raw) == 2
    assert (kept.whole, kept.problems) == (0, ())
    assert not [name for name in raw if blob_path(old.surroundings.blobs, name).exists()]
    assert sound(old) == {"cleaned copies": 2}
    again = reparse(old.surroundings, NO_PROGRESS, force=True)
    assert (again.seen, again.problems) == (1, ())
    with reading(old.engine) as session:
        assert list(session.exec(select(Hit.title, Hit.snippet).order_by(col(Hit.id))).all()) == before
        assert len(session.exec(select(Parse)).all()) == 2
        assert len(session.exec(select(Result)).all()) == 2 * len(before)
    assert sound(old) == {"cleaned copies": 2}


def test_nothing_goes_before_its_time_or_twice(old: World) -> None:
    """A young answer stays, 0 days is for ever, a dry run changes nothing, a second run finds nothing."""
    assert expire(old, 0).replaced == 0
    assert expire(old, 40).replaced == 0
    would = expire(old, dry_run=True)
    assert (would.replaced, files(old), sound(old)) == (2, 2, {})
    assert expire(old) == would
    assert expire(old).replaced == 0
    assert files(old) == 2


def test_a_workspace_keeps_its_own_days(old: World) -> None:
    """What a workspace says of itself stands above the installation's setting."""
    with writing(old.engine) as session:
        keep_days(session, home_workspace(session).id or 0, 90)
    assert expire(old).replaced == 0
    with writing(old.engine) as session:
        keep_days(session, home_workspace(session).id or 0, None)
    assert expire(old).replaced == 2


def test_an_answer_that_reads_otherwise_without_its_weight_stays_whole(old: World) -> None:
    """A provider's JSON and an empty answer have no copy: the answer itself is what stays, once and for all."""
    with writing(old.engine) as session:
        blob = keep(session, old.surroundings.blobs, b"")
        session.connection().execute(update(Fetch).where(col(Fetch.page_no) == 2).values(blob_id=blob))
    kept = expire(old)
    assert (kept.replaced, kept.whole) == (1, 1)
    assert expire(old).whole == 0


def test_an_answer_fetched_again_is_kept_again(old: World) -> None:
    """The same bytes, a month later: their blob is no longer expired and its file is back."""
    expire(old)
    with reading(old.engine) as session:
        gone = session.exec(select(Blob).where(Blob.kind == "raw").order_by(col(Blob.id))).first()
        attempt = session.exec(select(Fetch.attempt_id)).first()
        assert gone is not None
        assert attempt is not None
    old.practice.always = (old.clock.at - MONTH).date()
    looked_at(old)
    with reading(old.engine) as session:
        assert all(page.body for page in pages(session, old.surroundings.blobs, attempt))
    sound(old)


def test_a_copy_that_is_damaged_or_a_raw_file_that_stayed_breaks_the_proof(old: World) -> None:
    """verify reads the copies, and looks for what should be gone."""
    with reading(old.engine) as session:
        raw = session.exec(select(Blob.sha256)).first() or ""
    body = blob_path(old.surroundings.blobs, raw).read_bytes()
    expire(old)
    with reading(old.engine) as session:
        copy = session.exec(select(Blob.sha256).where(Blob.kind == "clean")).first() or ""
    good = blob_path(old.surroundings.blobs, copy).read_bytes()
    blob_path(old.surroundings.blobs, copy).write_bytes(b"no longer it")
    blob_path(old.surroundings.blobs, raw).write_bytes(body)
    with reading(old.engine) as session:
        found = next(one for one in verify(session, old.surroundings.blobs, old.clock.at) if one.name == "I3")
    assert len(found.broken) == 2
    blob_path(old.surroundings.blobs, copy).write_bytes(good)
    blob_path(old.surroundings.blobs, raw).unlink()
    sound(old)


def test_once_a_day(tmp_path: Path, world: World) -> None:
    """The first of a day is due, the second is not, tomorrow's is."""
    assert due_today(tmp_path, world.clock.at)
    assert not due_today(tmp_path, world.clock.at)
    assert due_today(tmp_path, world.clock.at + timedelta(days=1))


def test_the_page_says_which_is_kept(old: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before: the raw answer. After: its cleaned copy, which opens; the raw one is not found."""
    use(old, monkeypatch)
    let_in(old.engine)
    with TestClient(an_app()) as client:
        signed_in(client, old.engine)
        assert "as it came" in client.get("/snapshots/1?lang=en").text
        with reading(old.engine) as session:
            raw = session.exec(select(Blob.sha256)).first()
        expire(old)
        text = client.get("/snapshots/1?lang=en").text
        assert "cleaned copy" in text
        with reading(old.engine) as session:
            copy = session.exec(select(Blob.sha256).where(Blob.kind == "clean")).first()
        assert client.get(f"/raw/{raw}").status_code == 404
        assert f"/raw/{copy}" in text
        answer = client.get(f"/raw/{copy}")
        assert answer.status_code == 200
        assert answer.headers["content-security-policy"].startswith("sandbox")


def test_the_command_says_what_went(
    old: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run, the real one, and one that sets the days of the workspace."""
    use(old, monkeypatch)
    monkeypatch.setattr("app.cli.archive.clock", old.clock)
    for typed in ("retention --dry-run", "retention --days 60", "retention --days -1"):
        monkeypatch.setattr("sys.argv", ["shemtov", *typed.split()])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("2 raw answers would be replaced by cleaned copies")
    assert told[1].startswith("0 raw answers replaced")
    assert told[2].startswith("2 raw answers replaced")
