"""The printed weekly report in its three languages: found by two readers, tagged, named, with its typeface inside."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence

import pikepdf
import pypdf
import pytest
from weeks import FIRST, SUNDAY, look, two_weeks
from worlds import World

from app.printing import close_printer, print_week
from app.settings import settings
from app.texts import LANGUAGES, texts

pytestmark = pytest.mark.browser

TITLES = ("שלוש שעות על הקו", "חוות דעת של לקוחות", "תביעה ייצוגית נגד נתיב טלקום")
SAID = {
    "he": ("דוח מוניטין שבועי", "שלנו או חיוביות", "שליליות לטיפול", "מה הזיז את הציון", "המספרים קפואים", "נכסי המותג"),
    "pl": ("Tygodniowy raport o reputacji", "liczby są zamrożone", "Własne", "pierwszą dziesiątkę", "Jakość danych",
           "nasze lub dobre", "zeszłym tygodniu"),
    "en": ("Weekly reputation report", "are ours or good", "Negatives to handle", "the numbers are frozen"),
}  # fmt: skip
MARKS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def papers(world: World, chromium_path: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """The report of one week, whose last day was blocked, in each language."""
    monkeypatch.setenv("SHEMTOV_CHROMIUM", chromium_path)
    settings.cache_clear()
    two_weeks(world)
    look(world, FIRST.replace(day=22))
    yield {
        lang: print_week(world.engine, world.surroundings.blobs, world.search, FIRST, lang, SUNDAY).pdf
        for lang in LANGUAGES
    }
    close_printer()


def poppler(tool: str, pdf: bytes, *options: str) -> str:
    """What one of poppler's tools says about a PDF; skips where poppler is not installed."""
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"no {tool} here: apt-get install poppler-utils, or make setup as root")
    return subprocess.run([path, *options], input=pdf, capture_output=True, timeout=60, check=True).stdout.decode()


def flowing(text: str) -> str:
    """Without marks of direction, line ends as spaces."""
    return " ".join(MARKS.sub("", text).split())


def test_every_phrase_is_found_by_two_readers(papers: dict[str, bytes]) -> None:
    """Hebrew phrases, titles of results and Polish words come out as a reader types them into a search."""
    for lang, pdf in papers.items():
        with_pypdf = flowing(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages))
        with_poppler = flowing(poppler("pdftotext", pdf, "-", "-"))
        for text in (with_pypdf, with_poppler):
            assert [phrase for phrase in (*SAID[lang], *TITLES) if phrase not in text] == [], lang


def test_every_paper_says_what_it_is(papers: dict[str, bytes]) -> None:
    """A4, small, four pages, tagged, with language, title, headings to jump to and the charts told in words."""
    for lang, pdf in papers.items():
        words = texts(lang)
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            assert [(round(page.mediabox[2]), round(page.mediabox[3])) for page in opened.pages] == [(595, 842)] * 4
            assert str(opened.Root.Lang) == lang
            assert bool(opened.Root.MarkInfo.Marked)
            assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
            assert words["report_title"] in str(opened.docinfo["/Title"])
            told = {str(item.Alt) for item in opened.objects if isinstance(item, pikepdf.Dictionary) and "/Alt" in item}
        assert any(words["heatmap"] in alt for alt in told)
        assert any(words["share"] in alt for alt in told)
        outline = flowing(" ".join(titles(pypdf.PdfReader(io.BytesIO(pdf)).outline)))
        for key in ("report_title", "share", "report_moved", "report_actions", "report_results", "report_method"):
            assert words[key] in outline, (lang, key)
        tags = set(re.findall(r"^\s*(\w+)", poppler("pdfinfo", pdf, "-struct", "-"), re.M))
        assert {"H1", "H2", "Table", "TH", "TD", "Link", "Figure", "L"} <= tags
        assert len(pdf) < 200_000, lang


def titles(outline: Sequence[object]) -> Iterator[str]:
    """Every heading of an outline, whatever its depth."""
    for one in outline:
        if isinstance(one, list):
            yield from titles(one)
        else:
            yield str(getattr(one, "title", ""))


def test_only_heebo_is_used_and_it_is_inside(papers: dict[str, bytes]) -> None:
    """No letter of a report falls back on what the reader's machine happens to have, and nothing is a picture."""
    for lang, pdf in papers.items():
        rows = poppler("pdffonts", pdf, "-").splitlines()[2:]
        assert rows
        assert all("Heebo" in row and row.split()[-5] == "yes" for row in rows), (lang, rows)
        assert poppler("pdfimages", pdf, "-list", "-").splitlines()[2:] == [], lang
