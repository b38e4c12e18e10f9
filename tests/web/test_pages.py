"""The pages: hostile text, three languages, headers, links, and the archived page in its cage."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import signed_in, use
from sqlmodel import col, select
from worlds import World

from app.db import reading, writing
from app.models import Fetch, Hit, Parse, Search, Snapshot
from app.queries.blobs import raw_page
from app.runner import run_due
from app.texts import LANGUAGES, direction, shown, texts
from app.web.security import POLICY

ROOT = Path(__file__).resolve().parent.parent.parent
HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}", "\u202egnp.exe", "'; DROP TABLE hit;--",
    "]]></title></svg><script>alert(2)</script>", "javascript:alert(3)", "א" * 3000,
)  # fmt: skip


@pytest.fixture
def client(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The pages over yesterday's and today's looks, with hostile titles in the record."""
    use(world, monkeypatch)
    now = datetime.now(UTC).replace(hour=12)  # when the slots of both days have passed in every zone
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = now - timedelta(days=2)
        session.add(search)

    async def days() -> None:
        for at in (now - timedelta(days=1), now):
            world.clock.at = at
            async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
                pass

    asyncio.run(days())
    with writing(world.engine) as session:
        for hit, text in zip(session.exec(select(Hit)).all(), HOSTILE, strict=False):
            hit.title = hit.snippet = text
            hit.url = text
            session.add(hit)
    with TestClient(an_app()) as made:
        yield signed_in(made, world.engine)


class Elements(HTMLParser):
    """The tags of a page and where its links lead."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name == "href"]
        self.inline += [name for name, _ in attributes if name.startswith("on") or name == "style"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_text_is_only_text(client: TestClient, lang: str) -> None:
    """No script but our own, no picture, no handler, no style attribute, no link but http, https and our own."""
    for path in (f"/?lang={lang}", f"/brands/nativ-telecom?lang={lang}", f"/snapshots/1?lang={lang}"):
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        found = Elements(answer.text)
        assert found.tags.count("script") == 1
        assert "img" not in found.tags
        assert found.inline == []
        assert all(link.startswith(("/", "?", "#", "http://", "https://")) for link in found.links)
        assert "\u202e" not in answer.text
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_hebrew_is_right_to_left_and_time_is_not(client: TestClient) -> None:
    """The page turns, the charts do not; titles turn by their own letters."""
    text = client.get("/brands/nativ-telecom").text
    assert '<html lang="he" dir="rtl">' in text
    assert text.count('<div class="plot ') == text.count('dir="ltr" role="group"') == 2
    assert '<bdi dir="rtl">' in text


@pytest.mark.parametrize("lang", ["he", "pl"])
def test_no_english_is_left_over(client: TestClient, lang: str) -> None:
    """No English text of ours shows on the other pages, the names of the judge's checks included."""
    text = client.get(f"/brands/nativ-telecom?lang={lang}").text
    for key, english in texts("en").items():
        if len(english) > 12 and "{" not in english and english != texts(lang)[key]:
            assert english not in text, key


@pytest.mark.parametrize("lang", ["he", "pl"])
def test_what_the_judge_wrote_is_said(client: TestClient, world: World, lang: str) -> None:
    """A look's reason, its checks and the gap in the chart speak the reader's language; numbers stay as they are."""
    with writing(world.engine) as session:
        snapshot = session.exec(select(Snapshot).order_by(col(Snapshot.id).desc())).first()
        assert snapshot is not None
        snapshot.state, snapshot.reason = "suspect", "Organic results: 6 (usual 20 over 14 looks, enough from 15)"
        session.add(snapshot)
    words = {
        "he": "6 (בדרך כלל 20 לפי 14 בדיקות, מספיק מ-15)",
        "pl": "6 (zwykle 20 według 14 odczytów, wystarcza od 15)",
    }
    looked = client.get(f"/snapshots/{snapshot.id}?lang={lang}").text
    assert words[lang] in looked
    assert texts(lang)["said yes"] in looked
    assert words[lang] in client.get(f"/brands/nativ-telecom?lang={lang}").text
    assert not re.search("looks, enough|title and address|the page says", looked)


def test_texts_are_complete_in_three_languages() -> None:
    """The same keys, none empty, the same blanks to fill."""
    for lang in LANGUAGES:
        assert set(texts(lang)) == set(texts("en"))
        for key, text in texts(lang).items():
            assert text.strip(), (lang, key)
            assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", texts("en")[key])), (lang, key)


def test_a_text_stands_in_one_file_only() -> None:
    """Two files with one key would say whatever the later one says, on pages that meant the other."""
    for lang in LANGUAGES:
        files = (ROOT / "app" / "texts" / lang).iterdir()
        keys = Counter(key for file in files for key in tomllib.loads(file.read_text(encoding="utf-8")))
        assert [key for key, count in keys.items() if count > 1] == [], lang


def test_the_archived_page_is_caged(client: TestClient, world: World) -> None:
    """Sandboxed without origin, script or request; only a SHA-256 names one."""
    with reading(world.engine) as session:
        blob = session.exec(select(Fetch.blob_id)).first()
        digest = session.connection().exec_driver_sql("SELECT sha256 FROM blob WHERE id = ?", (blob,)).scalar_one()
        assert raw_page(session, digest) is not None
    answer = client.get(f"/raw/{digest}")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    for wrong in ("0" * 64, "../../etc/passwd", "%2e%2e%2fetc", digest.upper()):
        assert client.get(f"/raw/{wrong}").status_code in (404, 422)


def test_ranges_and_tops(client: TestClient) -> None:
    """4, 13 and 52 weeks, top 10 and 20; nonsense is refused."""
    for weeks in (4, 13, 52):
        for top in (10, 20):
            assert client.get(f"/brands/nativ-telecom?weeks={weeks}&top={top}").status_code == 200
    assert client.get("/brands/nativ-telecom?weeks=9999").status_code == 422
    assert client.get("/brands/nobody").status_code == 404
    assert client.get("/brands/nativ-telecom?search=99").status_code == 404


def test_direction_and_display_of_mixed_text() -> None:
    """A Hebrew title that begins in Latin letters is Hebrew; turning marks are not shown."""
    assert direction("Nativ Telecom – שירות לקוחות") == "rtl"
    assert direction("Nativ Telecom customer service") == "ltr"
    assert direction("2026") == "ltr"
    assert shown("a\u202eb\u200f") == "ab"


def test_a_damaged_archive_is_said_and_not_shown(client: TestClient, world: World) -> None:
    """A raw page that is not what its name says is an error with what to do, never a page."""
    file = next(world.surroundings.blobs.rglob("*.zst"))
    file.write_bytes(b"something else")
    answer = client.get(f"/raw/{file.stem}")
    assert answer.status_code == 500
    assert "shemtov verify" in answer.text


def test_every_check_of_the_judge_has_its_name_in_three_languages(client: TestClient, world: World) -> None:
    """What the judge looked at is said in the reader's language."""
    with reading(world.engine) as session:
        said = {check[0] for checks in session.exec(select(Parse.checks)).all() for check in checks}
    assert len(said) >= 12
    for lang in LANGUAGES:
        assert {f"check {name}" for name in said} <= set(texts(lang))
    assert "סימן סוף הדף" in client.get("/snapshots/1?lang=he").text
