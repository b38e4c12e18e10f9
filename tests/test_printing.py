"""Printing: a finished week is frozen at its first print, a running one is a draft, and the words can be found."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select
from weeks import FIRST, JERUSALEM, PNG, SUNDAY, look, relabel, two_weeks
from worlds import World

from app.db import reading, writing
from app.errors import AppError, BadInput, NotFound
from app.models import Hit, Report, Workspace
from app.printing import MOST_WAITING, Print, close_printer, in_turn, last_week, paper_language, print_week
from app.queries.brands import brand
from app.queries.reports import Difference, differences, printed, printed_facts
from app.queries.searches import searches
from app.queries.weekly import week_today, weekly
from app.settings import settings
from app.store.blobs import blob_path
from app.store.brands import home_workspace
from app.store.workspaces import readable, sign
from app.verify import verify
from reports.print import PrintFailed

pytestmark = pytest.mark.browser


@pytest.fixture
def watched(world: World, chromium_path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two weeks of looks on record, and a Chromium to print with."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", chromium_path)
    settings.cache_clear()
    two_weeks(world)
    yield world
    close_printer()


def show(
    world: World,
    lang: str = "he",
    day: date = FIRST,
    at: datetime = SUNDAY,
    *,
    again: bool = False,
    final: bool = False,
) -> Print:
    return print_week(world.engine, world.surroundings.blobs, world.search, day, lang, at, again=again, final=final)


def words(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def rows(engine: Engine) -> list[Report]:
    with reading(engine) as session:
        return list(session.exec(select(Report)).all())


def test_the_first_print_of_a_week_stays_its_report(watched: World) -> None:
    """Relabelled results change today's numbers; the paper stays the same bytes, and the difference is told."""
    first = show(watched)
    assert first.report is not None
    assert first.file_name == "nativ-telecom-2026-11-15-he.pdf"
    with writing(watched.engine) as session:
        relabel(session)
    later = show(watched, at=SUNDAY + timedelta(days=9))
    assert (later.pdf, later.report) == (first.pdf, first.report)
    assert (first.new, later.new) == (True, False)
    assert len(rows(watched.engine)) == 1
    with reading(watched.engine) as session:
        was = printed_facts(session, first.report.id)
        today = weekly(session, watched.search, FIRST, "he")
        told = {one.what: one for one in differences(was, today)}
        assert week_today(session, watched.search, FIRST) == today.week
    assert was.week.now is not None
    assert was.week.now.shares is not None
    assert told["negative"] == Difference("negative", was.week.now.shares["negative"].percent, 0)
    assert told["highest_negative"] == Difference("highest_negative", was.week.now.highest_negative, None)
    assert told["labels"].today is not None
    assert told["labels"].today >= 1
    assert "observed" not in told
    assert differences(was, was) == []


def test_drawn_again_from_what_was_frozen_it_is_the_same_paper(watched: World) -> None:
    """The same facts, the same moment, the same bytes, whatever the record says by now and from another Chromium."""
    first = show(watched)
    with writing(watched.engine) as session:
        for hit in session.exec(select(Hit)).all():
            hit.title = "other"
            session.add(hit)
    close_printer()
    assert show(watched, at=SUNDAY + timedelta(days=1), again=True).pdf == first.pdf
    with pytest.raises(NotFound, match="not printed in 'pl' yet"):
        show(watched, "pl", again=True)


@pytest.mark.parametrize("lang", ["he", "pl", "en"])
def test_the_paper_can_be_read_and_searched(watched: World, lang: str) -> None:
    """Three pages or so, under 200 KB, its language and title named, phrases found as they are written."""
    made = show(watched, lang)
    file = pypdf.PdfReader(io.BytesIO(made.pdf))
    found = words(made.pdf)
    assert len(made.pdf) < 200_000
    assert 2 <= len(file.pages) <= 4
    assert str(file.root_object["/Lang"]) == lang
    assert file.metadata is not None
    assert "Nativ Telecom" in (file.metadata.title or "")
    for phrase in {"he": ("דוח מוניטין שבועי", "שליליות לטיפול", "שיטה וגרסאות"),
                   "pl": ("Tygodniowy raport o reputacji", "Jakość danych", "Co zmieniło ocenę"),
                   "en": ("Weekly reputation report", "Data quality", "What moved the score")}[lang]:  # fmt: skip
        assert phrase in found


