"""Label rules over the API: made, previewed, listed, revoked, never across workspaces; and the agreement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import looked_at, use
from sqlmodel import col, select
from worlds import World

from app.db import reading, writing
from app.models import Hit, LabelRule, Link, VerdictEvent, Workspace
from app.queries.label_queue import label_queue
from app.reviewing import review
from app.secret import secret
from app.store.brands import home_workspace
from app.store.keys import add_key
from app.types import LABELS

RULES = "/api/v1/label-rules"


@pytest.fixture
def api(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A client with a key of the workspace, over one day's look."""
    use(world, monkeypatch)
    looked_at(world)
    with writing(world.engine) as session:
        key = add_key(session, home_workspace(session), "bi", secret(), world.clock.at)
        other = Workspace(name="Other", slug="other")
        session.add(other)
        session.flush()
        stranger = add_key(session, other, "bi", secret(), world.clock.at)
    with TestClient(an_app(), headers={"x-api-key": key}) as made:
        made.headers["x-stranger"] = stranger
        yield made


def strange(api: TestClient) -> dict[str, str]:
    return {"x-api-key": api.headers["x-stranger"]}


def negative(world: World) -> tuple[int, str, str]:
    with reading(world.engine) as session:
        query = select(Hit.id, Link.url, Link.host).join(Link, col(Link.id) == col(Hit.link_id))
        hit, url, host = session.exec(query.where(Hit.label == "negative").order_by(col(Hit.id))).all()[0]
    return hit or 0, url, host


def events(world: World) -> int:
    with reading(world.engine) as session:
        return len(session.exec(select(VerdictEvent)).all())


def test_a_rule_is_previewed_made_listed_and_revoked(api: TestClient, world: World) -> None:
    """The preview tells what making it does; revoking brings every label back as it was."""
    hit, _, host = negative(world)
    said = {"brand": "nativ-telecom", "hit": hit, "scope": "host", "label": "positive", "actor": "Dana"}
    before = events(world)
    told = api.post(RULES, params={"preview": True}, json=said)
    assert told.status_code == 200
    assert (events(world), api.get(RULES).json()) == (before, [])
    made = api.post(RULES, json=said)
    assert made.status_code == 201
    assert made.json()["changed"] == told.json()["results"] == events(world) - before
    assert made.json() | {"created": "", "changed": None} == {
        "id": 1, "scope": "host", "pattern": host, "label": "positive", "brand": "nativ-telecom", "actor": "Dana",
        "created": "", "revoked": None, "changed": None,
    }  # fmt: skip
    effect = told.json()["effects"][0]
    assert effect["before"]["score"] < effect["after"]["score"]
    assert [rule["id"] for rule in api.get(RULES, params={"brand": "nativ-telecom"}).json()] == [1]
    assert api.delete(f"{RULES}/1").json()["changed"] == made.json()["changed"]
    assert api.delete(f"{RULES}/1").json()["changed"] == 0
    assert api.get(RULES).json() == []
    assert [rule["id"] for rule in api.get(RULES, params={"revoked": True}).json()] == [1]
    with reading(world.engine) as session:
        assert session.get_one(Hit, hit).label == "negative"


def test_an_address_labels_it_for_all_brands(api: TestClient, world: World) -> None:
    """Without a brand the rule is the workspace's."""
    _, url, host = negative(world)
    made = api.post(RULES, json={"address": url, "scope": "path", "label": "neutral"})
    assert made.status_code == 201
    assert made.json()["brand"] is None
    assert made.json()["pattern"].startswith(f"{host}/")
    assert made.json()["changed"] >= 1


BAD: list[tuple[dict[str, Any], int]] = [
    ({"label": "neutral"}, 400),
    ({"label": "neutral", "hit": 1, "address": "a.example"}, 400),
    ({"label": "neutral", "hit": 1}, 400),
    ({"label": "neutral", "address": "a.example", "scope": "text"}, 400),
    ({"label": "neutral", "address": "https://a.example/", "scope": "path"}, 400),
    ({"label": "owned", "address": "https://facebook.com/x", "scope": "host"}, 400),
    ({"label": "lovely", "address": "a.example"}, 422),
    ({"label": "neutral", "address": "a.example", "scope": "planet"}, 422),
    ({"label": "neutral", "address": "a.example", "brand": "nobody"}, 404),
    ({"label": "neutral", "hit": 99999, "brand": "nativ-telecom"}, 404),
]


@pytest.mark.parametrize(("body", "status"), BAD)
@pytest.mark.parametrize("preview", [False, True])
def test_bad_input_is_one_clear_problem(api: TestClient, body: dict[str, Any], status: int, preview: bool) -> None:
    """Nothing is written, with or without a preview."""
    done = api.post(RULES, params={"preview": preview}, json=body)
    assert done.status_code == status
    assert done.json()["detail"]
    with reading() as session:
        assert session.exec(select(LabelRule)).all() == []


def test_no_key_and_another_workspaces_key_reach_nothing(api: TestClient, world: World) -> None:
    """401 without a key; with a stranger's the rule and the brand are not there."""
    _, url, _ = negative(world)
    api.post(RULES, json={"address": url, "label": "neutral"})
    for call in (api.get(RULES, headers={"x-api-key": ""}), api.delete(f"{RULES}/1", headers={"x-api-key": "x"})):
        assert call.status_code == 401
    assert api.get(RULES, headers=strange(api)).json() == []
    assert api.delete(f"{RULES}/1", headers=strange(api)).status_code == 404
    body = {"address": url, "label": "negative"}
    assert api.post(RULES, headers=strange(api), json=body).json()["changed"] == 0
    assert api.post(RULES, headers=strange(api), json=body | {"brand": "nativ-telecom"}).status_code == 404


def test_agreement_counts_the_random_sample_alone(api: TestClient, world: World) -> None:
    """An audit answered otherwise, an audit answered alike, and ordinary answers, which are in no figure."""
    with reading(world.engine) as session:
        rows = label_queue(session, 1, world.clock.at).rows
    audits, others = [row for row in rows if row.audit], [row for row in rows if not row.audit]
    assert audits
    assert others
    with writing(world.engine) as session:
        for row in others[:3]:
            review(session, 1, row.hit, "text", "positive", "Dana", world.clock.at)
        for row in audits:
            review(session, 1, row.hit, "text", row.label, "Dana", world.clock.at)
    told = api.get("/api/v1/labels/agreement").json()
    n = len(audits)
    assert (told["overall"]["n"], told["overall"]["same"], told["overall"]["share"]) == (n, n, 1.0)
    assert 0 < told["overall"]["low"] < 1 == told["overall"]["high"]
    assert [one["label"] for one in told["labels"]] == list(LABELS)
    assert sum(one["automatic"]["n"] for one in told["labels"]) == n
    assert api.get("/api/v1/labels/agreement", headers=strange(api)).json()["overall"]["n"] == 0
