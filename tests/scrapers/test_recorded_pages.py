"""Every recorded page of ours, and why it is kept: read and judged as expected, blocked pages included."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from scrapers import registry
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.types import RawPage, SearchRequest

PAGES = Path(__file__).parent.parent / "pages"
CASES = sorted(path for path in PAGES.glob("*/*") if path.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_recorded_page_reads_as_expected(case: Path) -> None:
    """State, reason, results and features, to the letter; expected.json or failure.json says which."""
    source = case.parent.name
    body = gzip.decompress(next(case.glob("page.*.gz")).read_bytes())
    asked = json.loads((case / "search.json").read_text(encoding="utf-8"))
    engine = registry.source(source).ENGINE
    request = SearchRequest(engine, asked["phrase"], asked["hl"], asked["gl"], depth=20)
    page = RawPage(body, asked.get("final_url"), asked["http_status"])
    serp = parse(source, [page], request)
    judged = judge([page], serp, request, registry.standards(source, engine))
    found: dict[str, Any] = {
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
    expected = next(path for path in (case / "expected.json", case / "failure.json") if path.exists())
    assert found == json.loads(expected.read_text(encoding="utf-8"))


def test_every_recorded_page_is_whole() -> None:
    """Each says why it is kept, and every source has a good page and a failure."""
    assert len(CASES) >= 20
    for case in CASES:
        assert (case / "note.md").read_text(encoding="utf-8").strip(), case
    for source in {case.parent.name for case in CASES}:
        kinds = {
            name
            for case in CASES
            if case.parent.name == source
            for name in ("expected.json", "failure.json")
            if (case / name).exists()
        }
        assert kinds == {"expected.json", "failure.json"}, source
