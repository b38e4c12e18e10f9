"""Saved pages become snapshots as captures do; bad rows are named, and nothing is half-written."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from worlds import World

from app.db import reading, writing
from app.files import read_page_file
from app.imports import Imported, import_rows
from app.models import Blob, Fetch, Hit, Parse, Search, Snapshot
from app.queries.usual import links
from app.store.blobs import blob_path
from app.verify import verify
from scrapers.practice import api
from scrapers.practice.entries import worlds
from scrapers.practice.markup import Asked
from scrapers.practice.site import page_of
from scrapers.urls import canonical

PHRASE = "נתיב טלקום שירות לקוחות"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def saved(folder: Path, name: str, day: date, page: int = 1) -> Path:
    """A page of the practice world, saved as a file."""
    path = folder / name
    path.write_text(page_of("google", worlds()[PHRASE], day, Asked(PHRASE, "he", "IL", page, False)), encoding="utf-8")
    return path


def row(path: Path | str, **other: Any) -> dict[str, Any]:
    return {
        "path": str(path),
        "engine": "google",
        "phrase": PHRASE,
        "captured_at": "2026-10-01",
        "hl": "he",
        "gl": "IL",
    } | other


def bring_in(world: World, rows: list[Any], folder: Path) -> list[Imported]:
    world.clock.at = NOW
    return list(import_rows(world.surroundings, world.brand, rows, folder))


def test_a_saved_page_is_a_snapshot_with_everything_a_capture_has(world: World, tmp_path: Path) -> None:
    """Two pages of one moment: one look, raw kept, judged, scored, ranks 1 to 20; its search joins the known one."""
    rows = [row(saved(tmp_path, f"p{n}.html", date(2026, 10, 1), n), page_no=n) for n in (1, 2)]
    assert [i.state for i in bring_in(world, rows, tmp_path)] == ["ok"]
    with reading(world.engine) as session:
        snapshot = session.exec(select(Snapshot)).one()
        assert (snapshot.slot, snapshot.purpose, snapshot.search_id) == ("2026-10-01T00:00:00", "import", world.search)
        assert len(session.exec(select(Fetch)).all()) == 2
        assert session.exec(select(Parse.n)).one() == 20
        assert None not in session.exec(select(Hit.label)).all()
        assert not [f for f in verify(session, world.surroundings.blobs, NOW) if f.broken]


def test_what_every_provider_answered_is_imported_like_a_page(world: World, tmp_path: Path) -> None:
    """Saved JSON, packed or not: read as if asked today, proven, its links those of the day; no key of it is kept."""
    phrase, rows = "Nativ Telecom customer service", []
    for back, provider in enumerate(api.PATHS):
        asked = api.Asked(
            phrase, "en", {"dataforseo": "2840", "searxng": "google"}.get(provider, "US"), 1, 1, 10, api.KEY
        )
        path = tmp_path / f"{provider}.json.gz"
        path.write_bytes(
            gzip.compress(json.dumps(api.answer_of(provider, "none", date(2026, 10, 1), asked)[1]).encode())
        )
        rows.append(row(path, engine=provider, phrase=phrase, gl="US", hl="en", captured_at=f"2026-10-{20 - back}"))
    assert {i.path.rpartition("/")[2]: (i.state, i.reason) for i in bring_in(world, rows, tmp_path)} == {
        f"{provider}.json.gz": ("ok", "") for provider in api.PATHS
    }
    page = [canonical(entry.url) for entry in worlds()[phrase].page(date(2026, 10, 1))[:10]]
    with reading(world.engine) as session:
        assert {tuple(links(session, parse or 0)) for parse in session.exec(select(Parse.id))} == {tuple(page)}
        assert not [f for f in verify(session, world.surroundings.blobs, NOW) if f.broken]
        for blob in session.exec(select(Blob)):
            body = read_page_file(blob_path(world.surroundings.blobs, blob.sha256))
            assert b"QzXwVjKp" not in body
    assert {i.reason for i in bring_in(world, rows, tmp_path)} == {"already there"}


def test_importing_twice_adds_nothing(world: World, tmp_path: Path) -> None:
    """The same page again is already there; another page for the same moment is refused."""
    path = saved(tmp_path, "a.html", date(2026, 10, 1))
    assert bring_in(world, [row(path)], tmp_path)[0].state == "ok"
    assert bring_in(world, [row(path)], tmp_path)[0].reason == "already there"
    other = bring_in(world, [row(saved(tmp_path, "b.html", date(2026, 9, 1)))], tmp_path)
    assert other[0].state is None
    assert "another page" in other[0].reason
    with reading(world.engine) as session:
        assert len(session.exec(select(Snapshot)).all()) == 1


def test_an_unknown_search_is_made_and_not_scheduled(world: World, tmp_path: Path) -> None:
    """Another phrase becomes an inactive search of its own."""
    path = saved(tmp_path, "a.html", date(2026, 10, 1))
    bring_in(world, [row(path, phrase="נתיב טלקום תלונות")], tmp_path)
    with reading(world.engine) as session:
        search = session.exec(select(Search).where(Search.id != world.search)).one()
        assert (search.phrase, search.active) == ("נתיב טלקום תלונות", False)
        assert session.exec(select(Snapshot.state)).one() == "suspect"  # the page echoes another phrase


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": "missing.html"}, "no such file"),
        ({"captured_at": None}, "no captured_at"),
        ({"captured_at": "soon"}, "is no date"),
        ({"captured_at": "2026-11-25"}, "in the future"),
        ({"captured_at": "1970-01-01"}, "before there were search engines"),
        ({"hl": "xx"}, "unknown language"),
        ({"gl": "ZZ"}, "unknown country"),
        ({"engine": "duckduckgo"}, "cannot serve he-IL"),
        ({"engine": "altavista"}, "unknown engine"),
        ({"engine": "practice"}, "not imported"),
        ({"phrase": "x" * 500}, "500 characters"),
        ({"phrase": "a\u202eb"}, "control characters"),
        ({"phrase": " "}, "no phrase"),
        ({"device": "fridge"}, "desktop or mobile"),
        ({"page_no": "two"}, "page_no"),
    ],
)
def test_a_bad_row_is_one_clear_reason_and_writes_nothing(
    world: World, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    """Each kind of bad row is refused by itself; the good row beside it is imported."""
    good = row(saved(tmp_path, "good.html", date(2026, 10, 2)), captured_at="2026-10-02")
    bad = row(saved(tmp_path, "bad.html", date(2026, 10, 1))) | change
    found = bring_in(world, [bad, good], tmp_path)
    assert [i.state for i in found] == [None, "ok"]
    assert said in found[0].reason
    assert "\n" not in found[0].reason
    with reading(world.engine) as session:
        assert len(session.exec(select(Snapshot)).all()) == len(session.exec(select(Search)).all()) == 1
        assert len(session.exec(select(Blob)).all()) == 1


def test_an_unreadable_archive_is_refused(world: World, tmp_path: Path) -> None:
    """A .zst that is none."""
    (tmp_path / "a.html.zst").write_bytes(b"not zstandard")
    found = bring_in(world, [row(tmp_path / "a.html.zst")], tmp_path)
    assert found[0].state is None
    assert "cannot be read" in found[0].reason


def test_history_filled_in_later_corrects_what_the_next_look_brought(world: World, tmp_path: Path) -> None:
    """A page of last month imported after this month's: this month's changes are told against it."""
    bring_in(world, [row(saved(tmp_path, "b.html", date(2026, 10, 1)))], tmp_path)
    bring_in(world, [row(saved(tmp_path, "a.html", date(2026, 9, 1)), captured_at="2026-09-01")], tmp_path)
    with reading(world.engine) as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM change").scalar_one() > 0


SEEN = ("google", "bing", "duckduckgo", "serpapi")


@pytest.mark.slow
def test_every_captured_page_with_a_query_and_a_date(world: World, shared: Path) -> None:
    """Real pages of Google, Bing, DuckDuckGo and SerpApi through import: found in order, and never a false ok."""
    corpus = shared / "serp-corpus"
    pages = [json.loads(line) for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]
    pages = [p for p in pages if p["engine"] in SEEN and p.get("query") and p.get("capture_date")]
    rows = [manifest_row(page, corpus) for page in pages]
    with writing(world.engine) as session:
        session.get_one(Search, world.search)
    imported = {i.path: i for i in bring_in(world, rows, corpus)}
    assert len(imported) == len(pages) > 40
    expected = right = 0
    with reading(world.engine) as session:
        for page in pages:
            got = imported[str(corpus / page["file"])]
            assert got.snapshot_id is not None, got.reason
            snapshot = session.get_one(Snapshot, got.snapshot_id)
            if page["kind"] != "serp":
                assert got.state not in ("ok", "partial"), page["file"]
                continue
            if page.get("expected_is") != "complete":
                continue
            want = [canonical(entry["url"]) for entry in page["expected"]]
            found = links(session, snapshot.current_parse or 0)
            in_order = [url for url in found if url in want]
            assert in_order == [url for url in want if url in found], page["file"]
            assert len(in_order) >= 0.9 * len(want), page["file"]
            expected, right = expected + len(want), right + len(in_order)
        assert not [f.broken for f in verify(session, world.surroundings.blobs, NOW) if f.broken]
    assert right >= 0.99 * expected


def manifest_row(page: dict[str, Any], corpus: Path) -> dict[str, Any]:
    """A corpus entry as a row of an import manifest, in the language and country its page speaks."""
    hl, _, gl = (page.get("language") or "en").partition("-")
    return {
        "path": str(corpus / page["file"]), "engine": page["engine"], "phrase": page["query"], "device": page["device"],
        "captured_at": page["capture_date"].replace(" UTC", "+00:00"), "hl": "en" if page["engine"] == "duckduckgo" else hl,
        "gl": "US" if page["engine"] in ("bing", "duckduckgo") and hl == "en" else (gl or {"pt": "BR", "en": "US"}.get(hl, hl.upper())),
    }  # fmt: skip
