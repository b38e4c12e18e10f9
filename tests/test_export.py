"""The record taken out: the same rows in every format, of one brand or of all, and a file is whole or not there."""

from __future__ import annotations

import csv
import importlib.util
import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from commands import Command, a_command
from records import record_brand

from app.db import migrate, writing
from app.types import Label

FIRST = date(2025, 10, 1)  # with a year between its ends, so that more than one part is read
BRANDS = ("Wisła", "נתיב")


@pytest.fixture
def shemtov(data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command: (exit code, what it said, what it complained)."""
    return a_command(capsys, monkeypatch)


@pytest.fixture
def record(data_dir: Path) -> None:
    """Two brands, each with two days that count and a gap."""
    migrate()
    with writing() as session:
        for name in BRANDS:
            days: dict[date, Sequence[Label] | str] = {
                FIRST: ["owned", "negative"],
                FIRST + timedelta(days=1): "blocked",
                FIRST + timedelta(days=400): ["owned"],
            }
            record_brand(session, name, days, title="=1+1")


@pytest.mark.usefixtures("record")
def test_all_brands_are_in_one_file(shemtov: Command, tmp_path: Path) -> None:
    """CSV and JSON hold the same rows, those of each brand as it is exported alone; progress is on stderr."""
    table, rows = tmp_path / "all.csv", tmp_path / "all.json"
    code, said, told = shemtov("export", "--all", "--output", table)
    assert (code, said) == (0, f"8 rows in {table}\n")
    assert told.splitlines()[-1] == "export: searches: 2 of 2"
    assert shemtov("export", "--all", "--format", "json", "--output", rows)[0] == 0
    whole = [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()]
    assert [(r["date"], r["state"], r["rank"]) for r in whole[:4]] == [
        ("2025-10-01", "ok", 1), ("2025-10-01", "ok", 2), ("2025-10-02", "blocked", None), ("2026-11-05", "ok", 1),
    ]  # fmt: skip
    alone = [line for name in BRANDS for line in shemtov("export", "--brand", name, "--format", "json")[1].splitlines()]
    assert rows.read_text(encoding="utf-8").splitlines() == alone
    cells = list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
    assert [(c["brand"], c["date"], c["rank"]) for c in cells] == [
        (r["brand"], r["date"], str(r["rank"] or "")) for r in whole
    ]
    assert cells[0]["title"] == "'=1+1"


@pytest.mark.usefixtures("record")
def test_a_file_of_before_stays_when_an_export_fails(shemtov: Command, tmp_path: Path) -> None:
    """An unknown brand, and a folder that cannot be: one line, exit 2, nothing lost and nothing left lying."""
    kept = tmp_path / "kept.csv"
    kept.write_text("mine", encoding="utf-8")
    code, _, told = shemtov("export", "--brand", "nobody", "--output", kept)
    assert (code, kept.read_text(encoding="utf-8")) == (2, "mine")
    assert "no brand" in told
    code, _, told = shemtov("export", "--all", "--output", kept / "below.csv")
    assert (code, len(told.splitlines())) == (2, 1)
    assert "cannot be written" in told
    assert not list(tmp_path.glob(".new-*"))
    assert shemtov("export", "--all", "--output", kept)[0] == 0
    assert kept.stat().st_mode & 0o044, "others may read what the umask lets them"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "needs --brand, or --all"),
        (["--all", "--brand", "x"], "needs --brand, or --all"),
        (["--all", "--format", "xml"], "csv, json or parquet"),
        (["--all", "--format", "parquet"], "--output"),
        (["--all", "--from", "soon"], "is no day"),
    ],
)
def test_what_cannot_be_exported_is_one_line(shemtov: Command, arguments: list[str], said: str) -> None:
    """Exit 2, and nothing on stdout."""
    code, out, told = shemtov("export", *arguments)
    assert (code, out, len(told.splitlines())) == (2, "", 1)
    assert said in told


@pytest.mark.usefixtures("record")
def test_a_parquet_file_holds_the_rows_with_their_kinds(shemtov: Command, tmp_path: Path) -> None:
    """Days are dates, ranks whole numbers, what is unknown is null, texts are as they are; else one line says what to
    install, and a file of before stays."""
    path = tmp_path / "all.parquet"
    if importlib.util.find_spec("pyarrow") is None:
        path.write_bytes(b"mine")
        code, _, told = shemtov("export", "--all", "--format", "parquet", "--output", path)
        assert (code, len(told.splitlines()), path.read_bytes()) == (2, 1, b"mine")
        assert "pip install pyarrow" in told
        pytest.skip("no pyarrow here (pip install pyarrow): what a Parquet file holds is not checked")
    from pyarrow import parquet

    assert shemtov("export", "--all", "--format", "parquet", "--output", path)[0] == 0
    rows = [json.loads(line) for line in shemtov("export", "--all", "--format", "json")[1].splitlines()]
    table = parquet.read_table(path)
    assert [row | {"date": row["date"].isoformat()} for row in table.to_pylist()] == rows
    kinds = {name: str(kind) for name, kind in zip(table.schema.names, table.schema.types, strict=True)}
    assert (kinds["date"], kinds["rank"], kinds["confidence"], kinds["title"]) == (
        "date32[day]",
        "int64",
        "double",
        "string",
    )
