"""Paper from the printer: the same bytes each time, nothing fetched, words that can be found, no process left over."""

from __future__ import annotations

import io
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pikepdf
import pypdf
import pytest
from playwright.sync_api import sync_playwright

from reports.print import Printer, PrintFailed
from reports.typeface import FAMILY, WEIGHTS, font_css, font_file, truetype

pytestmark = pytest.mark.browser

AT = datetime(2026, 11, 22, 7, tzinfo=timezone(timedelta(hours=2)))
HEBREW = ("דוח מוניטין שבועי", "שלוש שעות על הקו", "נתיב טלקום שירות לקוחות", "המספרים קפואים")
POLISH = ("Cotygodniowy", "zażółć", "gęślą", "jaźń", "obsługa")


def report(body: str = "", lang: str = "he") -> str:
    """A small report in three languages, with what long ones have: headings, a table with heads, links, a picture."""
    turn = ' dir="rtl"' if lang == "he" else ""
    return f"""<!doctype html><html lang="{lang}"{turn}><head><meta charset="utf-8"><title>from the page</title><style>{font_css()}
        @page {{ margin: 14mm; font-family: Heebo; @bottom-center {{ content: counter(page) " / " counter(pages); font-weight: 700 }} }}
        body {{ font: 400 12px Heebo }} .in {{ break-before: page }}</style></head><body>
        <h1>דוח מוניטין שבועי</h1><p>המספרים קפואים · “שלוש שעות על הקו ואין מענה” · נתיב טלקום שירות לקוחות</p>
        <h2 dir="ltr">Cotygodniowy raport</h2><p dir="ltr">zażółć gęślą jaźń, obsługa klienta, 12,5 €</p>
        <table><thead><tr><th>מקום<th>תוצאה</thead><tbody><tr><th scope="row">1<td>נתיב<tr><th scope="row">2<td>טלקום</tbody></table>
        <p><a href="https://example.com/a">לדף עצמו</a> <a href="#end">סוף</a></p>
        <svg width="40" height="10" role="img" aria-label="תרשים"><rect width="40" height="10" fill="#1f5fbf"/></svg>{body}
        <h2 class="in" id="end">שיטה וגרסאות</h2></body></html>"""


@pytest.fixture(scope="module")
def printer(chromium_path: str) -> Iterator[Printer]:
    """A warm printer for the tests that leave it in one piece."""
    with Printer(chromium_path) as made:
        yield made


def poppler(tool: str, pdf: bytes, *options: str) -> str:
    """What one of poppler's tools says about a PDF; skips where poppler is not installed."""
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"no {tool} here: apt-get install poppler-utils, or make setup as root")
    made = subprocess.run([path, *options], input=pdf, capture_output=True, timeout=60, check=True)
    return made.stdout.decode()


