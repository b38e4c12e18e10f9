"""Weekly reports on the pages: printed by a form, read by everybody of the workspace, told apart from today's numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape

import pytest
from apps import an_app
from fastapi.testclient import TestClient
from sites import other_workspace, signed_in, use
from sqlmodel import Session, select
from weeks import FEW, FIRST, PNG, SUNDAY, relabel, two_weeks
from worlds import World

from app.db import reading, writing
from app.models import Report, Workspace
from app.printing import MOST_WAITING, in_turn
from app.queries.report_list import WEEKS
from app.queries.weekly import frozen, weekly
from app.settings import settings
from app.store.brands import add_brand, home_workspace
from app.store.reports import keep_report
from app.texts import LANGUAGES, texts
from app.web.access import now

PAGE = "/brands/nativ-telecom/reports"


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The pages on the Sunday after two weeks of looks, for an owner."""
    use(world, monkeypatch)
    two_weeks(world, FEW)
    app = an_app()
    app.dependency_overrides[now] = lambda: SUNDAY
    with TestClient(app, follow_redirects=False) as made:
        yield signed_in(made, world.engine, at=SUNDAY)


def kept(world: World, session: Session, first: date, lang: str = "he") -> int:
    """A report on record whose paper is not a real one."""
    return keep_report(
        session, world.surroundings.blobs, b"%PDF " + lang.encode(), brand_id=world.brand, search_id=world.search,
        week=first, lang=lang, at=SUNDAY,
        data={"facts": frozen(weekly(session, world.search, first, lang)), "imprint": {}},
    )  # fmt: skip


@pytest.mark.browser
def test_a_report_is_printed_by_the_form_and_downloaded(
    site: TestClient, world: World, chromium_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Printed, listed, downloaded byte for byte; printed again it is the same; the draft comes at once and is not kept."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", chromium_path)
    settings.cache_clear()
    form = {"week": FIRST.isoformat(), "search": str(world.search), "paper": "pl"}
    done = site.post(f"{PAGE}?lang=he", data=form)
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?lang=he&said=printed#report-1")
    page = site.get(f"{PAGE}?lang=he&said=printed").text
    assert texts("he")["said_printed"] in page
    assert texts("he")["reports_same"] in page
    assert f'href="{PAGE}/1.pdf"' in page
    paper = site.get(f"{PAGE}/1.pdf")
    assert paper.content.startswith(b"%PDF")
    assert paper.headers["content-type"] == "application/pdf"
    assert paper.headers["cache-control"] == "no-store"
    assert 'attachment; filename="nativ-telecom-2026-11-15-pl.pdf"' in paper.headers["content-disposition"]
    assert site.post(PAGE, data=form).headers["location"] == f"{PAGE}?said=kept#report-1"
    draft = site.get(f"{PAGE}/draft.pdf", params={"search": world.search, "paper": ""})
    assert draft.status_code == 200
    assert "2026-11-22-he-draft.pdf" in draft.headers["content-disposition"]
    with reading(world.engine) as session:
        assert len(session.exec(select(Report)).all()) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_how_todays_numbers_differ(site: TestClient, world: World, lang: str) -> None:
    """What was printed, and the same week as the record has it today, in the reader's language and nothing else."""
    words = texts(lang)
    with writing(world.engine) as session:
        kept(world, session, FIRST)
        relabel(session)
        kept(world, session, FIRST - timedelta(days=7), "pl")
    page = unescape(site.get(f"{PAGE}?lang={lang}").text)
    assert page.count('id="report-') == 2
    assert page.count(words["reports_differ"]) == 1
    assert page.count(words["reports_same"]) == 1
    assert re.search(rf"{words['negative']}: .*[1-9]0%.*0%", page)
    assert re.search(words["diff_labels"].format(count="[1-9]"), page)
    for key, english in texts("en").items():
        if lang != "en" and key.startswith(("report", "diff_")) and len(english) > 8 and "{" not in english:
            assert english not in re.sub("<title>.*</title>", "", page), key


def test_facts_that_cannot_be_read_are_said(site: TestClient, world: World) -> None:
    """One spoiled row takes no page down, and a paper that was taken away is no link."""
    with writing(world.engine) as session:
        kept(world, session, FIRST)
        row = session.exec(select(Report)).one()
        row.data, row.pdf_blob_id = {"facts": {"form": 1}}, None
        session.add(row)
    page = site.get(f"{PAGE}?lang=en").text
    assert texts("en")["reports_unread"] in page
    assert texts("en")["reports_gone"] in page
    assert f"{PAGE}/1.pdf" not in page
    gone = site.get(f"{PAGE}/1.pdf?lang=he")
    assert gone.status_code == 404
    assert texts("he")["report_gone"] in gone.text


def test_who_only_reads_prints_nothing(site: TestClient, world: World) -> None:
    """A viewer reads, downloads and takes drafts; the form that prints is not there, and sending it is refused."""
    with writing(world.engine) as session:
        kept(world, session, FIRST)
    signed_in(site, world.engine, "viewer", email="viewer@practice.example", at=SUNDAY)
    page = site.get(f"{PAGE}?lang=en").text
    assert texts("en")["reports_do"] + "</button>" not in page
    assert texts("en")["reports_draft_do"] in page
    assert "/letterhead" not in page
    assert site.get(f"{PAGE}/1.pdf").content == b"%PDF he"
    assert site.post(PAGE, data={"week": FIRST.isoformat()}).status_code == 403
    assert site.get("/letterhead").status_code == 403
    assert site.post("/letterhead", data={"name": "Mine"}).status_code == 403


