"""The brand page over a year: how heavy it is, what it says, and that it keeps still."""

from __future__ import annotations

import gzip
import re

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import signed_in

from app import db

HEAVIEST = 60_000
BLANK = re.compile(r"{(\w*)}")


@pytest.fixture
def client(record: object) -> TestClient:
    """The pages over the year, signed in."""
    return signed_in(TestClient(an_app()), db.engine())


@pytest.mark.parametrize("weeks", [52, 0])
def test_a_year_weighs_less_than_sixty_kilobytes(client: TestClient, weeks: int) -> None:
    """Brand page with 365 days, compressed as a server would; the answer is really sent that way."""
    answer = client.get(f"/brands/nativ-telecom?weeks={weeks}", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert len(gzip.compress(answer.content, 6)) < HEAVIEST


@pytest.mark.parametrize("weeks", [4, 13, 52])
def test_a_range_is_whole_weeks_of_the_home_market(client: TestClient, weeks: int) -> None:
    """13 weeks are 91 days on the charts, whatever weekday it is."""
    text = client.get(f"/brands/nativ-telecom?weeks={weeks}").text
    assert f'viewBox="0 0 {7 * weeks - ahead(text, weeks)} 20"' in text


def ahead(text: str, weeks: int) -> int:
    """The days of this week still to come: the chart ends with today."""
    days = int(re.search(r'viewBox="0 0 (\d+) 20"', text)[1])  # type: ignore[index]
    assert 7 * weeks - 7 < days <= 7 * weeks
    return 7 * weeks - days


def test_a_search_of_another_brand_is_not_shown(client: TestClient) -> None:
    """A number somebody typed into the address shows nothing of anybody else."""
    assert client.get("/brands/nativ-telecom?search=99").status_code == 404


@pytest.mark.parametrize("asked", ["weeks=-1", "weeks=x", "top=5", "from=2026-13-01", "search=0", "weeks=99999"])
def test_a_question_that_makes_no_sense_is_refused(client: TestClient, asked: str) -> None:
    """One clear page, no traceback and no guess."""
    answer = client.get(f"/brands/nativ-telecom?{asked}")
    assert answer.status_code in (400, 422)
    assert "Traceback" not in answer.text