def test_a_week_that_is_not_over_is_a_draft_and_not_kept(watched: World) -> None:
    """The draft says what it is; nothing is frozen before the week's last day is over where the brand is at home."""
    draft = show(watched, "en", at=datetime(2026, 11, 21, 23, 59, tzinfo=JERUSALEM))
    assert draft.report is None
    assert draft.file_name.endswith("-draft.pdf")
    assert "Draft" in words(draft.pdf)
    assert rows(watched.engine) == []
    finished = show(watched, "en", at=datetime(2026, 11, 21, 22, 0, tzinfo=UTC))
    assert finished.report is not None
    assert "Draft" not in words(finished.pdf)


def test_a_week_nothing_can_be_said_about_is_refused(watched: World) -> None:
    """A week to come, one before the record, a language we do not speak, a search that is not there."""
    with pytest.raises(BadInput, match="has not begun"):
        show(watched, day=FIRST + timedelta(days=7), at=datetime(2026, 11, 21, 12, tzinfo=JERUSALEM))
    with pytest.raises(BadInput, match="was not looked at up to 2026-10-31"):
        show(watched, day=date(2026, 10, 28))
    with pytest.raises(BadInput, match="he"):
        show(watched, "fr")
    with pytest.raises(NotFound, match="no search 99"):
        print_week(watched.engine, watched.surroundings.blobs, 99, FIRST, "he", SUNDAY)


def test_a_week_without_a_good_look_is_printed_as_what_it_is(watched: World) -> None:
    """Blocked all week: the report says so and is frozen like any other."""
    for day in range(7, 14):
        look(watched, FIRST + timedelta(days=day), "captcha")
    made = show(watched, "en", FIRST + timedelta(days=7), SUNDAY + timedelta(days=7))
    assert made.report is not None
    assert "No look of this week counts" in words(made.pdf)
    assert "0 of 7 days observed" in words(made.pdf)


def test_the_report_wears_the_agency(watched: World) -> None:
    """Name, colour and logo are frozen with it: a later change shows on later papers only."""
    with writing(watched.engine) as session:
        sign(
            session,
            home_workspace(session),
            watched.surroundings.blobs,
            name="Agency Waves",
            accent="#1F5FBF",
            logo=PNG,
        )
    first = show(watched, "en")
    assert "Agency Waves" in words(first.pdf)
    with writing(watched.engine) as session:
        sign(session, home_workspace(session), watched.surroundings.blobs, name="", accent="", logo=b"")
        workspace = session.exec(select(Workspace)).one()
        assert (workspace.report_name, workspace.accent, workspace.logo_id) == (None, None, None)
    assert show(watched, "en", again=True).pdf == first.pdf
    assert "Agency Waves" not in words(show(watched, "pl").pdf)


def test_what_cannot_stand_on_paper_is_refused(database: Engine, tmp_path: Path) -> None:
    """A pale colour, a word for one, an SVG, a picture too large, a name nobody can read: each with its reason."""
    with writing(database) as session:
        home = home_workspace(session)
        for given, why in (
            ({"accent": "#ffff00"}, "cannot be read on white"),
            ({"accent": "blue"}, "no colour"),
            ({"accent": "#1f5fbf;}"}, "no colour"),
            ({"logo": b"<svg/>"}, "neither a PNG nor a JPEG"),
            ({"logo": PNG + b"0" * 500_000}, "the most is 500,000"),
            ({"name": "a\u202eb"}, "control characters"),
        ):
            with pytest.raises(BadInput, match=why):
                sign(session, home, tmp_path, **given)
    assert readable(" #1F5FBF") == "#1f5fbf"


def test_hostile_titles_are_printed_as_text(watched: World) -> None:
    """Markup in a title stands on the paper as it was found, and nothing comes of it."""
    with writing(watched.engine) as session:
        for hit in session.exec(select(Hit)).all():
            hit.title = "<b>x</b></style><script>document.title='owned'</script>"
            hit.url = "javascript:alert(1)"
            session.add(hit)
    made = show(watched, "en")
    assert "<script>" in words(made.pdf)
    file = pypdf.PdfReader(io.BytesIO(made.pdf))
    links = [str(note.get_object()) for page in file.pages for note in page.get("/Annots", [])]
    assert [link for link in links if "javascript" in link] == []
    assert file.metadata is not None
    assert "owned" not in (file.metadata.title or "")


