"""One record, one set of numbers: page, API, files and paper agree to the digit, and verify counts them anew."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import hypothesis.strategies as st
import pypdf
import pytest
from apps import an_app
from fastapi.testclient import TestClient
from hypothesis import given
from selectolax.lexbor import LexborHTMLParser, LexborNode
from sites import signed_in, use
from sqlmodel import Session, col, select
from worlds import World

from app.db import reading, writing
from app.models import Hit, Result, Search, Snapshot, VerdictEvent
from app.printing import close_printer, print_week
from app.queries.week import figures_of
from app.queries.weekly import weekly
from app.recount import counted
from app.runner import run_due
from app.scoring.reputation import WEIGHTS
from app.secret import secret
from app.settings import settings
from app.store.brands import home_workspace
from app.store.keys import add_key
from app.store.weights import set_weights
from app.texts import LANGUAGES, decimal, texts
from app.types import LABELS, Label
from app.verify import verify
from reports.readings import SIDES
from reports.weekly import Imprint, html

DAYS = 24
GAPS = {2: "captcha", 3: "unreachable", 9: "captcha", 15: "captcha"}


def take_looks(world: World) -> None:
    """Looks on 24 days up to today, four of which do not count."""
    now = datetime.now(UTC).replace(hour=12)  # noon: the slots of a night are still to come, whenever the test runs
    world.practice.modes = {(now - timedelta(days=back)).date(): mode for back, mode in GAPS.items()}
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due = now - timedelta(days=DAYS)
        session.add(search)

    async def days() -> None:
        for back in range(DAYS, -1, -1):
            world.clock.at = now - timedelta(days=back)
            async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
                pass

    asyncio.run(days())


@pytest.fixture
def recorded(world: World) -> World:
    """The world with its record."""
    take_looks(world)
    return world


@pytest.fixture
def client(recorded: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """Pages and API over the record; its requests are those of a person and of a program at once."""
    use(recorded, monkeypatch)
    with writing(recorded.engine) as session:
        key = add_key(session, home_workspace(session), "test", secret(), datetime.now(UTC))
    with TestClient(an_app(), headers={"x-api-key": key}) as made:
        yield signed_in(made, recorded.engine)


def api_week(client: TestClient, world: World, **asked: Any) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/api/v1/searches/{world.search}/week", params=asked).raise_for_status().json()
    return found


def shown(text: str, lang: str) -> dict[str, Any]:
    """The numbers a page or a report shows, read from its headline, strip, tiles and waterfall."""
    tree = LexborHTMLParser(text)
    numbers = [int(one) for one in re.findall(r"\d+", own_text(tree, "h2.headline"))]
    tiles = [(own_text(tile, "strong", deep=True), tile.text()) for tile in tree.css(".tile")]
    highest, owned, positive, negative, score, _ = tiles
    return {
        "good": numbers[0],
        "n20": numbers[1],
        "strip": [cell.attributes["class"].split()[0] for cell in tree.css(".strip li")],  # type: ignore[union-attr]
        "highest_negative": highest[0],
        "shares": [value for value, _ in (owned, positive, negative)],
        "counts": [re.findall(r"(\d+)\D+(\d+)", words.split("%")[1])[0] for _, words in (owned, positive, negative)],
        "score": score[0],
        "change": re.findall(r"[+−]\d+[.,]\d", score[1]),
    }


def own_text(tree: LexborHTMLParser | LexborNode, selector: str, *, deep: bool = False) -> str:
    found = tree.css_first(selector)
    assert found is not None
    return found.text(deep=deep)


def written(week: dict[str, Any], lang: str) -> dict[str, Any]:
    """The numbers of the API as a page in that language writes them."""
    now, change = week["now"], week["score_change"]
    three = [now["shares"][label] for label in ("owned", "positive", "negative")]
    return {
        "good": now["good"],
        "n20": now["n20"],
        "strip": [label or "absent" for label in now["strip"]],
        "highest_negative": str(now["highest_negative"] or texts(lang)["none"]),
        "shares": [f"{share['percent']}%" for share in three],
        "counts": [(str(share["count"]), str(share["n"])) for share in three],
        "score": decimal(now["score"], lang),
        "change": [signed(change, lang)] if change else [],
    }


@pytest.mark.slow
def test_the_page_shows_the_numbers_of_the_api(client: TestClient, recorded: World) -> None:
    """Headline, strip, tiles and score in three languages, of the top 10 and 20, whatever range the charts show."""
    for top, lang, weeks in product((10, 20), LANGUAGES, (4, 13, 0)):
        week = api_week(client, recorded, top=top)
        assert (week["now"]["n"], week["before"] is None) == (top, False)
        text = client.get(f"/brands/nativ-telecom?lang={lang}&top={top}&weeks={weeks}").text
        assert shown(text, lang) == written(week, lang)
        assert steps_of(text) == [signed(step["points"], lang) for step in week["steps"]]
        assert sum(step["points"] for step in week["steps"]) == week["score_change"]


def told(text: str, lang: str) -> dict[str, Any]:
    """The readings a page or a report shows: promise gap, volatility, the points of what it would take, who speaks."""
    tree = LexborHTMLParser(text)
    heads = (one for one in tree.css("section > h2") if one.text().startswith(texts(lang)["readings"]))
    section = next(heads).parent
    assert section is not None
    rows = [[plain(cell) for cell in row.css("th, td")] for row in tree.css(".voices tbody tr:not(.side)")]
    return {
        "gap": own_text(tree.css(".tile")[-1], "strong", deep=True),
        "volatility": re.findall(r"\d+%", section.text())[0],
        "points": re.findall(r"[+−]?\d+[.,]\d", "".join(plain(one) for one in section.css("li strong"))),
        "voices": [(host, days, best, presence) for host, days, best, presence, _ in rows],
    }


def plain(node: LexborNode) -> str:
    return re.sub("[\u2066-\u2069]", "", node.text()).strip()


def read_by_api(readings: dict[str, Any], lang: str, most: int) -> dict[str, Any]:
    """The readings of the API as a page in that language writes them."""
    reach, of = readings["reach"], readings["voices"]["days"]
    wishes = [one["points"] for one in (reach["fewer"], reach["target"]) if one and one["points"] is not None]
    points = [one["points"] for one in reach["climbs"] if one["points"] is not None] + wishes
    sides = ([one for one in readings["voices"]["voices"] if one["side"] == side][:most] for side in SIDES)
    return {
        "gap": "–" if readings["promise"]["gap"] is None else str(readings["promise"]["gap"]),
        "volatility": f"{readings['volatility']['percent']}%",
        "points": [signed(one, lang) if one else decimal(one, lang) for one in points],
        "voices": [
            (one["host"], texts(lang)["of_n"].format(count=one["days"], n=of), str(one["best"]), decimal(one["presence"], lang))
            for side in sides for one in side
        ],
    }  # fmt: skip


@pytest.mark.slow
def test_page_and_paper_tell_the_readings_of_the_api(client: TestClient, recorded: World) -> None:
    """Promise gap, volatility, points to gain and who speaks: in three languages, by our weights and by others."""
    for weights in (None, [1.0] * 10):
        with writing(recorded.engine) as session:
            set_weights(session, home_workspace(session), weights)
        found = client.get(f"/api/v1/searches/{recorded.search}/readings").raise_for_status().json()
        day = date.fromisoformat(found["at"])
        assert found["weights"] == ([10] * 10 if weights else list(WEIGHTS))
        assert found["voices"]["voices"]
        with reading(recorded.engine) as session:
            assert problems(session, recorded) == []
            facts = {lang: weekly(session, recorded.search, day, lang) for lang in LANGUAGES}
        for lang in LANGUAGES:
            page = client.get(f"/brands/nativ-telecom?lang={lang}").text
            assert told(page, lang) == read_by_api(found, lang, 10)
            drawn = html(facts[lang], Imprint(datetime(2026, 1, 1, 7)))  # noqa: DTZ001  an imprint is local
            assert told(drawn, lang) == read_by_api(found, lang, 5)
            week = api_week(client, recorded)
            assert shown(page, lang) == shown(drawn, lang) == written(week, lang)
            assert (week["weights"], week["score_version"]) == (found["weights"], found["score_version"])


def steps_of(text: str) -> list[str]:
    """The points of the waterfall's rows, without its totals and what turns them in a Hebrew line."""
    points = [node.text() for node in LexborHTMLParser(text).css(".waterfall tbody tr:not(.total) .points")]
    return [re.sub("[\u2066\u2069]", "", one) for one in points]


