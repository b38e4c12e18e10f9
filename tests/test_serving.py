"""One process that serves and looks: `shemtov serve` as people start it, and what signals, health and commands do."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from sqlmodel import select
from workers import Site, Team, come_due, expect_whole, finished, looked_at, tries, until

from app.cli import main
from app.db import reading
from app.models import Snapshot, Worker

pytestmark = pytest.mark.slow


@pytest.fixture
def site(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The slow site, as the practice source of every worker."""
    with Site(fails=0) as one, looked_at(one, monkeypatch):
        yield one


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def get(url: str, **headers: str) -> tuple[int, str]:
    """Status and body; 0 when nobody answers yet."""
    try:
        with urlopen(Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


def shemtov(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "app.cli", *words], capture_output=True, text=True, timeout=120)


def test_serve_looks_by_itself_and_says_how_it_is(
    site: Site, team: Team, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Due looks are taken; health, readiness and metrics tell; a look now goes in front; --due leaves it to the worker;
    a second worker is refused; at SIGTERM everything ends."""
    come_due(3)
    port = free_port()
    server = team.hire("serve", "--port", str(port))
    here = f"http://127.0.0.1:{port}"
    assert until(lambda: get(f"{here}/readyz")[0] == 200)
    assert until(lambda: finished() >= 3)
    assert get(f"{here}/healthz") == (200, '{"status":"ok"}')
    assert json.loads(get(f"{here}/readyz")[1]) == dict.fromkeys(("database", "migrations", "queue", "worker"), True)
    told = get(f"{here}/metrics")[1]
    assert 'shemtov_looks{state="ok"} 3' in told
    assert "shemtov_workers_alive 1" in told
    for words in (("capture", "1"), ("capture", "--due"), ("work",), ("worker",), ("capture", "--due", "--at", "2026-12-01T07:00+02:00")):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            run(*words)
        assert ended.value.code == (2 if words[0] == "worker" or "--at" in words else 0), words
    out, err = capsys.readouterr()
    assert re.search(r"search 1 .*  ok\n", out)
    assert "a worker takes what is due; 0 looks wait or run\n" in out
    assert re.search(r"^worker \S+-\d+-[0-9a-f]{8}  since ", out, re.M)
    assert "shemtov: a worker is running on this data directory; it takes what is due\n" in err
    with reading() as session:
        assert session.exec(select(Snapshot.state).where(Snapshot.purpose == "now")).all() == ["ok"]
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=60) == 0
    team.members.clear()
    expect_whole(data_dir / "blobs", 3)
    with reading() as session:
        assert session.exec(select(Worker.id)).all() == []


def run(*words: str) -> None:
    """A command in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["shemtov", *words])
        main()


@pytest.mark.reliability
@pytest.mark.long
def test_a_second_server_on_the_same_record_only_serves(site: Site, team: Team) -> None:
    """It says so in one line, and its pages answer."""
    port = free_port()
    team.hire()
    assert until(lambda: workers() == 1)
    team.hire("serve", "--port", str(port))
    assert until(lambda: get(f"http://127.0.0.1:{port}/healthz")[0] == 200)
    assert get(f"http://127.0.0.1:{port}/readyz")[0] == 200
    assert team.dismiss() == [0, 0]
    assert "it takes what is due; this server only serves" in Path(team.errors.name).read_text(encoding="utf-8")


def workers() -> int:
    with reading() as session:
        return len(session.exec(select(Worker.id)).all())


def test_sigterm_lets_looks_finish(site: Site, team: Team, data_dir: Path) -> None:
    """Four looks under way when the signal comes: they are finished, the rest waits for the next worker."""
    come_due(9)
    site.open.clear()
    team.hire()
    assert until(lambda: len(site.asked) >= 4)
    team.members[0].send_signal(signal.SIGTERM)
    site.open.set()
    assert team.dismiss() == [0]
    assert finished() == 4
    assert tries() == {"": 4}
    team.hire()
    assert until(lambda: finished() >= 9)
    assert team.dismiss() == [0]
    expect_whole(data_dir / "blobs", 9)


@pytest.mark.reliability
@pytest.mark.long
def test_sigterm_waits_only_so_long(site: Site, team: Team, data_dir: Path) -> None:
    """Looks that do not end in time are broken off, on record, and the next worker takes them: nobody died of them."""
    come_due(3)
    team.settings["SHEMTOV_STOP_AFTER"] = "1"
    site.open.clear()
    team.hire()
    assert until(lambda: len(site.asked) >= 3)
    assert team.dismiss() == [0]
    assert tries() == {"stopped": 3}
    site.open.set()
    team.hire()
    assert until(lambda: finished() >= 3)
    assert team.dismiss() == [0]
    assert tries() == {"stopped": 3, "": 3}
    expect_whole(data_dir / "blobs", 3)


def test_capture_by_itself_still_works_and_a_worker_waits_for_it(site: Site, team: Team, data_dir: Path) -> None:
    """Started while `capture --due` runs, a worker waits until it is done, and takes what comes due then."""
    come_due(2)
    site.open.clear()
    capture = team.hire("capture", "--due")
    assert until(lambda: len(site.asked) >= 1)
    team.hire()
    assert until(lambda: "the worker waits for it" in Path(team.errors.name).read_text(encoding="utf-8"))
    site.open.set()
    assert capture.wait(timeout=60) == 0
    team.members.remove(capture)
    assert finished() == 2
    come_due(3)
    assert until(lambda: finished() >= 5)
    assert team.dismiss() == [0]
    expect_whole(data_dir / "blobs", 5)


def test_the_ping_and_the_log(site: Site, team: Team, data_dir: Path) -> None:
    """After a tick the ping address is called, once a minute; the log is one JSON object a line."""
    pings: list[str] = []

    class Watch(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pings.append(self.path)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_told: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Watch) as watch:
        Thread(target=watch.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{watch.server_address[1]}/ping/abc"
        team.settings |= {"SHEMTOV_PING_URL": url, "SHEMTOV_LOG": "json"}
        come_due(1)
        team.hire()
        assert until(lambda: finished() >= 1 and bool(pings))
        assert team.dismiss() == [0]
        watch.shutdown()
    assert pings == ["/ping/abc"]
    told = [json.loads(line) for line in Path(team.errors.name).read_text(encoding="utf-8").splitlines()]
    assert any(re.fullmatch(r"look 1 \(search 1\): ok ?", line["event"]) for line in told)
    assert {"at", "level", "logger", "event"} == set(told[0])
    assert datetime.fromisoformat(told[0]["at"]) <= datetime.now(UTC)
