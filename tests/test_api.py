"""The HTTP API: keys, problems, and the same numbers as the record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sqlmodel import Session, select
from worlds import World

from app.db import get_session, reading, writing
from app.models import ApiKey, Brand, Workspace
from app.queries.history import history
from app.queries.share import share
from app.runner import run_due
from app.secret import secret
from app.store.brands import home_workspace
from app.store.keys import add_key

FIRST = date(2026, 11, 2)
API = "/api/v1"


@pytest.fixture
def client(world: World) -> Iterator[TestClient]:
    """The application over a brand with three days of looks, one of them blocked."""

    async def days() -> None:
        for number in range(3):
            day = FIRST + timedelta(days=number)
            world.clock.at = datetime(day.year, day.month, day.day, 4, 1, tzinfo=UTC)
            world.practice.modes = {FIRST + timedelta(days=1): "captcha"}
            async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
                pass

    asyncio.run(days())
    app = an_app()

    def session() -> Iterator[Session]:
        with reading(world.engine) as opened:
            yield opened

    app.dependency_overrides[get_session] = session
    with writing(world.engine) as opened:
        key = add_key(opened, home_workspace(opened), "test", secret(), datetime.now(UTC))
    with TestClient(app, headers={"authorization": f"Bearer {key}"}) as made:
        yield made


RANGE = {"from": FIRST.isoformat(), "to": (FIRST + timedelta(days=2)).isoformat()}


def test_series_are_the_record_to_the_digit(client: TestClient, world: World) -> None:
    """Share and heat map: column arrays, equal to what the queries say; the blocked day is null with its reason."""
    with reading(world.engine) as session:
        record = history(session, world.search, FIRST, FIRST + timedelta(days=2))
    served = client.get(f"{API}/searches/{world.search}/share", params=RANGE).json()
    counted = share(record, 10)
    assert served["share"]["negative"] == list(counted.negative)
    assert served["share"]["n"] == [10, None, 10]
    assert served["states"] == ["ok", "blocked", "ok"]
    assert served["reasons"][1] == "captcha"
    heat = client.get(f"{API}/searches/{world.search}/heatmap", params=RANGE).json()
    assert heat["ranks"] == [list(row) for row in record.ranks]
    assert heat["hits"][str(record.ranks[0][0])]["label"] == "owned"


def test_a_week_and_a_life_are_the_record(client: TestClient, world: World) -> None:
    """The week as it stood on a day, of the top 10 or 20; a result's ranks, labels and appearances."""
    path = f"{API}/searches/{world.search}"
    day = (FIRST + timedelta(days=1)).isoformat()
    week = client.get(f"{path}/week", params={"day": day, "top": 20}).json()
    assert (week["now"]["at"], week["before"], week["score_change"]) == (FIRST.isoformat(), None, None)
    assert sum(share["count"] for share in week["now"]["shares"].values()) == week["now"]["n"] == 20
    assert (week["quality"]["observed"], week["quality"]["states"][-1]) == (1, "blocked")
    share = client.get(f"{path}/share", params={**RANGE, "top": 20}).json()["share"]
    assert share["n"][0] == 20
    results = client.get(f"{API}/snapshots/{week['now']['snapshot']}/results").json()
    link = results[3]["hit"]["link_id"]
    life = client.get(f"{path}/links/{link}").json()
    assert life["days"][0] == {
        "at": FIRST.isoformat(), "rank": 4, "hit": results[3]["hit"]["id"], "snapshot": week["now"]["snapshot"],
    }  # fmt: skip
    assert [event["new"] for event in life["events"]][-1] == results[3]["hit"]["label"]
    assert client.get(f"{path}/links/99999").status_code == 404
    for wrong in ({"top": 5}, {"day": "2026-13-01"}, {"day": "0001-01-01"}):
        assert client.get(f"{path}/week", params=wrong).status_code == 422


def test_brands_searches_snapshots_results_and_changes(client: TestClient, world: World) -> None:
    """From the brand down to the raw page's name."""
    brand = client.get(f"{API}/brands").json()[0]
    assert client.get(f"{API}/brands/{brand['slug']}").json() == brand
    searches = client.get(f"{API}/brands/{brand['slug']}/searches").json()
    assert [s["id"] for s in searches] == [world.search]
    assert client.get(f"{API}/searches/{world.search}").json() == searches[0]
    looks = client.get(f"{API}/searches/{world.search}/snapshots", params=RANGE).json()
    assert [look["state"] for look in looks] == ["ok", "blocked", "ok"]
    confirmed = client.get(f"{API}/snapshots/{looks[0]['id']}").json()
    assert all(check["passed"] is not False for check in confirmed["checks"])
    assert len(confirmed["attempts"][0]["fetches"][0]["sha256"]) == 64
    assert [r["rank"] for r in client.get(f"{API}/snapshots/{looks[0]['id']}/results").json()] == list(range(1, 21))
    assert client.get(f"{API}/snapshots/{looks[1]['id']}/results").json() == []
    assert client.get(f"{API}/searches/{world.search}/changes", params=RANGE).status_code == 200