def signed(value: float, lang: str) -> str:
    return ("−" if value < 0 else "+") + decimal(abs(value), lang)


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.slow
def test_the_files_say_what_the_api_says_of_each_day(client: TestClient, recorded: World) -> None:
    """The numbers of a day, counted in the top 10 and in the top 20."""
    for top in (10, 20):
        compare_files(client, recorded, top)


def compare_files(client: TestClient, recorded: World, top: int) -> None:
    """CSV and JSON are the same rows, a day's numbers are those of the API on that day; a gap is empty, never zero."""
    answer = client.get(f"/brands/nativ-telecom/days.csv?top={top}&weeks=5")
    assert answer.content.startswith(b"\xef\xbb\xbfdate,state,reason,snapshot_id,top,n,")
    assert answer.content.count(b"\r\n") == answer.content.count(b"\n")
    as_csv, as_json = rows_of(answer.text), client.get(f"/brands/nativ-telecom/days.json?top={top}&weeks=5").json()
    assert [{name: "" if value is None else str(value) for name, value in row.items()} for row in as_json] == as_csv
    gaps = [row for row in as_json if row["state"] in ("blocked", "error")]
    assert len(gaps) >= 3
    for row in gaps:
        assert row["snapshot_id"]
        assert [
            value for name, value in row.items() if name in ("n", *LABELS, "n20", "good", "score", "highest_negative")
        ] == [None] * 9
    seen = [row for row in as_json if row["state"] == "ok"]
    assert len(seen) == DAYS - len(GAPS)
    for row in seen[-8:]:
        now = api_week(client, recorded, top=top, day=row["date"])["now"]
        assert now["at"] == row["date"]
        assert {name: now[name] for name in ("n", "n20", "good", "score", "highest_negative")} == {
            name: row[name] for name in ("n", "n20", "good", "score", "highest_negative")
        }
        assert {label: now["shares"][label]["count"] for label in LABELS} == {label: row[label] for label in LABELS}


