"""Hostile text can do nothing: stored on every way in, shown on every page in a real Chromium, printed, exported."""

from __future__ import annotations

import csv
import io
import json
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from urllib.parse import urljoin, urlsplit

import pikepdf
import pytest
from apps import an_app
from fastapi.testclient import TestClient
from hostile import ATTACKS, LONG, Attack, of
from hostile_record import TONES, Record, a_record, a_trap
from hostile_walk import browser, differences, walk
from sites import signed_in, use
from sqlmodel import col, select

from app.cli import main
from app.db import reading, writing
from app.errors import BadInput
from app.models import Hit, Link, Parse
from app.onboarding import make_brand, plan_brand
from app.printing import close_printer, print_week
from app.queries.export import csv_cell
from app.settings import Settings, settings
from app.store.annotations import add_annotation
from app.store.brands import home_workspace
from app.store.people import clean_name
from app.store.workspaces import sign
from app.texts import LANGUAGES, address, safe_link, shown
from app.types import LONGEST_REASON
from app.web.saying import lead_back
from app.web.signin import own_path
from app.web.tables import attachment
from scrapers.blocks import plain
from scrapers.parse import MOST_SNIPPET, MOST_TITLE, parse
from scrapers.providers import serpapi
from scrapers.types import RawPage, SearchRequest

Records = tuple[Record, Record, list[bytes]]
ACTS = ("/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/AA", "/OpenAction", "/SubmitForm", "/ImportData",
        "/GoToR", "/GoToE", "/RichMedia", "/XFA", "/Movie", "/Sound", "/AcroForm", "/Rendition")  # fmt: skip
ELSEWHERE = (
    "//evil.example/", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\r\nSet-Cookie: a=b", "https://evil.example/", "javascript:alert(1)",
    "JaVaScRiPt:alert(1)", " //evil.example", "/brands/..//evil.example", "/brands/%2e%2e//evil.example", "/brands/%5cevil.example", "/brands/\\..\\evil",
    "/brands//../..//evil.example", "data:text/html,<script>", "/%09/evil.example", "https:evil.example", "http:///evil.example", "/\u2028/evil.example", "",
)  # fmt: skip


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Records]:
    """The hostile record, its twin, and who called the trap."""
    folder = tmp_path_factory.mktemp("hostile")
    with a_trap() as (trap, called):
        made = [a_record(folder / name, trap, hostile=name == "hostile") for name in ("hostile", "twin")]
        yield made[0], made[1], called
        for record in made:
            record.world.engine.dispose()


def harmless(
    records: Records, chromium_path: str, monkeypatch: pytest.MonkeyPatch, width: int, langs: Sequence[str], most: int
) -> None:
    seen = []
    with browser(chromium_path, width) as context:
        for record in records[:2]:
            use(record.world, monkeypatch)
            seen.append(walk(record, context, langs, most))
    assert seen[0].said == []
    assert seen[1].said == []
    assert differences(seen[0], seen[1], records[:2]) == []
    assert len(seen[0].skeletons) > 20
    files = seen[0].files.items()
    assert all(name.startswith("attachment; ") or ".svg" in path or ".png" in path for path, name in files)
    assert records[2] == []


