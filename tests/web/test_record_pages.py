"""Every day as a table and as files, a result's life, two looks side by side, and the charts as pictures."""

from __future__ import annotations

import csv
import io
import re
import struct
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from selectolax.lexbor import LexborHTMLParser
from sites import other_workspace, signed_in
from sqlmodel import col, select
from years import Year

from app import db
from app.db import reading, writing
from app.models import Brand, Hit, Search, Snapshot
from app.queries.brand_page import Asked, brand_page
from app.queries.days import COLUMNS
from app.queries.life import life
from app.texts import LANGUAGES, texts
from app.web.security import POLICY
from reports.charts import png
from reports.palette import LIGHT

SLUG = "/brands/nativ-telecom"
HOSTILE = (
    "=1+1</title><script>alert(1)</script>",
    "]]></style></svg><script>alert(2)</script>",
    "$\\frac{1}{0}$ \u202e\ufffe",
    "א" * 3000,
)
TODAY = datetime.now(UTC).date()


@pytest.fixture
def client(record: Year) -> TestClient:
    """The pages over the year, signed in."""
    return signed_in(TestClient(an_app()), db.engine())


def spoil(words: tuple[str, ...] = HOSTILE) -> None:
    """Hostile texts in the results, the brand's name and the phrase."""
    with writing() as session:
        for number, hit in enumerate(session.exec(select(Hit)).all()):
            hit.title = hit.snippet = hit.url = words[number % len(words)]
            session.add(hit)
        brand, search = session.exec(select(Brand)).one(), session.exec(select(Search)).one()
        brand.name, search.phrase = words[0], words[1]
        session.add_all([brand, search])


class Elements(HTMLParser):
    """The tags of a page, its handlers and inline styles, and where its links lead."""

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


def pages(record: Year) -> tuple[str, ...]:
    return (
        f"{SLUG}/days?x=1", f"/searches/1/links/{record.link}?x=1", f"/snapshots/{record.good}/diff?x=1",
        f"/snapshots/{record.good}/diff?with={record.bad}",
    )  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_hostile_text_is_only_text(client: TestClient, record: Year, lang: str) -> None:
    """No script but our own, no handler, no style, no link that runs; no English is left over in the other languages."""
    spoil()
    for path in pages(record):
        answer = client.get(f"{path}&lang={lang}")
        assert answer.status_code == 200, path
        found = Elements(answer.text)
        assert found.tags.count("script") == 1
        assert found.inline == []
        assert all(link.startswith(("/", "?", "#", "http://", "https://")) for link in found.links)
        assert "\u202e" not in answer.text
        assert answer.headers["content-security-policy"] == POLICY
        for key, english in texts("en").items():
            if lang != "en" and len(english) > 12 and "{" not in english and english != texts(lang)[key]:
                assert english not in answer.text, (path, key)


def test_every_day_has_its_row(client: TestClient) -> None:
    """From today back to the first look: numbers with N where it counts, the reason and no number where it does not."""
    tree = LexborHTMLParser(client.get(f"{SLUG}/days?weeks=0&lang=en").text)
    rows = tree.css("table.days tbody tr")
    with reading() as session:
        page = brand_page(session, "nativ-telecom", Asked(weeks=0), TODAY)
    assert page.began is not None
    assert len(rows) in (
        len(page.history.days),
        len(page.history.days) + 1,
    )  # in the zone of the brand it may be tomorrow
    gaps = [row for row in rows if "captcha" in row.text()]
    assert len(gaps) == 6
    for row in gaps:
        assert len(row.css("td")) == 2
        assert "not counted" in row.text()
        assert row.css_first('a[href^="/snapshots/"]') is not None
    counted = [row for row in rows if len(row.css("td")) == 9]
    assert len(counted) == 359
    for row in counted[:30]:
        counts = [int(cell.text()) for cell in row.css("td > strong")]
        assert sum(counts) == 10
        ranks = [int(rank) for cell in row.css("td > small") for rank in re.findall(r"\d+", cell.text())]
        assert sorted(ranks) == list(range(1, 21))


def test_files_of_days_are_safe_and_whole(client: TestClient) -> None:
    """A mark for spreadsheets, CRLF, a row a day in order, formulas defused, saved and never shown as a page."""
    spoil()
    for name, columns in (("days", COLUMNS), ("results", None)):
        answer = client.get(f"{SLUG}/{name}.csv?weeks=4")
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="nativ-telecom-1-{name}.csv"')
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
        assert columns is None or tuple(rows[0]) == columns
        dates = [row["date"] for row in rows]
        assert dates == sorted(dates)
        assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@", "\t", "\r"))]
    found = client.get(f"{SLUG}/days.json?weeks=4")
    assert found.headers["content-type"] == "application/json"
    assert [tuple(row) for row in found.json()] == [COLUMNS] * len(found.json())
    days = [date.fromisoformat(row["date"]) for row in found.json()]
    assert days == [days[0] + timedelta(days=i) for i in range(len(days))]