@pytest.mark.slow
def test_the_results_file_counts_up_to_the_days(client: TestClient) -> None:
    """One row a rank and day, so that whoever counts them gets the counts of the days; gaps are one row."""
    days = client.get("/brands/nativ-telecom/days.json?weeks=5&top=20").json()
    results = rows_of(client.get("/brands/nativ-telecom/results.csv?weeks=5").text)
    assert sum(day["state"] == "ok" for day in days) == DAYS - len(GAPS)
    for day in [day for day in days if day["state"]]:
        here = [row for row in results if row["date"] == day["date"]]
        if day["n"] is None:
            assert [(row["state"], row["rank"], row["label"]) for row in here] == [(day["state"], "", "")]
        else:
            assert [row["rank"] for row in here] == [str(rank) for rank in range(1, day["n"] + 1)]
            assert {label: sum(row["label"] == label for row in here) for label in LABELS} == {
                label: day[label] for label in LABELS
            }


@pytest.mark.browser
@pytest.mark.slow
def test_the_paper_shows_the_numbers_of_the_api(
    client: TestClient, recorded: World, chromium_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report of the week, its facts and the words of its PDF, in three languages."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", chromium_path)
    settings.cache_clear()
    week = api_week(client, recorded)
    day = date.fromisoformat(week["now"]["at"])
    try:
        for lang in LANGUAGES:
            with reading(recorded.engine) as session:
                facts = weekly(session, recorded.search, day, lang)
            drawn = html(facts, Imprint(datetime(2026, 1, 1, 7)))  # noqa: DTZ001  an imprint is local
            assert shown(drawn, lang) == written(week, lang)
            pdf = print_week(
                recorded.engine, recorded.surroundings.blobs, recorded.search, day, lang, datetime.now(UTC)
            ).pdf
            read = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
            now = written(week, lang)
            for number in (*now["shares"], now["score"], *(one[1:] for one in now["change"])):
                assert number in read, (lang, number)
            if lang != "he":  # a PDF keeps Hebrew lines as they are seen
                plain = " ".join(read.split())
                assert texts(lang)["headline"].format(good=now["good"], n=now["n20"]) in plain
    finally:
        close_printer()


def problems(session: Session, world: World) -> list[str]:
    return next(f.broken for f in verify(session, world.surroundings.blobs, world.clock.at) if f.name == "I4")


def relabel(session: Session) -> None:
    hit = session.exec(select(Hit).where(Hit.label == "negative")).first()
    assert hit is not None
    hit.label = "positive"
    session.add(hit)


def forget_a_verdict(session: Session) -> None:
    session.delete(session.exec(select(VerdictEvent).where(VerdictEvent.new == "negative")).first())


def swap_two_ranks(session: Session) -> None:
    last = session.exec(select(Snapshot).where(Snapshot.state == "ok").order_by(col(Snapshot.id).desc())).first()
    assert last is not None
    rows = {row.rank: row for row in session.exec(select(Result).where(Result.parse_id == last.current_parse)).all()}
    rows[1].hit_id, rows[4].hit_id = rows[4].hit_id, rows[1].hit_id
    session.add_all([rows[1], rows[4]])


@pytest.mark.slow
def test_verify_finds_a_row_that_was_tampered_with(recorded: World) -> None:
    """The record as it is holds; one label, one verdict or two ranks changed by hand break it."""
    with reading(recorded.engine) as session:
        assert problems(session, recorded) == []
        for corrupt in (relabel, forget_a_verdict, swap_two_ranks):
            corrupt(session)
            session.flush()
            assert problems(session, recorded), corrupt.__name__
            session.rollback()
        assert problems(session, recorded) == []


@pytest.mark.slow
def test_verify_counts_what_is_served(recorded: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A count that goes wrong on its way to pages and files is found, day by day and week by week."""
    monkeypatch.setattr("app.queries.week.GOOD", ("owned",))
    with reading(recorded.engine) as session:
        found = problems(session, recorded)
    assert any("of 10" in problem for problem in found)
    assert any("its page" in problem for problem in found)
    assert any("its API" in problem for problem in found)


@given(st.dictionaries(st.integers(1, 20), st.sampled_from(LABELS), max_size=20), st.sampled_from([10, 20]))
def test_the_plain_count_and_the_served_one_are_the_same(labels: dict[int, Label], top: int) -> None:
    """Whatever stands on a page, with holes and too few results too."""
    served = figures_of({rank: (rank, label) for rank, label in labels.items()}, date(2026, 11, 1), 1, top)
    again = counted(labels, top)
    assert (served.n, served.n20, served.good, served.score, served.highest_negative) == (
        again.n, again.n20, again.good, again.score, again.highest_negative,
    )  # fmt: skip
    shares = served.shares and tuple(served.shares[label].count for label in LABELS)
    assert shares == again.counts