@pytest.mark.browser
@pytest.mark.slow
def test_hostile_text_does_nothing_on_any_page(
    records: Records, chromium_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a phone: no dialog, no error, no violation of the policy, no request, the same page as with harmless words."""
    harmless(records, chromium_path, monkeypatch, 360, ("en",), 2)


@pytest.mark.browser
@pytest.mark.long
@pytest.mark.reliability
@pytest.mark.parametrize("width", [360, 1440])
def test_hostile_text_does_nothing_in_any_language(
    records: Records, chromium_path: str, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """The same on both widths, from left to right and from right to left, on more pages of each kind."""
    harmless(records, chromium_path, monkeypatch, width, LANGUAGES, 5)


def structure(pdf: pikepdf.Pdf) -> list[str]:
    """The tags of a paper with their depth, in its order; a plain one is made anew wherever a page ends."""
    found: list[str] = []

    def into(node: pikepdf.Object, depth: int) -> None:
        if isinstance(node, pikepdf.Array):
            for one in node:
                into(one, depth)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            if pikepdf.Name.NonStruct != node.S:
                found.append(f"{depth} {node.S}")
            into(node.get("/K", pikepdf.Array()), depth + 1)

    into(pdf.Root.StructTreeRoot.K, 0)
    return found


def acts(pdf: pikepdf.Pdf) -> list[str]:
    """Whatever in a paper could do something, or lead elsewhere than to the web."""
    found = []
    for one in pdf.objects:
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            found += [f"{name} in {one.objgen}" for name in ACTS if name in one or one.get("/S") == pikepdf.Name(name)]
            if "/URI" in one and urlsplit(str(one.URI)).scheme.lower() not in ("http", "https"):
                found.append(str(one.URI))
    return found


def paper(record: Record, lang: str) -> pikepdf.Pdf:
    world, now = record.world, datetime.now(UTC)
    made = print_week(world.engine, world.surroundings.blobs, world.search, world.clock.at.date(), lang, now)
    return pikepdf.open(io.BytesIO(made.pdf))


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", pytest.param("he", marks=pytest.mark.reliability)])
def test_hostile_text_does_nothing_on_paper(
    records: Records, chromium_path: str, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """Nothing is called, nothing acts, nothing is attached, and the tags are those of the harmless paper."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", chromium_path)
    settings.cache_clear()
    try:
        papers = [paper(record, lang) for record in records[:2]]
    finally:
        close_printer()
    assert acts(papers[0]) == []
    assert structure(papers[0]) == structure(papers[1])
    assert len(structure(papers[0])) > 100
    assert len(papers[0].pages) <= len(papers[1].pages) + 2
    assert records[2] == []


def bare(text: str) -> str:
    return "".join(character for character in text if character.isprintable() and not character.isspace())


def test_every_attack_is_on_record(records: Records) -> None:
    """What the tests above show is really there: each title and snippet, whole up to its bound, and each address."""
    assert len(ATTACKS) >= 60
    assert len({(one.field, one.name) for one in ATTACKS}) == len(ATTACKS)
    record = records[0]
    with reading(record.world.engine) as session:
        hits = session.exec(select(Hit)).all()
        titles, snippets = {bare(hit.title) for hit in hits}, {bare(hit.snippet) for hit in hits}
    for attack in of("title"):
        assert bare(plain(record.said(attack))[:MOST_TITLE]) in titles, attack.name
    for attack in of("snippet"):
        assert any(bare(plain(tone + record.said(attack))[:MOST_SNIPPET]) in snippets for tone in TONES), attack.name
    assert {one.text for one in of("url", refused=False)} <= {hit.url for hit in hits}
    assert max(len(hit.title) for hit in hits) == MOST_TITLE < LONG
    assert max(len(hit.snippet) for hit in hits) == MOST_SNIPPET < LONG


def test_a_link_nobody_may_follow_is_no_result_and_a_look_alike_is_not_ours(records: Records) -> None:
    """No script, no other scheme, no hidden host; Cyrillic and Punycode alike stand in Punycode and are never owned."""
    with reading(records[0].world.engine) as session:
        rows = session.exec(select(Hit.url, Hit.label, Link.host).join(Link, col(Link.id) == col(Hit.link_id))).all()
    refused = {one.text for one in of("url", refused=True)}
    assert [url for url, _, _ in rows if url in refused or not safe_link(url)] == []
    owned = {urlsplit(url).hostname for url, label, _ in rows if label == "owned"}
    assert owned == {"nativ-telecom.example", "facebook.com"}
    assert {"xn--ntiv-telecom-x9j.example"} <= {host for _, _, host in rows}
    assert all(host.isascii() for _, _, host in rows)
    assert address("https://n\u0430tiv.example/a?b") == "https://xn--ntiv-53d.example/a?b"
    assert address("https://\u0430%/") == "https://\\u0430%/"
    assert len(address("https://a.example/" + "a" * LONG)) == 300
    assert [
        one.text
        for one in of("url", refused=True)
        if safe_link(one.text).lower().startswith(("javascript", "data", "file"))
    ] == []


