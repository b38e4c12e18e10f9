"""The revision of a brand: another after every change its charts show, and the same otherwise; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from app.db import migrate, reading, writing
from app.models import Attempt, Brand, Change, Hit, Link, OwnedSite, Parse, Result, Review, Search, Snapshot, Workspace
from app.models.revision import EVENTS
from app.queries.revisions import search_revision, workspace_revisions

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
MINE, SISTER, OTHER = 1, 2, 3  # two brands of one workspace, and one of another


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """A database with three brands; the first has a look with a result, which changed and was audited."""
    made: Engine = request.getfixturevalue("database" if request.param == "sqlite" else "postgresql")
    migrate(on=made)
    with writing(made) as session:
        for rows in _rows():
            session.add_all(rows)
            session.flush()
        session.get_one(Snapshot, 71).current_parse = 71
    return made


def _rows() -> list[list[Any]]:
    brand: dict[str, Any] = {"home_market": "il-he"}
    search: dict[str, Any] = {"market": "il-he", "phrase": "p", "engine": "google", "hl": "he", "gl": "IL"}
    verdict: dict[str, Any] = {"label": "neutral", "evidence": []}
    return [
        [Workspace(id=71, name="A", slug="a"), Workspace(id=72, name="B", slug="b")],
        [
            Brand(id=MINE, workspace_id=71, name="Mine", slug="mine", **brand),
            Brand(id=SISTER, workspace_id=71, name="Sister", slug="sister", **brand),
            Brand(id=OTHER, workspace_id=72, name="Other", slug="other", **brand),
        ],
        [OwnedSite(id=71, brand_id=MINE, host="a.example")],
        [Search(id=71, brand_id=MINE, **search), Search(id=72, brand_id=OTHER, **search)],
        [
            Snapshot(id=71, search_id=71, slot="2026-11-20T06:00:00", purpose="scheduled", due=NOW, state="ok"),
            Link(id=71, host="a.example", url="https://a.example/", url_hash=b"a" * 16),
        ],
        [
            Attempt(id=71, snapshot_id=71, no=1, source="google", started=NOW, deadline=NOW),
            Hit(id=71, search_id=71, link_id=71, url="https://a.example/", title="t", text_hash=b"b" * 16, **verdict),
        ],
        [Parse(id=71, snapshot_id=71, attempt_id=71, parser_version="x", state="ok", at=NOW)],
        [
            Result(parse_id=71, rank=1, hit_id=71),
            Change(id=71, search_id=71, snapshot_id=71, kind="entered", hit_id=71, to_rank=1),
            Review(
                id=71, hit_id=71, label="neutral", automatic="neutral", version="s3", audit=True, actor="D", at=NOW
            ),
        ],
    ]  # fmt: skip


def revisions(engine: Engine) -> dict[int, int]:
    with reading(engine) as session:
        return {brand: revision for brand, revision, _ in workspace_revisions(session)}


INSERTED = {
    "owned_site": "INSERT INTO owned_site (brand_id, host, path) VALUES (1, 'b.example', '')",
    "search": "INSERT INTO search (brand_id, market, phrase, engine, hl, gl, location, device, depth, purpose, sources,"
              " schedule, active) VALUES (1, 'il-he', 'q', 'bing', 'he', 'IL', '', 'desktop', 20, 'share', '[]', '06:00', true)",
    "snapshot": "INSERT INTO snapshot (search_id, slot, fold, purpose, due, state, reason)"
                " VALUES (71, '2026-11-19T06:00:00', 0, 'scheduled', '2026-11-19 04:00:00', 'blocked', '')",
    "change": "INSERT INTO change (search_id, snapshot_id, kind, hit_id, to_rank) VALUES (71, 71, 'left', 71, 2)",
    "review": "INSERT INTO review (hit_id, label, automatic, version, audit, actor, at)"
              " VALUES (71, 'neutral', 'neutral', 's3', true, 'D', '2026-11-19 04:00:00')",
}  # fmt: skip
UPDATED = {
    "owned_site": "UPDATE owned_site SET host = 'c.example' WHERE id = 71",
    "brand": "UPDATE brand SET target = 17 WHERE id = 1",
    "workspace": "UPDATE workspace SET weights = '[20, 15, 13, 11, 10, 9, 8, 6, 5, 3]' WHERE id = 71",
    "search": "UPDATE search SET schedule = '07:00' WHERE id = 71",
    "snapshot": "UPDATE snapshot SET state = 'suspect' WHERE id = 71",
    "parse": "UPDATE parse SET parser_version = 'y' WHERE id = 71",
    "result": "UPDATE result SET rank = 2 WHERE parse_id = 71",
    "hit": "UPDATE hit SET label = 'negative' WHERE id = 71",
    "link": "UPDATE link SET unresolved = true WHERE id = 71",
    "review": "UPDATE review SET label = 'negative' WHERE id = 71",
}
UNTIED = "UPDATE snapshot SET current_parse = NULL WHERE id = 71"
FIRST = {  # what points at a row goes before it
    ("search", "DELETE"): [UNTIED, "DELETE FROM change", "DELETE FROM result"],
    ("snapshot", "DELETE"): [UNTIED],
    ("hit", "DELETE"): ["DELETE FROM change", "DELETE FROM review", "DELETE FROM result"],
}
WHOLE_WORKSPACE = {"workspace", "review"}


@pytest.mark.parametrize(("table", "event"), [event[:2] for event in EVENTS if event[:2] != ("brand", "INSERT")])
def test_every_change_that_shows_gives_the_brand_another_revision(engine: Engine, table: str, event: str) -> None:
    """And no brand beside it another one, except where a whole workspace is meant."""
    _run(engine, FIRST.get((table, event), []))
    before = revisions(engine)
    assert len(set(before.values())) == len(before) == 3
    _run(engine, [_statement(table, event)])
    after = revisions(engine)
    assert after[MINE] != before[MINE]
    assert (after[SISTER] != before[SISTER]) == (table in WHOLE_WORKSPACE)
    assert after[OTHER] == before[OTHER]


def _run(engine: Engine, statements: list[str]) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _statement(table: str, event: str) -> str:
    if event == "DELETE":
        return f"DELETE FROM {table} WHERE {'parse_id' if table == 'result' else 'id'} = 71"
    return (INSERTED if event == "INSERT" else UPDATED)[table]


STILL: dict[str, Callable[[Session], Any]] = {
    "a look is planned": lambda session: session.add(
        Snapshot(search_id=71, slot="2026-11-21T06:00:00", purpose="scheduled", due=NOW)
    ),
    "the next slot of a search": lambda session: setattr(session.get_one(Search, 71), "next_due", NOW),
    "another workspace": lambda session: setattr(session.get_one(Search, 72), "schedule", "07:00"),
}


@pytest.mark.parametrize("what", STILL)
def test_what_no_chart_shows_leaves_it_as_it_is(engine: Engine, what: str) -> None:
    """Planning a thousand looks makes nobody compute a page again."""
    before = revisions(engine)
    with writing(engine) as session:
        STILL[what](session)
    after = revisions(engine)
    assert (after[MINE], after[SISTER]) == (before[MINE], before[SISTER])


def test_what_was_taken_back_is_no_revision(engine: Engine) -> None:
    """Each change has its own number, also after one that never came to be; who writes keeps nothing."""
    before = revisions(engine)[MINE]
    seen = {before}
    for _ in range(3):
        with engine.connect() as connection:
            connection.execute(text(UPDATED["hit"]))
            seen.add(connection.execute(select(Brand.revision).where(Brand.id == MINE)).scalar_one())
            connection.rollback()
    assert len(seen) == 4
    assert revisions(engine)[MINE] == before
    with writing(engine) as session:
        session.get_one(Search, 71).phrase = "other"
        session.flush()
        assert {revision for _, revision, _ in workspace_revisions(session)} == {0}
        assert search_revision(session, 71, 71) is None


def test_a_search_is_asked_for_in_its_own_workspace(engine: Engine) -> None:
    """In another one, it has no revision, as if there were no such search."""
    with reading(engine) as session:
        assert search_revision(session, 71, 71) == revisions(engine)[MINE]
        assert search_revision(session, 71, 72) is None
        assert search_revision(session, 99, 71) is None


def test_a_read_is_of_one_moment(engine: Engine) -> None:
    """What is written while somebody reads is not in what he reads, and is in what the next one reads."""
    label = select(Hit.label).where(Hit.id == 71)
    with reading(engine) as session:
        before = session.exec(label).one()
        _run(engine, [UPDATED["hit"]])
        assert session.exec(label).one() == before == "neutral"
    with reading(engine) as session:
        assert session.exec(label).one() == "negative"


def test_json_keeps_letters_as_they_are_and_half_a_character_as_it_came(engine: Engine) -> None:
    """A Hebrew word is found in the file as it is written; what no database takes as a letter is kept all the same."""
    said = ["שירות – łódź", "a\ud800b"]
    for one in said:
        with writing(engine) as session:
            session.get_one(Parse, 71).unchecked = [one]
        with reading(engine) as session:
            assert session.get_one(Parse, 71).unchecked == [one]
            stored = (
                session.connection()
                .execute(text("SELECT CAST(unchecked AS text) FROM parse WHERE id = 71"))
                .scalar_one()
            )
            assert (one in stored) == (one == said[0])


def test_a_migration_that_makes_tables_anew_leaves_every_trigger(engine: Engine) -> None:
    """Down to a step that had other tables, and up again: SQLite makes them anew, which loses what hung on them."""
    migrate("0005", on=engine)
    migrate(on=engine)
    names = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with engine.connect() as connection:
        found = connection.execute(text(names[engine.dialect.name])).scalars().all()
        if engine.dialect.name == "postgresql":  # what its planner cannot tell from a sample of millions of results
            told = "SELECT attoptions FROM pg_attribute WHERE attrelid = 'result'::regclass AND attname = 'parse_id'"
            assert connection.execute(text(told)).scalar_one() == ["n_distinct=-0.05"]
    assert sorted(found) == sorted(f"revision_{table}_{event.lower()}" for table, event, *_ in EVENTS)
    before = revisions(engine)
    _run(engine, [UPDATED["hit"]])
    assert revisions(engine)[MINE] != before[MINE]
