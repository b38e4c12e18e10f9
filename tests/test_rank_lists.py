"""Lists of ranks from other trackers: kept as they were noted, shown, and never taken for a page that was seen."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from apps import an_app
from commands import a_command
from fastapi.testclient import TestClient
from sites import signed_in, use
from sqlmodel import select
from worlds import World

from app.db import reading
from app.errors import BadInput
from app.imports import Imported, import_rows
from app.models import Hit, Search, Snapshot
from app.queries.brands import brand
from app.queries.history import history
from app.queries.share import share
from app.queries.snapshots import results
from app.queries.usual import usual
from app.rank_lists import read_ranks
from app.verify import verify
from scrapers.errors import SourceMissing
from scrapers.providers import ranks
from scrapers.types import Access, SearchRequest

PHRASE = "נתיב טלקום שירות לקוחות"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HEAD = "date,phrase,rank,url,title,snippet"


def listed(day: str = "2026-10-01", n: int = 10, phrase: str = PHRASE) -> list[str]:
    """The rows of a whole list: our own site first, then others."""
    own = [f"{day},{phrase},1,https://www.nativ-telecom.example/service?utm_source=x,Service,"]
    return own + [f"{day},{phrase},{rank},https://site{rank}.example/a,Title {rank},Words" for rank in range(2, n + 1)]


def bring_in(world: World, path: Path, lines: list[str], encoding: str = "utf-8", **said: str) -> list[Imported]:
    path.write_bytes("\n".join(lines).encode(encoding))
    world.clock.at = NOW
    with reading(world.engine) as session:
        owner = brand(session, "nativ-telecom")
    named = None if encoding in ("utf-8", "utf-8-sig") else encoding
    return list(import_rows(world.surroundings, world.brand, read_ranks(path, owner, NOW, said, named), path.parent))


def test_a_list_is_a_look_that_shows_and_does_not_count(world: World, tmp_path: Path) -> None:
    """What stood where, labelled where the address alone tells; a gap in every chart; it teaches nobody what is usual."""
    path = tmp_path / "ranks.csv"
    found = bring_in(world, path, [HEAD, *reversed(listed()), *listed("2026-10-02 06:30")])
    assert [one.state for one in found] == ["suspect", "suspect"]
    assert "The engine asked: a list of ranks, no page" in found[0].reason
    with reading(world.engine) as session:
        looks = session.exec(select(Snapshot).order_by(Snapshot.slot)).all()
        assert [(look.slot, look.purpose) for look in looks] == [
            ("2026-10-01T00:00:00", "import"), ("2026-10-02T06:30:00", "import"),
        ]  # fmt: skip
        assert {look.search_id for look in looks} == {world.search}
        chart = history(session, world.search, date(2026, 10, 1), date(2026, 10, 2))
        assert chart.states == ("suspect", "suspect")
        assert share(chart, 10).n == (None, None)
        assert usual(session, world.search, "2026-11-01T00:00:00") is None
        labels = {hit.url: hit.label for hit in session.exec(select(Hit))}
        assert labels["https://www.nativ-telecom.example/service?utm_source=x"] == "owned"
        assert len(labels) == 10
        assert not [f for f in verify(session, world.surroundings.blobs, NOW) if f.broken]


def test_the_same_list_again_adds_nothing_and_another_is_refused(world: World, tmp_path: Path) -> None:
    """A moment has one list."""
    path = tmp_path / "ranks.csv"
    bring_in(world, path, [HEAD, *listed()])
    assert [one.reason for one in bring_in(world, path, [HEAD, *listed()])] == ["already there"]
    other = bring_in(world, path, [HEAD, *listed(n=9)])
    assert (other[0].state, "another page of this search is stored" in other[0].reason) == (None, True)
    with reading(world.engine) as session:
        assert len(session.exec(select(Snapshot)).all()) == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (listed()[:3] + listed()[4:], "rank 4 of 2026-10-01 is missing"),
        ([*listed(), listed()[2]], "rank 3 of 2026-10-01 stands there twice"),
        (listed()[4:], "rank 1 of 2026-10-01 is missing"),
        ([f"2026-10-01,{PHRASE},0,https://a.example/,,"], "rank is a whole number from 1 to 100, not '0'"),
        ([f"2026-10-01,{PHRASE},³,https://a.example/,,"], "rank is a whole number from 1 to 100"),
        ([f"2026-10-01,{PHRASE},1,,t,"], "no link"),
        ([f"1.10.2026,{PHRASE},1,https://a.example/,,"], "is no date"),
        ([f"2026-12-01,{PHRASE},1,https://a.example/,,"], "lies in the future"),
        (["2026-10-01,,1,https://a.example/,,"], "no phrase"),
        ([f"2026-10-01,{PHRASE},1,ftp://a.example/,,"], "the url is no address on the web"),
        (
            [f"2026-10-01,{PHRASE},1,https://a.example/,,", f"2026-10-01,{PHRASE},2,https://www.a.example/,,"],
            "ranks 1 and 2 of 2026-10-01 are the same address",
        ),
    ],
)
def test_a_list_that_cannot_be_true_is_refused_with_its_line(
    world: World, tmp_path: Path, rows: list[str], said: str
) -> None:
    """The others are taken, and nothing of it is stored."""
    path = tmp_path / "ranks.csv"
    found = bring_in(world, path, [HEAD, *listed("2026-09-01"), *rows])
    refused = [one for one in found if one.state is None]
    assert len(refused) == 1
    assert said in refused[0].reason
    assert refused[0].reason.startswith(f"{path}, line 1")
    with reading(world.engine) as session:
        assert [look.slot for look in session.exec(select(Snapshot))] == ["2026-09-01T00:00:00"]


def test_what_other_trackers_call_it(world: World, tmp_path: Path) -> None:
    """Semicolons, an old encoding, other names of columns, columns of no interest; what the file does not say is said
    beside it, else it is the home market's."""
    heads = "Search Volume;Position;URL;Date;Search Term;Title"
    rows = [heads, f"90;1;https://a.example/;2026-10-01;{PHRASE};כותרת", f";2;https://b.example/;2026-10-01;{PHRASE};"]
    assert [one.state for one in bring_in(world, tmp_path / "a.csv", rows, "windows-1255")] == ["suspect"]
    rows = ["\ufeffPosition\tURL\tDay", "1\thttps://a.example/\t2026-10-02"]
    said = {"phrase": "Nativ opinie", "engine": "bing", "hl": "pl", "gl": "pl", "device": "mobile"}
    assert [one.state for one in bring_in(world, tmp_path / "b.tsv", rows, **said)] == ["suspect"]
    with reading(world.engine) as session:
        hits = {(hit.search_id, hit.url): hit.title for hit in session.exec(select(Hit))}
        assert hits[world.search, "https://a.example/"] == "כותרת"
        made = session.exec(select(Search).where(Search.id != world.search, Search.phrase == "Nativ opinie")).one()
        assert (made.engine, made.hl, made.gl, made.device, made.active) == ("bing", "pl", "PL", "mobile", False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"date,phrase,url\n", "no column 'rank'"),
        (b"date,rank,position,url\n", "two columns 'rank'"),
        (b"", "no column"),
        (b"PK\x03\x04...", "a document of Excel or LibreOffice"),
        ("date,rank,url\n2026-10-01,1,é".encode("cp1252"), "this is not utf-8"),
        (b'date,rank,url\n2026-10-01,1,"https://a.example/\n', "no CSV"),
    ],
)
def test_a_file_that_is_no_list_is_one_clear_error(world: World, tmp_path: Path, content: bytes, said: str) -> None:
    """And nothing is made of it."""
    path = tmp_path / "ranks.csv"
    path.write_bytes(content)
    with reading(world.engine) as session, pytest.raises(BadInput, match=said):
        list(read_ranks(path, brand(session, "nativ-telecom"), NOW, {}))


