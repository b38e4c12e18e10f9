"""The house rules that a machine can check: sizes, names, floors, and documents that say what the code does."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from app.cli import commands, main
from app.models import metadata
from app.settings import Settings
from app.types import ChangeKind, Label
from scrapers.types import BlockKind, State

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("app", "scrapers", "reports")
FUNCTION_LINES = 50
FILE_LINES = 400
DUMPING_GROUNDS = {"util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"}
VAGUE_VERBS = ("handle_", "process_", "do_")
# Put together here so that this file does not hold what it forbids.
REGISTRIES = ("py" + "pi.org", "python" + "hosted", "registry." + "npmjs", "proxy." + "golang.org")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources(*rooms: str) -> tuple[tuple[Path, ast.Module], ...]:
    """Every Python file of those rooms, parsed."""
    files = [file for room in rooms for file in sorted((ROOT / room).rglob("*.py"))]
    return tuple((file, ast.parse(file.read_text(encoding="utf-8"))) for file in files)


def functions(*rooms: str) -> Iterator[tuple[str, Function]]:
    for file, tree in sources(*rooms):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{file.relative_to(ROOT)}:{node.lineno} {node.name}", node


def names() -> Iterator[tuple[str, set[str]]]:
    """(where, the words) of each module and class: ("app/queries/rows.py HitRow", {"hit", "row"})."""
    for file, tree in sources(*ROOMS):
        where = str(file.relative_to(ROOT))
        yield where, words(file.parent.name if file.stem == "__init__" else file.stem)
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield f"{where} {node.name}", words(node.name)


def words(name: str) -> set[str]:
    """BrandPage and brand_page -> {"brand", "page"}."""
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().split("_"))


def table(document: str, columns: int) -> list[list[str]]:
    """The cells of every row of every table with so many columns, headings and rules left out."""
    text = (ROOT / document).read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    heads = {index - 1 for index, row in enumerate(rows) if set("".join(row)) <= set("-: ")}
    return [
        row for index, row in enumerate(rows)
        if index not in heads and index - 1 not in heads and len(row) == columns
    ]  # fmt: skip


@cache
def tracked() -> tuple[Path, ...]:
    """What git tracks or would; pytest skips where there is no git or no checkout."""
    asked = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(asked, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: cannot tell the project's files from others")
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


@cache
def command_line() -> dict[str, set[str]]:
    """Every command by how it is typed ("shemtov brand add"), with its options."""
    found: dict[str, set[str]] = {}

    def walk(typed: str, command: Any) -> None:
        for name, child in getattr(command, "commands", {}).items():
            walk(f"{typed} {name}", child)
        if not hasattr(command, "commands"):
            found[typed] = {option for parameter in command.params for option in parameter.opts}

    walk("shemtov", typer.main.get_command(commands()))
    return found


def examples() -> list[str]:
    """The lines of the README's fenced commands, continued lines joined."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def test_functions_fit_on_a_screen() -> None:
    """No function is longer than 50 lines."""
    long = [
        where for where, node in functions(*ROOMS) if (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
    ]  # fmt: skip
    assert long == []


def test_files_stay_small() -> None:
    """No file is longer than 400 lines."""
    long = [str(file) for file, _ in sources(*ROOMS) if len(file.read_text("utf-8").splitlines()) > FILE_LINES]
    assert long == []


def test_no_dumping_grounds() -> None:
    """No module or class is named utils, helpers or manager."""
    assert [where for where, parts in names() if parts & DUMPING_GROUNDS] == []


def test_functions_say_what_they_do() -> None:
    """No function is named handle_, process_ or do_ something."""
    assert [where for where, node in functions(*ROOMS) if node.name.lstrip("_").startswith(VAGUE_VERBS)] == []


def test_every_module_of_app_has_its_floor() -> None:
    """A module without a place in the layers could import whatever it likes."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    floors = next(rule["layers"] for rule in settings["contracts"] if rule["type"] == "layers")
    placed = set(re.findall(r"app\.(\w+)", " ".join(floors)))
    there = {path.stem for path in (ROOT / "app").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert there - placed - {"__init__"} == set()


def test_a_broad_except_has_its_reason() -> None:
    """Whoever catches everything says why on the same line, after a noqa if need be."""
    bare = []
    for file, tree in sources(*ROOMS):
        lines = file.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and _broad(node.type):
                comment = re.sub(r"noqa(: *[A-Z0-9, ]+)?", "", lines[node.lineno - 1].partition("#")[2])
                if len(comment.split()) < 3:
                    bare.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert bare == []


def _broad(caught: ast.expr | None) -> bool:
    inside = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    everything = ("Exception", "BaseException")
    return any(one is None or (isinstance(one, ast.Name) and one.id in everything) for one in inside)


def test_every_test_says_in_a_sentence_what_holds() -> None:
    """A test without a docstring has to be read to know what broke."""
    tests = [(where, node) for where, node in functions("tests") if node.name.startswith("test_")]
    assert [where for where, node in tests if not ast.get_docstring(node)] == []


def test_the_glossary_knows_every_table_label_state_and_change() -> None:
    """A word of the database or the contracts that is not explained is a word two people will read differently."""
    explained = {word.strip(" `") for row in table("GLOSSARY.md", 3) for word in row[0].split(",")}
    used = set(metadata.tables)
    for vocabulary in (Label, State, ChangeKind, BlockKind):
        used |= set(get_args(vocabulary))
    for constraint in ("STATES", "PURPOSES"):
        used |= set(_vocabulary("app/models/snapshot.py", constraint))
    assert used - explained == set()


def _vocabulary(file: str, name: str) -> tuple[str, ...]:
    """A closed vocabulary written as a tuple of strings on top of a module."""
    for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            return tuple(ast.literal_eval(node.value))
    raise LookupError(f"{file} has no {name}")


def test_words_the_glossary_rules_out_name_nothing() -> None:
    """One word for one thing: what the last column forbids names no module and no class."""
    forbidden = {word for row in table("GLOSSARY.md", 3) for word in re.findall(r"`(\w+)`", row[2])}
    assert forbidden
    assert [f"{where}: {sorted(parts & forbidden)}" for where, parts in names() if parts & forbidden] == []


def test_the_readme_lists_every_setting_and_no_other() -> None:
    """A setting nobody can find is not there; one that is listed but not read is a trap."""
    listed = {row[0].strip("`") for row in table("README.md", 3) if row[0].startswith("`SHEMTOV_")}
    assert listed == {f"SHEMTOV_{name.upper()}" for name in Settings.model_fields}


def test_the_readme_names_every_command() -> None:
    """Each command of the command line stands in the README, as it is typed; make demo and serve count."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [typed for typed in command_line() if typed not in text and typed.replace("shemtov", "make") not in text]
    assert missing == []


@pytest.mark.parametrize("line", examples())
def test_the_readme_only_shows_what_works(line: str) -> None:
    """Every command in the README is a make target, a setting, or a command that has these options."""
    typed = shlex.split(line, comments=True)
    if typed[0] == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert all(re.search(rf"^{target}:", makefile, re.M) for target in typed[1:])
    elif typed[0] == "export":
        fields = {f"SHEMTOV_{name.upper()}" for name in Settings.model_fields}
        assert {word.partition("=")[0] for word in typed[1:]} <= fields
    else:
        name = max((known for known in command_line() if f"{line} ".startswith(f"{known} ")), key=len, default="")
        assert name, "no such command"
        assert {word for word in typed if word.startswith("--")} <= command_line()[name]


@pytest.mark.parametrize(
    ("typed", "code"),
    [("nosuch", 2), ("verify --nosuch", 2), ("parse google no-such-page.html", 3), ("capture", 2)],
)
def test_exit_codes_are_those_the_readme_gives(typed: str, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """2 when the command itself was wrong, 3 when some rows are errors; whoever calls us from a script relies on it."""
    monkeypatch.setattr("sys.argv", ["shemtov", *typed.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code


def test_the_changelog_has_a_place_for_what_comes() -> None:
    """The newest section is Unreleased, and it says something."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## Unreleased\n+- ", text, re.M)


def test_no_address_of_a_registry_is_written_down() -> None:
    """Packages come from wherever the installer's machine says; an address in a lock breaks every closed network."""
    found = []
    for path in tracked():
        content = path.read_bytes()
        found += [f"{path.relative_to(ROOT)}: {name}" for name in REGISTRIES if name.encode() in content]
    assert found == []


def test_links_between_documents_lead_somewhere() -> None:
    """A relative link in a document names a file that is there."""
    dead = []
    for document in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?://|#)([^)#\s]+)", document.read_text(encoding="utf-8")):
            if not (document.parent / target).exists():
                dead.append(f"{document.name}: {target}")
    assert dead == []
