"""Forgetting: the words are nowhere on disk, ranks and shares stay, and nothing brings them back."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import pypdf
import pytest
import zstandard
from sites import looked_at, use
from sqlmodel import Session, col, select
from weeks import FIRST, SUNDAY, two_weeks
from worlds import World

from app.again import reparse, rescore
from app.cli import main
from app.corrections import correct
from app.db import open_engine, reading, writing
from app.errors import BadInput
from app.forget import Forgotten, forget
from app.forgotten import Kind, faces, fold, hosts_above, key_of, wanted
from app.imports import import_rows
from app.models import Annotation, Blob, Change, Hit, LabelRule, Link, Result, Tombstone
from app.printing import close_printer, print_week
from app.queries.history import history
from app.queries.rows import Share
from app.queries.share import share
from app.queries.tombstones import keyed, remembered
from app.settings import settings
from app.store.label_rules import add_rule
from app.verify import verify

URL = "https://tlunot.example/c/nativ-telecom"
TITLE = "תלונות על נתיב טלקום (Nativ)"
NO_PROGRESS: Callable[[int, int], None] = lambda done, of: None  # noqa: E731


@pytest.fixture
def seen(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Five days of looks."""
    use(world, monkeypatch)
    for _ in range(5):
        looked_at(world)
    return world


def take_away(world: World, kind: Kind, typed: str, *, dry_run: bool = False) -> Forgotten:
    return forget(world.engine, world.surroundings.blobs, kind, typed, "Dana", world.clock.at, dry_run=dry_run)


def shares(world: World) -> Share:
    with reading(world.engine) as session:
        last = world.clock.at.date() + timedelta(days=1)
        return share(history(session, world.search, last - timedelta(days=10), last), 10)


def sound(world: World) -> dict[str, int]:
    """Nothing is broken; every note of every invariant."""
    with reading(world.engine) as session:
        found = verify(session, world.surroundings.blobs, world.clock.at)
    assert [one.broken for one in found if one.broken] == []
    return {name: count for one in found for name, count in one.notes.items()}


def on_disk(world: World, *words: str) -> list[str]:
    """Which files below the data directory hold one of the words: the database and its log, answers, papers."""
    world.engine.dispose()
    folder = world.surroundings.blobs.parent
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        if path.suffix == ".zst":
            content = zstandard.ZstdDecompressor().decompressobj().decompress(content)
        text = _paper(content) if content.startswith(b"%PDF") else "\n".join(faces(content))
        found += [f"{path.name}: {word}" for word in words if fold(word) in fold(text) or word.encode() in content]
    return found


