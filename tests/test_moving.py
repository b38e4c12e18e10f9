"""A record copied while it is written, restored, upgraded, moved to PostgreSQL and back: nothing is lost or altered."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import zstandard
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sites import let_in, looked_at, use
from sqlalchemy import Connection, Engine, Table, create_engine
from sqlmodel import select
from test_migrations import archived, rested, said, scoped
from worlds import World

from app.backup import Backup, back_up
from app.cli import main
from app.copies import copies
from app.db import migrate, open_engine, reading, revision_of, revisions, writing
from app.dump import held, lines, snapshot, tables
from app.errors import AppError, BadInput, Conflict, NotFound
from app.forget import forget
from app.lock import backing_up, capturing
from app.models import Annotation, Blob, Feature, Link, Parse, Removal, metadata
from app.moving import move
from app.packing import Packer
from app.queries.brand_page import Asked, brand_page
from app.queries.export import export_rows
from app.queries.searches import searches
from app.restore import restore
from app.retention import retain
from app.secret import secret
from app.store.annotations import add_annotation
from app.store.beside import add_beside
from app.store.blobs import blob_path
from app.store.brands import home_workspace
from app.store.keys import add_key
from app.store.lanes import enter
from app.store.operations import begin
from app.store.weights import set_weights
from app.store.workers import beat
from app.verify import verify


@pytest.fixture
def record(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three days of looks, somebody who may sign in, a model of its own; in one data directory, with its secret."""
    use(world, monkeypatch)
    for _ in range(3):
        looked_at(world)
    let_in(world.engine)
    home(world).joinpath("adapted").mkdir()
    for name in ("1.npz", "1.md", "notes.txt"):
        home(world).joinpath("adapted", name).write_bytes(name.encode())
    return world


def home(world: World) -> Path:
    return world.surroundings.blobs.parent


def backed_up(world: World, to: Path) -> Backup:
    return back_up(world.engine, home(world), to, world.clock.at, secret=True)


def rows(engine: Engine) -> dict[str, list[bytes]]:
    """Every row of every table."""
    with snapshot(engine) as connection:
        return {table.name: list(lines(connection, table)) for table in tables(connection)}


def sound(engine: Engine, blobs: Path, now: datetime) -> dict[str, int]:
    """How much verify proved; nothing may be broken."""
    with reading(engine) as session:
        found = verify(session, blobs, now)
    assert [one.broken for one in found if one.broken] == []
    return {one.name: one.checked for one in found}


def numbers(engine: Engine, until: date) -> Any:
    """What the brand's page shows, and every row of its export."""
    with reading(engine) as session:
        page = brand_page(session, "nativ-telecom", Asked(weeks=0), until)
        rows = [list(export_rows(session, page.brand, one, date(2026, 11, 1), until)) for one in searches(session)]
    return page, rows


@pytest.fixture
def restored(tmp_path: Path) -> Iterator[Callable[[Path], Engine]]:
    """Restores a file into a folder of its own; the database there."""
    opened = []

    def of(file: Path, name: str = "restored") -> Engine:
        restore(file, tmp_path / name)
        opened.append(open_engine(f"sqlite:///{tmp_path / name / 'shemtov.db'}"))
        return opened[-1]

    yield of
    for engine in opened:
        engine.dispose()


