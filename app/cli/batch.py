"""shemtov parse, score: files in, JSON out, no database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import say
from app.cli.explaining import explained
from app.errors import AppError, BadInput
from app.files import find_file, json_rows, read_page_file
from app.scoring.features import Listener, TextModel
from app.scoring.rows import score_row
from app.text_endpoint import Endpoint
from app.text_model import text_model
from scrapers import registry
from scrapers.errors import SourceMissing
from scrapers.judge import judge
from scrapers.parse import parse as read_pages
from scrapers.types import Judgement, RawPage, SearchRequest, Serp

MOST_RESULTS = 100
AT_ONCE = 200


def register(app: typer.Typer) -> None:
    app.command("parse")(parse)
    app.command("score")(score)


def parse(
    engine: Annotated[str | None, typer.Argument(help="Engine or provider, such as google.")] = None,
    files: Annotated[list[Path] | None, typer.Argument(help="Saved pages; .zst and .gz are read as such.")] = None,
    batch: Annotated[
        Path | None, typer.Option(help="Rows of {path, engine, query?, final_url?, http_status?}.")
    ] = None,
    query: Annotated[str | None, typer.Option(help="The phrase that was searched.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="For people: checks, places, what is unread.")] = False,
) -> None:
    """Read saved result pages: one JSON line per page, always (or, with --explain, how each was read)."""
    if batch is None and not (engine and files):
        raise BadInput("parse needs an engine and files, or --batch rows.jsonl")
    rows: Iterator[dict[str, Any] | str]
    if batch is not None:
        rows, folder = json_rows(batch), batch.parent
    else:
        rows = iter([{"path": str(file), "engine": engine, "query": query} for file in files or []])
        folder = Path()
    errors = 0
    for row in rows:
        answer = explain_row(row, folder) if explain else parse_row(row, folder)
        if not explain:
            say.row(answer)
        if answer["status"] == "error":
            errors += 1
            say.warn(f"{answer['path']}: {answer['reason']}")
    say.finish(errors)


def score(batch: Annotated[Path, typer.Option(help="Rows of {brand, url, title, snippet, rating?}.")]) -> None:
    """Label results: one JSON line per row, always."""
    errors, model = 0, text_model()
    for row in read_ahead(json_rows(batch), model):
        answer = score_row(row, model) if isinstance(row, dict) else refused(row)
        say.row(answer)
        if answer["rule"] == "error":
            errors += 1
            say.warn(answer["reason"])
    say.finish(errors)


def read_ahead(rows: Iterator[dict[str, Any] | str], model: TextModel | None) -> Iterator[dict[str, Any] | str]:
    """The same rows; a text model that is asked over the network has read some of them before they are given out."""
    while some := list(islice(rows, AT_ONCE if isinstance(model, Endpoint) else 1)):
        if isinstance(model, Endpoint):
            listeners = [Listener() for _ in some]
            for row, listener in zip(some, listeners, strict=True):
                score_row(row if isinstance(row, dict) else {}, listener)
            model.prepare_now([one.heard for one in listeners if one.heard is not None])
        yield from some


def refused(reason: str) -> dict[str, Any]:
    """The answer to a line that is no row."""
    return {"label": None, "confidence": 0.0, "rule": "error", "reason": reason, "evidence": []}


def parse_row(row: dict[str, Any] | str, folder: Path) -> dict[str, Any]:
    """One page as read and judged, or a line with status "error" and its reason."""
    path = row.get("path") if isinstance(row, dict) else None
    try:
        if isinstance(row, str):
            raise BadInput(row)
        name, request, page = asked(row, folder)
        start = time.process_time()
        serp = read_pages(name, [page], request)
        judged = judge([page], serp, request, registry.standards(name, request.engine))
        spent = 1000 * (time.process_time() - start)
    except AppError as wrong:
        return answer(path, Judgement("error", wrong.message), Serp(), 0.0)
    return answer(path, judged, serp, spent)


def explain_row(row: dict[str, Any] | str, folder: Path) -> dict[str, Any]:
    """How one page was read, said in lines; returns what parse_row would have answered."""
    answered = parse_row(row, folder)
    if isinstance(row, dict) and answered["parser_version"]:
        name, request, page = asked(row, folder)
        serp = read_pages(name, [page], request)
        judged = judge([page], serp, request, registry.standards(name, request.engine))
        for told in explained(row["path"], page, serp, judged):
            say.line(told)
    return answered


def asked(row: dict[str, Any], folder: Path) -> tuple[str, SearchRequest, RawPage]:
    """The source, the request and the raw page a row speaks of."""
    for field, kind in (("path", str), ("engine", str), ("query", str), ("final_url", str), ("http_status", int)):
        value = row.get(field)
        if not isinstance(value, kind) and not (value is None and field not in ("path", "engine")):
            raise BadInput(f"{field} is {value!r}")
    try:
        source = registry.source(row["engine"].lower())
    except SourceMissing as unknown:
        raise BadInput(str(unknown)) from unknown
    if source.NAME == "practice":
        raise BadInput("the practice world is read as the engine it imitates")
    body = read_page_file(find_file(row["path"], folder))
    page = RawPage(body, row.get("final_url"), row.get("http_status"))
    request = SearchRequest(
        source.ENGINE, row.get("query") or None, row.get("hl"), row.get("gl"), depth=MOST_RESULTS,
        device="mobile" if row.get("device") == "mobile" else "desktop",
    )  # fmt: skip
    return source.NAME, request, page


def answer(path: object, judged: Judgement, serp: Serp, spent: float) -> dict[str, Any]:
    """The line PRODUCT promises."""
    return {
        "path": path,
        "status": judged.state,
        "reason": judged.reason,
        "unchecked": list(judged.unchecked),
        "results": [
            {
                "rank": r.rank, "url": r.url, "title": r.title, "snippet": r.snippet, "display_url": r.display_url,
                "host": r.host, "date_text": r.date_text, "page_no": r.page_no,
                "rating": asdict(r.rating) if r.rating else None,
            }
            for r in serp.results
        ],
        "features": [
            {"kind": f.kind, "absolute_rank": f.absolute_rank, "data": dict(f.data)} for f in serp.features
        ],
        "parser_version": serp.parser_version,
        "parse_ms": round(spent, 2),
    }  # fmt: skip
