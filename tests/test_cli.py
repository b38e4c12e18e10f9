"""The command as people run it: input, output, exit codes, one clear line on stderr."""

from __future__ import annotations

import csv
import io
import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi.testclient import TestClient
from sqlmodel import select

from app.cli import PARTS, commands, main
from app.cli import serve as serving
from app.db import reading
from app.main import create_app
from app.models import Signin
from app.settings import origin, settings
from scrapers.practice.entries import worlds
from scrapers.practice.markup import CAPTCHA, Asked
from scrapers.practice.site import page_of
from scrapers.registry import SOURCES, parser_version

PHRASE = "נתיב טלקום שירות לקוחות"
PARSED = ["path", "status", "reason", "unchecked", "results", "features", "parser_version", "parse_ms"]


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


Command = Callable[..., Done]


@pytest.fixture
def shemtov(data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, with a data directory of its own."""

    def run(*arguments: str | Path) -> Done:
        monkeypatch.setattr(sys, "argv", ["shemtov", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where serve would have listened."""
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(serving, "run_server", lambda host, port, worker: asked.append((host, port)))
    return asked


def visit(said: str) -> tuple[str, str]:
    """The host and the path of the one link that was printed."""
    found: list[tuple[str, str]] = re.findall(r"(https?://\S+)(/welcome\?token=[\w-]{43})$", said, re.M)
    assert len(found) == 1, said
    return found[0]


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def jsonl(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def page(path: Path) -> Path:
    path.write_text(
        page_of("google", worlds()[PHRASE], date(2026, 10, 1), Asked(PHRASE, "he", "IL", 1, False)), encoding="utf-8"
    )
    return path


def test_parse_batch_answers_every_row_in_its_promised_form(shemtov: Command, tmp_path: Path) -> None:
    """Good page, captcha, missing file, unknown engine, no JSON: a line each, in order; exit 3, and reasons on stderr."""
    (tmp_path / "captcha.html").write_text(CAPTCHA["google"], encoding="utf-8")
    rows = jsonl(tmp_path / "rows.jsonl", [
        {"path": str(page(tmp_path / "a.html")), "engine": "google", "query": PHRASE},
        {"path": "captcha.html", "engine": "google"},
        {"path": "gone.html", "engine": "google"},
        {"path": "a.html", "engine": "altavista"},
        "no json",
    ])  # fmt: skip
    done = shemtov("parse", "--batch", rows)
    found = lines(done.stdout)
    assert done.returncode == 3
    assert [list(line) for line in found] == [PARSED] * 5
    assert [line["status"] for line in found] == ["ok", "blocked", "error", "error", "error"]
    assert len(done.stderr.splitlines()) == 3
    first = found[0]["results"][0]
    assert list(first) == ["rank", "url", "title", "snippet", "display_url", "host", "date_text", "page_no", "rating"]
    assert [r["rank"] for r in found[0]["results"]] == list(range(1, 11))
    assert found[0]["parser_version"] == parser_version("google", "google")
    assert "New since last look" in found[0]["unchecked"]


def test_parse_of_files_needs_no_database(shemtov: Command, tmp_path: Path, data_dir: Path) -> None:
    """An engine and a file: one JSON line, exit 0, and nothing is written."""
    done = shemtov("parse", "google", page(tmp_path / "a.html"))
    assert done.returncode == 0, done.stderr
    assert lines(done.stdout)[0]["status"] == "ok"
    assert not data_dir.exists()


def test_score_batch_answers_every_row_in_its_promised_form(shemtov: Command, tmp_path: Path) -> None:
    """Owned, rated, worded, and three kinds of bad row: a line each; exit 3."""
    brand = {"name": "Zentelo", "owned": ["zentelo.com", "x.com/zentelohelp"]}
    base = {"brand": brand, "url": "https://forum.example/t/1", "title": "Zentelo", "snippet": ""}
    rows = jsonl(tmp_path / "rows.jsonl", [
        base | {"url": "https://help.zentelo.com/x"},
        base | {"rating": 1.4},
        base | {"rating": {"value": 9, "scale": 10, "votes": 3}},
        base | {"title": "Zentelo is a scam, avoid at all costs", "lang": "en"},
        base | {"rating": "great"},
        base | {"brand": "Zentelo"},
        base | {"brand": {"name": "Z", "owned": ["facebook.com"]}},
    ])  # fmt: skip
    done = shemtov("score", "--batch", rows)
    found = lines(done.stdout)
    assert done.returncode == 3
    assert [line["label"] for line in found] == ["owned", "negative", "positive", "negative", None, None, None]
    assert [line["rule"] for line in found[4:]] == ["error"] * 3
    assert all(line["reason"] for line in found[4:])
    spans = found[3]["evidence"]
    assert spans
    assert all("Zentelo is a scam, avoid at all costs"[s["start"] : s["end"]] == s["text"] for s in spans)


def test_labelled_rows_of_the_shared_folder_can_be_scored(
    shemtov: Command, tmp_path: Path, shared: Path, data_dir: Path
) -> None:
    """The flat fields brand and owned_domains map onto the row's form; every row gets a label."""
    rows = [json.loads(line) for line in (shared / "labels" / "dev.jsonl").read_text(encoding="utf-8").splitlines()]
    mapped = [
        {k: v for k, v in row.items() if k in ("lang", "url", "title", "snippet", "rating")}
        | {"brand": {"name": row["brand"], "owned": row["owned_domains"]}}
        for row in rows
    ]
    done = shemtov("score", "--batch", jsonl(tmp_path / "rows.jsonl", mapped))
    found = lines(done.stdout)
    assert done.returncode == 0, done.stderr
    assert len(found) == len(rows) == 90
    right = sum(line["label"] == row["gold"] for line, row in zip(found, rows, strict=True))
    assert right >= 0.8 * len(rows)
    assert not data_dir.exists()


def test_a_brand_is_added_with_its_searches(shemtov: Command) -> None:
    """Two markets make four searches; the list shows them."""
    done = shemtov(
        "brand", "add", "Nativ Telecom", "--owned", "nativ-telecom.example", "--market", "il-he", "--market", "pl-pl"
    )
    assert done.returncode == 0, done.stderr
    assert "4 searches" in done.stdout
    listed = shemtov("brand", "list")
    assert "Nativ Telecom שירות לקוחות" in listed.stdout
    assert "Nativ Telecom obsługa klienta" in listed.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["brand", "add", "X", "--owned", "co.il"], "public suffix"),
        (["brand", "add", "X", "--owned", "facebook.com"], "shared by many"),
        (["brand", "add", "X", "--owned", "not a host"], "no host"),
        (["brand", "add", "X", "--market", "xx-yy"], "unknown market"),
        (["brand", "add", "X", "--engine", "altavista"], "unknown engine"),
        (["brand", "add", "X", "--engine", "duckduckgo", "--market", "il-he"], "cannot serve he-IL"),
        (["brand", "add", "X", "--phrase", "y" * 500], "500 characters"),
        (["brand", "add", "X", "--phrase", "a\x07b"], "control characters"),
        (["brand", "add", " "], "is empty"),
        (["brand", "add", "X", "--source", "nowhere"], "unknown engine or provider"),
        (["capture"], "needs a search"),
        (["capture", "77"], "no search 77"),
        (["import", "--brand", "nobody", "rows.jsonl"], "no brand"),
        (["export", "--brand", "nobody"], "no brand"),
        (["parse"], "needs an engine"),
        (["parse", "--batch", "gone.jsonl"], "no such file"),
        (["serve", "--host", "0.0.0.0"], "no loopback address"),
        (["person", "add", "nobody", "--name", "N"], "no e-mail address"),
        (["person", "add", "a@b.example", "--name", " "], "is empty"),
        (["person", "add", "a@b.example", "--name", "N", "--role", "king"], "owner, analyst, viewer"),
        (["person", "add", "a@b.example"], "Missing option"),
        (["person", "link", "a@b.example"], "no person"),
        (["person", "disable", "a@b.example"], "no person"),
        (["nonsense"], "No such command"),
    ],
)
def test_a_wrong_command_is_one_line_and_exit_2(shemtov: Command, arguments: list[str], said: str) -> None:
    """Bad input: one clear line on stderr, exit 2, no traceback; and no brand is left half-made."""
    done = shemtov(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "no brands yet" in shemtov("brand", "list").stdout


@pytest.mark.parametrize("command", ["brand list", "serve", "worker", "capture --due", "verify"])
def test_a_database_that_is_away_is_one_line(shemtov: Command, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Whatever wanted it."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # taken, and nobody listens
        address = f"postgresql://a@127.0.0.1:{nobody.getsockname()[1]}/x"
        monkeypatch.setenv("SHEMTOV_DATABASE_URL", address)
        settings.cache_clear()
        done = shemtov(*command.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("shemtov: the database cannot be used: connection")
    assert done.stderr.count("\n") == 1


def test_a_second_brand_of_the_same_name_is_refused_and_one_without_sites_is_warned_of(shemtov: Command) -> None:
    """A warning is exit 0; a double is exit 2."""
    first = shemtov("brand", "add", "Twice")
    assert first.returncode == 0
    assert "owns no site yet" in first.stderr
    again = shemtov("brand", "add", "Twice")
    assert again.returncode == 2
    assert "already" in again.stderr


def test_a_look_without_a_source_says_what_to_set(shemtov: Command) -> None:
    """Nothing is looked at that the operator has not allowed."""
    shemtov("brand", "add", "X", "--owned", "x.example")
    done = shemtov("capture", "1")
    assert done.returncode == 2
    assert "SHEMTOV_SERPER_KEY" in done.stderr
    assert "SHEMTOV_DIRECT=google" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_import_verify_and_export_of_one_brand(shemtov: Command, tmp_path: Path) -> None:
    """A saved page in, the invariants hold, the rows out as CSV and JSON, equal."""
    shemtov("brand", "add", "נתיב טלקום", "--owned", "nativ-telecom.example", "--market", "il-he")
    done = shemtov("import", "--brand", "נתיב-טלקום", "--file", page(tmp_path / "a.html"), "--engine", "google",
                   "--phrase", PHRASE, "--captured-at", "2026-10-01", "--hl", "he", "--gl", "IL")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1 looks imported" in done.stdout
    assert shemtov("verify").returncode == 0
    table = list(csv.DictReader(io.StringIO(shemtov("export", "--brand", "נתיב-טלקום").stdout)))
    rows = lines(shemtov("export", "--brand", "נתיב-טלקום", "--format", "json").stdout)
    assert len(table) == len(rows) == 10
    assert [(t["rank"], t["url"], t["label"]) for t in table] == [(str(r["rank"]), r["url"], r["label"]) for r in rows]


def test_a_manifest_with_a_bad_row_imports_the_rest_and_exits_3(shemtov: Command, tmp_path: Path) -> None:
    """Row by row."""
    shemtov("brand", "add", "X", "--owned", "x.example", "--market", "il-he")
    good = {
        "path": page(tmp_path / "a.html").name,
        "engine": "google",
        "phrase": PHRASE,
        "captured_at": "2026-10-01",
        "hl": "he",
        "gl": "IL",
    }
    rows = jsonl(tmp_path / "m.jsonl", [{**good, "captured_at": None}, good])
    done = shemtov("import", "--brand", "x", rows)
    assert done.returncode == 3
    assert "1 looks imported, 1 rows refused" in done.stdout
    assert "captured_at" in done.stderr


def test_a_person_is_let_in_listed_kept_out_and_let_in_again(shemtov: Command) -> None:
    """Each link is printed once and kept as a hash; a second person of the same address is refused."""
    done = shemtov("person", "add", "Dana@Practice.example", "--name", "דנה לוי", "--role", "analyst")
    assert done.returncode == 0, done.stderr
    host, path = visit(done.stdout)
    assert host == "http://127.0.0.1:8000"
    with reading() as session:
        assert path.partition("=")[2] not in str([row.model_dump() for row in session.exec(select(Signin)).all()])
    assert "analyst  no password yet, not here yet" in shemtov("person", "list").stdout
    again = shemtov("person", "add", "dana@practice.example", "--name", "x")
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)
    assert "shemtov person link" in again.stderr
    assert visit(shemtov("person", "link", "DANA@practice.example").stdout)[1] != path
    assert "is kept out" in shemtov("person", "disable", "dana@practice.example").stdout
    assert "kept out" in shemtov("person", "list").stdout
    refused = shemtov("person", "link", "dana@practice.example")
    assert refused.returncode == 2
    assert "--undo" in refused.stderr
    assert "may sign in again" in shemtov("person", "disable", "dana@practice.example", "--undo").stdout
    assert shemtov("person", "link", "dana@practice.example").returncode == 0


def test_the_first_serve_prints_the_owners_link_and_later_ones_none(
    shemtov: Command, served: list[tuple[str, int]]
) -> None:
    """Until somebody has come in by it; each start ends the link before."""
    older, newer = visit(shemtov("serve").stdout), visit(shemtov("serve", "--port", "9000").stdout)
    assert newer[0] == "http://127.0.0.1:9000"
    with TestClient(create_app(), headers={"sec-fetch-site": "same-origin"}, follow_redirects=False) as browser:
        assert browser.get(older[1]).status_code == 404
        form = {"token": newer[1].partition("=")[2], "name": "Dana", "email": "d@x.example", "password": "long enough!"}
        assert browser.post("/welcome", data=form).status_code == 303
        assert browser.get("/").status_code == 200
    assert "welcome" not in shemtov("serve").stdout
    assert served == [("127.0.0.1", 8000), ("127.0.0.1", 9000), ("127.0.0.1", 8000)]
    assert "d@x.example  Dana  owner  has a password, last here" in shemtov("person", "list").stdout


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "shemtov.example.com", "127.0.0.1.evil.example"])
@pytest.mark.parametrize(
    ("secret", "url", "right"),
    [
        ("", "", False), ("s" * 32, "", False), ("", "https://shemtov.example.com", False),
        ("s" * 31, "https://shemtov.example.com", False), ("s" * 32, "https://shemtov.example.com", True),
    ],
)  # fmt: skip
def test_serve_goes_beyond_this_machine_only_with_a_secret_and_a_public_url(
    shemtov: Command, served: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch,
    host: str, secret: str, url: str, right: bool,
) -> None:  # fmt: skip
    """Otherwise one clear line, exit 2, and nothing listens."""
    monkeypatch.setenv("SHEMTOV_SECRET_KEY", secret)
    monkeypatch.setenv("SHEMTOV_PUBLIC_URL", url)
    done = shemtov("serve", "--host", host)
    assert served == ([(host, 8000)] if right else [])
    if right:
        assert visit(done.stdout)[0] == url
    else:
        assert done.returncode == 2
        assert "SHEMTOV_SECRET_KEY (at least 32 characters) and SHEMTOV_PUBLIC_URL" in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "url",
    [
        "shemtov.example.com", "ftp://x.example", "https://", "https://x.example/path", "https://a:b@x.example",
        "https://x.example?a", "https://x.example#a", "https://x.example:port", "https://[::1", "https://שם.example",
        "https://x.example\\evil", "javascript:alert(1)", "https://x .example",
    ],
)  # fmt: skip
def test_a_public_url_is_scheme_and_host_alone(
    shemtov: Command, served: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Anything else is one clear line, whatever the command."""
    monkeypatch.setenv("SHEMTOV_PUBLIC_URL", url)
    done = shemtov("serve")
    assert done.returncode == 2
    assert "SHEMTOV_PUBLIC_URL" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert served == []


def test_a_public_url_is_kept_as_browsers_write_it() -> None:
    """Lower case, without the usual port and without a slash."""
    assert origin("HTTPS://Shemtov.Example.com:443/") == "https://shemtov.example.com"
    assert origin("http://intranet:80") == "http://intranet"
    assert origin("https://x.example:8443") == "https://x.example:8443"


def test_a_preview_says_what_would_be_made_and_makes_nothing(
    shemtov: Command, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every search with its price, the sum of a month; problems are told as by the command itself."""
    monkeypatch.setattr(SOURCES["serpapi"], "PRICE", 0.01, raising=False)
    monkeypatch.setenv("SHEMTOV_SERPAPI_KEY", "k")
    command = ("brand", "add", "Nativ", "--owned", "nativ.example", "--market", "pl-pl", "--watch", "--preview")
    done = shemtov(*command)
    assert done.returncode == 0
    assert "Nativ would have 5 searches; nothing was made" in done.stdout
    assert done.stdout.count("(only listens)") == 3
    assert "150 looks a month, about $2.10" in done.stdout
    assert not (data_dir / "shemtov.db").exists()
    assert shemtov("brand", "add", "Nativ", "--market", "xx", "--preview").returncode == 2
    assert shemtov(*command[:-1]).returncode == 0
    listed = shemtov("brand", "list").stdout
    assert listed.count("(only listens)") == 3


def test_parse_explains_to_a_person_what_it_read(shemtov: Command, tmp_path: Path) -> None:
    """--explain: every check with its outcome, each result with its place, what was left unread; a bad row stays an error."""
    done = shemtov("parse", "google", page(tmp_path / "a.html"), "--query", PHRASE, "--explain")
    assert done.returncode == 0, done.stderr
    assert f"pass      Our phrase echoed: {PHRASE}" in done.stdout
    assert "unchecked New since last look" in done.stdout
    assert "found at div#rso > div:nth(1) >" in done.stdout
    assert "unread: 0 outside links" in done.stdout
    (tmp_path / "new.html").write_text((tmp_path / "a.html").read_text("utf-8").replace("h3", "h4"), encoding="utf-8")
    changed = shemtov("parse", "google", tmp_path / "new.html", "--explain")
    assert "unread: 10 outside links" in changed.stdout
    assert "FAIL" in changed.stdout
    assert shemtov("parse", "google", tmp_path / "gone.html", "--explain").returncode == 3


def test_each_file_has_the_commands_it_is_said_to_have() -> None:
    """Only one file is read for what was typed: it must be the one, for a command alone and among all."""
    everything = typer.main.get_command(commands()).commands  # type: ignore[attr-defined]
    assert set(everything) == {name for names in PARTS.values() for name in names}
    for name, command in everything.items():
        alone = typer.main.get_command(commands([name, "--help"])).commands  # type: ignore[attr-defined]
        assert len(alone) < len(everything)
        assert getattr(alone[name], "commands", {}).keys() == getattr(command, "commands", {}).keys()


def test_a_short_command_brings_nothing_heavy() -> None:
    """Who lists brands waits for no browser, no drawing, no language model, no durable engine and no migration."""
    asks = "import sys; from app.cli import commands; commands(['brand', 'list']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout.split()
    assert "app.models" in loaded
    assert {"playwright", "matplotlib", "numpy", "dbos", "alembic", "fastapi", "fontTools"} & set(loaded) == set()
