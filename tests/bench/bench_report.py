"""How long a weekly report takes, warm, against a bare Chromium's page.pdf() of the same HTML, and how large it is.

One run, interleaved, so that a busy machine is busy for both: python tests/bench/bench_report.py [rounds]
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

import reports  # noqa: F401  the room of that name, before tests/reports can be taken for it

sys.path.append(str(Path(__file__).resolve().parents[1]))

from worlds import PHRASES, Clock, PracticeWorld

from app.db import migrate, open_engine, reading, writing
from app.pipeline import Surroundings
from app.printing import WEEK, last_week
from app.queries.brands import brand_row
from app.queries.weekly import WeeklyFacts, weekly
from app.runner import run_due
from app.scoring.markets import market
from app.scoring.owned import parse_owned
from app.store.brands import add_brand, home_workspace
from app.store.searches import add_search
from reports.print import Printer
from reports.weekly import Imprint, html, title
from scrapers.browser import chromium_path
from scrapers.types import Access

DAYS = 92
GAPS = (2, 9, 30, 31, 60)
NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
TARGET, MOST = 1.3, 200_000


def facts(folder: Path, engine_name: str) -> WeeklyFacts:
    """Last week's facts of a search with thirteen weeks of looks, five of them blocked."""
    phrase, code = PHRASES[engine_name]
    pack, engine = market(code), open_engine(f"sqlite:///{folder / f'{engine_name}.db'}")
    migrate(on=engine)
    clock, practice = Clock(NOW - timedelta(days=DAYS)), PracticeWorld()
    practice.modes = {(NOW - timedelta(days=back)).date(): "captcha" for back in GAPS}
    with writing(engine) as session:
        brand = add_brand(
            session, home_workspace(session), "Nativ Telecom", code, [parse_owned("nativ-telecom.example")]
        )
        search = add_search(
            session, brand, phrase=phrase, engine=engine_name, hl=pack.hl, gl=pack.gl, market=code,
            sources=["practice"], next_due=clock.at,
        )  # fmt: skip
    world = Surroundings(engine, folder / "blobs", clock, lambda _: Access("http://practice.example"), practice.of, 30)
    asyncio.run(looks(world, clock))
    with reading(engine) as session:
        return weekly(session, search.id or 0, last_week(brand_row(session, brand), NOW + WEEK / 7), pack.hl)


async def looks(world: Surroundings, clock: Clock) -> None:
    """A look a day."""
    while clock.at < NOW:
        clock.at += timedelta(days=1)
        async for _ in run_due(world, lambda names: (list(names), [])):
            pass


def bare(page: Page, text: str, *, tagged: bool) -> bytes:
    """What a program would do that only wants the PDF; tagged: with the tags and the outline that ours has."""
    page.set_content(text)
    return page.pdf(format="A4", prefer_css_page_size=True, print_background=True, tagged=tagged, outline=tagged)


def timed(work: Callable[[], bytes]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def interleaved(printer: Printer, ways: dict[str, Callable[[], bytes]], rounds: int) -> dict[str, list[float]]:
    """Each way once to warm up, then in turns; the printer has its next page ready before anybody is timed."""
    for work in ways.values():
        work()
    took: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, work in ways.items():
            printer.settle()
            took[way].append(timed(work))
    return took


def main() -> None:
    """Medians of both, their ratio, and the size of each language's report."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        found = [facts(Path(folder), name) for name in PHRASES]
    imprint = Imprint(NOW.replace(tzinfo=None))
    with Printer() as printer, sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        browser = playwright.chromium.launch(
            executable_path=chromium_path(playwright.chromium.executable_path), args=sandbox
        )
        page = browser.new_page()
        for one in found:
            text, name = html(one, imprint), title(one)
            size = len(printer.pdf(text, name, one.lang, NOW))
            ways: dict[str, Callable[[], bytes]] = {
                "printed": partial(printer.pdf, text, name, one.lang, NOW),
                "bare": partial(bare, page, text, tagged=True),
                "bare and untagged": partial(bare, page, text, tagged=False),
                "drawn as HTML": lambda: html(one, imprint).encode(),  # noqa: B023  called at once
            }
            times = interleaved(printer, ways, rounds)
            took = {way: median(found) for way, found in times.items()}
            quiet = min(times["printed"]) / min(times["bare"])
            ratio = took["printed"] / took["bare"]
            print(f"{one.lang}: {', '.join(f'{way} {time:.0f} ms' for way, time in took.items())}")
            print(
                f"    printed / bare {ratio:.2f} (at most {TARGET}), the fastest {quiet:.2f}, / untagged "
                f"{took['printed'] / took['bare and untagged']:.2f}; {size / 1000:.0f} KB (at most {MOST // 1000})"
            )
        browser.close()


if __name__ == "__main__":
    main()
