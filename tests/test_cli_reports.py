"""shemtov report and sign: a file and one line, the same file next time, and every refusal one clear line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from commands import Command, a_command
from sites import use
from weeks import FEW, FIRST, PNG, SUNDAY, two_weeks
from worlds import World

from app.cli import reports as commands
from app.errors import BadInput
from app.printing import close_printer
from app.settings import settings


@pytest.fixture
def shemtov(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Command]:
    """The command over two weeks of looks, in a folder of its own: (exit code, what it said, what it complained)."""
    use(world, monkeypatch)
    two_weeks(world, FEW)
    monkeypatch.setattr(commands, "clock", lambda: SUNDAY)
    monkeypatch.chdir(tmp_path)

    yield a_command(capsys, monkeypatch)
    close_printer()


@pytest.mark.browser
def test_a_report_is_a_file_and_one_line(
    shemtov: Command, tmp_path: Path, chromium_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Last week in the search's language; printed before, drawn again, a draft: each is said, and kept ones stay."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", chromium_path)
    settings.cache_clear()
    code, said, _ = shemtov("report", "nativ-telecom")
    file = tmp_path / "nativ-telecom-2026-11-15-he.pdf"
    first = file.read_bytes()
    assert code == 0
    assert said.startswith(f"printed now: {file.name} (week 2026-11-15 to 2026-11-21, he, {len(first):,} bytes)")
    assert file.stat().st_mode & 0o044, "others may read what the umask lets them"
    monkeypatch.setattr(commands, "clock", lambda: SUNDAY + timedelta(days=3))
    code, said, _ = shemtov("report", "Nativ Telecom", "--week", "2026-11-17", "--output", "again/x.pdf")
    assert said.startswith("printed on 2026-11-22 before: again/x.pdf")
    assert (tmp_path / "again/x.pdf").read_bytes() == first
    assert "the same file" in shemtov("report", "nativ-telecom", "--week", "2026-11-17", "--again")[1]
    code, said, _ = shemtov("report", "nativ-telecom", "--week", "2026-11-25", "--lang", "pl")
    assert said.startswith("draft of a running week, not kept: nativ-telecom-2026-11-22-pl-draft.pdf")
    assert (tmp_path / "nativ-telecom-2026-11-22-pl-draft.pdf").read_bytes().startswith(b"%PDF")
    code, said, _ = shemtov("report", "nativ-telecom", "--week", "2026-11-25", "--lang", "pl", "--again")
    assert code == 2


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["nobody"], "no brand 'nobody'"), (["nativ-telecom", "--week", "2026-12-20"], "has not begun"),
        (["nativ-telecom", "--week", "2020-01-01"], "was not looked at"), (["nativ-telecom", "--week", "soon"], "--week"),
        (["nativ-telecom", "--lang", "fr"], "not in 'fr'"), (["nativ-telecom", "--search", "9"], "no search 9"),
        (["nativ-telecom", "--again"], "was not printed"), (["nativ-telecom"], "does not start"),
    ],
)  # fmt: skip
def test_what_cannot_be_printed_is_one_line(
    shemtov: Command, options: list[str], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 2, the reason on stderr, and no file."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", "/no/such/chromium")
    settings.cache_clear()
    code, said, complained = shemtov("report", *options)
    assert (code, said) == (2, "")
    assert why in complained
    assert len(complained.splitlines()) == 1
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A folder in its place, a file where its folder should be; nothing is left beside it."""
    (tmp_path / "file").write_bytes(b"")
    for wrong in (tmp_path, tmp_path / "file" / "x.pdf"):
        with pytest.raises(BadInput, match=r"is a folder|cannot be written"):
            commands.write(wrong, b"%PDF")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_reports_are_signed_and_unsigned(shemtov: Command, tmp_path: Path) -> None:
    """Each option alone changes its own part, "" takes it off, none shows what is set, a wrong one changes nothing."""
    (tmp_path / "logo.png").write_bytes(PNG)
    (tmp_path / "logo.svg").write_bytes(b"<svg/>")
    assert shemtov("sign")[1] == "reports wear: our own name, our own colour, no logo\n"
    assert shemtov("sign", "--name", "סוכנות גלים", "--accent", "#1F5FBF")[1].startswith(
        "reports wear: סוכנות גלים, #1f5fbf"
    )
    assert ", logo " in shemtov("sign", "--logo", "logo.png")[1]
    for wrong in (["--accent", "#ffff00"], ["--logo", "logo.svg"], ["--logo", "no.png"], ["--name", "a\u202eb"]):
        code, _, complained = shemtov("sign", *wrong)
        assert (code, len(complained.splitlines())) == (2, 1)
    assert shemtov("sign")[1].startswith("reports wear: סוכנות גלים, #1f5fbf, logo ")
    assert shemtov("sign", "--name", "", "--logo", "")[1] == "reports wear: our own name, #1f5fbf, no logo\n"


@pytest.mark.browser
def test_the_demo_leaves_its_report(shemtov: Command, chromium_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the data directory and where it is; without a Chromium the reason, and the demo goes on."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", "/no/such/chromium")
    settings.cache_clear()
    assert commands.demo_report("Nativ Telecom").startswith(
        "Weekly report: not printed, /no/such/chromium does not start"
    )
    monkeypatch.setenv("SHEMTOV_CHROMIUM", chromium_path)
    settings.cache_clear()
    file = settings().data_dir / f"nativ-telecom-{FIRST.isoformat()}-he.pdf"
    assert commands.demo_report("Nativ Telecom") == f"Weekly report: {file}"
    assert file.read_bytes().startswith(b"%PDF")
