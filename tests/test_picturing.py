"""Pictures: drawn offline from the archived answer, for new negatives and on demand; never at a look's cost."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import looked_at, other_workspace, signed_in, use
from sqlmodel import col, select
from worlds import World

from app.cli import main
from app.cli.archive import draw_taken
from app.db import reading, writing
from app.errors import NotFound
from app.forget import forget
from app.models import Blob, Change, Fetch, Picture, Snapshot
from app.picturing import MOST_HEIGHT, draw, draw_new
from app.printing import close_printer
from app.queries.archive import picture_of
from app.queries.blobs import content
from app.retention import retain
from app.runner import run_due
from app.settings import settings
from app.store.blobs import keep
from app.verify import verify
from reports.print import Printer, PrintFailed


@pytest.fixture
def seen(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two days of looks; on the second a negative entered."""
    use(world, monkeypatch)
    looked_at(world)
    world.practice.alter = lambda day, text: text.replace(
        "tlunot.example/c/nativ-telecom", "plaint.example/scam"
    )  # fmt: skip
    looked_at(world)
    return world


@pytest.fixture
def drawing(seen: World, chromium_path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The same, with a Chromium to draw with."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", chromium_path)
    settings.cache_clear()
    yield seen
    close_printer()


def looks(world: World) -> list[int]:
    with reading(world.engine) as session:
        return [one or 0 for one in session.exec(select(Snapshot.id).order_by(col(Snapshot.id))).all()]


def sound(world: World) -> None:
    with reading(world.engine) as session:
        found = verify(session, world.surroundings.blobs, world.clock.at)
    assert [one.broken for one in found if one.broken] == []


@pytest.mark.browser
def test_a_look_with_a_new_negative_gets_a_picture(drawing: World) -> None:
    """Only the look that brought one; a JPEG of the width of its screen, proven like every file; a second run: none."""
    with reading(drawing.engine) as session:
        brought = set(session.exec(select(Change.snapshot_id).where(Change.kind == "negative_entered")).all())
    done = list(draw_new(drawing.engine, drawing.surroundings.blobs, looks(drawing), drawing.clock.at))
    assert {look for look, problem in done if not problem} == brought
    assert len(brought) < len(looks(drawing))
    with reading(drawing.engine) as session:
        found = picture_of(session, next(iter(brought)))
        assert found is not None
        jpeg = content(drawing.surroundings.blobs, found.sha256)
    assert jpeg.startswith(b"\xff\xd8\xff")
    assert found.width == 1280
    assert 300 < found.height <= MOST_HEIGHT
    assert 5_000 < len(jpeg) < 1_000_000
    assert list(draw_new(drawing.engine, drawing.surroundings.blobs, looks(drawing), drawing.clock.at)) == []
    sound(drawing)


@pytest.mark.browser
def test_a_hostile_answer_asks_for_nothing_when_it_is_drawn(chromium_path: str, tmp_path: Path) -> None:
    """Pictures, styles, frames, refreshes and fonts of a server that listens: no connection comes; a long page is cut."""
    secret = tmp_path / "secret.txt"
    secret.write_text("a local secret")
    with socket.create_server(("127.0.0.1", 0)) as server, Printer(chromium_path) as printer:
        server.settimeout(0.2)
        base = f"http://127.0.0.1:{server.getsockname()[1]}"
        html = (
            f"<img src={base}/a><link rel=stylesheet href={base}/b><style>@import '{base}/c';"
            f"@font-face{{font-family:x;src:url({base}/d)}}body{{background:url({base}/e);font-family:x}}</style>"
            f"<iframe src={base}/f></iframe><meta http-equiv=refresh content='0;url={base}/g'>"
            f"<iframe src=file://{secret}></iframe><script>fetch('{base}/h')</script><div style=height:99999px>x</div>"
        )
        jpeg, height = printer.picture(html, 412, MOST_HEIGHT)
        assert printer.pdf("<p>paper after a picture", "t", "en", datetime(2026, 11, 1, tzinfo=UTC)).startswith(b"%PDF")
        with pytest.raises(TimeoutError):
            server.accept()
    assert jpeg.startswith(b"\xff\xd8\xff")
    assert height == MOST_HEIGHT