def _paper(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def rows(session: Session) -> list[tuple[int, int, str | None]]:
    """(parse, rank, label) of every result."""
    found = session.exec(
        select(Result.parse_id, Result.rank, Hit.label)
        .join(Hit, col(Hit.id) == col(Result.hit_id))
        .order_by(col(Result.parse_id), col(Result.rank))
    ).all()
    return [(parse, rank, label) for parse, rank, label in found]


def test_an_address_is_forgotten_and_every_number_stays(seen: World) -> None:
    """Link, title, snippet, evidence, raw answers: gone from every file. Ranks, labels, shares: as they were."""
    with reading(seen.engine) as session:
        before = rows(session)
        gone = session.exec(select(Hit).join(Link).where(Link.url == URL)).all()
        words = [gone[0].title, gone[0].snippet]
    counted = shares(seen)
    assert on_disk(seen, URL.removeprefix("https://"), *words)
    done = take_away(seen, "url", "http://www.tlunot.example/c/nativ-telecom#x")
    assert (done.counts["results"], done.packed) == (1, True)
    assert on_disk(seen, URL.removeprefix("https://"), quote(URL, safe=""), *words) == []
    with reading(seen.engine) as session:
        assert rows(session) == before
    assert shares(seen) == counted
    assert sound(seen)["tombstones"] == 1


def test_a_dry_run_counts_and_changes_nothing(seen: World) -> None:
    """The same counts as the real one gives; and no tombstone."""
    would = take_away(seen, "url", URL, dry_run=True)
    with reading(seen.engine) as session:
        assert session.exec(select(Tombstone)).all() == []
        assert session.exec(select(Link).where(Link.url == URL)).all() != []
        assert session.exec(select(Blob).where(col(Blob.expired_at).is_not(None))).all() == []
    done = take_away(seen, "url", URL)
    assert would.counts == done.counts
    with reading(seen.engine) as session:
        stone = session.exec(select(Tombstone)).one()
        assert (stone.counts, stone.actor, stone.kind) == (done.counts, "Dana", "url")
        assert b"tlunot" not in stone.digest


def test_a_look_a_reading_and_a_scoring_bring_nothing_back(seen: World) -> None:
    """The same page is looked at again: its result stands for itself, negative still, and its words are on no file."""
    take_away(seen, "url", URL)
    for _ in range(2):
        looked_at(seen)
    reparse(seen.surroundings, NO_PROGRESS, force=True)
    assert rescore(seen.surroundings, NO_PROGRESS).changed == 0
    assert on_disk(seen, "tlunot.example") == []
    with reading(seen.engine) as session:
        links = session.exec(select(Link).where(Link.host == "forgotten.invalid")).all()
        hits = session.exec(select(Hit).where(Hit.link_id == links[0].id)).all()
        entered = session.exec(select(Change).where(col(Change.hit_id).in_([hit.id for hit in hits]))).all()
    assert len(links) == 1
    assert {hit.label for hit in hits} == {"negative"}
    assert {hit.title for hit in hits} == {"[…]"}
    assert not [one for one in entered if one.kind in ("left", "negative_left")]
    sound(seen)


def test_an_import_brings_nothing_back(seen: World, tmp_path: Path) -> None:
    """A saved page that shows it: its look counts, without the words, and no copy of the page is kept."""
    with reading(seen.engine) as session:
        digest = session.exec(select(Blob.sha256).order_by(col(Blob.id))).first() or ""
    raw = (seen.surroundings.blobs / digest[:2] / f"{digest}.zst").read_bytes()
    (tmp_path / "page.html.zst").write_bytes(raw)
    take_away(seen, "url", URL)
    row = {
        "path": str(tmp_path / "page.html.zst"), "engine": "google", "phrase": "נתיב טלקום שירות לקוחות",
        "captured_at": "2026-10-01T06:00", "hl": "he", "gl": "IL",
    }  # fmt: skip
    made = list(import_rows(seen.surroundings, seen.brand, [row], tmp_path))
    assert [one.reason for one in made if one.state is None] == []
    (tmp_path / "page.html.zst").unlink()
    assert on_disk(seen, "tlunot.example") == []
    sound(seen)


def test_a_text_is_forgotten_wherever_it_is_written(seen: World) -> None:
    """A name in a snippet, in any case and spacing: the results that ever said it lose their words and address."""
    name = "Yael  Ben-Dov"
    seen.practice.alter = lambda day, text: text.replace("לקוחות מדווחים על חיובים", f"{name} מדווחת על <b>חיובים</b>")
    looked_at(seen)
    with writing(seen.engine) as session:
        session.add(Annotation(brand_id=seen.brand, at=date(2026, 11, 3), text=f"a call by {name}", actor="Dana",
                               created=seen.clock.at))  # fmt: skip
    counted = shares(seen)
    assert on_disk(seen, "Yael Ben-Dov")
    done = take_away(seen, "text", "yael BEN-DOV")
    assert (done.counts["results"], done.counts["notes"]) == (1, 1)
    assert on_disk(seen, "Yael Ben-Dov", "Yael", "tlunot.example/c/nativ-telecom") == []
    assert shares(seen) == counted
    sound(seen)
    looked_at(seen)
    assert on_disk(seen, "Yael Ben-Dov", "Yael") == []
    with reading(seen.engine) as session:
        labels = set(session.exec(select(Hit.label).join(Link).where(Link.host == "forgotten.invalid")).all())
    assert labels == {"negative"}
    sound(seen)


def test_a_new_result_that_says_it_is_labelled_before_its_words_go(seen: World) -> None:
    """Forgetting a name makes no complaint a neutral one: a result nobody has seen before counts as negative."""
    take_away(seen, "text", "Yael Ben-Dov")
    seen.practice.alter = lambda day, text: text.replace(
        "tlunot.example/c/nativ-telecom", "plaint.example/yael"
    ).replace("לקוחות מדווחים על", "Yael Ben-Dov מדווחת על")
    looked_at(seen)
    assert on_disk(seen, "Yael Ben-Dov", "plaint.example") == []
    with reading(seen.engine) as session:
        hit = session.exec(select(Hit).join(Link).where(Link.host == "forgotten.invalid")).one()
        told = session.exec(select(Change.kind).where(Change.hit_id == hit.id)).all()
    assert hit.label == "negative"
    assert told == ["negative_entered"]
    sound(seen)


def test_a_host_is_forgotten_with_all_below_it(seen: World) -> None:
    """Every result of the host; its label rule ends; another host that ends alike stays."""
    with writing(seen.engine) as session:
        add_rule(session, seen.brand, "host", "tlunot.example", "negative", "Dana", seen.clock.at)
    with reading(seen.engine) as session:
        hosts = set(session.exec(select(Link.host)).all())
    counted = shares(seen)
    done = take_away(seen, "host", "tlunot.example")
    assert done.counts["label rules"] == 1
    with reading(seen.engine) as session:
        assert set(session.exec(select(Link.host)).all()) == (hosts - {"tlunot.example"}) | {"forgotten.invalid"}
        rule = session.exec(select(LabelRule)).one()
        assert rule.revoked is not None
    assert shares(seen) == counted
    looked_at(seen)
    assert on_disk(seen, "tlunot.example") == []
    sound(seen)


def test_what_a_person_said_of_the_result_stays_said(seen: World) -> None:
    """A correction of one address goes on for the row that stands for it, on later looks too."""
    with writing(seen.engine) as session:
        correct(session, seen.brand, URL, "url", "neutral", "Dana", seen.clock.at)
    counted = shares(seen)
    take_away(seen, "url", URL)
    assert shares(seen) == counted
    sound(seen)
    seen.practice.alter = lambda day, text: text.replace("המתנה ארוכה למענה", "המתנה ארוכה מאוד למענה")
    looked_at(seen)
    with reading(seen.engine) as session:
        hits = session.exec(select(Hit).join(Link).where(Link.host == "forgotten.invalid")).all()
    assert {hit.label for hit in hits} == {"neutral"}
    sound(seen)


def test_what_is_watched_cannot_be_forgotten(seen: World) -> None:
    """A brand's name, its own site, words too short, no address: each is refused in a sentence."""
    refused: tuple[tuple[Kind, str], ...] = (
        ("text", "nativ telecom"), ("host", "nativ-telecom.example"), ("text", "ab"), ("url", "javascript:1"),
        ("host", "no host"),
    )  # fmt: skip
    for kind, typed in refused:
        with pytest.raises(BadInput):
            take_away(seen, kind, typed)


def test_forgetting_twice_is_forgetting_once(seen: World) -> None:
    """One tombstone, with what both found."""
    first = take_away(seen, "url", URL)
    assert take_away(seen, "url", URL).counts == {}
    with reading(seen.engine) as session:
        assert session.exec(select(Tombstone)).one().counts == first.counts


def test_another_secret_is_noticed(seen: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """With another secret nothing is known again: verify says so instead of staying silent."""
    take_away(seen, "url", URL)
    monkeypatch.setenv("SHEMTOV_SECRET_KEY", "x" * 40)
    settings.cache_clear()
    with reading(seen.engine) as session:
        found = verify(session, seen.surroundings.blobs, seen.clock.at)
    assert [one.name for one in found if one.broken] == ["I8"]


@pytest.mark.browser
def test_printed_papers_lose_it_too(world: World, chromium_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The words were in a paper's text; afterwards no paper holds them, and the frozen facts still agree."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", chromium_path)
    use(world, monkeypatch)
    two_weeks(world)
    made = print_week(world.engine, world.surroundings.blobs, world.search, FIRST, "en", SUNDAY)
    close_printer()
    with reading(world.engine) as session:
        named = re.sub(r"\s+", "", session.exec(select(Link.host).where(Link.url == URL)).one())
    assert named in re.sub(r"\s+", "", _paper(made.pdf))
    done = take_away(world, "url", URL)
    assert done.counts["reports"] == 1
    assert on_disk(world, "tlunot.example", "Nativ)") == []
    assert sound(world)["papers taken away"] == 1


def test_the_command_says_what_it_removed(
    seen: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run, then the real one; two things at once, or none, are refused."""
    codes = []
    for typed in (f"forget {URL} --dry-run", f"forget {URL}", "forget", f"forget {URL} --host a.example"):
        monkeypatch.setattr("sys.argv", ["shemtov", *typed.split()])
        with pytest.raises(SystemExit) as ended:
            main()
        codes.append(ended.value.code)
    assert codes == [0, 0, 2, 2]
    told = capsys.readouterr().out
    assert "1 results would be forgotten" in told
    assert "1 results forgotten" in told


def test_nothing_is_remembered_before_anything_was_forgotten(world: World) -> None:
    """No tombstone, no digest, no time spent."""
    with reading(world.engine) as session:
        assert remembered(session) is None


def test_words_are_compared_as_people_read_them() -> None:
    """Case, width, spaces, invisible marks and entities make no difference; another word does."""
    plain = wanted("text", "Dana  LEVI")
    for text in ("dana levi", "Dana\u200b Levi", "Dana&nbsp;Levi", "ＤＡＮＡ levi", "about Dana\nLevi."):
        assert plain.in_text(text), text
    assert not plain.in_text("dana le vi")
    assert plain.is_link("https://a.example/people/dana-levi")
    assert plain.on_page(b"<p>Dana <b>Le</b>vi</p>")
    assert plain.on_page(b'{"t": "\\u0044ana Levi"}')
    url = wanted("url", "https://a.example/x")
    assert url.in_text("see a.example/x for it")
    assert not url.in_text("see a.example/xy for it")
    host = wanted("host", "a.example")
    assert host.is_link("https://b.a.example/x")
    assert not host.is_link("https://ba.example/x")
    assert list(hosts_above("b.a.example")) == ["b.a.example", "a.example"]


def test_digests_tell_nothing_without_the_secret(seen: World) -> None:
    """Two secrets give two digests of one text; a key is not the secret; addresses that stand in tell nothing."""
    found = keyed()
    assert key_of(b"a") != key_of(b"b")
    assert found.opaque("https://a.example/x") == found.opaque("https://a.example/x")
    assert "a.example" not in found.opaque("https://a.example/x")
    assert "key=" not in repr(found)


def test_the_database_of_a_server_that_reads_is_told_of(seen: World) -> None:
    """Somebody who reads keeps the log alive: the command says so, and a second run empties it."""
    other = open_engine(seen.engine.url.render_as_string(hide_password=False))
    with other.connect() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM link").scalar_one()
        with reading(seen.engine) as session:
            session.exec(select(Link)).first()
        seen_busy = _quick(seen)
    other.dispose()
    assert not seen_busy.packed
    assert take_away(seen, "url", URL).packed
    assert on_disk(seen, "tlunot.example") == []


def _quick(world: World) -> Forgotten:
    return take_away(world, "url", URL)
