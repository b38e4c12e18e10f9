"""Rows for spreadsheets and programs: CSV that no spreadsheet runs, under a name people can read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

from app.queries.export import csv_cell

BOM = "\ufeff"


def csv_answer(name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Response:
    """A CSV file: UTF-8 with its mark, since spreadsheets otherwise guess; every cell defused."""
    return StreamingResponse(
        _lines(columns, rows), media_type="text/csv; charset=utf-8", headers=attachment(f"{name}.csv")
    )


def attachment(name: str, how: str = "attachment") -> dict[str, str]:
    """Saved under that name (RFC 5987: any letters), and never shown as a page of ours; how: "inline" for what may be
    looked at first."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    return {"content-disposition": f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}


def _lines(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    buffer = StringIO()
    table = csv.writer(buffer)
    buffer.write(BOM)
    table.writerow(columns)
    for row in rows:
        table.writerow([csv_cell(row[column]) for column in columns])
        if buffer.tell() > 65536:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
