"""The migrations on a filled database, up and down, and what models and migrations agree on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sites import let_in
from sqlalchemy import Engine, inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from worlds import World

from app.db import HEAD, _steps, migrate, writing
from app.models import (
    Agreement,
    Annotation,
    Attempt,
    Blob,
    Brand,
    Canary,
    Feature,
    Fetch,
    Hit,
    LabelRule,
    Parse,
    Picture,
    Report,
    Review,
    Search,
    SourceState,
    Tombstone,
    VerdictEvent,
    Workspace,
    metadata,
)
from app.runner import run_due
from app.schedule import slot_at
from app.store.attempts import claim
from app.store.beside import add_beside, add_missing_beside
from app.store.brands import add_brand, home_workspace
from app.store.lanes import enter
from app.store.operations import begin
from app.store.searches import add_search
from app.store.snapshots import plan, put_in_queue
from app.store.workers import beat
from app.types import SCOPES

BEFORE_PEOPLE, BEFORE_SAID, BEFORE_SOURCES, BEFORE_ARCHIVE = "0001", "0002", "0003", "0004"
BEFORE_SCOPES, BEFORE_BESIDE, BEFORE_WORKERS = "0006", "0007", "0008"
WORKING = {"worker", "lane", "operation"}  # the tables that came with workers and after them


def filled(world: World) -> dict[str, int]:
    """A look's worth of rows in every table that a look fills, and somebody who signed in; returns the counts."""
    let_in(world.engine)

    async def collect() -> None:
        world.clock.at += timedelta(days=1)
        async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
            pass

    asyncio.run(collect())
    return counts(world.engine)


def said(engine: Engine, search: int) -> None:
    """A row in every table of what people say and what was printed, and marks on the workspace."""
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    with writing(engine) as session:
        owner = session.get_one(Search, search).brand_id
        logo, paper = (
            Blob(sha256=name * 64, kind=kind, size=1) for name, kind in (("a", "logo"), ("b", "pdf"))
        )  # fmt: skip
        session.add_all([logo, paper])
        session.flush()
        mine = session.get_one(Workspace, session.get_one(Brand, owner).workspace_id)
        mine.report_name, mine.accent, mine.logo_id = "Agency", "#5b3a8c", logo.id
        session.add_all([
            mine,
            LabelRule(workspace_id=mine.id or 0, brand_id=owner, match="host", pattern="a.example", label="neutral", actor="Dana", created=now),
            Annotation(brand_id=owner, at=now.date(), text="Campaign", actor="Dana", created=now),
            Report(
                brand_id=owner, search_id=search, week=now.date(), lang="he", at=now, data={"score": 61},
                pdf_blob_id=paper.id,
            ),
        ])  # fmt: skip


def rested(engine: Engine, search: int) -> None:
    """A source that rests, a canary, two looks that agree, a try that cost something and what its page yielded."""
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    with writing(engine) as session:
        answer = Blob(sha256="c" * 64, size=2)
        looks = [plan(session, search, slot_at(now, "Asia/Jerusalem"), purpose, now) for purpose in ("now", "second")]
        session.add(answer)
        session.flush()
        attempt = Attempt(snapshot_id=looks[0].id or 0, no=1, source="serpapi", started=now, deadline=now, cost=0.02)
        session.add(attempt)
        session.flush()
        session.add_all([
            SourceState(source="serpapi", engine="google", suspended_until=now, reason="quota", since=now, trouble=2),
            Canary(source="serpapi", day=now.date(), engine="google", hl="he", gl="IL", at=now, blob_id=answer.id),
            Agreement(second_id=looks[1].id or 0, first_id=looks[0].id or 0, first_source="serpapi",
                      second_source="google", shared=9, top=10),
            Parse(snapshot_id=looks[0].id or 0, attempt_id=attempt.id or 0, parser_version="x", state="ok", at=now,
                  pages=2, unread=1, title_length=41.5),
        ])  # fmt: skip