@pytest.mark.parametrize(
    "attack", [one for one in ATTACKS if one.refused and one.field != "url"], ids=lambda one: f"{one.field} {one.name}"
)
def test_what_is_refused_is_refused_with_one_clear_error(attack: Attack, records: Records) -> None:
    """One line of modest length that says what is wrong; nothing is written."""
    told = problems(attack, records[1])
    assert len(told) == 1
    assert told[0].isprintable()
    assert 10 < len(told[0]) < 250


def problems(attack: Attack, record: Record) -> list[str]:
    """What is told to whoever types it."""
    now, text = datetime.now(UTC), attack.text
    name = text if attack.field == "brand" else "Nativ"
    sites = [text] if attack.field == "owned" else []
    phrases = [text] if attack.field == "phrase" else []
    plan = plan_brand(name, sites, ["en-us"], Settings(), phrases=phrases)
    told = [one.message for one in plan.problems]
    try:
        with writing(record.world.engine) as session:
            if attack.field == "annotation":
                add_annotation(session, record.world.brand, now.date(), text, "", now)
            elif attack.field == "person":
                clean_name(text)
            elif attack.field == "report":
                sign(session, home_workspace(session), record.world.surroundings.blobs, name=text)
            else:
                make_brand(session, home_workspace(session), plan, now)
    except BadInput as refused:
        told = told or [refused.message]
    return told


def test_what_is_shown_is_bounded_and_turns_nothing() -> None:
    """Nothing unseen, no mark of direction, no pile of accents; letters with their own points stay as they are."""
    for attack in of("title"):
        text = shown(attack.text)
        assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")], attack.name
        assert unicodedata.normalize("NFC", text).count("\u0300") < 5
    for good in ("שָׁלוֹם", "Zażółć gęślą jaźń", "ẫ é", "naïve — “quoted” €5", "👍🏽 ☎️"):
        assert shown(good) == good


def formulas(cells: list[str]) -> list[str]:
    """The cells a spreadsheet would calculate, seen as generously as one may read them."""
    unseen = ("Zs", "Zl", "Zp", "Cc", "Cf", "Mn", "Me")
    bare = (
        "".join(c for c in cell if unicodedata.category(c) not in unseen and c not in '"\u115f\u3164') for cell in cells
    )
    return [cell for cell in bare if unicodedata.normalize("NFKC", cell[:1]) in tuple("=+-@")]


@pytest.mark.parametrize(
    "start",
    [
        "",
        " ",
        "\u00a0",
        "\ufeff",
        "\u200b",
        "\u2060",
        "\u2028",
        "\ufe0f",
        "\u034f",
        "\u3164",
        "\t",
        "\r",
        "\n",
        "x;",
        'x; "',
        "x\t",
        "x\n",
        "x;\ufeff",
    ],
)
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe66", "\u207a"])
def test_a_cell_that_starts_a_formula_is_defused(start: str, sign: str) -> None:
    """Behind whatever cannot be seen, in wide letters, and where a spreadsheet cuts at semicolons."""
    cell = csv_cell(f"{start}{sign}1+1")
    assert formulas([cell, *cell.replace("\t", ";").replace("\n", ";").replace("\r", ";").split(";")]) == []
    assert cell.replace("'", "") == f"{start}{sign}1+1"
    assert csv_cell("a-b = c; d") == "a-b = c; d"
    assert csv_cell(-1.5) == -1.5


