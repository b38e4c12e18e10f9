"""Files of brands, CSV as any spreadsheet writes it or TOML, read into what was typed, each with its line.

A file that cannot be read at all is one BadInput; what is wrong with one brand stands at that brand.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.csv_files import decoded, records, refuse_document
from app.errors import BadInput
from app.files import read_page_file

MOST_BYTES, MOST_BRANDS, MOST_LISTED = 5_000_000, 1000, 200
# How a file calls it (with or without an s), and how app.onboarding.plan_brand does.
FIELDS = {
    "name": "name", "owned": "owned", "market": "codes", "phrase": "phrases", "engine": "engines", "source": "sources",
    "depth": "depth", "target": "target", "schedule": "schedule", "watch": "watch",
}  # fmt: skip
LISTS = frozenset({"owned", "market", "phrase", "engine", "source"})
NUMBERS = frozenset({"depth", "target"})
YES = frozenset("yes true 1 x tak prawda כן".split())
NO = frozenset("no false 0 nie fałsz לא".split())
SPOILT = re.compile(r"=|#(?:NAME\?|REF!|VALUE!|DIV/0!|N/A|NULL!|NUM!)$")
_TABLE = re.compile(r"^[ \t]*\[\[[ \t]*\"?brand\"?[ \t]*]]", re.M)


@dataclass(slots=True)
class TypedBrand:
    """One brand as a file has it. line: where it starts, from 1; 0 when that cannot be told. given: what was filled in,
    by the names of plan_brand; wrong: what of it could not be read, a sentence each."""

    line: int
    name: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def take(self, fields: Mapping[str, Any], read: Callable[[str, Any], Any]) -> TypedBrand:
        """Fill in fields by what reads their values; one that cannot be read is told in wrong."""
        for name, value in fields.items():
            try:
                found = read(name, value)
            except BadInput as wrong:
                self.wrong.append(wrong.message)
                continue
            if name == "name":
                self.name = found
            elif found not in ("", []):
                self.given[FIELDS[name]] = found
        return self


def read_brands(path: Path, encoding: str | None = None) -> list[TypedBrand]:
    """The brands of a file, in its order; BadInput when the file as a whole cannot be read. encoding: of a CSV that is
    neither UTF-8 nor marked."""
    kind = next((end for end in reversed(path.suffixes) if end.lower() in (".csv", ".tsv", ".txt", ".toml")), None)
    content = read_page_file(path, MOST_BYTES)
    refuse_document(content, path)
    if kind is None:
        raise BadInput(f"{path}: brands come from a .csv or a .toml file")
    toml = kind.lower() == ".toml"
    text = decoded(content, "utf-8" if toml else encoding, path)
    found = list((_of_toml if toml else _of_csv)(text, path))
    if not found:
        raise BadInput(f"{path}: no brands in it")
    if len(found) > MOST_BRANDS:
        raise BadInput(f"{path}: {len(found)} brands; the most in one file is {MOST_BRANDS}")
    return found


def _of_csv(text: str, path: Path) -> Iterator[TypedBrand]:
    found = records(text, path, lambda head: _known(head) in FIELDS)
    _, heads = next(found, (0, []))
    names = _columns(heads, path)
    for line, cells in found:
        brand = TypedBrand(line)
        spare = [cell for at, cell in enumerate(cells) if cell and (at >= len(names) or not names[at])]
        if spare:
            brand.wrong.append(f"{len(spare)} cells stand under no column (a separator too many, or not in quotes?)")
        yield brand.take({name: cell for name, cell in zip(names, cells, strict=False) if name}, _of_cell)


def _known(head: str) -> str:
    name = head.strip().strip('"').strip().lower()
    return name if name in FIELDS else name.removesuffix("s")


def _columns(heads: list[str], path: Path) -> list[str]:
    names = [_known(head) for head in heads]
    strange = [head[:50] for head, name in zip(heads, names, strict=True) if name and name not in FIELDS]
    doubled = sorted({name for name in names if name and names.count(name) > 1})
    lacking = [name for name in ("name", "market") if name not in names]
    for trouble, what in ((strange, "unknown column"), (doubled, "two columns"), (lacking, "no column")):
        if trouble:
            raise BadInput(f"{path}: {what} {', '.join(map(repr, trouble))}; columns: {', '.join(FIELDS)}")
    return names


def _of_cell(name: str, cell: str) -> Any:
    """A cell as its field wants it; blank is "" or []."""
    if SPOILT.match(cell):
        raise BadInput(f"{name} is a formula or a spreadsheet's error ({cell[:40]!r}): write the text itself")
    if name == "phrase":
        found = _parts("[|\r\n]", cell)
        if len(found) == 1 and set(cell) & set(",;"):
            raise BadInput("phrases are separated by |, not by commas or semicolons (a phrase with one needs TOML)")
        return _few(name, found)
    if name in LISTS:
        return _few(name, _parts(r"[|;,\s]", cell))
    if name in NUMBERS and cell:
        if not (cell.isascii() and cell.isdigit() and len(cell) < 5):
            raise BadInput(f"{name} is a whole number, not {cell[:40]!r}")
        return int(cell)
    if name == "watch" and cell:
        if cell.lower() not in YES | NO:
            raise BadInput(f"watch is yes or no, not {cell[:40]!r}")
        return cell.lower() in YES
    return cell


def _parts(between: str, cell: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in re.split(between, cell) if part.strip()))


def _few(name: str, found: list[str]) -> list[str]:
    if len(found) > MOST_LISTED:
        raise BadInput(f"{name} lists {len(found)}; the most is {MOST_LISTED}")
    return found


def _of_toml(text: str, path: Path) -> Iterator[TypedBrand]:
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as broken:
        raise BadInput(f"{path}: no TOML ({broken})") from broken
    tables = content.get("brand")
    if set(content) != {"brand"} or not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise BadInput(f"{path}: brands are written as [[brand]], with name = and market = below, and nothing else")
    starts = [text.count("\n", 0, found.end()) + 1 for found in _TABLE.finditer(text)]
    known = len(starts) == len(tables)  # else one of them stands inside a text
    for number, table in enumerate(tables):
        brand = TypedBrand(starts[number] if known else 0)
        fields = {_known(key): value for key, value in table.items()}
        strange = [key for key in table if _known(key) not in FIELDS]
        if strange or len(fields) < len(table):
            what = f"unknown field {strange[0][:50]!r}" if strange else "a field stands there twice"
            brand.wrong.append(f"{what}; fields: {', '.join(FIELDS)}")
        yield brand.take({name: value for name, value in fields.items() if name in FIELDS}, _of_value)


def _of_value(name: str, value: Any) -> Any:
    """A TOML value as its field wants it."""
    if name in LISTS:
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise BadInput(f'{name} is a list of texts, such as ["a", "b"]')
        return _few(name, list(dict.fromkeys(found)))
    wanted, what = (int, "a whole number") if name in NUMBERS else (bool, "true or false") if name == "watch" else (
        str, "a text")  # fmt: skip
    if type(value) is not wanted:
        raise BadInput(f"{name} is {what}, not {str(value)[:40]!r}")
    return value