@pytest.mark.browser
def test_the_page_shows_it_and_says_what_it_is(drawing: World) -> None:
    """A button draws it; the picture has words for who cannot see it, in three languages, and its own narrow policy."""
    look = looks(drawing)[0]
    with TestClient(an_app()) as client:
        signed_in(client, drawing.engine)
        assert client.get(f"/snapshots/{look}/picture.jpg").status_code == 404
        answer = client.post(f"/snapshots/{look}/picture?lang=en", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/snapshots/{look}?lang=en#picture")
        jpeg = client.get(f"/snapshots/{look}/picture.jpg")
        assert jpeg.headers["content-type"] == "image/jpeg"
        assert jpeg.headers["x-content-type-options"] == "nosniff"
        assert jpeg.headers["content-security-policy"] == "sandbox; default-src 'none'"
        alts = set()
        for lang, said in (("en", "archived answer"), ("he", "השמורה בארכיון"), ("pl", "zarchiwizowanej odpowiedzi")):
            text = client.get(f"/snapshots/{look}?lang={lang}").text
            assert said in text
            alts |= set(re.findall(r'alt="([^"]+)"', text))
        assert len(alts) == 3
        signed_in(client, drawing.engine, "viewer", email="v@practice.example")
        assert client.post(f"/snapshots/{look}/picture").status_code == 403
        assert (
            "<form" not in client.get(f"/snapshots/{look}").text.partition('id="picture"')[2].partition("</section")[0]
        )
        stranger = other_workspace(drawing.engine)
        signed_in(client, drawing.engine, email="o@other.example", workspace=stranger)
        assert client.get(f"/snapshots/{look}/picture.jpg").status_code == 404
        assert client.post(f"/snapshots/{look}/picture").status_code == 404


@pytest.mark.browser
def test_a_picture_goes_with_what_it_shows(drawing: World) -> None:
    """It is drawn from the cleaned copy too; when its page is forgotten, it is gone, file and all."""
    look = looks(drawing)[1]
    later = drawing.clock.at + timedelta(days=40)
    retain(drawing.engine, drawing.surroundings.blobs, later, 30)
    draw(drawing.engine, drawing.surroundings.blobs, look, later)
    with reading(drawing.engine) as session:
        made = picture_of(session, look)
    assert made is not None
    done = forget(drawing.engine, drawing.surroundings.blobs, "host", "plaint.example", "Dana", later)
    assert done.counts["files"] >= 2
    with reading(drawing.engine) as session:
        assert picture_of(session, look) is None
        blob = session.exec(select(Blob).where(Blob.sha256 == made.sha256)).one()
    assert (blob.reason, blob.removed_at is not None) == ("forgotten", True)
    with pytest.raises(NotFound):
        draw(drawing.engine, drawing.surroundings.blobs, look, later)
    sound(drawing)


def test_without_a_chromium_the_look_stays_and_the_reason_is_told(
    seen: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No picture, one clear line, no exit code, and the look as it was."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", "/no/such/chromium")
    settings.cache_clear()
    draw_taken(looks(seen))
    told = capsys.readouterr()
    assert told.out == ""
    assert "does not start" in told.err
    with reading(seen.engine) as session:
        assert session.exec(select(Picture)).all() == []
    with pytest.raises(PrintFailed):
        draw(seen.engine, seen.surroundings.blobs, looks(seen)[0], seen.clock.at)
    close_printer()
    sound(seen)


def test_what_is_no_page_is_not_drawn(seen: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider's JSON, a look that was never taken, one that is not there: told in words."""
    look = looks(seen)[0]
    with writing(seen.engine) as session:
        blob = keep(session, seen.surroundings.blobs, b'{"organic_results": []}')
        for row in session.exec(select(Fetch)).all():
            row.blob_id = blob
            session.add(row)
    for number in (look, 999):
        with pytest.raises(NotFound):
            draw(seen.engine, seen.surroundings.blobs, number, seen.clock.at)
    monkeypatch.setattr("sys.argv", ["shemtov", "picture", str(look)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2


def test_an_ordinary_look_asks_for_no_picture(world: World) -> None:
    """Nothing new and negative: no Chromium is started at all, however many looks there were."""

    async def again() -> None:
        world.clock.at += timedelta(days=1)
        async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
            pass

    asyncio.run(again())
    assert list(draw_new(world.engine, world.surroundings.blobs, looks(world), world.clock.at)) == []
