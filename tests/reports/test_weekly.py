"""The weekly report: its facts survive JSON, and the paper is a pure function of them in three languages."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from selectolax.lexbor import LexborHTMLParser
from worlds import World

from app.db import reading
from app.errors import BadInput
from app.queries.rows import BrandRow, History, HitRow
from app.queries.weekly import WeeklyFacts, frozen, thawed, week_scores, weekly
from app.runner import run_due
from app.schedule import slot_of
from app.texts import LANGUAGES, texts
from reports.numbers import waterfall
from reports.weekly import Imprint, css_text, folded, html, picture
from scrapers.registry import parser_version

FIRST = date(2026, 11, 15)
SATURDAY = FIRST + timedelta(days=6)
PRINTED = Imprint(slot_of("2026-11-22T07:00:00").local)
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def look(world: World, day: date, mode: str = "none") -> None:
    """The day's look at six in the morning, in that mode of misbehaving."""
    world.practice.modes[day] = mode
    world.clock.at = datetime(day.year, day.month, day.day, 6, 1, tzinfo=ZoneInfo("Asia/Jerusalem"))

    async def collect() -> None:
        async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
            pass

    asyncio.run(collect())


def facts(world: World, lang: str = "he", day: date = FIRST) -> WeeklyFacts:
    with reading(world.engine) as session:
        return weekly(session, world.search, day, lang)


@pytest.fixture
def watched(world: World) -> World:
    """Two weeks of looks; the last Saturday is blocked."""
    for back in range(11, -1, -1):
        look(world, SATURDAY - timedelta(days=back), "captcha" if back == 0 else "none")
    return world


def test_the_week_is_its_last_good_look_and_its_own_seven_days(watched: World) -> None:
    """Saturday was blocked: Friday speaks for the week, against the Saturday before; six of seven days were seen."""
    found = facts(watched)
    assert found.week.now is not None
    assert found.week.before is not None
    assert found.compared is not None
    assert (found.week.now.at, found.week.before.at) == (SATURDAY - timedelta(days=1), FIRST - timedelta(days=1))
    assert found.looked == slot_of("2026-11-20T06:00:00").local
    assert (found.week.quality.days[0], found.week.quality.days[-1]) == (FIRST, SATURDAY)
    assert (found.week.quality.observed, found.week.quality.states[-1]) == (6, "blocked")
    assert (len(found.history.days), found.history.days[-1], len(found.points)) == (91, SATURDAY, 13)
    assert found.points[-1].score == found.week.now.score
    assert found.points[-2].score == found.week.before.score
    assert sum(step.points for step in found.week.steps) == found.week.score_change
    assert {move.hit.link_id for move in found.compared.entered} == {
        row.hit.link_id for row in found.week.results if row.previous_rank is None
    }
    assert (found.versions.parser, found.versions.score, sum(found.versions.weights)) == (
        parser_version("practice", "google"),
        "w1",
        100,
    )


def test_facts_survive_json(watched: World) -> None:
    """What was frozen comes back whole, to the last number."""
    found = facts(watched)
    assert thawed(json.loads(json.dumps(frozen(found)))) == found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_any_day_of_a_week_names_the_same_week(watched: World, lang: str) -> None:
    """Whoever asks for Wednesday gets the week it lies in."""
    assert facts(watched, lang, FIRST + timedelta(days=3)) == facts(watched, lang)


def test_a_week_without_a_good_look_says_so(world: World) -> None:
    """No number is carried over from the week before; quality and history are still told."""
    look(world, FIRST - timedelta(days=2))
    for day in range(7):
        look(world, FIRST + timedelta(days=day), "captcha")
    found = facts(world, "en")
    assert (found.week.now, found.week.before, found.week.steps, found.compared) == (None, None, (), None)
    assert (found.week.quality.observed, found.last_good) == (0, FIRST - timedelta(days=2))
    page = html(found, PRINTED)
    words = texts("en")
    assert words["report_none"] in page
    assert words["report_actions"] not in page
    assert "0 of 7 days observed" in page
    assert 'class="plot share' in page
    assert LexborHTMLParser(page).css_first(".tiles") is None