def sources_step(engine: Engine) -> None:
    """Down by the sources and up again: the record is as it was, without what it cost and yielded."""
    before = counts(engine)
    newer = {"source_state", "canary", "agreement"}
    assert all(before[name] >= 1 for name in newer)
    migrate(BEFORE_SOURCES, on=engine)
    after = counts(engine)
    assert not newer & set(after)
    migrate(on=engine)
    assert counts(engine) == before | dict.fromkeys(newer, 0)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT max(cost) FROM attempt").scalar_one() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM parse WHERE pages IS NOT NULL").scalar_one() == 0


def archived(engine: Engine) -> None:
    """A copy in the place of an expired answer, a picture of its look, a tombstone, days of a workspace."""
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    with writing(engine) as session:
        raw = Blob(sha256="d" * 64, size=3, expired_at=now, reason="retention", removed_at=now)
        clean, shot = Blob(sha256="e" * 64, kind="clean", size=2), Blob(sha256="f" * 64, kind="picture", size=2)
        session.add_all([raw, clean, shot])
        session.flush()
        attempt = session.exec(select(Attempt)).first()
        assert attempt is not None
        session.add_all([
            Fetch(attempt_id=attempt.id or 0, page_no=1, blob_id=raw.id or 0, clean_blob_id=clean.id, bytes=3, at=now),
            Picture(snapshot_id=attempt.snapshot_id, blob_id=shot.id or 0, at=now, width=1, height=2),
            Tombstone(at=now, actor="Dana", kind="text", digest=b"x" * 16, length=8, proof=b"y" * 16, counts={"n": 1}),
        ])  # fmt: skip
        home = home_workspace(session)
        home.raw_days = 90
        session.add(home)


def archive_step(engine: Engine) -> None:
    """Down by the archive and up again: every older row is as it was, keys and checks still hold."""
    before = counts(engine)
    newer = {"picture", "tombstone"}
    assert all(before[name] == 1 for name in newer)
    migrate(BEFORE_ARCHIVE, on=engine)
    assert not newer & set(counts(engine))
    migrate(on=engine)
    assert counts(engine) == before | dict.fromkeys(newer, 0)
    with engine.connect() as connection:
        assert connection.exec_driver_sql('SELECT count(*) FROM "fetch" WHERE clean_blob_id IS NOT NULL').scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM blob WHERE expired_at IS NOT NULL").scalar() == 1
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    for wrong in (Blob(sha256="9" * 64, size=1, kind="other"), Blob(sha256="9" * 64, size=1, reason="other")):
        with pytest.raises(IntegrityError), writing(engine) as session:
            session.add(wrong)


def scoped(engine: Engine, search: int) -> None:
    """A rule of every scope, of the brand and of its workspace, and an answer of the label queue."""
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    with writing(engine) as session:
        brand = session.get_one(Brand, session.get_one(Search, search).brand_id)
        rules = [
            LabelRule(workspace_id=brand.workspace_id, brand_id=of, match=match, pattern="a.example/x", label="neutral",
                      actor="Dana", created=now)
            for of in (brand.id, None) for match in SCOPES
        ]  # fmt: skip
        hit = Hit(search_id=search, url="https://a.example/x", title="x", text_hash=b"x" * 16, label="neutral")
        session.add_all([*rules, hit])
        session.flush()
        session.add(Review(hit_id=hit.id or 0, rule_id=rules[0].id, label="neutral", automatic="negative", version="s1",
                           audit=True, actor="Dana", at=now))  # fmt: skip


def scopes_step(engine: Engine) -> None:
    """Down by the scopes and up again: rules of one URL or host of a brand are kept, what is newer is gone."""
    before = counts(engine)
    assert (before["label_rule"], before["review"]) == (8, 1)
    migrate(BEFORE_SCOPES, on=engine)
    after = counts(engine)
    newer = {"review", *WORKING}
    assert after == {name: count for name, count in before.items() if name not in newer} | {"label_rule": 2}
    migrate(on=engine)
    assert counts(engine) == after | dict.fromkeys(newer, 0)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT match, workspace_id, brand_id FROM label_rule ORDER BY match").all()
    assert [tuple(row) for row in rows] == [("host", 1, 1), ("url", 1, 1)]


