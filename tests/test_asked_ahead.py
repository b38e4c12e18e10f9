"""Looks, rescoring and `shemtov score` with a text model behind an endpoint: asked before, never meanwhile."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sites import looked_at, use
from sqlmodel import Session, col, select
from test_corrections import a_hit, broken, say
from worlds import World

from app import text_model
from app.again import rescore
from app.cli import main
from app.db import reading, writing
from app.forget import forget
from app.models import Hit, Link
from app.runner import run_due
from app.scoring.verdict import VERSION as RULES
from app.settings import settings
from app.verify import verify
from scrapers.practice import chat as practice
from scrapers.practice.site import PracticeSite

VERSION = f"{RULES}+endpoint:tiny@p1"
Ask = Callable[[str], None]


def quiet(_done: int, _of: int) -> None:
    return


@pytest.fixture(scope="module")
def site() -> Iterator[PracticeSite]:
    """The practice site, for all tests of this file."""
    with PracticeSite() as running:
        yield running


@pytest.fixture
def ask(world: World, site: PracticeSite, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Sets an endpoint up in a mode, on a machine without the bundled model."""
    practice.heard.clear()
    monkeypatch.setattr(text_model, "reader", lambda: None)
    use(world, monkeypatch)

    def chosen(mode: str) -> None:
        monkeypatch.setenv("SHEMTOV_TEXT_MODEL", "endpoint")
        monkeypatch.setenv("SHEMTOV_TEXT_ENDPOINT_URL", f"{site.url}/chat/{mode}/v1")
        monkeypatch.setenv("SHEMTOV_TEXT_ENDPOINT_MODEL", "tiny")
        settings.cache_clear()

    return chosen


def versions(world: World) -> Counter[str]:
    """How many hits each version labelled."""
    with reading(world.engine) as session:
        return Counter(hit.version or "" for hit in session.exec(select(Hit)).all())


def sent() -> list[str]:
    """Every title and snippet that left."""
    rows = [row for one in practice.heard for row in json.loads(one["messages"][-1]["content"])["results"]]
    return [row["title"] + "\n" + row["snippet"] for row in rows]


def test_a_look_asks_about_what_is_new_and_verify_proves_its_labels(world: World, ask: Ask) -> None:
    """Neither owned nor rated results are sent, nor a text twice; page and record say who spoke, and it holds."""
    ask("good")
    looked_at(world)
    assert broken(world) == []
    assert set(versions(world)) == {VERSION}
    with reading(world.engine) as session:
        hits = session.exec(select(Hit)).all()
        spoken = [hit for hit in hits if hit.rule == "model:endpoint:tiny@p1"]
        silent = [hit for hit in hits if hit.evidence_kind in ("owned", "rating")]
    assert spoken
    assert silent
    assert all(hit.confidence == 0.5 and hit.evidence and hit.evidence_kind == "model" for hit in spoken)
    texts = sent()
    assert not any(f"{hit.title}\n{hit.snippet}" in texts for hit in silent)
    assert all(f"{hit.title}\n{hit.snippet}" in texts for hit in spoken)
    assert not any("nativ-telecom.example" in json.dumps(one) for one in practice.heard), "no address leaves"
    looked_at(world)
    assert Counter(sent()).most_common(1)[0][1] <= 2, "controls come again, results do not"
    assert broken(world) == []


def test_while_it_thinks_nobody_waits_for_the_database(world: World, ask: Ask) -> None:
    """The look has asked and has no answer yet: another writer writes at once."""
    ask("hangs")
    world.clock.at += timedelta(days=1)

    async def meanwhile() -> None:
        async def look() -> None:
            async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
                pass

        looking = asyncio.create_task(look())
        while not practice.heard:
            await asyncio.wait({looking}, timeout=0.02)
            assert not looking.done()
        with writing(world.engine) as session:
            session.add(Link(host="a.example", url="https://a.example/", url_hash=b"0" * 16))
        assert not looking.done()
        looking.cancel()
        await asyncio.wait({looking})

    asyncio.run(meanwhile())


def test_a_page_is_labelled_without_it_and_rescored_when_it_answers_again(world: World, ask: Ask) -> None:
    """The rules' labels stand under the rules' version, the record holds, and rescoring gives the rest its labels."""
    ask("failed")
    looked_at(world)
    assert versions(world)[RULES] > 0
    assert broken(world) == []
    before = len(practice.heard)
    assert before == 1, "one failure ends the asking of a look"
    ask("good")
    assert rescore(world.surroundings, quiet, accept=True).changed > 0
    assert set(versions(world)) == {VERSION}
    assert broken(world) == []


def test_answers_that_were_deleted_cost_nothing_but_money(world: World, ask: Ask) -> None:
    """Verify reaches nobody: it says that it cannot score those anew, and finds nothing broken."""
    ask("good")
    looked_at(world)
    (settings().data_dir / "texts-asked.db").unlink()
    practice.heard.clear()
    with reading(world.engine) as session:
        found = verify(session, world.surroundings.blobs, world.clock.at)
    assert not any(one.broken for one in found)
    assert sum(one.notes["scored by older rules"] for one in found) > 0
    assert not practice.heard


def test_what_a_person_said_and_what_was_forgotten_is_not_sent(world: World, ask: Ask) -> None:
    """A corrected host, and words that are to be forgotten, stay here whatever looks bring."""
    looked_at(world)
    hit, _, _ = a_hit(world, "negative")
    say(world, hit, "neutral", "host")
    with reading(world.engine) as session:
        host = session.get_one(Link, session.get_one(Hit, hit).link_id).host
        corrected = [f"{one.title}\n{one.snippet}" for one in _of_host(session, host)]
        kept = session.exec(select(Hit).where(Hit.evidence_kind == "words").order_by(col(Hit.id).desc())).first()
    assert kept is not None
    forget(world.engine, world.surroundings.blobs, "text", kept.title, "Dana", world.clock.at)
    ask("good")
    rescore(world.surroundings, quiet, accept=True)
    world.practice.alter = lambda _day, text: text.replace("<h3", "<h3 ", 1)
    looked_at(world)
    assert sent()
    assert corrected
    assert not set(corrected) & set(sent())
    assert not any(kept.title in text for text in sent())


def _of_host(session: Session, host: str) -> list[Hit]:
    return list(session.exec(select(Hit).join(Link, col(Link.id) == col(Hit.link_id)).where(Link.host == host)).all())


def test_the_score_command_says_which_model_spoke(
    ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows are read together: one request; each line names the model, or none where registry or rules decided."""
    ask("good")
    brand = {"name": "Nativ", "owned": ["nativ.example"]}
    rows = [
        {"brand": brand, "url": "https://forum.example/1", "title": "Nativ refuses my refund"},
        {"brand": brand, "url": "https://nativ.example/", "title": "Nativ"},
        {"brand": brand, "url": "https://forum.example/2"},
        {"brand": brand, "url": "https://forum.example/3", "title": "נתיב: שירות מצוין"},
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)) + "\nno row\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["shemtov", "score", "--batch", str(file)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = [(line["label"], line.get("model"), line.get("version")) for line in lines]
    assert found == [
        ("negative", "endpoint:tiny@p1", VERSION), ("owned", None, VERSION), (None, None, None),
        ("positive", "endpoint:tiny@p1", VERSION), (None, None, None),
    ]  # fmt: skip
    assert len(practice.heard) == 1
    monkeypatch.setattr(sys, "argv", ["shemtov", "sources"])
    with pytest.raises(SystemExit):
        main()
    assert "endpoint:tiny@p1: US dollars today 0.0000\n" in capsys.readouterr().out