def test_a_search_never_looked_at_has_an_honest_report(world: World) -> None:
    """Nothing on record is no reason to fail or to invent."""
    found = facts(world, "en")
    assert (found.began, found.last_good, found.versions.parser) == (None, None, "")
    assert texts("en")["report_none"] in html(found, PRINTED)


def test_the_paper_is_a_pure_function_of_the_facts(watched: World) -> None:
    """The same facts give the same HTML, also after they were frozen; it fetches nothing and runs nothing."""
    found = facts(watched)
    page = html(found, PRINTED, PNG)
    assert html(thawed(json.loads(json.dumps(frozen(found)))), PRINTED, PNG) == page
    tree = LexborHTMLParser(page)
    assert [node for node in tree.css("[src]") if not (node.attributes["src"] or "").startswith("data:")] == []
    assert tree.css("script, link, iframe, object, form, base") == []
    assert "url(http" not in page
    assert "@import" not in page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_paper_is_whole_in_every_language(watched: World, lang: str) -> None:
    """Every section stands there, tables have heads, charts have names, and the direction is that of the language."""
    tree = LexborHTMLParser(html(facts(watched, lang), PRINTED))
    words = texts(lang)
    root = tree.css_first("html")
    assert root is not None
    assert (root.attributes["lang"], root.attributes["dir"]) == (lang, "rtl" if lang == "he" else "ltr")
    heads = " ".join(node.text() for node in tree.css("h2"))
    for key in ("report_actions", "heatmap", "share", "report_moved", "report_results", "report_entered", "report_left",
                "report_quality", "report_method"):  # fmt: skip
        assert words[key] in heads
    assert all(table.css("th[scope=col]") for table in tree.css("table"))
    pictures = [node.attributes.get("aria-label") or "" for node in tree.css("[role=img]")]
    assert [words["share"] in pictures[0], words["heatmap"] in pictures[1]] == [True, True]
    assert len(tree.css(".results tbody tr")) == 20
    assert len(tree.css(".strip li")) == 20


def own_words(page: str) -> str:
    """The visible text that is ours: what came from outside stands in bdi."""
    tree = LexborHTMLParser(page)
    tree.strip_tags(["style", "bdi", "title"], recursive=True)
    labels = [node.attributes["aria-label"] or "" for node in tree.css("[aria-label]")]
    body = tree.css_first("body")
    assert body is not None
    return " ".join([body.text(separator=" "), *labels])


@pytest.mark.parametrize("state", ["good", "none"])
@pytest.mark.parametrize("lang", ["he", "pl"])
def test_no_english_is_left_over(world: World, lang: str, state: str) -> None:
    """Hebrew paper holds no Latin word of ours; Polish paper none of the English texts."""
    for back in range(11, -1, -1):
        look(world, SATURDAY - timedelta(days=back), "captcha" if back == 0 or state == "none" else "none")
    found = own_words(html(facts(world, lang), PRINTED))
    found += own_words(html(facts(world, lang), replace(PRINTED, draft=True)))
    if lang == "he":
        assert re.findall("[A-Za-z]{3,}", found) == []
    else:
        polish = " ".join(texts("pl").values()).lower()
        english = {word for text in texts("en").values() for word in re.findall("[a-z]{4,}", text.lower())}
        words = set(re.findall(r"\w{4,}", found.lower()))
        assert {word for word in words & english if not re.search(rf"\b{word}\b", polish)} == set()