def test_a_life_tells_where_it_stood_and_what_was_said(client: TestClient, record: Year) -> None:
    """Ranks from the record, every appearance, the labels with who gave them; a correction leads back to the page."""
    path = f"/searches/1/links/{record.link}"
    with reading() as session:
        found = life(session, 1, record.link, datetime.now(UTC))
    assert found.best is not None
    assert (found.best, found.worst) == (min(day.rank for day in found.days), max(day.rank for day in found.days))
    assert found.counted == 359
    tree = LexborHTMLParser(client.get(f"{path}?lang=en").text)
    shown = [tile.text() for tile in tree.css(".tile strong")]
    assert shown == [str(found.now or "–"), str(found.best), str(found.worst), str(len(found.days))]
    linked = {node.attributes["href"] for node in tree.css("table.stays a")}
    assert linked == {f"/snapshots/{day.snapshot}?lang=en" for day in found.days}
    assert len(tree.css(".plot.life a.gap")) == 4
    form = {"hit": found.hit.id, "scope": "url", "label": "neutral", "back": f"{path}?lang=en"}
    answer = client.post(f"{SLUG}/labels", data=form, follow_redirects=False)
    assert answer.headers["location"].startswith(f"{path}?lang=en&said=corrected")
    after = LexborHTMLParser(client.get(f"{path}?lang=en").text)
    events = [node.text() for node in after.css("table.events tbody tr")]
    assert len(events) == len(tree.css("table.events tbody tr")) + len(found.appearances)
    assert all("Dana Levi" in event and "by hand" in event for event in events[: len(found.appearances)])
    assert all("automatic" in event for event in events[len(found.appearances) :])


def test_a_life_knows_the_other_searches(record: Year) -> None:
    """The same result on another search of the brand is named with its ranks, and that search's life leads back."""
    with writing() as session:
        first = session.get_one(Search, 1)
        other = Search(
            brand_id=first.brand_id, market="il-he", phrase="אחר", engine="bing", hl="he", gl="IL", sources=[]
        )
        session.add(other)
        session.flush()
        looks = session.exec(select(Snapshot).where(Snapshot.state == "ok").order_by(col(Snapshot.id)).limit(3)).all()
        for look in looks:
            look.search_id = other.id or 0
        for hit in session.exec(select(Hit).where(Hit.link_id == record.link)).all():
            hit.search_id = other.id or 0
            session.add(hit)
        left = session.exec(select(Hit).where(Hit.search_id == 1).order_by(col(Hit.id))).all()[0]
        left.link_id = record.link
        session.add_all([*looks, left])
    with reading() as session:
        found = life(session, 1, record.link, datetime.now(UTC))
    assert [(one.search.engine, one.first <= one.last, one.best <= one.worst) for one in found.elsewhere] == [
        ("bing", True, True)
    ]


def test_a_result_this_search_never_showed_has_no_life(client: TestClient) -> None:
    """One page, not an empty chart."""
    assert client.get("/searches/1/links/99999").status_code == 404
    assert client.get("/searches/9/links/1").status_code == 404


def test_two_looks_side_by_side(client: TestClient, record: Year) -> None:
    """By default against the last good look before; every result once, with both ranks; the counts add up."""
    tree = LexborHTMLParser(client.get(f"/snapshots/{record.good}/diff?lang=en").text)
    rows = [[cell.text().strip() for cell in row.css("td.rank")] for row in tree.css("table.pairs tbody tr")]
    before, after = ([re.sub(r"\D", "", pair[side]) for pair in rows] for side in (0, 1))
    for ranks in (before, after):
        assert sorted(int(rank) for rank in ranks if rank) == list(range(1, 21))
    counts = [int(node.text()) for node in tree.css(".counts strong")]
    assert counts[0] == before.count("")
    assert counts[1] == after.count("")
    assert client.get(f"/snapshots/{record.good}").text.count(f'href="/snapshots/{record.good}/diff?lang=he"') == 1


