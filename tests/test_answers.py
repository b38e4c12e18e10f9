"""Answers that are kept: named by what they depend on, sent once, and never older than the record."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from records import record_brand
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select
from workers import until

from app.api import answers
from app.corrections import correct, undo
from app.db import get_session, reading, writing
from app.kept import Kept
from app.main import create_app
from app.models import ApiKey, Hit, Search, Snapshot, Workspace
from app.preview import preview
from app.queries import all_brands as listed
from app.queries.all_brands import BrandLine, all_brands
from app.queries.history import history
from app.queries.revisions import workspace_revisions
from app.queries.share import share, share_series
from app.secret import secret
from app.store.brands import home_workspace
from app.store.keys import add_key
from app.store.snapshots import revise
from app.store.weights import set_weights
from app.texts import LANGUAGES
from app.types import Label
from app.web import ahead, list_view
from app.web.access import Viewer
from app.web.list_view import list_page

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = NOW.date()
GOOD: tuple[Label, ...] = ("owned",) * 19 + ("negative",)
SEARCH = 1


@pytest.fixture
def record(database: Engine) -> Engine:
    """Two brands of thirty days, one day of each blocked."""
    with writing(database) as session:
        for name in ("First", "Second"):
            record_brand(session, name, {ago(i): "blocked" if i == 3 else GOOD for i in range(30)})
    return database


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.fixture
def client(record: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    app = an_app()
    monkeypatch.setattr(answers, "reading", lambda: reading(record))

    def session() -> Iterator[Session]:
        with reading(record) as opened:
            yield opened

    app.dependency_overrides[get_session] = session
    with writing(record) as opened:
        key = add_key(opened, home_workspace(opened), "test", secret(), NOW)
    headers = {"authorization": f"Bearer {key}", "accept-encoding": "identity"}
    with TestClient(app, headers=headers) as made:
        yield made


def chart(client: TestClient, kind: str, tag: str = "", **asked: Any) -> Any:
    days = {"from": ago(29).isoformat(), "to": TODAY.isoformat()}
    headers = {"if-none-match": tag} if tag else {}
    return client.get(f"/api/v1/searches/{SEARCH}/{kind}", params={**days, **asked}, headers=headers)


def relabel(record: Engine) -> int:
    with writing(record) as session:
        hit = session.exec(select(Hit.id).where(Hit.search_id == SEARCH, Hit.label == "owned")).first()
        return correct(session, 1, hit or 0, "host", "negative", "Dana", NOW).rule


@pytest.mark.parametrize("kind", ["share", "heatmap"])
def test_a_chart_is_sent_again_when_something_changed(client: TestClient, record: Engine, kind: str) -> None:
    """304 as long as nothing did; after a correction, its undoing, a look that turned out otherwise, and a change of
    another brand: what is true now."""
    first = chart(client, kind)
    tag = first.headers["etag"]
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "private, no-cache"
    for same in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = chart(client, kind, same)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert chart(client, kind, '"other"').content == first.content
    seen = {tag: first.content}
    rule = relabel(record)
    for change in ("correction", "undo", "look"):
        with writing(record) as session:
            if change == "undo":
                undo(session, 1, rule, "Dana", NOW)
            if change == "look":
                look = session.exec(
                    select(Snapshot.id).where(Snapshot.search_id == SEARCH, Snapshot.state == "ok")
                ).first()
                revise(session, look or 0, "suspect", "layout", None)
        answer = chart(client, kind, ", ".join(seen))
        assert answer.status_code == 200, change
        assert answer.headers["etag"] not in seen
        assert json.loads(answer.content) == anew(client, kind)
        seen[answer.headers["etag"]] = answer.content
    assert len(set(seen.values())) > 2
    with writing(record) as session:
        session.exec(select(Search).where(Search.id != SEARCH)).one().schedule = "07:00"
    assert chart(client, kind, answer.headers["etag"]).status_code == 304


def anew(client: TestClient, kind: str) -> Any:
    """The same answer with nothing kept."""
    answers.ANSWERS.__init__(answers.ROOM, answers._size)  # type: ignore[misc]
    return chart(client, kind).json()


def test_a_kept_answer_is_for_whom_it_was_made(client: TestClient, record: Engine) -> None:
    """Other days, another top, another packing: another name. Another workspace and a revoked key get nothing, named
    or not."""
    plain, packed = chart(client, "share"), chart(client, "share", top=20)
    tags = {
        plain.headers["etag"],
        packed.headers["etag"],
        chart(client, "share", **{"to": ago(1).isoformat()}).headers["etag"],
        chart(client, "heatmap").headers["etag"],
    }
    client.headers["accept-encoding"] = "gzip"
    zipped = chart(client, "heatmap")
    assert len({*tags, zipped.headers["etag"]}) == 5
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["vary"] == "Accept-Encoding"
    client.headers["accept-encoding"] = "identity"
    assert zipped.json() == chart(client, "heatmap").json()
    with writing(record) as session:
        session.add(Workspace(id=9, name="B", slug="b"))
        session.flush()
        other = add_key(session, session.get_one(Workspace, 9), "other", secret(), NOW)
        session.exec(select(ApiKey).where(col(ApiKey.workspace_id) != 9)).one().revoked = NOW
    assert chart(client, "share", plain.headers["etag"]).status_code == 401
    client.headers["authorization"] = f"Bearer {other}"
    assert chart(client, "share", "*").status_code == 404


def test_a_kept_answer_goes_past_the_routes(
    client: TestClient, record: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only while nothing has changed, for a key that is right, where the days asked for are the same on every day;
    and not when the database is away."""
    asked = []

    def session() -> Iterator[Session]:
        asked.append(1)
        with reading(record) as opened:
            yield opened

    client.app.dependency_overrides[get_session] = session  # type: ignore[attr-defined]
    path = f"/api/v1/searches/{SEARCH}/share"
    first, undated = chart(client, "share"), client.get(path)
    assert (len(asked), undated.status_code) == (2, 200)
    kept = chart(client, "share")
    assert (len(asked), kept.content, kept.headers) == (2, first.content, first.headers)
    client.get(path)
    assert len(asked) == 3
    relabel(record)
    assert chart(client, "share").json() != first.json()
    assert len(asked) == 4
    assert chart(client, "share", "*").status_code == 304
    assert len(asked) == 4
    assert client.get(kept.url, headers={"authorization": "Bearer st_wrong"}).status_code == 401
    assert len(asked) == 5

    def away() -> Any:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(answers, "reading", away)
    assert chart(client, "share").status_code == 200
    assert len(asked) == 6


