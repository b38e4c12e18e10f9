"""The work: on its page, in the API and on the command line; who may call a look off or ask for one; health."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import OURS, other_workspace, signed_in, use
from sqlmodel import col, select
from worlds import World

from app.cli import main
from app.db import migrate, reading, writing
from app.models import Attempt, Brand, Snapshot, Workspace
from app.queries.work import work
from app.room import MARK
from app.schedule import slot_at
from app.secret import secret
from app.settings import settings
from app.store.attempts import claim
from app.store.keys import add_key
from app.store.snapshots import finish, plan, put_in_queue
from app.store.workers import beat
from app.texts import LANGUAGES, texts

NOW = datetime.now(UTC)
HOSTILE = "\u202e<b>gone</b>"


def planned(world: World, ago: timedelta, purpose: str = "scheduled") -> int:
    """A look that came due so long ago."""
    with writing(world.engine) as session:
        return plan(session, world.search, slot_at(NOW - ago, "Asia/Jerusalem"), purpose, NOW - ago).id or 0


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A look that runs, one that waits, one that failed, one that was missed; an owner who is signed in."""
    running, waiting = planned(world, timedelta(minutes=20)), planned(world, timedelta(minutes=3))
    failed, missed = planned(world, timedelta(hours=2)), planned(world, timedelta(hours=5))
    with writing(world.engine) as session:
        beat(session, "a-host-77-0000abcd", "a-host", 77, "0.1.0")
        for look in (running, waiting):
            put_in_queue(session, session.get_one(Snapshot, look), "practice", NOW)
        claim(session, running, "practice", NOW, NOW + timedelta(minutes=2), "a-host-77-0000abcd")
        finish(session, failed, "error", f"cancelled by {HOSTILE}")
        finish(session, missed, "error", "missed")
    use(world, monkeypatch)
    with TestClient(an_app(), follow_redirects=False, client=("127.0.0.1", 50000)) as made:
        yield signed_in(made, world.engine)


def workspace_of(world: World) -> int:
    with reading(world.engine) as session:
        return session.get_one(Brand, world.brand).workspace_id


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_tells_the_work_in_every_language(site: TestClient, lang: str) -> None:
    """What runs, waits and failed with its reason, who takes it, what is late and was missed; names do no harm."""
    page = unescape(site.get("/work", params={"lang": lang}).text)
    words = texts(lang)
    for word in ("work_running", "work_waiting", "work_failed", "work_cancel", "work_again", "work_workers"):
        assert words[word] in page
    assert words["work_missed"].format(n=1) in page
    assert words["work_late"].partition("{")[0] in page
    assert "a-host-77-0000abcd" in page
    assert "<b>gone" not in site.get("/work", params={"lang": lang}).text
    assert "\u202e" not in page
    assert words["work_none"] not in page
    assert words["work_full"] not in page
    (settings().data_dir / MARK).touch()
    assert words["work_full"] in unescape(site.get("/work", params={"lang": lang}).text)
    assert words["work_missed"].format(n=1) in unescape(site.get("/sources", params={"lang": lang}).text)


def test_the_api_tells_the_same(site: TestClient, world: World) -> None:
    """Counts, rows and workers are those of the query; another workspace has no work."""
    home, elsewhere = workspace_of(world), other_workspace(world.engine)
    with writing() as session:
        key = add_key(session, session.get_one(Workspace, home), "BI", secret(), NOW)
        other = add_key(session, session.get_one(Workspace, elsewhere), "Other", secret(), NOW)
    told = site.get("/api/v1/work", headers={"authorization": f"Bearer {key}"}).json()
    assert [told[f"count_{kind}"] for kind in ("running", "waiting", "failed")] == [1, 1, 2]
    assert [row["worker"] for row in told["running"]] == ["a-host-77-0000abcd"]
    assert told["missed"] == 1
    foreign = {"authorization": f"Bearer {other}"}
    assert site.get("/api/v1/work", headers=foreign).json()["count_failed"] == 0
    assert site.post(f"/api/v1/searches/{world.search}/look", headers=foreign).status_code == 404


def test_a_look_is_asked_for_once_by_api_and_page(site: TestClient, world: World) -> None:
    """202 with the look's number; asked again while it waits, it is the same; the page's button asks for it too."""
    with writing() as session:
        key = add_key(session, session.get_one(Workspace, workspace_of(world)), "BI", secret(), NOW)
    asked = [
        site.post(f"/api/v1/searches/{world.search}/look", headers={"authorization": f"Bearer {key}"}) for _ in "ab"
    ]
    assert [one.status_code for one in asked] == [202, 202]
    assert asked[0].json() == asked[1].json()
    assert asked[0].json()["workers"] == 1
    answer = site.post(f"/searches/{world.search}/look?lang=pl")
    assert (answer.status_code, answer.headers["location"]) == (303, "/work?done=asked&lang=pl")
    with reading() as session:
        assert session.exec(select(Snapshot.id).where(Snapshot.purpose == "now")).all() == [
            asked[0].json()["snapshot_id"]
        ]