def hostile(found: WeeklyFacts, title: str, url: str) -> WeeklyFacts:
    """The facts with every hit renamed."""

    def spoil(hit: HitRow) -> HitRow:
        return replace(hit, title=title, url=url, host=title)

    week = found.week
    rows = tuple(replace(row, hit=spoil(row.hit)) for row in week.results)
    moved = found.compared
    assert moved is not None
    return replace(
        found,
        week=replace(
            week, results=rows, steps=tuple(replace(step, hit=spoil(step.hit)) for step in week.steps),
            actions=tuple(replace(one, row=replace(one.row, hit=spoil(one.row.hit))) for one in week.actions),
        ),
        compared=replace(moved, entered=tuple(replace(move, hit=spoil(move.hit)) for move in moved.entered)),
        brand=replace(found.brand, name='</style><script>x</script>"}'),
    )  # fmt: skip


def test_hostile_text_stays_text(watched: World) -> None:
    """Markup in titles, names and the foot of the page is shown, never obeyed; only http(s) addresses are links."""
    attack = '<img src=x onerror=alert(1)></title></style><script>alert(1)</script>\u202e"'
    page = html(
        hostile(facts(watched), attack, "javascript:alert(1)"), replace(PRINTED, name=attack, accent="red;}*{}")
    )
    tree = LexborHTMLParser(page)
    assert tree.css("script, img") == []
    assert [node for node in tree.css("a") if not (node.attributes["href"] or "").startswith("http")] == []
    assert "javascript:" not in page
    assert "\u202e" not in page
    assert "red;}" not in page
    assert len(tree.css(".results tbody tr")) == 20


def test_a_title_no_paper_has_room_for_is_cut(watched: World) -> None:
    """A title of ten thousand characters takes no ten pages."""
    page = html(hostile(facts(watched), "ש" * 10_000, "https://e.example/"), PRINTED)
    assert "ש" * 159 + "…" in page
    assert "ש" * 160 not in page


def test_a_css_string_cannot_be_left() -> None:
    """Quotes, slashes, line ends and angle brackets are written as numbers."""
    assert css_text('a"\\\n</שלום') == '"a\\22 \\5c \\a \\3c \\2f שלום"'


def test_a_logo_is_a_picture_by_its_bytes() -> None:
    """An SVG can hold a program; the name of a file says nothing."""
    assert picture(PNG).startswith("data:image/png;base64,")
    assert picture(b"\xff\xd8\xff\xe0").startswith("data:image/jpeg;base64,")
    with pytest.raises(BadInput, match="PNG or a JPEG"):
        picture(b"<svg xmlns='http://www.w3.org/2000/svg'/>")


def test_a_long_waterfall_is_folded_without_losing_a_point(watched: World) -> None:
    """The greatest effects have their rows, the rest is one row, and all sum to the change."""
    found = facts(watched).week
    assert found.before is not None
    assert found.before.score is not None
    long = replace(found, steps=tuple(replace(found.steps[0], points=(-1) ** i * 0.5) for i in range(15)))
    bars = folded(waterfall(long, texts("en")))
    assert [count for *_, count in bars] == [1] * 9 + [6]
    assert bars[-1][2] - bars[0][1] == sum(step.points for step in long.steps)


def test_each_week_is_scored_by_its_own_last_good_look() -> None:
    """A week without one has no score; it does not take that of the week before."""
    brand = BrandRow(1, 1, "Nativ", "nativ", "il-he", "Asia/Jerusalem", 6, (4, 5), 18, 1, ())
    hits = {i: HitRow(i, i, "", "", "", "", "", "owned", "owned", "", 1.0, (), None, None, FIRST) for i in range(1, 11)}
    days = tuple(FIRST + timedelta(days=i) for i in range(21))
    states = tuple("ok" if i in (1, 4, 16) else "blocked" if i == 8 else "" for i in range(21))
    ranks = tuple(tuple(rank if states[i] == "ok" else None for i in range(21)) for rank in range(1, 11))
    found = History(days, states, ("",) * 21, tuple(range(21)), ("",) * 21, ranks, hits)
    points = week_scores(found, brand)
    assert [(point.first, point.at, point.score) for point in points] == [
        (days[0], days[4], 100.0), (days[7], None, None), (days[14], days[16], 100.0),
    ]  # fmt: skip
