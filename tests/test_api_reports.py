"""Weekly reports in the API: printed once whoever asks, read as facts and as paper, problems said in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import other_workspace, use
from sqlmodel import select
from weeks import FEW, FIRST, SUNDAY, relabel, two_weeks
from worlds import World

from app.clock import clock
from app.db import reading, writing
from app.models import Report, Workspace
from app.printing import printer
from app.queries.reports import printed_facts
from app.queries.weekly import frozen
from app.secret import secret
from app.settings import settings
from app.store.keys import add_key

API = "/api/v1"
REPORTS = f"{API}/brands/nativ-telecom/reports"


def key_of(world: World, workspace: int) -> dict[str, str]:
    with writing(world.engine) as session:
        key = add_key(session, session.get_one(Workspace, workspace), "test", secret(), datetime.now(UTC))
    return {"authorization": f"Bearer {key}"}


@pytest.fixture
def client(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The API on the Sunday after two weeks of looks."""
    use(world, monkeypatch)
    two_weeks(world, FEW)
    app = an_app()
    app.dependency_overrides[clock] = lambda: SUNDAY
    with TestClient(app, headers=key_of(world, 1)) as made:
        yield made


@pytest.mark.browser
def test_a_report_is_printed_once_and_read_as_facts_and_paper(
    client: TestClient, world: World, chromium_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """201, then 200 with the same; the facts are the frozen ones, differences are today's; the server's end ends Chromium."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", chromium_path)
    settings.cache_clear()
    first, second = client.post(REPORTS), client.post(REPORTS, json={"week": "2026-11-18", "lang": "he"})
    assert (first.status_code, second.status_code) == (201, 200)
    row = first.json()
    assert second.json() == row
    assert (row["week"], row["lang"], row["brand"]) == (FIRST.isoformat(), "he", "nativ-telecom")
    assert client.get(REPORTS).json() == [row]
    paper = client.get(f"{API}/reports/{row['id']}/pdf")
    assert paper.headers["content-type"] == "application/pdf"
    assert "filename*=UTF-8''nativ-telecom-2026-11-15-he.pdf" in paper.headers["content-disposition"]
    assert len(paper.content) == row["size"]
    with reading(world.engine) as session:
        facts = frozen(printed_facts(session, row["id"]))
    read = client.get(f"{API}/reports/{row['id']}").json()
    assert (read["report"], read["differences"]) == (row, [])
    assert read["facts"]["week"]["now"]["score"] == facts["week"]["now"]["score"]
    assert len(read["facts"]["week"]["results"]) == 20
    with writing(world.engine) as session:
        relabel(session)
    told = {one["what"]: one for one in client.get(f"{API}/reports/{row['id']}").json()["differences"]}
    assert told["negative"]["today"] == 0
    assert client.get(f"{API}/reports/{row['id']}/pdf").content == paper.content
    before = printer()
    with TestClient(client.app):
        pass
    assert printer() is not before


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"week": "2026-11-22"}, 400), ({"week": "2026-12-20"}, 400), ({"week": "2020-01-01"}, 400),
        ({"week": "0001-01-01"}, 400), ({"week": "soon"}, 422), ({"lang": "fr"}, 422), ({"search": 99}, 404),
        ({"search": 0}, 422), ([], 422),
    ],
)  # fmt: skip
def test_what_cannot_be_printed_is_a_problem(client: TestClient, world: World, asked: object, status: int) -> None:
    """A running week has no draft here: nothing is kept, and one sentence says why."""
    answer = client.post(REPORTS, json=asked)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    with reading(world.engine) as session:
        assert session.exec(select(Report)).all() == []


def test_without_a_chromium_there_is_a_problem_and_no_report(
    client: TestClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503, and the next try is a new one."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", "/no/such/chromium")
    settings.cache_clear()
    answer = client.post(REPORTS)
    assert answer.status_code == 503
    assert "does not start" in answer.json()["detail"]
    assert client.get(REPORTS).json() == []


def test_another_workspace_prints_and_reads_nothing(client: TestClient, world: World) -> None:
    """The same answer as for what does not exist; without a key none at all."""
    spy = key_of(world, other_workspace(world.engine))
    assert client.post(REPORTS, headers=spy).status_code == 404
    assert client.get(REPORTS, headers=spy).status_code == 404
    assert client.get(f"{API}/reports/1", headers=spy).status_code == 404
    assert client.get(f"{API}/reports/1/pdf", headers=spy).status_code == 404
    assert client.post(REPORTS, headers={"authorization": ""}).status_code == 401


def test_facts_that_cannot_be_read_are_a_problem(client: TestClient, world: World) -> None:
    """A spoiled row is said, not guessed; a paper that was taken away is not there."""
    with writing(world.engine) as session:
        session.add(
            Report(brand_id=1, search_id=1, week=FIRST - timedelta(days=7), lang="he", at=SUNDAY, data={"facts": {}})
        )
    assert "shemtov verify" in client.get(f"{API}/reports/1").json()["detail"]
    assert client.get(f"{API}/reports/1/pdf").status_code == 404