def test_a_look_is_called_off_and_asked_again(site: TestClient) -> None:
    """The running one becomes a gap with the name of who did it, and its try ends; a finished one keeps its state."""
    assert site.post("/work/1/cancel").headers["location"].startswith("/work?done=cancelled")
    assert site.post("/work/3/cancel").status_code == 303
    assert site.post("/work/3/again").headers["location"].startswith("/work?done=asked")
    with reading() as session:
        states = session.exec(select(Snapshot.state, Snapshot.reason).order_by(col(Snapshot.id))).all()
        assert states[0] == ("error", "cancelled by Dana Levi")
        assert states[2] == ("error", f"cancelled by {HOSTILE}")
        assert session.exec(select(Attempt.state, Attempt.reason)).all() == [("done", "cancelled")]
        assert session.exec(select(Snapshot.purpose).where(col(Snapshot.state).is_(None))).all() == ["scheduled", "now"]
    assert site.post("/work/999/cancel").status_code == 404


def test_only_who_may_write_may_touch_the_work(site: TestClient, world: World) -> None:
    """A viewer sees it without buttons and workers; an analyst may; another workspace's look is not there; another
    site's form is refused."""
    signed_in(site, world.engine, "viewer", email="viewer@practice.example")
    page = site.get("/work").text
    assert "/cancel" not in page
    assert "a-host" not in page
    for path in ("/work/1/cancel", "/work/3/again", f"/searches/{world.search}/look"):
        assert site.post(path).status_code == 403
    signed_in(site, world.engine, "analyst", email="analyst@practice.example")
    assert site.post("/work/2/cancel", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert site.post("/work/2/cancel", headers=OURS).status_code == 303
    other = other_workspace(world.engine)
    signed_in(site, world.engine, "owner", email="other@practice.example", workspace=other)
    assert site.post("/work/1/cancel").status_code == 404
    assert site.post(f"/searches/{world.search}/look").status_code == 404
    assert "/cancel" not in site.get("/work").text


def test_metrics_are_for_this_machine_or_the_token(
    site: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a token: from here, and not behind a proxy. With one: from anywhere, to who has it, and to nobody else."""
    site.cookies.clear()
    told = site.get("/metrics").text.splitlines()
    assert {'shemtov_looks{state="error"} 2', 'shemtov_looks{state="open"} 2', "shemtov_workers_alive 1"} < set(told)
    assert {'shemtov_queue_depth{source="practice"} 1', 'shemtov_running{source="practice"} 1'} < set(told)
    assert "shemtov_missed_last_day 1" in told
    late = next(float(line.split()[1]) for line in told if line.startswith("shemtov_oldest_due_seconds "))
    assert 1200 <= late <= 1200.1 + (datetime.now(UTC) - NOW).total_seconds()  # told in tenths
    with TestClient(an_app(), client=("203.0.113.9", 1)) as far:
        assert far.get("/metrics").status_code == 401
    monkeypatch.setenv("SHEMTOV_PUBLIC_URL", "https://shemtov.example.com")
    settings.cache_clear()
    assert site.get("/metrics").status_code == 401
    monkeypatch.setenv("SHEMTOV_METRICS_TOKEN", "a-long-token")
    settings.cache_clear()
    assert site.get("/metrics", headers={"authorization": "Bearer a-long-token"}).status_code == 200
    for wrong in ("Bearer another", "Bearer ", "Basic a-long-token", "Bearer é"):
        assert site.get("/metrics", headers={"authorization": wrong.encode()}).status_code == 401, wrong


def test_readiness_names_what_is_missing(site: TestClient, world: World) -> None:
    """Without the engine's file there is no queue; below the head the tables are not ready; both 503, without a word
    of any brand."""
    site.cookies.clear()
    answer = site.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        503, {"database": True, "migrations": True, "queue": False, "worker": True},
    )  # fmt: skip
    migrate("0007", on=world.engine)
    assert site.get("/readyz").json()["migrations"] is False
    migrate(on=world.engine)
    assert site.get("/healthz").json() == {"status": "ok"}


def test_the_command_tells_calls_off_and_asks(
    site: TestClient, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`shemtov work` says the same in lines; --cancel and --again do what the buttons do, and a finished look is left."""
    for words, code in (([], 0), (["--cancel", "2"], 0), (["--cancel", "2"], 2), (["--again", "3"], 0), (["--again", "99"], 2)):  # fmt: skip
        monkeypatch.setattr(sys, "argv", ["shemtov", "work", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == code, words
    out, err = capsys.readouterr()
    assert "running: 1\n" in out
    assert "look 2 cancelled\n" in out
    assert "\u202e" not in out
    assert "look 2 has its state already" in err
    assert "1 planned looks of the last day were missed" in err
    assert "no snapshot 99" in err


def test_without_a_worker_the_page_says_so(world: World) -> None:
    """Nobody was heard of for half a minute: nobody lives."""
    with writing(world.engine) as session:
        beat(session, "gone", "gone", 1, "0")
    with reading(world.engine) as session:
        assert [one.id for one in work(session, NOW, 30.0).workers] == ["gone"]
        assert work(session, NOW, -1.0).workers == ()