def test_exports_are_defused_and_json_is_as_it_is(
    records: Records, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole record as CSV, read with commas and cut at semicolons; the JSON says what is stored."""
    record = records[0]
    use(record.world, monkeypatch)
    said = []
    for form in ("csv", "json"):
        monkeypatch.setattr(sys, "argv", ["shemtov", "export", "--brand", record.slugs[0], "--format", form])
        with pytest.raises(SystemExit):
            main()
        said.append(capsys.readouterr().out)
    with TestClient(an_app()) as client:
        said.append(signed_in(client, record.world.engine).get("/brands.csv").content.decode("utf-8-sig"))
    for table in (said[0], said[2]):
        rows = list(csv.reader(io.StringIO(table)))
        assert len(rows) > 5
        assert formulas([cell for row in rows for cell in row]) == []
        assert formulas([cell for line in table.splitlines() for cell in line.split(";")]) == []
    titles = {json.loads(line)["title"] for line in said[1].split("\n") if line}
    with reading(record.world.engine) as session:
        assert titles - {None} <= set(session.exec(select(Hit.title)).all())
    assert any(title and title.startswith("=") for title in titles)
    assert any(name.startswith("'=") for name in (row[0] for row in csv.reader(io.StringIO(said[2]))))


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename=evil.exe',
        "a\r\nSet-Cookie: a=b",
        "../../etc/passwd",
        "נתיב <script>",
        "a\u202egpj.exe",
        "x" * LONG,
        "%0d%0aX: y",
        "a;b,c'd",
    ],
)
def test_a_files_name_cannot_be_steered(name: str) -> None:
    """One header, one plain name and one encoded, whatever the brand is called."""
    header = attachment(name)["content-disposition"]
    read = EmailMessage()
    read["content-disposition"] = header
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert "/" not in header
    assert header.count(";") == 2
    assert read.get_content_disposition() == "attachment"


@pytest.mark.parametrize("where", ELSEWHERE)
def test_no_form_leads_elsewhere(where: str) -> None:
    """Whatever address a form or a link brings along, the answer leads to a page of this site."""
    for location in (own_path(where), lead_back(where, "nativ", "noted").headers["location"]):
        assert location.isprintable()
        assert location.startswith("/")
        assert "\\" not in location
        assert urlsplit(urljoin("https://own.example/a/b", location)).netloc == "own.example"
    assert urlsplit(lead_back(where, "nativ", "noted").headers["location"]).path.startswith("/brands/")


def test_a_provider_cannot_write_what_no_database_takes() -> None:
    """Halves of characters, nulls and numbers beyond all bounds come out as text and nothing; the rest is kept."""
    item = {
        "title": "a\ud800b\x00c \U0001f44d", "link": "https://a.example/\ud800", "snippet": "\udfff", "displayed_link": "x" * LONG,
        "rich_snippet": {"top": {"detected_extensions": {"rating": 4.5, "reviews": 10**30}}},
    }  # fmt: skip
    answer = {
        "search_metadata": {"status": "Success"},
        "organic_results": [item | {"link": "https://a.example/"}, item],
    }
    raw = RawPage(json.dumps(answer).encode())
    first = serpapi.read(raw, SearchRequest("google")).results[0]
    assert (first.title, first.snippet) == ("a\ufffdb\ufffdc \U0001f44d", "\ufffd")
    assert first.rating is not None
    assert (first.rating.value, first.rating.votes) == (4.5, None)
    joined = parse("serpapi", [raw], SearchRequest("google")).results[0]
    assert len(joined.display_url) == MOST_TITLE


def test_what_checks_found_is_bounded(records: Records) -> None:
    """A page that echoes ten thousand other characters fills no record."""
    with reading(records[0].world.engine) as session:
        details = [detail for parse in session.exec(select(Parse)).all() for _, _, detail in parse.checks]
    assert max(map(len, details)) == LONGEST_REASON