@pytest.mark.parametrize(
    ("week", "status", "key"),
    [
        ("2026-12-20", 400, "report_not_begun"), ("2026-11-22", 400, "report_running"),
        ("2020-01-01", 400, "report_unseen"), ("0001-01-01", 400, "report_no_day"), ("9999-12-31", 400, "report_no_day"),
    ],
)  # fmt: skip
def test_a_week_that_cannot_be_printed_is_explained_on_the_page(
    site: TestClient, world: World, week: str, status: int, key: str
) -> None:
    """One sentence in the reader's language above the form, with what was chosen still chosen; nothing is kept."""
    done = site.post(f"{PAGE}?lang=he", data={"week": week, "paper": "pl"})
    assert done.status_code == status
    assert texts("he")[key] in done.text
    assert '<option value="pl" lang="pl" selected>' in done.text
    with reading(world.engine) as session:
        assert session.exec(select(Report)).all() == []


def test_without_a_chromium_the_page_says_what_to_do(site: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 and a sentence; nothing is kept, and whoever comes while too many wait is told so."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", "/no/such/chromium")
    settings.cache_clear()
    done = site.post(f"{PAGE}?lang=pl", data={"week": FIRST.isoformat()})
    assert done.status_code == 503
    assert texts("pl")["print_no_chromium"] in done.text
    places = [in_turn() for _ in range(MOST_WAITING)]
    for place in places:
        place.__enter__()
    assert texts("he")["print_busy"] in site.get(f"{PAGE}/draft.pdf?lang=he").text
    for place in places:
        place.__exit__(None, None, None)


def test_nonsense_and_other_peoples_reports_are_not_there(site: TestClient, world: World) -> None:
    """A search or report of another brand, a form from elsewhere, a week that is no date."""
    with writing(world.engine) as session:
        kept(world, session, FIRST)
        add_brand(session, home_workspace(session), "Other", "il-he", [])
    assert site.get("/brands/other/reports/1.pdf").status_code == 404
    assert site.get("/brands/other/reports").status_code == 200
    assert site.post("/brands/other/reports", data={"week": "2026-11-15", "search": "1"}).status_code == 404
    assert site.get(f"{PAGE}/2.pdf").status_code == 404
    assert site.get(f"{PAGE}/draft.pdf?paper=fr").status_code == 422
    assert site.post(PAGE, data={"week": "soon"}).status_code == 422
    assert site.post(PAGE, data={"week": "2026-11-15"}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    signed_in(site, world.engine, email="x@y.example", workspace=other_workspace(world.engine), at=SUNDAY)
    assert site.get(PAGE).status_code == 404
    assert site.get(f"{PAGE}/1.pdf").status_code == 404


def test_older_reports_are_a_page_further(site: TestClient, world: World) -> None:
    """Thirteen weeks at a time, none twice and none left out."""
    weeks = [FIRST - timedelta(days=7 * back) for back in range(WEEKS + 2)]
    with writing(world.engine) as session:
        for first in weeks:
            kept(world, session, first)
    page = site.get(f"{PAGE}?lang=en").text
    assert page.count('id="report-') == WEEKS
    older = site.get(f"{PAGE}?lang=en&until={weeks[WEEKS].isoformat()}").text
    assert f"until={weeks[WEEKS].isoformat()}" in page
    assert older.count('id="report-') == 2
    assert texts("en")["reports_older"] not in older


def letterhead(site: TestClient, logo: bytes | None = None, **fields: str) -> int:
    files = (
        {"logo": ("a.png", logo, "image/png")} if logo is not None else {"logo": ("", b"", "application/octet-stream")}
    )
    status: int = site.post("/letterhead?lang=he", data=fields, files=files).status_code
    return status


def test_an_owner_sets_what_reports_wear(site: TestClient, world: World) -> None:
    """Name, colour and logo; no file leaves the logo as it is, a box takes it off; what cannot stand is explained."""
    assert letterhead(site, PNG, name="סוכנות גלים", accent="#1F5FBF") == 303
    page = site.get("/letterhead?lang=he&said=signed").text
    assert texts("he")["said_signed"] in page
    assert 'value="סוכנות גלים"' in page
    assert 'value="#1f5fbf"' in page
    logo = site.get("/letterhead/logo")
    assert (logo.content, logo.headers["content-type"]) == (PNG, "image/png")
    assert logo.headers["content-security-policy"].startswith("sandbox")
    assert letterhead(site, name="סוכנות גלים", accent="") == 303
    assert site.get("/letterhead/logo").status_code == 200
    assert letterhead(site, name="", accent="", no_logo="true") == 303
    assert site.get("/letterhead/logo").status_code == 404


@pytest.mark.parametrize(
    ("fields", "logo", "key"),
    [
        ({"accent": "#ffff00"}, None, "letterhead_pale"), ({"accent": "blue"}, None, "letterhead_colour"),
        ({"name": "a\u202eb"}, None, "letterhead_name"), ({}, b"<svg onload=x>", "letterhead_picture"),
        ({"name": '"><script>x</script>'}, PNG + b"0" * 500_000, "letterhead_large"),
    ],
)  # fmt: skip
def test_what_reports_cannot_wear_is_explained(
    site: TestClient, world: World, fields: dict[str, str], logo: bytes | None, key: str
) -> None:
    """One sentence in the reader's language, what was typed stays typed, as text; nothing is written."""
    files = {"logo": ("a.png", logo, "image/png")} if logo is not None else None
    done = site.post("/letterhead?lang=he", data=fields, files=files)
    assert done.status_code == 400
    assert texts("he")[key].replace("#1f5fbf", "")[:20] in done.text
    assert "<script>x" not in done.text
    with reading(world.engine) as session:
        home = session.exec(select(Workspace)).one()
        assert (home.report_name, home.accent, home.logo_id) == (None, None, None)
