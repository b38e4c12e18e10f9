"""Makes a test case of an archived look: a scrubbed page that its reader reads as it read the real one.

A case that would read otherwise, or that still holds a word of the original, is refused: nothing is written.
"""

from __future__ import annotations

import gzip
import json
import secrets
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from sqlmodel import Session

from app.errors import BadInput, NotFound
from app.files import write_whole
from app.models import Attempt, Parse, Snapshot
from app.queries.blobs import BlobDamaged, pages
from app.queries.searches import watched
from scrapers import registry
from scrapers.judge import judge
from scrapers.linked import strings
from scrapers.parse import parse
from scrapers.scrub import Scrubber, reader_words, remains
from scrapers.types import Judgement, RawPage, SearchRequest, Serp

DEPTH = 20  # tests/scrapers/test_recorded_pages.py reads every case so deep


@dataclass(frozen=True, slots=True)
class Case:
    """A page as a test keeps it. source: whose reader reads it; seen: the day of the look; why: for the note."""

    source: str
    page: RawPage
    request: SearchRequest
    seen: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a case was written, and what is read from it: its state and the number of results."""

    folder: Path
    state: str
    results: int


def record_page(
    session: Session, blobs: Path, snapshot_id: int, *, case: str, output: Path, page_no: int = 1, why: str = "",
    chance: Random | None = None,
) -> Recorded:  # fmt: skip
    """Write the test case of one page of a look; BadInput says why it cannot be made."""
    found, names = _archived(session, blobs, snapshot_id, page_no, why)
    reader = registry.parser(found.source, found.request.engine)
    keep = reader_words(str(getattr(reader, "__file__", "")))
    before = _read(found)
    scrubber = Scrubber(keep, names, found.request.phrase or "", chance or secrets.SystemRandom())
    scrubbed = _scrubbed(found, scrubber)
    after = _read(scrubbed)
    _expect_the_same(before, after)
    left = remains(scrubbed.page.body, [*names, found.request.phrase or "", *_texts(before[0])], scrubber.keep)
    if left:
        raise BadInput(f"{len(left)} words of the page would remain, such as {', '.join(map(repr, left[:5]))}")
    folder = output / found.source / case
    for name, content in _files(scrubbed, *after).items():
        write_whole(folder / name, content)
    return Recorded(folder, after[1].state, len(after[0].results))


def _archived(session: Session, blobs: Path, snapshot_id: int, page_no: int, why: str) -> tuple[Case, list[str]]:
    """The page, and the names that must not be kept: the brand's, its hosts', the phrase's."""
    look = session.get(Snapshot, snapshot_id)
    parsed = session.get(Parse, look.current_parse) if look is not None and look.current_parse else None
    if look is None or parsed is None:
        raise NotFound(f"no snapshot {snapshot_id} that was read")
    about = watched(session, look.search_id)
    attempt = session.get_one(Attempt, parsed.attempt_id)
    try:
        raw = pages(session, blobs, attempt.id or 0)
    except BlobDamaged as gone:
        raise BadInput(f"snapshot {snapshot_id}: {gone}") from gone
    page = next((one for one in raw if one.page_no == page_no), None)
    if page is None:
        raise NotFound(f"snapshot {snapshot_id} has no page {page_no}; pages: {', '.join(str(p.page_no) for p in raw)}")
    source = registry.parser(attempt.source, about.search.engine).NAME
    request = replace(about.request(), depth=DEPTH, location=None, device="desktop")
    names = [about.brand.name, *(f"{site.host} {site.path}" for site in about.sites)]
    case = Case(source, page, request, look.slot[:10], f"{look.state}{': ' + look.reason if look.reason else ''}", why)
    return case, names


def _read(case: Case) -> tuple[Serp, Judgement]:
    """As the test of recorded pages reads a case: one page, no history."""
    page = RawPage(case.page.body, case.page.final_url, case.page.http_status)
    serp = parse(case.source, [page], case.request)
    return serp, judge([page], serp, case.request, registry.standards(case.source, case.request.engine))


def _scrubbed(case: Case, scrubber: Scrubber) -> Case:
    body = scrubber.page(case.page.body)
    final = scrubber.address(case.page.final_url) if case.page.final_url else None
    phrase = scrubber.text(case.request.phrase or "")
    return replace(
        case, page=replace(case.page, body=body, final_url=final), request=replace(case.request, phrase=phrase)
    )


def _expect_the_same(before: tuple[Serp, Judgement], after: tuple[Serp, Judgement]) -> None:
    """The scrubbed page reads as the real one did; BadInput says in what it does not."""
    for what, shape in (
        ("state", lambda serp, judged: judged.state),
        ("failed checks", lambda serp, judged: sorted(check.name for check in judged.checks if check.passed is False)),
        ("number of results", lambda serp, judged: len(serp.results)),
        ("places of results", lambda serp, judged: [result.absolute_rank for result in serp.results]),
        ("results with a snippet", lambda serp, judged: [bool(result.snippet) for result in serp.results]),
        ("ratings", lambda serp, judged: [result.rating and result.rating.value for result in serp.results]),
        ("features", lambda serp, judged: Counter(feature.kind for feature in serp.features)),
    ):
        one, two = shape(*before), shape(*after)
        if one != two:
            raise BadInput(f"scrubbed, the page reads otherwise: {what} {one} became {two}")


def _texts(serp: Serp) -> list[str]:
    """Every text that was read from the real page."""
    rows = [text for r in serp.results for text in (r.title, r.snippet, r.host)]
    return rows + [text for feature in serp.features for text in strings(dict(feature.data))]


def _files(case: Case, serp: Serp, judged: Judgement) -> dict[str, bytes]:
    """The files of a case, as tests/scrapers/test_recorded_pages.py wants them."""
    is_json = case.page.body.lstrip()[:1] in (b"{", b"[")
    good = "expected.json" if serp.results else "failure.json"
    asked = {
        "phrase": case.request.phrase,
        "hl": case.request.hl,
        "gl": case.request.gl,
        "http_status": case.page.http_status,
    }
    if case.page.final_url:
        asked["final_url"] = case.page.final_url
    return {
        f"page.{'json' if is_json else 'html'}.gz": gzip.compress(case.page.body, mtime=0),
        "search.json": _json(asked),
        good: _json(expected(serp, judged)),
        "note.md": _note(case, serp).encode(),
    }


def expected(serp: Serp, judged: Judgement) -> dict[str, Any]:
    """What a recorded page is expected to read as."""
    return {
        "state": judged.state,
        "reason": judged.reason,
        "results": [
            {
                "rank": r.rank, "link": r.link, "title": r.title, "snippet": r.snippet,
                "rating": r.rating.value if r.rating else None, "date_text": r.date_text, "unresolved": r.unresolved,
            }
            for r in serp.results
        ],
        "features": sorted(feature.kind for feature in serp.features),
    }  # fmt: skip


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"


def _note(case: Case, serp: Serp) -> str:
    return (
        f"{case.why or 'Recorded from a look that was read wrongly or that shows a new layout.'}\n\n"
        f"Page {case.page.page_no} of a look of {case.seen}, read by {serp.parser_version}. "
        "Every name, host, text and token in it is invented; only its structure is the real page's.\n"
    )