def test_a_look_that_does_not_count_is_not_an_empty_page(client: TestClient, record: Year) -> None:
    """It is said what it is, nothing is compared; nor is a look with itself or with another search's."""
    text = client.get(f"/snapshots/{record.good}/diff?with={record.bad}&lang=en").text
    assert texts("en")["diff_not"] in text
    assert 'table class="pairs"' not in text
    assert texts("en")["diff_none_before"] in client.get("/snapshots/1/diff?lang=en").text
    assert client.get(f"/snapshots/{record.good}/diff?with={record.good}").status_code == 400
    assert client.get(f"/snapshots/{record.good}/diff?with=99999").status_code == 404


def test_an_earlier_look_stands_first_whichever_was_asked(client: TestClient, record: Year) -> None:
    """Time runs one way, so that what entered has not left."""
    one = client.get(f"/snapshots/{record.good}/diff?with=1&lang=en").text
    other = client.get(f"/snapshots/1/diff?with={record.good}&lang=en").text
    count = re.compile(r'class="counts">.*?</p>', re.S)
    assert count.findall(one) == count.findall(other) != []


@pytest.mark.parametrize("what", ["heatmap", "share"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_pictures_hold_everything_and_can_do_nothing(client: TestClient, what: str, lang: str) -> None:
    """Well-formed, no address but data:, no script; with a policy under which it is a picture only."""
    spoil()
    answer = client.get(f"{SLUG}/{what}.svg?lang={lang}&weeks=4")
    assert answer.headers["content-type"] == "image/svg+xml"
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy
    tree = ElementTree.fromstring(answer.text)
    names = {node.tag.rpartition("}")[2] for node in tree.iter()}
    assert names <= {"svg", "g", "path", "text", "title", "style"}
    assert not [name for node in tree.iter() for name in node.attrib if name.endswith("href") or name.startswith("on")]
    assert re.findall(r"url\((?!data:font/ttf;base64,)", answer.text) == []
    assert "@import" not in answer.text
    words = " ".join("".join(node.itertext()) for node in tree.iter() if node.tag.endswith("text"))
    assert texts(lang)[what] in words
    assert re.search(r"N=\d+", words)


@pytest.mark.parametrize("what", ["heatmap", "share"])
def test_pictures_as_png_are_twice_as_big(client: TestClient, what: str) -> None:
    """The same drawing in pixels, hostile words and all, the same bytes twice."""
    spoil()
    svg = client.get(f"{SLUG}/{what}.svg?lang=he&weeks=4").text
    answer = client.get(f"{SLUG}/{what}.png?lang=he&weeks=4")
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    wide, high = (float(ElementTree.fromstring(svg).attrib[name]) for name in ("width", "height"))
    assert struct.unpack(">II", answer.content[16:24]) == (round(2 * wide), round(2 * high))
    assert png(svg) == answer.content


def test_a_picture_has_the_colours_of_the_page(client: TestClient) -> None:
    """The palette of pictures is that of the stylesheet's light page, to the letter."""
    sheet = client.get("/shemtov.css").text.split("@media (prefers-color-scheme")[0]
    assert {name: re.search(rf"--{name}: (#\w+);", sheet)[1] for name in LIGHT} == LIGHT  # type: ignore[index]


def test_a_picture_draws_the_rows_of_the_page(client: TestClient) -> None:
    """Its paths are those of the chart on the page, shape for shape."""
    text = client.get(f"{SLUG}?lang=en&weeks=13").text
    svg = client.get(f"{SLUG}/heatmap.svg?lang=en&weeks=13").text
    shapes = re.compile(r'<path class="(owned|positive|neutral|negative)" d="(M[^"]*v\.94[^"]*|M[^"]*v0\.94[^"]*)"/>')
    drawn = shapes.findall(text)
    assert len(drawn) > 20
    assert drawn == shapes.findall(svg)


@pytest.mark.parametrize("path", ["days", "days.csv", "days.json", "results.csv", "heatmap.svg", "share.png"])
def test_files_of_another_workspace_are_not_there(client: TestClient, record: Year, path: str) -> None:
    """Nobody sees another's record, as page, file or picture; whoever is signed out sees none."""
    assert client.get(f"{SLUG}/{path}?weeks=4").status_code == 200
    stranger = signed_in(client, db.engine(), email="x@other.example", workspace=other_workspace(db.engine()))
    assert stranger.get(f"{SLUG}/{path}?weeks=4").status_code == 404
    for private in (f"/searches/1/links/{record.link}", f"/snapshots/{record.good}/diff"):
        assert stranger.get(private).status_code == 404
    stranger.cookies.clear()
    assert stranger.get(f"{SLUG}/{path}", follow_redirects=False).status_code == 303
