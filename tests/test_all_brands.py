"""The list of all brands: the same numbers as the brand page, in groups, in a fixed number of questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from records import record_brand
from sqlalchemy import Engine, event
from sqlmodel import Session

from app.db import reading, writing
from app.queries.all_brands import SORTS, BrandLine, all_brands
from app.queries.brand_page import Asked, brand_page
from app.types import Label

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = date(2026, 11, 21)
GOOD: tuple[Label, ...] = ("owned",) * 20
BAD: tuple[Label, ...] = ("owned", "owned", "negative", *("owned",) * 17)
LATE_BAD: tuple[Label, ...] = (*("neutral",) * 14, "negative", *("neutral",) * 5)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def fill(session: Session) -> None:
    """A brand for every group: worse by score, worse by good, unknown, young, steady, better, never, no search."""
    month = range(30)
    record_brand(session, "Worse", {ago(i): BAD if i < 2 else GOOD for i in month})
    record_brand(
        session,
        "Fewer",
        {ago(i): (*GOOD[:11], *LATE_BAD[11:]) if i < 2 else (*GOOD[:12], *LATE_BAD[12:]) for i in month},
    )
    record_brand(session, "Creeping", {ago(i): LATE_BAD if i < 2 else ("neutral",) * 20 for i in month})
    record_brand(session, "Unknown", {ago(i): GOOD if i > 3 else "blocked" for i in month})
    record_brand(session, "Young", {ago(i): GOOD for i in range(5)})
    record_brand(session, "Steady", {ago(i): "consent" if i == 3 else GOOD for i in month})
    record_brand(session, "Better", {ago(i): GOOD if i < 2 else BAD for i in month})
    record_brand(session, "Long silent", {ago(i): GOOD for i in range(200, 210)})
    record_brand(session, "Few", {ago(i): GOOD[:7] for i in month})
    record_brand(session, "Never", {})


def lines(engine: Engine, sort: str = "worse") -> dict[str, BrandLine]:
    with reading(engine) as session:
        return {line.brand.name: line for line in all_brands(session, NOW, sort=sort)}  # type: ignore[arg-type]


def test_each_brand_stands_in_its_group(database: Engine) -> None:
    """Worse first and by how much; what was not seen enough is never called unchanged."""
    with writing(database) as session:
        fill(session)
    found = lines(database)
    assert {name: line.group for name, line in found.items()} == {
        "Worse": "worse", "Fewer": "worse", "Creeping": "worse", "Unknown": "unknown", "Long silent": "unknown",
        "Young": "young", "Steady": "steady", "Better": "steady", "Few": "steady", "Never": "never",
    }  # fmt: skip
    assert list(found)[:3] == ["Worse", "Fewer", "Creeping"]
    assert list(found)[-1] == "Never"
    assert found["Worse"].week.score_change == -12.0
    assert found["Fewer"].week.good_change == -1
    assert found["Steady"].week.quality.observed == 6
    assert found["Unknown"].last_good == datetime.combine(ago(4), time(6))
    assert found["Long silent"].last_good == datetime.combine(ago(200), time(6))
    assert found["Few"].week.now is not None
    assert (found["Few"].week.now.good, set(found["Few"].good)) == (None, {None})


def test_the_list_says_what_the_brand_page_says(database: Engine) -> None:
    """Headline, score, highest negative, quality and every day of the line: one record, one set of numbers."""
    with writing(database) as session:
        fill(session)
    compared = 0
    with reading(database) as session:
        for line in all_brands(session, NOW):
            page = brand_page(session, line.brand.slug, Asked(weeks=13), TODAY)
            assert line.week.quality == page.week.quality
            assert (line.week.first, line.history.states) == (page.week.first, page.history.states)
            for here, there in ((line.week.now, page.week.now), (line.week.before, page.week.before)):
                assert here == there
            for i, good in enumerate(line.good):
                labels = [row[i] for row in page.history.ranks]
                of_day = [page.history.hits[hit].label for hit in labels if hit is not None]
                assert good == (sum(label in ("owned", "positive") for label in of_day) if len(of_day) >= 15 else None)
                compared += 1
    assert compared > 500


def test_other_orders(database: Engine) -> None:
    """By name; by score and by good the lowest first, the unknown after the known, never looked at last."""
    with writing(database) as session:
        fill(session)
    assert list(lines(database, "name")) == sorted(lines(database), key=str.casefold)
    by_score = list(lines(database, "score"))
    assert by_score[:2] == ["Creeping", "Worse"]
    assert by_score[-3:] == ["Unknown", "Long silent", "Never"]
    assert next(iter(lines(database, "good"))) == "Creeping"
    for sort in SORTS:
        assert len(lines(database, sort)) == 10


def test_a_look_of_tomorrow_or_of_another_search_is_not_counted(database: Engine) -> None:
    """Only days up to the brand's today, only its main search."""
    with writing(database) as session:
        record_brand(session, "One", {ago(1): GOOD, ago(-1): BAD})
        record_brand(session, "Two", {ago(1): BAD})
    found = lines(database)
    assert found["One"].week.now is not None
    assert found["One"].week.now.at == ago(1)
    assert found["One"].history.days[-1] == TODAY
    assert sum(good is not None for good in found["One"].good) == 1


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL that is run inside."""
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def test_ten_brands_ask_no_more_than_two(database: Engine) -> None:
    """The number of questions to the database does not grow with the brands."""
    with writing(database) as session:
        record_brand(session, "First", {ago(i): GOOD for i in range(10)})
        record_brand(session, "Silent", {ago(200): GOOD})
    with statements(database) as one:
        lines(database)
    with writing(database) as session:
        fill(session)
    with statements(database) as many:
        lines(database)
    assert len(many) == len(one) <= 10


def test_brands_of_another_workspace_are_not_listed(database: Engine) -> None:
    """A workspace sees its own brands."""
    with writing(database) as session:
        brand = record_brand(session, "Ours", {TODAY: GOOD})
        home = brand.workspace_id
    with reading(database) as session:
        assert [line.brand.name for line in all_brands(session, NOW, home)] == ["Ours"]
        assert all_brands(session, NOW, home + 1) == ()


def test_half_a_week_is_not_a_week(database: Engine) -> None:
    """Three of seven observed say nothing, four do; an unplanned day is not an observed one."""
    with writing(database) as session:
        record_brand(session, "Three", {ago(i): GOOD for i in (0, 1, 2, 9)})
        record_brand(session, "Four", {ago(i): GOOD for i in (0, 1, 2, 3, 9)})
    found = lines(database)
    assert (found["Three"].group, found["Three"].compared) == ("unknown", False)
    assert (found["Four"].group, found["Four"].compared) == ("steady", True)
    assert replace(found["Four"], last_good=None).group == "steady"
