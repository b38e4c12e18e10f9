"""Long work of commands: how far it is and how it ended, seen by others while it runs, and after its process died."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from apps import an_app
from commands import a_command
from sites import looked_at, signed_in, use
from sqlmodel import col, select
from starlette.testclient import TestClient
from workers import until
from worlds import World

from app.db import reading, writing
from app.errors import BadInput
from app.models import Hit, Operation
from app.operations import operation
from app.queries.operations import OperationRow, operations
from app.secret import secret
from app.store.brands import home_workspace
from app.store.keys import add_key
from app.store.operations import KEPT, begin
from app.texts import LANGUAGES, texts

HOLDS = """
import sys
from app.db import engine
from app.operations import operation
with operation(engine(), "reparse") as progress:
    progress(3, 10)
    print("begun", flush=True)
    sys.stdin.read()
"""


def told(world: World, dead_after: float = 30.0) -> list[OperationRow]:
    with reading(world.engine) as session:
        return list(operations(session, dead_after, reasons=True))


def heard(world: World, number: int, done: int) -> OperationRow:
    """The operation, as soon as its sign of life says so much."""
    assert until(lambda: any(one.id == number and one.done >= done for one in told(world)))
    return next(one for one in told(world) if one.id == number)


def test_progress_is_seen_while_it_runs(world: World) -> None:
    """By whoever reads the record, although the work has told nothing but a number; at its end it is done."""
    shown = []
    with operation(world.engine, "rescore", lambda done, total: shown.append((done, total))) as progress:
        assert [(one.state, one.total) for one in told(world)] == [("running", 0)]
        progress(4, 9)
        running = heard(world, 1, 4)
        assert (running.state, running.done, running.total) == ("running", 4, 9)
        progress(9, 9)
    assert [(one.state, one.done, one.total) for one in told(world)] == [("done", 9, 9)]
    assert shown == [(4, 9), (9, 9)]


@pytest.mark.parametrize(
    ("raised", "state", "reason"),
    [
        (BadInput("no such day"), "failed", "no such day"),
        (ZeroDivisionError("secret"), "failed", "ZeroDivisionError"),
        (KeyboardInterrupt(), "stopped", ""),
    ],
)
def test_how_it_ended_is_told(world: World, raised: BaseException, state: str, reason: str) -> None:
    """A failure of ours in its words, any other by its name, a person who stopped it; each goes on to the caller."""
    with pytest.raises(type(raised)), operation(world.engine, "import"):
        raise raised
    assert [(one.state, one.reason) for one in told(world)] == [(state, reason)]


def test_a_process_that_was_killed_is_not_said_to_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 in the middle: what it had told last stays, and it is silent as soon as its beats are missed."""
    use(world, monkeypatch)
    with subprocess.Popen([sys.executable, "-c", HOLDS], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        assert heard(world, 1, 3).state == "running"
        process.send_signal(signal.SIGKILL)
    with writing(world.engine) as session:  # the time goes by
        session.get_one(Operation, 1).beat -= KEPT / 60
    (one,) = told(world)
    assert (one.state, one.done, one.total, one.pid) == ("silent", 3, 10, process.pid)


def test_a_long_write_does_not_stop_the_work(world: World) -> None:
    """Whoever works holds the write lock over several beats: nothing fails, and the end is told."""
    with operation(world.engine, "forget") as progress, writing(world.engine):
        progress(1, 2)
    assert [(one.state, one.done) for one in told(world)] == [("done", 1)]


def test_a_month_ago_is_forgotten(world: World) -> None:
    """The record does not grow by its own chores."""
    with writing(world.engine) as session:
        old = begin(session, "import")
        session.get_one(Operation, old).beat -= 2 * KEPT
    with writing(world.engine) as session:
        begin(session, "rescore")
        assert session.exec(select(col(Operation.kind))).all() == ["rescore"]


def test_commands_tell_their_work(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each long command leaves its operation, a dry run none; `shemtov work` shows them."""
    use(world, monkeypatch)
    command = a_command(capsys, monkeypatch)
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"path": "gone.html"}) + "\n", encoding="utf-8")
    assert command("import", rows, "--brand", "kolbo-shaked")[0] in (2, 3)
    many = tmp_path / "many.csv"
    many.write_text("name,market,owned\nA,il-he,a.example\nB,pl-pl,b.example\n", encoding="utf-8")
    assert command("brand", "import", many, "--preview")[0] == 0
    assert not [one for one in told(world) if one.kind == "brands"]
    assert command("brand", "import", many)[0] == 0
    assert [(one.state, one.done, one.total) for one in told(world) if one.kind == "brands"] == [("done", 2, 2)]
    for line in ("reparse --dry-run", "retention --dry-run", "forget --text nobody --dry-run"):
        assert command(*line.split())[0] == 0
    for line in ("reparse", "rescore", "retention", "forget --text nobody"):
        assert command(*line.split())[0] == 0
    assert [one.kind for one in reversed(told(world)) if one.kind not in ("import", "brands")] == [
        "reparse", "rescore", "retention", "forget",
    ]  # fmt: skip
    code, said, _ = command("work")
    assert code == 0
    assert [line.split()[0] for line in said.splitlines() if line.endswith("done")][:2] == ["forget", "retention"]


def test_a_rescore_that_was_refused_is_not_done(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing was written, a person has to accept it first: that is how it stands on record."""
    use(world, monkeypatch)
    looked_at(world)
    with writing(world.engine) as session:  # as older rules had labelled them
        for hit in session.exec(select(Hit).where(Hit.label == "negative")).all():
            hit.label = "positive"
    code, _, complained = a_command(capsys, monkeypatch)("rescore")
    assert (code, "nothing was written" in complained) == (3, True)
    (one,) = told(world)
    assert (one.state, "nothing was written" in one.reason) == ("failed", True)


def fails(world: World) -> None:
    with operation(world.engine, "import") as progress:
        progress(1200, 5000)
        raise BadInput("<b>row 7</b>")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_shows_how_far_it_is(world: World, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    """Numbers and state in the reader's language; no kind is without its name. Why it failed may name anybody's files and
    brands, so it is for the operator alone: no page says it, nor the API."""
    use(world, monkeypatch)
    words = texts(lang)
    with pytest.raises(BadInput):
        fails(world)
    with operation(world.engine, "reparse"), TestClient(an_app()) as site:
        signed_in(site, world.engine)
        page = site.get("/work", params={"lang": lang}).text
        with writing(world.engine) as session:
            key = add_key(session, home_workspace(session), "BI", secret(), world.clock.at)
        api = site.get("/api/v1/work", headers={"authorization": f"Bearer {key}"}).json()["operations"]
    for text in (words["operation_import"], words["operation_reparse"], words["operation_state_failed"]):
        assert text in page
    assert 'value="1200" max="5000"' in page
    assert "row 7" not in page
    assert [(one["kind"], one["state"], one["done"], one["reason"]) for one in api] == [
        ("reparse", "running", 0, ""), ("import", "failed", 1200, ""),
    ]  # fmt: skip
    kinds = {key for key in words if key.startswith("operation_") and "_state_" not in key} - {"operation_far"}
    assert kinds == {f"operation_{kind}" for kind in ("import", "brands", "reparse", "rescore", "retention", "forget")}