def family(pid: int) -> dict[int, str]:
    """Every living process below this one, each with the moment it started, so that a reused number is another."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("no /proc here: which processes are left cannot be counted")
    parents: dict[int, tuple[int, str]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent, *rest = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if state != "Z":
            parents[int(folder.name)] = (int(parent), rest[17])
    found: dict[int, str] = {}
    waiting = [pid]
    while waiting:
        above = waiting.pop()
        below = {child: born for child, (parent, born) in parents.items() if parent == above}
        found |= below
        waiting += below
    return found


def survivors(before: dict[int, str]) -> set[int]:
    """Those of the processes that have not ended within ten seconds."""
    left = set()
    for pid, born in before.items():
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            same = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19] == born
            if same and not select.select([handle], [], [], 10)[0]:
                left.add(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
        finally:
            os.close(handle)
    return left


class Watched:
    """A printer of one test, warm, and the processes it started."""

    def __init__(self, executable: str) -> None:
        before = set(family(os.getpid()))
        self.printer = Printer(executable)
        self.printer.pdf(report(), "warm", "he", AT)
        self.processes = {pid: born for pid, born in family(os.getpid()).items() if pid not in before}

        self.kinds = {pid: kind_of(pid) for pid in self.processes}

    def of(self, *kinds: str) -> dict[int, str]:
        """Its processes of a kind: "main", "renderer", "zygote", ..."""
        return {pid: born for pid, born in self.processes.items() if self.kinds[pid] in kinds}


def kind_of(pid: int) -> str:
    """What a process is to Chromium; "" when it is none of its own."""
    folder = Path(f"/proc/{pid}")
    try:
        if "chrom" not in os.readlink(folder / "exe"):
            return ""
        called = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""
    kind = re.search(r"--type=([\w-]+)", called)
    return kind[1] if kind else "main"


@pytest.fixture
def watched(chromium_path: str) -> Iterator[Watched]:
    """A printer to be hurt; closed in any case."""
    made = Watched(chromium_path)
    yield made
    made.printer.close()


def test_the_same_html_gives_the_same_bytes_in_every_launch(chromium_path: str) -> None:
    """Three prints in each of two launches, other paper in between: one and the same file."""
    seen = set()
    for _ in range(2):
        with Printer(chromium_path) as printer:
            for other in ("<table><tr><th>a<td>b</table>", "<p>x</p>" * 50, ""):
                seen.add(printer.pdf(report(), "דוח", "he", AT))
                printer.pdf(report(other), "other", "pl", AT)
    assert len(seen) == 1


def test_the_file_says_what_it_is(printer: Printer) -> None:
    """Language, title in the window's bar, reading direction, moment, tags and outline stand in the file."""
    made = printer.pdf(report(), "דוח מוניטין – Nativ", "he", AT)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        root, facts = pdf.Root, pdf.docinfo
        assert str(root.Lang) == "he"
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert root.ViewerPreferences.Direction == pikepdf.Name.R2L
        assert bool(root.MarkInfo.Marked)
        assert str(facts["/Title"]) == "דוח מוניטין – Nativ"
        assert str(facts["/CreationDate"]) == str(facts["/ModDate"]) == "D:20261122050000Z"
        assert "Mozilla" not in str(facts)
        sizes = [(float(page.mediabox[2]), float(page.mediabox[3])) for page in pdf.pages]
        assert sizes == [pytest.approx((595.3, 841.9), abs=1)] * 2
    outline = pypdf.PdfReader(io.BytesIO(made)).outline
    titles = re.findall(r"דוח מוניטין שבועי|Cotygodniowy raport|שיטה וגרסאות", str(outline))
    assert len(set(titles)) == 3
    tags = poppler("pdfinfo", made, "-struct", "-")
    assert {"H1", "H2", "Table", "TH", "TD", "Link", "Figure"} <= set(re.findall(r"^\s*(\w+)", tags, re.M))


def test_table_heads_are_found_under_their_own_names(printer: Printer) -> None:
    """Each cell names heads that the tree of names, sorted, leads to."""
    with pikepdf.open(io.BytesIO(printer.pdf(report(), "t", "he", AT))) as pdf:
        names = list(pdf.Root.StructTreeRoot.IDTree.Names)
        keys = [str(name) for name in names[::2]]
        assert keys == sorted(keys)
        assert [str(element.ID) for element in names[1::2]] == keys
        cells = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/TD"]
        heads = {str(head) for cell in cells for part in cell.A for head in part.get("/Headers", [])}
        assert heads
        assert heads <= set(keys)


def test_words_are_found_in_the_paper(printer: Printer) -> None:
    """Hebrew phrases and Polish words come out of the file as they went in, through two readers."""
    made = printer.pdf(report(), "t", "he", AT)
    with_pypdf = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)
    assert [phrase for phrase in (*HEBREW, *POLISH) if phrase not in with_pypdf] == []
    with_poppler = re.sub("[\u200e\u200f\u202a-\u202e]", "", poppler("pdftotext", made, "-", "-"))
    assert [phrase for phrase in (*HEBREW, *POLISH) if phrase not in with_poppler] == []


def test_only_heebo_is_used_and_it_is_inside(printer: Printer) -> None:
    """Both weights are embedded, of page margins too, and no other typeface stood in."""
    made = printer.pdf(report(), "t", "he", AT)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        fonts = [
            item
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/FontDescriptor"
        ]
        assert {str(font.FontName).partition("+")[2] for font in fonts} == {"Heebo-Regular", "Heebo-Bold"}
        assert all("/FontFile2" in font for font in fonts)
    rows = poppler("pdffonts", made, "-").splitlines()[2:]
    assert rows
    assert all("Heebo" in row and row.split()[-5] == "yes" for row in rows), rows


