"""A test case made of an archived page: it reads as the page did, and nothing of the page is left in it."""

from __future__ import annotations

import asyncio
import gzip
import html
import importlib.util
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest
import zstandard
from sqlmodel import select
from worlds import PHRASES, World

from app.db import reading, writing
from app.errors import BadInput, NotFound
from app.models import Search, Snapshot
from app.recording import Recorded, record_page
from app.runner import run_due
from scrapers import registry
from scrapers.linked import strings
from scrapers.parse import parse
from scrapers.practice.entries import worlds
from scrapers.scrub import Scrubber, reader_words, remains
from scrapers.types import RawPage, SearchRequest, Serp

DAY = date(2026, 11, 2)
PHRASE = PHRASES["google"][0]


def machinery() -> ModuleType:
    """The test of recorded pages, as it stands."""
    file = Path(__file__).parent / "scrapers" / "test_recorded_pages.py"
    spec = importlib.util.spec_from_file_location("recorded_pages", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def look(world: World, mode: str = "") -> int:
    """One look, in the archive."""
    if mode:
        world.practice.modes[DAY] = mode
    start = datetime(2026, 11, 2, 4, 0, 30, tzinfo=UTC)
    world.clock.at = start
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = start - timedelta(minutes=1)
        session.add(search)

    async def take() -> None:
        async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
            pass

    asyncio.run(take())
    with reading(world.engine) as session:
        return session.exec(select(Snapshot.id).where(Snapshot.purpose == "scheduled")).one() or 0


def record(world: World, snapshot: int, folder: Path, **options: Any) -> Recorded:
    with reading(world.engine) as session:
        blobs = world.surroundings.blobs
        return record_page(session, blobs, snapshot, case="kept", output=folder, chance=Random(5), **options)


def whole(folder: Path) -> str:
    """Everything in the case's files, as a person would search it."""
    page = gzip.decompress(next(folder.glob("page.*.gz")).read_bytes()).decode()
    return unquote(html.unescape(page)) + "".join(
        file.read_text(encoding="utf-8") for file in folder.iterdir() if file.suffix != ".gz"
    )


@pytest.mark.parametrize("page", [1, 2])
def test_a_case_reads_as_its_page_did_and_nothing_of_the_page_is_left(world: World, tmp_path: Path, page: int) -> None:
    """Ten results, ok, the same ratings; the machinery agrees; no title, host, snippet, phrase or brand remains."""
    made = record(world, look(world), tmp_path, page_no=page, why="A page of ten with ratings.")
    assert (made.folder, made.state, made.results) == (tmp_path / "google" / "kept", "ok", 10)
    machinery().test_a_recorded_page_reads_as_expected(made.folder)
    text = whole(made.folder).casefold()
    shown = worlds()[PHRASE].page(DAY)[10 * (page - 1) : 10 * page]
    for entry in shown:
        for original in (entry.title, entry.snippet, entry.url, entry.url.split("/")[2]):
            assert original.casefold() not in text
    for word in ("nativ", "נתיב", "טלקום", "לקוחות"):
        assert word not in text
    expected = json.loads((made.folder / "expected.json").read_text(encoding="utf-8"))
    assert [row["rating"] for row in expected["results"]] == [
        float(entry.rating) if entry.rating else None for entry in shown
    ]
    assert all(row["link"].split("/")[2].endswith(".example") for row in expected["results"])
    assert (made.folder / "note.md").read_text(encoding="utf-8").startswith("A page of ten with ratings.")


@pytest.mark.parametrize(("mode", "state"), [("captcha", "blocked"), ("empty", "empty"), ("wrong-engine", "suspect")])
def test_a_page_that_is_no_result_page_becomes_a_case_too(world: World, tmp_path: Path, mode: str, state: str) -> None:
    """Blocked, empty, another engine's: kept with its state and reason."""
    made = record(world, look(world, mode), tmp_path)
    assert made.state == state
    machinery().test_a_recorded_page_reads_as_expected(made.folder)


def test_what_cannot_be_recorded_is_said(world: World, tmp_path: Path) -> None:
    """No such look, no such page, a raw page that is gone: one sentence, and no file."""
    snapshot = look(world)
    with pytest.raises(NotFound, match="no snapshot 99"):
        record(world, 99, tmp_path / "out")
    with pytest.raises(NotFound, match="has no page 7"):
        record(world, snapshot, tmp_path / "out", page_no=7)
    for blob in world.surroundings.blobs.rglob("*.zst"):
        blob.unlink()
    with pytest.raises(BadInput):
        record(world, snapshot, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_case_that_would_still_tell_is_refused(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A word that slipped through stops it all: nothing is written."""
    real = Scrubber.page
    monkeypatch.setattr(
        Scrubber, "page", lambda self, body: real(self, body).replace(b"</body>", b"<p>Nativ</p></body>")
    )
    with pytest.raises(BadInput, match="nativ"):
        record(world, look(world), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "secret",
    [
        "dana.levi@mail.test", "054-765 4321", "+972 3 555 0199", "203.0.113.77", "2001:db8:85a3:8d3:1319:8a2e:370:7348",
        "CAESJwHrP9dQx7Lk2mZz01Yw", "SOCS=CAISNQgDEitib3FfaWRlbnRpdHlmcm9", "1029384756", "Zażółć", "Müller",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["<p>{}</p>", '<a href="https://a.test/?x={}">y</a>', '<i data-x="{}">y</i>', "<script>var c='{}'</script>", "<!-- {} -->", '<input value="{}">'])  # fmt: skip
def test_what_tells_of_somebody_is_replaced_wherever_it_stands(secret: str, place: str) -> None:
    """Mail addresses, phones, IP addresses, tokens, cookies, long numbers, names: in text, addresses, scripts."""
    made = Scrubber((), (), "", Random(3)).page(place.format(secret).encode()).decode()
    assert secret not in unquote(html.unescape(made))


def test_the_same_word_is_the_same_word_everywhere() -> None:
    """In text, title, path and host; of the same length and case, and dates and small numbers stay."""
    body = b'<a href="https://www.kesem.test/kesem?q=1" title="KESEM">Kesem kesem</a> 4.5 21.11.2026 12 lis 2026'
    made = Scrubber((), (), "", Random(3)).page(body).decode()
    word = made.split("https://www.")[1].split(".")[0]
    assert len(word) == 5
    assert word != "kesem"
    assert made == (
        f'<a href="https://www.{word}.example/{word}?q=1" title="{word.upper()}">{word.title()} {word}</a>'
        " 4.5 21.11.2026 12 lis 2026"
    )


def pages(shared: Path) -> Iterator[tuple[str, str, bytes, str | None]]:
    """(file, source, bytes, phrase) of every captured page of an engine we read."""
    for line in (shared / "serp-corpus" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        if page["engine"] in registry.SOURCES:
            body = (shared / "serp-corpus" / page["file"]).read_bytes()
            if page["file"].endswith(".zst"):
                body = zstandard.ZstdDecompressor().decompressobj().decompress(body)
            yield page["file"], page["engine"], body, page.get("query")


@pytest.mark.slow
@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.long)])
def test_nearly_every_real_page_can_be_made_a_case(shared: Path, every: int) -> None:
    """Nine of ten: scrubbed, results and features are as many as before and no word is left. The rest is refused."""
    seen, same = 0, 0
    for _, source, body, phrase in islice(pages(shared), 0, None, every):
        engine = registry.source(source).ENGINE
        request = SearchRequest(engine, phrase, depth=20)
        keep = reader_words(str(getattr(registry.source(source), "__file__", "")))
        scrubber = Scrubber(keep, (), phrase or "", Random(1))
        made = scrubber.page(body)
        one, two = parse(source, [RawPage(body)], request), parse(source, [RawPage(made)], request)
        told = [text for feature in one.features for text in strings(dict(feature.data))]
        told += [text for result in one.results for text in (result.title, result.snippet, result.host)]
        seen += 1
        same += shape(one) == shape(two) and not remains(made, told, scrubber.keep)
    print(f"{same} of {seen} pages")
    assert same >= 0.9 * seen > 0


def shape(serp: Serp) -> tuple[int, list[str], str | None, bool | None]:
    """What a scrubbed page must have in common with its original."""
    return len(serp.results), sorted(one.kind for one in serp.features), serp.signs.block, serp.signs.end
