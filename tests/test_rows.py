"""Rows that are written beside the session's objects: neither sees an older state of the other, nothing is made twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from app.db import migrate, writing
from app.models import Attempt, Hit, Link, Snapshot
from app.schedule import slot_of
from app.store.attempts import claim, end, still_ours
from app.store.brands import add_brand, home_workspace
from app.store.parses import add_hits
from app.store.rows import add_row, change_row
from app.store.searches import add_search
from app.store.snapshots import plan
from scrapers.types import Result

NOW = datetime(2026, 11, 1, 10, tzinfo=UTC)


@pytest.fixture(params=["database", "postgresql"])
def record(request: pytest.FixtureRequest) -> Engine:
    """An empty record, on SQLite and on PostgreSQL."""
    found: Engine = request.getfixturevalue(request.param)
    migrate(on=found)
    return found


def a_search(session: Session, name: str = "Nativ Telecom") -> int:
    brand = add_brand(session, home_workspace(session), name, "il-he", [])
    return add_search(
        session, brand, phrase="nativ service", engine="google", hl="he", gl="il", market="il-he", sources=["google"]
    ).id or 0  # fmt: skip


def a_look(session: Session) -> Snapshot:
    return plan(session, a_search(session), slot_of("2026-11-01T06:00:00"), "scheduled", NOW)


def test_who_holds_a_try_sees_its_end(record: Engine) -> None:
    """Who holds the try as an object sees its end, which was written beside it."""
    with writing(record) as session:
        number = claim(session, a_look(session).id or 0, "google", NOW, NOW + timedelta(minutes=2)) or 0
        held = session.get_one(Attempt, number)
        assert (held.state, still_ours(session, number)) == ("running", True)
        end(session, number, "ok", "x" * 900, NOW)
        assert (held.state, held.outcome, held.ended, still_ours(session, number)) == ("done", "ok", NOW, False)
        assert len(held.reason or "") < 900


def test_what_waits_as_an_object_is_written_first(record: Engine) -> None:
    """A change of an object that was not written yet is neither lost nor written over what came after it."""
    with writing(record) as session:
        number = claim(session, a_look(session).id or 0, "google", NOW, NOW + timedelta(minutes=2)) or 0
        held = session.get_one(Attempt, number)
        held.cost, held.reason = 0.5, "of the object"
        session.add(held)
        change_row(session, Attempt, number, reason="of the row")
        assert (held.cost, held.reason) == (0.5, "of the row")


def test_a_row_begins_as_an_object_does(record: Engine) -> None:
    """What is not named has the same default; what has none and may not be empty is refused."""
    with writing(record) as session:
        look = a_look(session).id or 0
        given: dict[str, Any] = {"snapshot_id": look, "source": "google", "started": NOW, "deadline": NOW}
        made = session.get_one(Attempt, add_row(session, Attempt, no=1, **given))
        assert made.model_dump(exclude={"id", "no"}) == Attempt(no=2, **given).model_dump(exclude={"id", "no"})
        with pytest.raises(IntegrityError, match="deadline"):
            add_row(session, Attempt, no=3, **given | {"deadline": None})
        session.rollback()


def test_a_second_try_is_counted_on(record: Engine) -> None:
    """A try that hangs past its deadline ends as abandoned, and the next has the next number; one in time is left."""
    with writing(record) as session:
        look = a_look(session).id or 0
        first = claim(session, look, "google", NOW, NOW + timedelta(minutes=2))
        assert claim(session, look, "bing", NOW, NOW + timedelta(minutes=2)) is None
        late = NOW + timedelta(minutes=3)
        second = claim(session, look, "bing", late, late)
        found = session.exec(select(Attempt.id, Attempt.no, Attempt.reason).order_by(Attempt.no)).all()  # type: ignore[arg-type]
        assert list(found) == [(first, 1, "abandoned"), (second, 2, None)]


def test_hits_are_made_once(record: Engine) -> None:
    """The same appearance twice on a page, on another day or with another text: a link once, a hit for each text; on
    another search a hit of its own."""
    url = "https://www.example.com/service"
    page = [Result(rank, url, url, title, "") for rank, title in enumerate(("one", "two", "one"), 1)]
    with writing(record) as session:
        search = a_search(session)
        first = add_hits(session, search, page)
        assert first[0] == first[2] != first[1]
        assert add_hits(session, search, page) == first
        more = add_hits(session, search, [*page, Result(4, url + "/new", url + "/new", "one", "")])
        assert more[:3] == first
        assert more[3] not in first
        assert add_hits(session, search, []) == []
        assert not set(add_hits(session, a_search(session, "Another"), page)) & set(first)
        assert len(session.exec(select(Link.id)).all()) == 2
        assert len(session.exec(select(Hit.id)).all()) == 5
