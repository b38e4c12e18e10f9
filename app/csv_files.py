"""CSV as any spreadsheet writes it: which encoding, which separator, which line a record starts on."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from app.errors import BadInput

NOT_A_TABLE = {b"PK\x03\x04": "Excel or LibreOffice", b"\xd0\xcf\x11\xe0": "Excel"}
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def refuse_document(content: bytes, path: Path) -> None:
    """BadInput for a spreadsheet's own format."""
    maker = next((maker for start, maker in NOT_A_TABLE.items() if content.startswith(start)), None)
    if maker is not None:
        raise BadInput(f'{path} is a document of {maker}: save it there as "CSV UTF-8"')


def decoded(content: bytes, encoding: str | None, path: Path) -> str:
    """The text of a file. Which old encoding a file has is not guessed: a wrong guess is a wrong name."""
    marked = next((name for mark, name in MARKS.items() if content.startswith(mark)), None)
    used = marked or encoding or "utf-8"
    try:
        if codecs.lookup(used).name != "utf-8" and marked is None and not content.isascii() and _is_utf8(content):
            raise BadInput(f"{path} is UTF-8, not {used}: leave --encoding out")
        return content.decode(used)
    except LookupError as unknown:
        raise BadInput(
            f"unknown encoding {used!r}; such as windows-1255 (Hebrew) or windows-1250 (Polish)"
        ) from unknown
    except UnicodeError as wrong:
        line = content[: getattr(wrong, "start", 0)].count(b"\n") + 1
        advice = 'save it as "CSV UTF-8", or name what it is: --encoding windows-1255 (Hebrew), windows-1250 (Polish)'
        raise BadInput(f"{path}, line {line}: this is not {used}; {advice}") from wrong


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def records(text: str, path: Path, known: Callable[[str], bool]) -> Iterator[tuple[int, list[str]]]:
    """(line it starts on, cells) of each record that is not blank. known: whether a column is called so."""
    lines = [line for line in text.splitlines() if line.strip()][:1]
    told = re.fullmatch('"?sep=([,;\t])"?[,;\t ]*', lines[0].lower()) if lines else None  # Excel's own way to say it
    table = csv.reader(
        io.StringIO(text, newline=""), delimiter=told[1] if told else _separator(lines, known), strict=True
    )
    start = 1
    try:
        for cells in table:
            clean = [cell.strip() for cell in cells]
            if any(clean) and not (told and clean[0].lower().startswith("sep=")):
                yield start, clean
            start = table.line_num + 1
    except csv.Error as broken:
        raise BadInput(f"{path}, line {start}: no CSV ({broken}); is a quote left open?") from broken


def _separator(first: list[str], known: Callable[[str], bool]) -> str:
    """Comma, semicolon (where the comma is the decimal mark) or tab: the one that shows most columns we know."""
    return max(",;\t", key=lambda mark: sum(known(head) for head in "".join(first).split(mark)))