def test_the_typeface_is_the_same_each_time() -> None:
    """Two weights, made twice, are equal; a third is refused; the file on disk holds the same."""
    for weight in WEIGHTS:
        made = truetype(weight)
        truetype.cache_clear()
        assert truetype(weight) == made == Path(font_file(weight).name).read_bytes()
    with pytest.raises(ValueError, match="400 and 700"):
        truetype(500)
    assert font_css().count(f"font-family:{FAMILY};") == 2


class Listener:
    """A local server that counts who connects, and answers nobody."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.connections = 0
        self.met = threading.Event()
        self.thread = threading.Thread(target=self.count, daemon=True)
        self.thread.start()

    def count(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            self.met.set()
            connection.close()

    def close(self) -> None:
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    """One for all attacks: a connection that comes late fails a later test."""
    made = Listener()
    yield made
    made.close()


HOSTILE = (
    '<script>document.body.textContent = "overwritten"</script><img src="x" onerror="document.body.textContent = 1">',
    '<script src="{url}/a.js"></script>', '<iframe src="{url}/frame" width="600" height="600"></iframe>',
    '<iframe src="file:///etc/passwd" width="600" height="600"></iframe>', '<object data="file:///etc/passwd" width="600" height="600"></object>',
    '<embed src="file:///etc/passwd">', '<iframe srcdoc="<p>inner frame</p><img src={url}/inner>"></iframe>',
    '<iframe src="data:text/html,<p>inner frame</p>"></iframe>', '<img src="{url}/a.png" srcset="{url}/b.png 2x">', '<style>@import url({url}/a.css);</style>',
    '<style>body {{ background: url({url}/bg.png) }} @font-face {{ font-family: y; src: url({url}/y.woff2) }} p {{ font-family: y }}</style>',
    '<link rel="stylesheet" href="{url}/a.css"><link rel="stylesheet" href="file:///etc/passwd">', '<link rel="preconnect" href="{url}">',
    '<link rel="dns-prefetch" href="{url}"><link rel="prefetch" href="{url}/p"><link rel="prerender" href="{url}/r">',
    '<link rel="preload" as="image" href="{url}/l"><link rel="modulepreload" href="{url}/m"><link rel="icon" href="{url}/i">',
    '<meta http-equiv="refresh" content="0;url={url}/gone">', '<meta http-equiv="refresh" content="0;url=file:///etc/passwd">',
    '<meta http-equiv="refresh" content="0;url=about:blank">', '<meta http-equiv="refresh" content="0">', '<base href="{url}/"><img src="based.png">',
    '<meta http-equiv="Content-Security-Policy" content="default-src *"><img src="{url}/csp">', '<object data="{url}/o"></object><embed src="{url}/e">',
    '<video poster="{url}/v" src="{url}/w" autoplay></video><audio src="{url}/x" autoplay></audio>', '<input type="image" src="{url}/in">',
    '<svg><image href="{url}/si"/><use href="{url}/su#a"/><foreignObject><iframe src="{url}/sf"></iframe></foreignObject></svg>',
    '<link rel="attachment" href="file:///etc/passwd"><a ping="{url}/ping" href="{url}/a">link</a>', '<frameset><frame src="{url}/f"></frameset>',
    '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22%3E%3Cimage href=%22{url}/n%22/%3E%3C/svg%3E">',
    '<script type="speculationrules">{{"prefetch": [{{"source": "list", "urls": ["{url}/s"]}}]}}</script>', '<portal src="{url}/portal"></portal>',
)  # fmt: skip


@pytest.mark.parametrize("attack", HOSTILE)
def test_hostile_markup_reaches_nothing_and_shows_nothing(attack: str, printer: Printer, listener: Listener) -> None:
    """No connection is made, no file is read, no script runs, and the report around it is printed all the same."""
    made = printer.pdf(report(attack.format(url=listener.url)), "t", "he", AT)
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)
    assert listener.connections == 0
    assert "root:" not in text
    assert "inner frame" not in text
    assert HEBREW[0] in text
    assert "שיטה וגרסאות" in text
    assert pypdf.PdfReader(io.BytesIO(made)).attachments == {}


@pytest.mark.parametrize("attack", [attack for attack in HOSTILE if re.search('src="{url}/(a|frame)|import', attack)])
def test_an_open_browser_would_have_been_led_astray(attack: str, chromium_path: str) -> None:
    """The listener and the markup are real: a bare Chromium that shows them does connect."""
    listener = Listener()
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=sandbox)
        browser.new_page().set_content(report(attack.format(url=listener.url)), wait_until="commit")
        assert listener.met.wait(10)
        browser.close()
    listener.close()


def test_nothing_is_left_after_close(watched: Watched) -> None:
    """Driver, Chromium and all its children are gone, and a later print starts anew."""
    assert watched.of("main")
    assert watched.of("renderer")
    watched.printer.close()
    assert survivors(watched.processes) == set()
    assert watched.printer.pdf("<p>again", "t", "en", AT).startswith(b"%PDF")


@pytest.mark.parametrize("kinds", [("main",), ("renderer", "zygote")])
def test_a_stopped_chromium_ends_at_the_deadline(kinds: tuple[str, ...], watched: Watched) -> None:
    """SIGSTOP to those who print: one clear failure, all of them gone; the next print has a fresh Chromium."""
    watched.printer.deadline = 1.0
    for pid in watched.of(*kinds):
        os.kill(pid, signal.SIGSTOP)
    with pytest.raises(PrintFailed, match="longer than 1 seconds"):
        watched.printer.pdf(report(), "t", "he", AT)
    assert survivors(watched.processes) == set()
    watched.printer.deadline = 60.0
    assert watched.printer.pdf(report(), "t", "he", AT).startswith(b"%PDF")


def test_a_chromium_killed_in_the_middle_of_a_print_is_replaced(watched: Watched) -> None:
    """SIGKILL while a long report is being printed: a fresh Chromium prints it, and nothing of the old one is left."""
    rows = "<tr><th>1</th><td>נתיב טלקום</td></tr>" * 6000
    (main,) = watched.of("main")
    killing = threading.Timer(0.4, os.kill, (main, signal.SIGKILL))
    killing.start()
    made = watched.printer.pdf(report(f"<table>{rows}</table>"), "t", "he", AT)
    killing.join()
    assert made.startswith(b"%PDF")
    assert survivors(watched.processes) == set()


def test_a_chromium_that_died_between_prints_is_replaced(watched: Watched) -> None:
    """Whoever prints next need not know of it."""
    for pid in watched.of("main", "renderer"):
        os.kill(pid, signal.SIGKILL)
    assert survivors(watched.of("main", "renderer")) == set()
    assert watched.printer.pdf(report(), "t", "he", AT).startswith(b"%PDF")


async def test_it_prints_inside_a_running_loop(printer: Printer) -> None:
    """A caller with an event loop of its own gets the same bytes."""
    made = printer.pdf(report(), "t", "he", AT)
    with ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(printer.pdf, report(), "t", "he", AT).result() == made


def test_prints_of_several_threads_queue(printer: Printer) -> None:
    """Four at once: each gets its own paper."""
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda i: printer.pdf(report(f"<p>copy {i}</p>"), "t", "he", AT), range(4)))
    for i, pdf in enumerate(made):
        assert f"copy {i}" in "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_without_a_chromium_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """None found, and one named that is not there: a sentence, not a traceback."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with Printer() as printer, pytest.raises(PrintFailed, match="run `make setup`, or set SHEMTOV_CHROMIUM"):
        printer.pdf("<p>x", "t", "en", AT)
    with Printer(str(tmp_path / "chromium")) as printer, pytest.raises(PrintFailed, match="does not start") as failed:
        printer.pdf("<p>x", "t", "en", AT)
    assert "\n" not in failed.value.message
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\nexit 127\n", encoding="utf-8")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(node))  # as where its node lacks a library
    with Printer() as printer, pytest.raises(PrintFailed, match="playwright does not start"):
        printer.pdf("<p>x", "t", "en", AT)


def test_a_moment_without_its_zone_is_refused(printer: Printer) -> None:
    """Nobody could say when such a report was made."""
    with pytest.raises(ValueError, match="zone"):
        printer.pdf("<p>x", "t", "en", datetime(2026, 11, 22, 7))  # noqa: DTZ001
    made = printer.pdf("<p>x", "t", "en", AT)
    assert printer.pdf("<p>x", "t", "en", AT.astimezone(UTC)) == made