def beside_step(engine: Engine, search: int) -> None:
    """A question on record twice is one hit; down by it and up again: the blocks stay, it and what was said of it go."""
    before = counts(engine)
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    with writing(engine) as session:
        parse = session.exec(select(Parse)).first()
        assert parse is not None
        data = {"question": "Why?", "answer": "Because."}
        blocks = [Feature(parse_id=parse.id or 0, kind="paa", data=data) for _ in range(2)]
        for block in blocks:
            session.add(block)
            add_beside(session, search, [block])
        hit = blocks[0].hit_id or 0
        assert blocks[1].hit_id == hit
        session.add_all([
            Review(hit_id=hit, label="neutral", automatic="negative", version="s1", audit=False, actor="Dana", at=now),
            VerdictEvent(hit_id=hit, new="neutral", evidence_kind="words", rule="r", confidence=0.5, version="s1",
                         actor="rules", at=now),
        ])  # fmt: skip
    with pytest.raises(IntegrityError), writing(engine) as session:
        session.add(
            Hit(search_id=search, kind="paa", url="", title="Why?", text_hash=session.get_one(Hit, hit).text_hash)
        )
    migrate(BEFORE_BESIDE, on=engine)
    older = {name: count for name, count in before.items() if name not in WORKING}
    assert counts(engine) == older | {"feature": before["feature"] + 2}
    migrate(on=engine)
    with writing(engine) as session:
        add_missing_beside(session, search)
        assert len({block.hit_id for block in session.exec(select(Feature)).all()} - {None}) == 1
    assert counts(engine) == before | {"feature": before["feature"] + 2, "hit": before["hit"] + 1}
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def worked(engine: Engine, search: int) -> None:
    """A worker, a look in its queue, a try of its own, and long work."""
    now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    with writing(engine) as session:
        beat(session, "a-1-x", "a", 1, "0.1.0")
        begin(session, "reparse")
        enter(session, now, "google", 1, 5.0, 30.0, "a-1-x")
        look = plan(session, search, slot_at(now, "Asia/Jerusalem"), "crisis", now)
        put_in_queue(session, look, "practice", now)
        assert claim(session, look.id or 0, "practice", now, now, "a-1-x") is not None


def workers_step(engine: Engine) -> None:
    """Down by the workers and their lanes and up again: looks and tries are as they were, without queue and worker."""
    before = counts(engine)
    assert all(before[name] == 1 for name in WORKING)
    migrate(BEFORE_WORKERS, on=engine)
    assert counts(engine) == {name: count for name, count in before.items() if name not in WORKING}
    migrate(on=engine)
    assert counts(engine) == before | dict.fromkeys(WORKING, 0)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT max(runs) FROM snapshot").scalar_one() == 0
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def one_step(engine: Engine) -> None:
    """Down by what people say, and up again: every older row is as it was, the newer tables are there and empty."""
    before = counts(engine)
    newer = {"label_rule", "annotation", "report"}
    assert all(before[name] == 1 for name in newer)
    migrate(BEFORE_SAID, on=engine)
    after = {name: count for name, count in counts(engine).items() if name in before}
    assert after == {name: count for name, count in before.items() if name not in newer and name in after}
    assert not newer & set(after)
    with engine.connect() as connection:
        kinds = connection.exec_driver_sql("SELECT kind FROM blob WHERE size = 1 ORDER BY sha256").scalars().all()
    assert list(kinds) == ["picture", "pdf"]
    migrate(on=engine)
    assert counts(engine) == before | dict.fromkeys(newer, 0) | {"alembic_version": 1}


def people_step(engine: Engine) -> None:
    """Down by people and up again: the record is as it was, the people are gone and can be let in anew."""
    before = counts(engine)
    people = {"person", "membership", "signin"}
    assert all(before[name] == 1 for name in people)
    migrate(BEFORE_PEOPLE, on=engine)
    assert not people & set(counts(engine))
    migrate(on=engine)
    after = counts(engine)
    assert {name: after[name] for name in people} == dict.fromkeys(people, 0)
    assert all(after[name] == before[name] for name in ("workspace", "brand", "search", "snapshot", "result"))
    let_in(engine)


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table: connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar_one()
            for table in inspect(engine).get_table_names()
        }