def test_a_share_counted_by_the_database_is_that_of_the_record(record: Engine) -> None:
    """Every day of it, gaps included, in the top 10 and 20."""
    with reading(record) as session:
        found = history(session, SEARCH, ago(40), TODAY)
        for top in (10, 20):
            days, counted = share_series(session, SEARCH, ago(40), TODAY, top)
            assert counted == share(found, top)
            assert (days.states, days.reasons, days.parsers, days.planned) == (
                found.states, found.reasons, found.parsers, found.planned,
            )  # fmt: skip


def lines(record: Engine) -> dict[str, BrandLine]:
    with reading(record) as session:
        return {line.brand.slug: line for line in all_brands(session, NOW)}


def lines_anew(record: Engine, monkeypatch: pytest.MonkeyPatch) -> dict[str, BrandLine]:
    with monkeypatch.context() as patch:
        patch.setattr(listed, "LINES", Kept(100))
        return lines(record)


def test_the_list_is_never_older_than_the_record(record: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each kind of change the kept list says what a new one says; only the brand that changed is read again."""
    monkeypatch.setattr(listed, "LINES", Kept(100))
    before = lines(record)
    assert lines(record)["second"].history is before["second"].history
    relabel(record)
    after = lines(record)
    assert after["second"].history is before["second"].history
    assert after["first"].good != before["first"].good
    assert after == lines_anew(record, monkeypatch)
    for change in ("weights", "phrase", "next"):
        with writing(record) as session:
            if change == "weights":
                set_weights(session, home_workspace(session), [20, 15, 13, 11, 10, 9, 8, 6, 5, 3])
            elif change == "phrase":
                session.get_one(Search, SEARCH).phrase = "another"
            else:
                session.get_one(Search, SEARCH).next_due = NOW
        assert lines(record) == lines_anew(record, monkeypatch), change
    with writing(record) as session:
        session.exec(select(Hit).where(Hit.search_id == SEARCH, Hit.label == "negative")).first().label = "neutral"  # type: ignore[union-attr]
        session.flush()
        within = {line.brand.slug: line for line in all_brands(session, NOW)}
        session.rollback()
    assert within["first"] != lines(record)["first"]
    assert lines(record) == lines_anew(record, monkeypatch)


def test_a_drawn_row_is_never_older_than_its_line(record: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of what is kept is the page drawn anew, in each language, before a change and after it; only the row of
    the brand that changed is drawn again."""
    monkeypatch.setattr(listed, "LINES", Kept(100))
    monkeypatch.setattr(list_view, "ROWS", Kept(100))

    def page(lang: str) -> str:
        with reading(record) as session:
            return list_page(all_brands(session, NOW), "worse", lang, Viewer(1, "", 1, "owner"))

    def page_anew(lang: str) -> str:
        with monkeypatch.context() as patch:
            patch.setattr(list_view, "ROWS", Kept(100))
            return page(lang)

    before = [page(lang) for lang in LANGUAGES]
    assert len(set(before)) == list_view.ROWS.taken / 2 == len(LANGUAGES)
    relabel(record)
    after = [page(lang) for lang in LANGUAGES]
    assert [page(lang) for lang in LANGUAGES] == after == [page_anew(lang) for lang in LANGUAGES]
    assert all(now != was for now, was in zip(after, before, strict=True))
    assert list_view.ROWS.taken == 3 * len(LANGUAGES)


def test_a_server_reads_the_list_before_anybody_asks(record: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """And again what changed; a database that is away for a moment ends it not."""
    monkeypatch.setattr(listed, "LINES", Kept(100))
    monkeypatch.setattr(ahead, "clock", lambda: NOW)
    monkeypatch.setattr(ahead, "AGAIN", 0.01)
    away = [2]

    def read() -> Any:
        if away[0]:
            away[0] -= 1
            raise OperationalError("SELECT 1", {}, Exception("away"))
        return reading(record)

    monkeypatch.setattr(ahead, "reading", read)
    monkeypatch.setattr(list_view, "ROWS", Kept(100))
    with TestClient(create_app(ahead=True)):
        assert until(lambda: (listed.LINES.taken, list_view.ROWS.taken) == (2, 2 * len(LANGUAGES)))
        relabel(record)
        assert until(lambda: (listed.LINES.taken, list_view.ROWS.taken) == (3, 3 * len(LANGUAGES)))
    with reading(record) as session:
        revision = {one: found for one, found, _ in workspace_revisions(session)}[1]
    assert listed.LINES.get((1, revision, TODAY)) == lines_anew(record, monkeypatch)["first"]


def test_a_preview_keeps_nothing(record: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a correction would do is computed within a change that never comes to be."""
    monkeypatch.setattr(listed, "LINES", Kept(100))
    before = lines(record)
    with reading(record) as session:
        hit = session.exec(select(Hit.id).where(Hit.search_id == SEARCH, Hit.label == "owned")).first() or 0

    def tried(session: Session) -> Any:
        made = correct(session, 1, hit, "host", "negative", "Dana", NOW)
        assert {line.brand.slug: line for line in all_brands(session, NOW)} != before
        return made

    assert preview(tried, NOW, record).results > 0
    assert lines(record) == before


def test_what_is_kept_has_a_limit() -> None:
    """The least lately used goes first; a value that fills everything is not kept at all."""
    kept: Kept[str, bytes] = Kept(10, len)
    for name in "abc":
        kept.put(name, b"xxxx" if name != "c" else b"xx")
    assert kept.get("a") == b"xxxx"
    kept.put("d", b"xxxx")
    assert [name for name in "abcd" if kept.get(name)] == ["a", "c", "d"]
    kept.put("a", b"x")
    kept.put("e", b"x" * 11)
    assert kept.taken == 7
    assert [name for name in "abcde" if kept.get(name)] == ["a", "c", "d"]
    assert gzip.decompress(answers._made(b"x" * 5000, True, ("k",))[1]) == b"x" * 5000
    assert answers._made(b"x", True, ("k",))[2] is False
