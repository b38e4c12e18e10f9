"""The pages beside the brand page: all brands, a look, a result's life, every day; and the files they hand out."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from records import record_brand
from sites import signed_in
from sqlalchemy import Engine

from app import db
from app.db import writing
from app.settings import settings
from app.texts import LANGUAGES, texts
from app.types import Label
from app.web.asking import today_in

HOSTILE = '=HYPERLINK("http://evil.example")</title><script>alert(1)</script>'
GOOD: tuple[Label, ...] = ("owned",) * 20
BAD: tuple[Label, ...] = ("owned", "owned", "negative", "positive", *("neutral",) * 16)


@pytest.fixture
def empty(database: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The pages over an empty record."""
    monkeypatch.setenv("SHEMTOV_DATABASE_URL", database.url.render_as_string(hide_password=False))
    for cached in (settings, db.engine):
        cached.cache_clear()
    with TestClient(an_app()) as made:
        yield signed_in(made, database)


@pytest.fixture
def client(empty: TestClient, database: Engine) -> TestClient:
    """The pages over three brands: one whose week went wrong, one hostile, one never looked at."""
    today = today_in("Asia/Jerusalem")
    with writing(database) as session:
        for name in ("שם טוב & בניו", HOSTILE):
            days = {today - timedelta(days=i): BAD if i < 2 else GOOD for i in range(1, 20)}
            record_brand(session, name, {**days, today - timedelta(days=3): "blocked"}, title=HOSTILE)
        record_brand(session, "Never", {})
    return empty


def harmless(text: str) -> None:
    """No script but our own, no handler, no inline style, no word of ours missing."""
    assert text.count("<script") == 1
    assert not re.search(r"<[^>]+\s(on\w+|style)=", text)
    assert "http://evil.example</" not in re.sub(r"<bdi.*?</bdi>|<title>.*?</title>", "", text)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("sort", ["worse", "name", "score", "good"])
def test_the_list_in_every_order_and_language(client: TestClient, lang: str, sort: str) -> None:
    """Each brand once, its group named, numbers with their change in words, hostile names only text."""
    answer = client.get(f"/?lang={lang}&sort={sort}")
    assert answer.status_code == 200
    harmless(answer.text)
    words = texts(lang)
    assert answer.text.count('<tr class="brand') == 3
    assert answer.text.count('class="spark"') == 2
    assert (words["list_worse"] in answer.text) == (sort == "worse")
    assert words["worse"] in answer.text
    assert words["list_days_seen"].format(count=6) in answer.text
    assert words["blocked"] in answer.text
    if lang != "en":
        for key, english in texts("en").items():
            if key.startswith("list_") and len(english) > 12 and "{" not in english:
                assert english not in answer.text, key


def test_an_order_nobody_knows_is_refused(client: TestClient) -> None:
    """One clear error, no page in some other order."""
    assert client.get("/?sort=luck").status_code == 422


def test_without_a_brand_the_list_says_what_to_do(empty: TestClient) -> None:
    """A first visit finds the way to its first brand."""
    for lang in LANGUAGES:
        text = empty.get(f"/?lang={lang}").text
        assert texts(lang)["list_empty"] in text
        assert f'href="/add?lang={lang}"' in text
        assert "<table" not in text


def test_the_list_as_csv(client: TestClient) -> None:
    """The numbers of the page; a name that starts a formula is text; the mark that makes spreadsheets read Hebrew."""
    answer = client.get("/brands.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="brands.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 3
    by_group = {row["group"] for row in rows}
    assert by_group == {"worse", "never"}
    hostile = next(row for row in rows if "HYPERLINK" in row["brand"])
    assert hostile["brand"].startswith("'=")
    assert (hostile["good"], hostile["n20"], hostile["score"]) == ("3", "20", "74.5")
    assert hostile["score_change"] == "-25.5"
    assert (hostile["days_observed"], "blocked" in hostile["days_not_counted"]) == ("6", True)
    assert next(row for row in rows if row["group"] == "never")["score"] == ""