def test_models_and_migrations_agree(database: Engine) -> None:
    """A migrated database is what the models say; autogenerate would find nothing to do."""
    with database.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    assert found == []


def test_the_newest_step_is_the_one_that_is_looked_for() -> None:
    """Whether a database is as this version wants it is asked without the migrations: by the name of the last one."""
    assert _steps()[1].get_current_head() == HEAD


def test_a_migration_of_a_filled_database_loses_nothing(world: World) -> None:
    """Running the newest migration again on a filled database changes no row."""
    before = filled(world)
    assert before["result"] == 20
    assert before["person"] == before["membership"] == before["signin"] == 1
    migrate(on=world.engine)
    assert counts(world.engine) == before


def test_down_and_up_again(world: World) -> None:
    """A filled database goes down to nothing and comes up empty and whole."""
    filled(world)
    migrate("base", on=world.engine)
    assert set(inspect(world.engine).get_table_names()) == {"alembic_version"}
    migrate(on=world.engine)
    assert set(inspect(world.engine).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_what_people_said_goes_down_and_up_again(world: World) -> None:
    """With rows in every table: nothing older is lost, and a logo becomes a picture."""
    filled(world)
    said(world.engine, world.search)
    one_step(world.engine)


def test_scopes_and_reviews_go_down_and_up_again(world: World) -> None:
    """What the older version can say is kept, nothing else of the record is touched, models and tables agree."""
    filled(world)
    scoped(world.engine, world.search)
    scopes_step(world.engine)
    with world.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    assert found == []


def test_what_stands_beside_goes_down_and_up_again(world: World) -> None:
    """On SQLite as on PostgreSQL below: no older row is lost, and a text without a link is on a search once."""
    filled(world)
    beside_step(world.engine, world.search)


def test_workers_go_down_and_up_again(world: World) -> None:
    """With a worker, a look in a queue and its try: nothing of the record is lost."""
    filled(world)
    worked(world.engine, world.search)
    workers_step(world.engine)


def test_people_go_down_and_up_again(world: World) -> None:
    """With somebody signed in: nothing of the record is lost."""
    assert filled(world)["result"] == 20
    people_step(world.engine)


def test_sources_go_down_and_up_again(world: World) -> None:
    """With rows in every new table and column: nothing older is lost, checks and keys of the old tables still hold."""
    filled(world)
    rested(world.engine, world.search)
    sources_step(world.engine)
    with world.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    assert found == []


def test_the_archive_goes_down_and_up_again(world: World) -> None:
    """With rows in every new table and column: nothing older is lost, and a blob's kinds are still checked."""
    filled(world)
    archived(world.engine)
    archive_step(world.engine)


@pytest.mark.slow
def test_the_same_migrations_run_on_postgresql(postgresql: Engine) -> None:
    """Up, compared with the models, a step back and forth with rows in the tables, down, up."""
    migrate(on=postgresql)
    with postgresql.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    with writing(postgresql) as session:
        brand = add_brand(session, home_workspace(session), "Nativ Telecom", "il-he", [])
        search = add_search(
            session, brand, phrase="x", engine="google", hl="he", gl="IL", market="il-he", sources=["practice"]
        )  # fmt: skip
        search_id = search.id or 0
    let_in(postgresql)
    worked(postgresql, search_id)
    workers_step(postgresql)
    scoped(postgresql, search_id)
    scopes_step(postgresql)
    with writing(postgresql) as session:
        for rule in session.exec(select(LabelRule)).all():
            session.delete(rule)
    rested(postgresql, search_id)
    archived(postgresql)
    archive_step(postgresql)
    sources_step(postgresql)
    said(postgresql, search_id)
    one_step(postgresql)
    people_step(postgresql)
    beside_step(postgresql, search_id)
    migrate("base", on=postgresql)
    migrate(on=postgresql)
    assert set(inspect(postgresql).get_table_names()) == {*metadata.tables, "alembic_version"}