def test_every_route_needs_a_key(client: TestClient) -> None:
    """Each route of the OpenAPI document: 401 as a problem without a key, with a wrong one, and with a revoked one."""
    routes = [
        path.replace("{slug}", "x")
        .replace("{search_id}", "1")
        .replace("{snapshot_id}", "1")
        .replace("{report_id}", "1")
        .replace("{rule}", "1")
        for path in client.get(f"{API}/openapi.json").json()["paths"]
    ]
    methods = [min(ways) for ways in client.get(f"{API}/openapi.json").json()["paths"].values()]  # delete, get, post
    assert len(routes) >= 9
    client.headers.pop("authorization")
    bodies = set()
    for path, method in zip(routes, methods, strict=True):
        for headers in ({}, {"authorization": "Bearer st_00000000.wrong"}, {"x-api-key": "st_nothing"}):
            answer = client.request(method, path, headers=headers)
            assert answer.status_code == 401, path
            assert answer.headers["content-type"] == "application/problem+json"
            bodies.add(answer.text)
    assert len(bodies) == 1


def test_a_revoked_key_is_refused_at_once(client: TestClient, world: World) -> None:
    """Revoked now, refused now."""
    assert client.get(f"{API}/brands").status_code == 200
    with writing(world.engine) as session:
        key = session.exec(select(ApiKey)).one()
        key.revoked = datetime.now(UTC)
        session.add(key)
    assert client.get(f"{API}/brands").status_code == 401


def test_a_key_is_never_stored(world: World) -> None:
    """The table holds a prefix and a hash; the rest of the key is nowhere in it."""
    with writing(world.engine) as session:
        key = add_key(session, home_workspace(session), "x", secret(), datetime.now(UTC))
        row = session.exec(select(ApiKey)).one()
        assert key.startswith(row.prefix + ".")
        assert key.split(".", 1)[1] not in " ".join(map(str, row.model_dump().values()))


def test_another_workspace_is_not_there(client: TestClient, world: World) -> None:
    """A key of one workspace finds nothing of another: 404, as if it did not exist."""
    with writing(world.engine) as session:
        other = Workspace(name="Other", slug="other")
        session.add(other)
        session.flush()
        key = add_key(session, other, "spy", secret(), datetime.now(UTC))
        slug = session.exec(select(Brand.slug)).one()
    spy = {"authorization": f"Bearer {key}"}
    assert client.get(f"{API}/brands", headers=spy).json() == []
    for path in (f"/brands/{slug}", f"/brands/{slug}/searches", f"/searches/{world.search}", f"/searches/{world.search}/snapshots",
                 f"/searches/{world.search}/share", f"/searches/{world.search}/heatmap", f"/searches/{world.search}/changes",
                 "/snapshots/1", "/snapshots/1/results", f"/brands/{slug}/reports"):  # fmt: skip
        assert client.get(API + path, headers=spy).status_code == 404, path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/brands/none", 404), ("/searches/999", 404), ("/snapshots/999", 404), ("/searches/0", 422), ("/reports/999", 404), ("/reports/0/pdf", 422), ("/brands/none/reports", 404),
        ("/searches/99999999999999999999", 422), ("/searches/1/share?top=7", 422), ("/searches/1/share?from=x", 422),
        ("/searches/1/share?from=2026-02-01&to=2026-01-01", 400), ("/searches/1/share?from=2000-01-01&to=2026-01-01", 400),
        ("/searches/1/share?to=0001-01-01", 400), ("/searches/1/share?to=9999-12-31", 400), ("/nothing", 404),
    ],
)  # fmt: skip
def test_a_wrong_request_is_a_problem(client: TestClient, path: str, status: int) -> None:
    """One clear sentence as problem+json."""
    answer = client.get(API + path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_other_hosts_are_refused(client: TestClient) -> None:
    """A page elsewhere cannot reach this machine under a name of its own."""
    assert client.get(f"{API}/brands", headers={"host": "evil.example"}).status_code == 400