def test_the_command_takes_a_list(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3 when a list was refused; the export names the gap."""
    shemtov = a_command(capsys, monkeypatch)
    shemtov("brand", "add", "Nativ", "--market", "il-he", "--owned", "nativ-telecom.example")
    path = tmp_path / "ranks.csv"
    path.write_text("\n".join([HEAD, *listed(), *listed("2026-10-02")[1:]]), encoding="utf-8")
    code, said, complained = shemtov("import", "--brand", "nativ", path)
    assert (code, "1 looks imported, 1 rows refused" in said) == (3, True)
    assert "rank 1 of 2026-10-02 is missing" in complained
    _, told, _ = shemtov("export", "--brand", "nativ", "--format", "csv", "--from", "2026-10-01", "--to", "2026-10-02")
    assert '2026-10-01,suspect,"Results container: not found; The engine asked: a list of ranks, no page' in told


def test_the_page_of_the_look_shows_the_list(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the reader's language, with why it does not count, and no day of first sight: nothing of it was seen."""
    bring_in(world, tmp_path / "ranks.csv", [HEAD, *listed()])
    use(world, monkeypatch)
    with reading(world.engine) as session:
        look = session.exec(select(Snapshot)).one()
        shown = results(session, look)
    assert [row.hit.host for row in shown][:2] == ["nativ-telecom.example", "site2.example"]
    assert {row.hit.first_seen for row in shown} == {None}
    with TestClient(an_app()) as site:
        page = signed_in(site, world.engine).get(f"/snapshots/{look.id}?lang=he").text
    assert "רשימת מיקומים, בלי העמוד" in page
    assert "site7.example" in page
    assert "9999" not in page


def test_nobody_can_be_asked_for_a_list() -> None:
    """It is read, and is no source of looks."""
    assert ranks.refuses("he", "IL")
    with pytest.raises(SourceMissing):
        ranks.fetch(SearchRequest("google", PHRASE), 1, Access())