def test_a_backup_while_somebody_writes_is_one_moment(
    record: World, tmp_path: Path, restored: Callable[[Path], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look and a note come in after some tables were read: the copy is proven whole, and it is the record of the
    moment it began."""
    until, before = record.clock.at.date(), rows(record.engine)

    def meanwhile(connection: Connection, table: Table) -> Iterator[bytes]:
        yield from lines(connection, table)
        if table.name not in ("blob", "hit", "link", "snapshot", "verdict_event"):
            return
        looked_at(record)
        with writing(record.engine) as session:
            add_annotation(session, record.brand, until, f"after {table.name}", "", record.clock.at)

    monkeypatch.setattr("app.backup.lines", meanwhile)
    made = backed_up(record, tmp_path / "copy.tar.zst")
    copy = restored(made.path)
    assert made.missing == ()
    assert sound(copy, tmp_path / "restored" / "blobs", record.clock.at)["I4"] > 0
    assert rows(copy) == before != rows(record.engine)
    assert numbers(copy, until)[1] == numbers(record.engine, until)[1]


def test_a_restored_record_is_the_record(
    record: World, tmp_path: Path, restored: Callable[[Path], Engine], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """By its commands: every row, page, model and the secret are there, what can be had again is not, and the commands
    say what the file holds."""
    (home(record) / "durable.db").write_bytes(b"x")
    expected, shown = rows(record.engine), numbers(record.engine, record.clock.at.date())
    copies = tmp_path / "copies"
    copies.mkdir()
    command(monkeypatch, "backup", str(copies))
    assert "secret" in capsys.readouterr().out
    (made,) = copies.iterdir()
    assert made.stat().st_mode & 0o077 == 0
    command(monkeypatch, "restore", str(made), "--to", str(tmp_path / "restored"))
    assert "shemtov verify" in capsys.readouterr().out
    there = {
        str(path.relative_to(tmp_path / "restored")) for path in (tmp_path / "restored").rglob("*") if path.is_file()
    }
    assert {name for name in there if not name.startswith("blobs/")} == {
        "shemtov.db", "secret.key", "adapted/1.npz", "adapted/1.md",
    }  # fmt: skip
    assert (tmp_path / "restored" / "secret.key").read_bytes() == secret()
    engine = create_engine(f"sqlite:///{tmp_path / 'restored' / 'shemtov.db'}")
    assert rows(engine) == expected
    assert numbers(engine, record.clock.at.date()) == shown
    engine.dispose()
    assert command(monkeypatch, "restore", str(made), "--to", str(tmp_path / "restored")) == 2
    assert "is not empty" in capsys.readouterr().err


def command(monkeypatch: pytest.MonkeyPatch, *typed: str) -> int:
    """The exit code of a command."""
    monkeypatch.setattr("sys.argv", ["shemtov", *typed])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_a_backup_tells_what_is_gone_already(
    record: World, tmp_path: Path, restored: Callable[[Path], Engine]
) -> None:  # fmt: skip
    """A page that is damaged and one that is gone do not stop the others from being kept; the archive counts them."""
    with reading(record.engine) as session:
        first, second = session.exec(select(Blob.sha256)).all()[:2]
    blob_path(record.surroundings.blobs, first).unlink()
    blob_path(record.surroundings.blobs, second).write_bytes(b"damaged")
    made = backed_up(record, tmp_path)
    assert set(made.missing) == {first, second}
    assert made.manifest.blobs.missing == 2
    assert rows(restored(made.path)) == rows(record.engine)


def test_a_torn_or_altered_archive_is_refused(record: World, tmp_path: Path) -> None:
    """Cut anywhere, the last byte included, one bit turned, or something added: refused in one line, and nothing is
    left behind. A few bits of the packing mean nothing (the room a reader may need): turned, it is the same archive."""
    whole = backed_up(record, tmp_path).path.read_bytes()
    bad, empty = tmp_path / "bad.tar.zst", tmp_path / "empty"
    empty.mkdir()
    cuts = [*range(0, len(whole), len(whole) // 20), len(whole) - 1]
    turns = range(8, len(whole), len(whole) // 40)
    altered = [whole[:at] for at in cuts] + [whole + b"x", whole + whole]
    turned = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in turns]
    altered += [body for body in turned if unpacked(body) != unpacked(whole)]
    assert len(altered) > len(cuts) + 30
    for body in altered:
        bad.write_bytes(body)
        with pytest.raises(BadInput, match="nothing was written"):
            restore(bad, empty / "new")
        assert list(empty.iterdir()) == []


def unpacked(body: bytes) -> bytes | None:
    """None where it cannot be."""
    try:
        return zstandard.ZstdDecompressor().decompressobj().decompress(body)
    except zstandard.ZstdError:
        return None


def archive(*files: tuple[str, bytes] | tuple[tarfile.TarInfo, bytes]) -> bytes:
    """A packed archive of these, whatever they are."""
    unpacked = io.BytesIO()
    with tarfile.open(fileobj=unpacked, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, body in files:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = info.size or len(body)
            tar.addfile(info, io.BytesIO(body))
    return zstandard.ZstdCompressor().compress(unpacked.getvalue())


def like(name: str, kind: bytes, to: str = "") -> tarfile.TarInfo:
    """The header of something that is no plain file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, to
    return info


def hostile(made: dict[str, bytes]) -> Iterator[bytes]:
    """Archives that nobody should unpack, made of the files of a good one."""
    files = list(made.items())
    told = json.loads(made["manifest.json"])
    rest, (blob, page) = files[1:], files[-1]

    def manifest(**other: Any) -> tuple[str, bytes]:
        return "manifest.json", json.dumps(told | other).encode()

    def sized(body: bytes) -> dict[str, Any]:
        return {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}

    for name in ("../evil", "/tmp/evil", "blobs/../../evil", "rows/../evil", "adapted/x.npz", ".env", "é" * 90):
        yield archive(*files, (name, b"x"))
        yield archive(manifest(files=told["files"] | {name: sized(b"x")}), (name, b"x"), *rest)
    for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
        yield archive(*files, (like("blobs", kind, "/etc"), b""))
        yield archive(files[0], (like("rows", kind, "/etc"), b""), *rest)
    yield archive(*files, files[-1])
    yield archive(*files, files[1])
    yield archive(*files[:-1])
    yield archive(*files[:1], *files[2:])
    yield archive(*rest, files[0])
    yield archive(*files[:-1], (blob, zstandard.ZstdCompressor().compress(bytes(6_000_000))))
    yield archive(*files[:-1], (blob, page[:-1]))
    yield archive(*files[:-1], (blob, zstandard.ZstdCompressor().compress(b"another page")))
    yield archive(manifest(blobs=told["blobs"] | {"bytes": 10**18}), *rest)
    yield archive(manifest(blobs=told["blobs"] | {"bytes": -1}), *rest)
    yield archive(manifest(format=2), *rest)
    yield archive(manifest(revision="9999"), *rest)
    yield archive(manifest(revision="base"), *rest)
    yield archive(("manifest.json", b"[" * 100_000), *rest)
    yield archive(("manifest.json", bytes(20_000_000)), *rest)
    yield archive((like("a", tarfile.XHDTYPE), bytes(20_000_000)), *files)
    for bad in (b"[1,2]\n", b"[" * 100_000, made["rows/workspace.jsonl"] * 2, b""):
        other = told["tables"] | {"workspace": sized(bad) | {"rows": bad.count(b"\n")}}
        yield archive(manifest(tables=other), *((n, bad if "workspace" in n else body) for n, body in rest))
    for tables_ in (told["tables"] | {"evil": sized(b"") | {"rows": 0}}, {}, {"../x": sized(b"") | {"rows": 0}}):
        yield archive(manifest(tables=tables_), *rest)
    yield b""
    yield b"no archive at all"
    yield zstandard.ZstdCompressor().compress(bytes(20_000_000))


@pytest.mark.slow
def test_a_hostile_archive_is_refused(record: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths that lead out, links, devices, bombs, lies in the manifest, rows that are none: one line, nothing written."""
    monkeypatch.setattr("app.packing.MOST_CONTENT", 5_000_000)
    whole = zstandard.ZstdDecompressor().stream_reader(backed_up(record, tmp_path).path.read_bytes()).read()
    with tarfile.open(fileobj=io.BytesIO(whole)) as tar:
        made = {one.name: plain.read() for one in tar if (plain := tar.extractfile(one)) is not None}
    room = tmp_path / "room"
    room.mkdir()
    good, bad = room / "good.tar.zst", room / "bad.tar.zst"
    good.write_bytes(archive(*made.items()))
    restore(good, room / "new")  # what the bad ones are made of is good
    shutil.rmtree(room / "new")
    before = set(tmp_path.iterdir())
    for number, body in enumerate(hostile(made)):
        bad.write_bytes(body)
        with pytest.raises(AppError) as told:
            restore(bad, room / "new")
        assert "\n" not in told.value.message
        assert set(room.iterdir()) == {good, bad}, number
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("after", [1, 12, 34])
def test_a_kill_leaves_no_half_file_that_passes_for_whole(record: World, tmp_path: Path, after: int) -> None:
    """kill -9 when so many files are packed: nothing has the name, what lies there is refused, the lock is free."""
    folder = tmp_path / "copies"
    folder.mkdir()
    record.engine.dispose()
    child = os.fork()
    if child == 0:
        _die_after(after)
        backed_up(record, folder)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert list(folder.glob("shemtov-*")) == []
    for left in folder.iterdir():
        with pytest.raises(BadInput, match="nothing was written"):
            restore(left, tmp_path / "new")
    assert backed_up(record, folder).path.exists()


def _die_after(files: int) -> None:
    add, done = Packer.add, iter(range(files))

    def dying(self: Packer, *given: Any) -> None:
        if next(done, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        add(self, *given)

    Packer.add = dying  # type: ignore[method-assign, assignment] # only in the process that dies


def test_no_file_goes_while_a_backup_copies(record: World, tmp_path: Path) -> None:
    """Retention leaves files to its next run, forgetting is refused before it changes anything."""
    blobs, later = record.surroundings.blobs, record.clock.at + timedelta(days=40)
    files = set(blobs.rglob("*.zst"))
    with backing_up(home(record)):
        assert retain(record.engine, blobs, later, 30).replaced > 0
        assert files <= set(blobs.rglob("*.zst"))
        before = rows(record.engine)
        with pytest.raises(Conflict, match="backup"):
            forget(record.engine, blobs, "host", "tlunot.example", "Dana", later)
        assert rows(record.engine) == before
    retain(record.engine, blobs, later, 30)
    assert not files <= set(blobs.rglob("*.zst"))
    sound(record.engine, blobs, later)


def test_a_failing_upgrade_leaves_the_database_as_it_was(record: World) -> None:
    """Three steps, of which the last one fails: none stays, and the message names a copy that is the database."""
    migrate("0005", on=record.engine)
    with writing(record.engine) as session:
        session.connection().exec_driver_sql("ALTER TABLE feature ADD COLUMN hit_id INTEGER")
    before = rows(record.engine)
    with pytest.raises(AppError, match="is as it was") as told:
        migrate(on=record.engine)
    assert revision_of(record.engine) == "0005"
    assert rows(record.engine) == before
    (copy,) = copies(Path(record.engine.url.database or ""))
    assert str(copy) in told.value.message
    kept = open_engine(f"sqlite:///{copy}")
    assert rows(kept) == before
    kept.dispose()


def test_without_room_for_a_copy_nothing_is_upgraded(record: World) -> None:
    """The database stays where it is, in one line."""
    migrate("0007", on=record.engine)
    home(record).joinpath("backups").write_bytes(b"no folder")
    with pytest.raises(AppError, match="so it was not upgraded"):
        migrate(on=record.engine)
    assert revision_of(record.engine) == "0007"


def test_an_older_backup_comes_up_to_today(
    record: World, tmp_path: Path, restored: Callable[[Path], Engine]
) -> None:  # fmt: skip
    """A backup upgrades nothing; what is restored is what the database becomes when it is upgraded itself."""
    migrate("0006", on=record.engine)
    made = backed_up(record, tmp_path)
    assert (made.manifest.revision, revision_of(record.engine)) == ("0006", "0006")
    copy = restored(made.path)
    migrate(on=record.engine)
    assert rows(copy) == rows(record.engine)
    assert not (tmp_path / "restored" / "backups").exists()


def test_three_copies_stay_and_none_of_what_was_forgotten(record: World) -> None:
    """Each upgrade leaves one, the oldest go; forgetting deletes them; nothing to do leaves none."""
    database = Path(record.engine.url.database or "")
    for _ in range(4):
        migrate("0007", on=record.engine)
        migrate(on=record.engine)
    assert len(copies(database)) == 3
    migrate(on=record.engine)
    assert len(copies(database)) == 3
    (home(record) / "backups" / ".new-killed").write_bytes(b"half a copy")
    done = forget(record.engine, record.surroundings.blobs, "host", "tlunot.example", "Dana", record.clock.at)
    assert done.counts["copies of the database"] == 3
    assert list((home(record) / "backups").iterdir()) == []


def test_a_database_of_a_newer_version_is_left_alone(record: World) -> None:
    """One clear line, and no table is touched."""
    with writing(record.engine) as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Conflict, match="newer Shem Tov"):
        migrate(on=record.engine)


def full(world: World) -> Engine:
    """Rows in every table."""
    for fill in (said, rested):
        fill(world.engine, world.search)
    archived(world.engine)
    scoped(world.engine, world.search)
    now = world.clock.at
    with writing(world.engine) as session:
        set_weights(session, home_workspace(session), [20, 15, 13, 11, 10, 9, 8, 6, 5, 3])
        add_key(session, home_workspace(session), "BI", secret(), now)
        parse, link = (session.exec(select(one)).first() for one in (Parse, Link))
        assert isinstance(parse, Parse)
        assert isinstance(link, Link)
        block = Feature(parse_id=parse.id or 0, kind="paa", data={"question": "למה?", "answer": "Because."})
        session.add_all([block, Removal(brand_id=world.brand, link_id=link.id or 0, actor="Dana", created=now)])
        add_beside(session, world.search, [block])
        beat(session, "a-1-x", "a", 1, "0.1.0")
        begin(session, "reparse")
        enter(session, now, "google", 1, 5.0, 30.0, "a-1-x")
    assert all(rows(world.engine).values())
    return world.engine


def test_nobody_writes_while_a_record_moves(record: World, tmp_path: Path) -> None:
    """The old database takes no row meanwhile, a running capture keeps it where it is, and nothing is moved of
    nothing, nor into something."""
    path = record.engine.url.database or ""
    with held(record.engine), closing(sqlite3.connect(path, timeout=0)) as other:
        assert other.execute("SELECT count(*) FROM snapshot").fetchone() == (3,)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("INSERT INTO link (host, url, url_hash) VALUES ('a', 'b', 'c')")
    target, nothing = (open_engine(f"sqlite:///{tmp_path / name}") for name in ("target.db", "nothing.db"))
    with capturing(home(record)), pytest.raises(Conflict, match="another capture"):
        move(record.engine, target, home(record))
    with pytest.raises(NotFound, match="no record"):
        move(nothing, target, home(record))
    with pytest.raises(Conflict, match="not empty"):
        move(record.engine, record.engine, home(record))
    with target.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (id INTEGER)")
    with pytest.raises(Conflict, match="not Shem Tov's"):
        move(record.engine, target, home(record))
    for engine in (target, nothing):
        engine.dispose()


@pytest.mark.slow
def test_the_record_lives_on_postgresql(
    record: World, postgresql: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Moved there: the same rows, page, export and proofs; there retention, forgetting and verify work, ids go on, a
    backup comes back as SQLite, and so does a move. The old database is as it was. What PostgreSQL cannot keep is told."""
    before, now = rows(record.engine), record.clock.at
    url = postgresql.url.render_as_string(hide_password=False)
    with writing(record.engine) as session:
        note = add_annotation(session, record.brand, now.date(), "plain", "", now)
        session.get_one(Annotation, note).text = "with \0 in it"
    assert command(monkeypatch, "migrate-to", url) == 2
    assert "rows of annotation cannot be kept" in capsys.readouterr().err
    with writing(record.engine) as session:
        session.delete(session.get_one(Annotation, note))
    assert command(monkeypatch, "migrate-to", url) == 0
    told = capsys.readouterr().out
    assert all(f"{name}: {len(all_)} rows, the same on both sides" in told for name, all_ in before.items())
    assert rows(record.engine) == rows(postgresql) == before
    assert numbers(postgresql, now.date()) == numbers(record.engine, now.date())
    proven = sound(record.engine, record.surroundings.blobs, now)
    assert sound(postgresql, record.surroundings.blobs, now) == proven
    with pytest.raises(Conflict, match="not empty"):
        move(record.engine, postgresql, home(record))
    there = replace(record, engine=postgresql, surroundings=replace(record.surroundings, engine=postgresql))
    looked_at(there)
    assert retain(postgresql, there.surroundings.blobs, now + timedelta(days=40), 30).replaced > 0
    later = now + timedelta(days=40)
    assert forget(postgresql, there.surroundings.blobs, "host", "tlunot.example", "Dana", later).counts["results"] > 0
    sound(postgresql, there.surroundings.blobs, later)
    made = backed_up(there, tmp_path)
    restore(made.path, tmp_path / "restored")
    for url in (f"{tmp_path}/restored/shemtov.db", f"{tmp_path}/back.db"):
        back = open_engine(f"sqlite:///{url}")
        if "back" in url:
            move(postgresql, back, home(record))
        assert rows(back) == rows(postgresql)
        sound(back, there.surroundings.blobs, later)
        back.dispose()


@pytest.mark.slow
def test_a_filled_postgresql_goes_down_and_up_as_sqlite_does(
    record: World, postgresql: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:  # fmt: skip
    """With rows in every table, at every step down and up: what survives is as it was, and the same on both. A backup
    from before fills the emptied database again."""
    sqlite = full(record)
    made, expected = backed_up(record, tmp_path), rows(sqlite)
    move(sqlite, postgresql, home(record))
    before = shapes(postgresql)
    assert before == shapes(sqlite)
    for revision in [*sorted(revisions() - {revision_of(sqlite)}, reverse=True), "head"]:
        for engine in (sqlite, postgresql):
            migrate(revision, on=engine)
        after = shapes(postgresql)
        assert after == shapes(sqlite), revision
        for same in before.keys() & after.keys():
            logos = (same[0], revision) == ("blob", "0002")  # which become pictures there
            assert logos or after[same] <= before[same], (same, revision)
        before = after
    with postgresql.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert sum(map(len, after.values())) > 100
    assert "upgraded from 0001, in one transaction; its backups are yours" in caplog.text
    migrate("base", on=postgresql)
    both_upgrade(postgresql)
    restore(made.path, tmp_path / "restored", postgresql)
    assert rows(postgresql) == expected
    assert not (tmp_path / "restored" / "shemtov.db").exists()


def both_upgrade(engine: Engine) -> None:
    """Two processes that start at once: one does it, the other finds it done."""
    engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            migrate(on=engine)
        except AppError:
            os._exit(1)
        os._exit(0)
    migrate(on=engine)
    assert os.waitpid(child, 0)[1] == 0


def shapes(engine: Engine) -> dict[tuple[str, tuple[str, ...]], set[bytes]]:
    """The rows of each table under its name and columns."""
    with snapshot(engine) as connection:
        return {
            (table.name, tuple(sorted(table.columns.keys()))): set(lines(connection, table))
            for table in tables(connection)
        }