def test_the_last_week_ends_in_the_zone_of_the_brand(watched: World) -> None:
    """On Saturday at 22:30 UTC it is Sunday in Jerusalem, and the week is over."""
    with reading(watched.engine) as session:
        home = brand(session, "nativ-telecom")
    assert last_week(home, datetime(2026, 11, 21, 21, tzinfo=UTC)) == FIRST - timedelta(days=7)
    assert last_week(home, datetime(2026, 11, 21, 22, 30, tzinfo=UTC)) == FIRST


def test_reports_are_listed_newest_first(watched: World) -> None:
    """By brand and by search; the file's name says which week it is of."""
    for day, lang in ((FIRST - timedelta(days=7), "he"), (FIRST, "he"), (FIRST, "en")):
        show(watched, lang, day)
    with reading(watched.engine) as session:
        found = printed(session, watched.brand)
        assert [(row.week, row.lang) for row in found] == [
            (FIRST, "en"), (FIRST, "he"), (FIRST - timedelta(days=7), "he"),
        ]  # fmt: skip
        assert printed(session, watched.brand + 1) == ()
        assert printed(session, search_id=watched.search) == found
    assert all(row.size > 10_000 for row in found)
    assert found[0].at == SUNDAY


def test_two_who_print_at_once_get_the_same_paper(watched: World) -> None:
    """The unique key decides; whoever was slower gets what was stored."""

    async def both() -> list[Print]:
        return list(
            await asyncio.gather(
                *(asyncio.to_thread(show, watched, at=SUNDAY + timedelta(seconds=i)) for i in range(3))
            )
        )

    made = asyncio.run(both())
    assert len({one.pdf for one in made}) == 1
    assert len(rows(watched.engine)) == 1


def test_who_comes_when_too_many_wait_is_told_so(watched: World) -> None:
    """A few may queue for the one Chromium; the next gets a clear answer at once, and the queue is free again later."""
    with ExitStack() as queue:
        for _ in range(MOST_WAITING):
            queue.enter_context(in_turn())
        with pytest.raises(PrintFailed, match="try again in a minute"):
            show(watched)
    assert show(watched).new


def test_a_final_report_is_asked_for_or_nothing(watched: World) -> None:
    """Whoever wants no draft is refused while the week runs; a day of no calendar is refused, never a crash."""
    with pytest.raises(BadInput, match="is not over"):
        show(watched, at=SUNDAY - timedelta(days=1), final=True)
    for day in (date.min, date.max):
        with pytest.raises(BadInput, match="no report is of"):
            show(watched, day=day)
    assert rows(watched.engine) == []
    assert [show(watched, final=True).new for _ in range(2)] == [True, False]


def test_a_report_speaks_the_language_of_its_search(watched: World) -> None:
    """The search's own, else its market's; a language no report is printed in is none."""
    with reading(watched.engine) as session:
        search = searches(session, watched.brand)[0]
    spoken = [("he", "il-he"), ("pl-PL", "il-he"), ("de", "pl-pl"), ("de", "en-gb")]
    found = [paper_language(replace(search, hl=hl, market=market), "he") for hl, market in spoken]
    assert found == ["he", "pl", "pl", "en"]


def broken(session: Session, blobs: Path) -> list[str]:
    return next(f.broken for f in verify(session, blobs, SUNDAY) if f.name == "I7")


def test_verify_proves_what_was_printed(watched: World) -> None:
    """The paper is there and the frozen numbers agree among themselves; a changed number and a lost file are found."""
    made = show(watched)
    blobs = watched.surroundings.blobs
    with reading(watched.engine) as session:
        finding = next(f for f in verify(session, blobs, SUNDAY) if f.name == "I7")
        assert (finding.broken, finding.checked > 5) == ([], True)
    spoiled = json.loads(json.dumps(rows(watched.engine)[0].data))
    spoiled["facts"]["week"]["now"]["score"] += 1
    spoiled["facts"]["week"]["now"]["shares"]["owned"]["count"] += 1
    with writing(watched.engine) as session:
        session.exec(select(Report)).one().data = spoiled
    with reading(watched.engine) as session:
        assert len(broken(session, blobs)) >= 2
    assert made.report is not None
    blob_path(blobs, made.report.sha256 or "").unlink()
    with reading(watched.engine) as session:
        assert any("No such file" in problem for problem in broken(session, blobs))
    with pytest.raises(AppError, match="the archive is damaged"):
        show(watched)
