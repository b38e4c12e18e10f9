"""The pages in a real Chromium: for every reader, on every width, with and without JavaScript, and keeping still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright
from years import Site

from app.texts import LANGUAGES

SCHEMES = ("light", "dark")
WIDTHS = (360, 1440)
OPEN = ("/signin", "/welcome?token=nosuch")


@contextmanager
def browsing(site: Site, chromium_path: str, **kind: Any) -> Iterator[Page]:
    """A page of a signed-in person's browser; whatever it complains about, or asks of others, fails the test."""
    said: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        context = browser.new_context(**kind)
        name, token = site.cookie
        context.add_cookies([{"name": name, "value": token, "url": site.url}])
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if "404" not in message.text else None)
        page.on("dialog", lambda dialog: said.append(f"dialog {dialog.message}"))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(site.url) else said.append(request.url))
        yield page
        browser.close()
    assert said == []


def sized(width: int) -> dict[str, Any]:
    return {"viewport": {"width": width, "height": 800}}


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong with the page as it is: rule and the first element."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def loads(site: Site) -> list[tuple[str, str, str, int]]:
    """Every page in three languages, light and dark, phone and desktop."""
    return list(product((*site.paths, *OPEN), LANGUAGES, SCHEMES, WIDTHS))


def check(site: Site, chromium_path: str, chosen: list[tuple[str, str, str, int]]) -> None:
    wrong = []
    for scheme, width in product(SCHEMES, WIDTHS):
        with browsing(site, chromium_path, color_scheme=scheme, **sized(width)) as page:
            for path, lang, _, _ in [one for one in chosen if one[2:] == (scheme, width)]:
                if path in OPEN:
                    page.context.clear_cookies()
                page.goto(f"{site.url}{path}{'&' if '?' in path else '?'}lang={lang}")
                wrong += [f"{path} {lang} {scheme} {width}: {what}" for what in violations(page)]
    assert wrong == []


@pytest.mark.browser
@pytest.mark.slow
def test_axe_finds_nothing_on_a_round_of_pages(site: Site, chromium_path: str) -> None:
    """Twelve loads and more: each page once, turning through languages, schemes and widths."""
    kinds = list(product(LANGUAGES, SCHEMES, WIDTHS))
    pages = (*site.paths, *OPEN)
    check(site, chromium_path, [(path, *kinds[(5 * number) % len(kinds)]) for number, path in enumerate(pages)])


@pytest.mark.browser
@pytest.mark.long
def test_axe_finds_nothing_anywhere(site: Site, chromium_path: str) -> None:
    """Every page in three languages, light and dark, phone and desktop."""
    check(site, chromium_path, loads(site))


@pytest.mark.browser
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_pages_hold_in_a_browser(site: Site, chromium_path: str, width: int, script: bool) -> None:
    """Each page answers, is no wider than its window, says nothing to the console and asks nobody else."""
    langs = [LANGUAGES[number % 3] for number in range(len(site.paths))]
    with browsing(site, chromium_path, java_script_enabled=script, **sized(width)) as page:
        for path, lang in zip(site.paths, langs, strict=True):
            answer = page.goto(f"{site.url}{path}{'&' if '?' in path else '?'}lang={lang}", wait_until="networkidle")
            assert answer is not None
            assert answer.status == (404 if path == "/no-such-page" else 200), path
            assert page.title().endswith(("Shem Tov", "שם טוב"))
            body = page.locator("body").bounding_box()
            assert body is not None
            assert body["width"] <= width, path
            if script:
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.browser
def test_nothing_moves_once_it_is_shown(site: Site, chromium_path: str) -> None:
    """Cumulative layout shift is 0 on phone and desktop, fonts and script included."""
    watch = """window.shifts = 0; new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifts += entry.value;
    }).observe({type: 'layout-shift', buffered: true});"""
    for width in WIDTHS:
        with browsing(site, chromium_path, **sized(width)) as page:
            page.add_init_script(watch)
            for path in ("/brands/nativ-telecom?weeks=52&lang=he", "/?lang=pl"):
                page.goto(site.url + path, wait_until="networkidle")
                page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
                assert page.evaluate("window.shifts") == 0, (path, width)


@pytest.mark.browser
def test_pages_hold_at_two_hundred_per_cent(site: Site, chromium_path: str) -> None:
    """Zoomed to 200 % in a window of 1280 (640 CSS pixels) nothing is cut off and nothing scrolls sideways."""
    with browsing(site, chromium_path, viewport={"width": 640, "height": 400}, device_scale_factor=2) as page:
        for path in site.paths:
            page.goto(site.url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 640, path


@pytest.mark.browser
@pytest.mark.parametrize(
    "path",
    [
        "/brands/nativ-telecom?weeks=4&", "/brands/nativ-telecom/days?weeks=4&", "/searches/1/links/{0.link}?",
        "/snapshots/{0.good}/diff?",
    ],
)  # fmt: skip
def test_everything_is_reached_by_keyboard_and_shows_it(site: Site, chromium_path: str, path: str) -> None:
    """Tab goes through every link, button and field once, in order; each shows that it is focused; Enter works."""
    with browsing(site, chromium_path, **sized(1440)) as page:
        page.goto(f"{site.url}{path.format(site.record)}lang=en")
        wanted = page.evaluate("""[...document.querySelectorAll('a[href], button, input, select, summary')]
            .filter((e) => e.checkVisibility() && e.type !== 'hidden').length""")
        seen = set()
        for _ in range(wanted + 5):
            page.keyboard.press("Tab")
            here = page.evaluate("""(() => { const e = document.activeElement;
                if (e === document.body) return null;
                const all = [...document.querySelectorAll('*')];
                const of = (x) => { const s = getComputedStyle(x); return s.outlineStyle + s.outlineWidth + s.stroke; };
                const lines = [e, ...e.querySelectorAll('path')].map(of).join();
                return [all.indexOf(e), lines, e.outerHTML.slice(0, 120)]; })()""")
            if here is None:
                break
            index, lines, what = here
            assert "rgb" in lines or "outline" in lines or "px" in lines, what
            seen.add(index)
        assert len(seen) >= wanted - 2  # the radio of a group that is not chosen is reached by arrows
        page.goto(f"{site.url}/brands/nativ-telecom?lang=en")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/*#content")


@pytest.mark.browser
def test_a_result_is_lit_along_its_life(site: Site, chromium_path: str) -> None:
    """Focus or pointer lights one result, dims the others and says which it is; leaving puts the hint back."""
    with browsing(site, chromium_path, **sized(1440)) as page:
        page.goto(f"{site.url}/brands/nativ-telecom?lang=en")
        told, chart = page.locator(".pointed"), page.locator(".plot.heat")
        hint = told.inner_text()
        one = chart.locator("a[data-l]").first
        one.focus()
        assert "lit" in (chart.get_attribute("class") or "")
        assert chart.locator("a.on").count() == 1
        assert told.inner_text() == one.get_attribute("aria-label") != hint
        page.locator("h1").click()
        assert "lit" not in (chart.get_attribute("class") or "")
        assert told.inner_text() == hint


@pytest.mark.browser
def test_the_archived_page_can_do_nothing(site: Site, chromium_path: str) -> None:
    """Opened by itself it has no origin, runs no script and asks for nothing."""
    asked: list[str] = []
    with browsing(site, chromium_path) as page:
        page.goto(f"{site.url}/snapshots/{site.record.good}?lang=en")
        raw = page.locator("a[href^='/raw/']").first.get_attribute("href")
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site.url}{raw}", wait_until="networkidle")
        assert page.evaluate("self.origin") == "null"
    assert asked == [f"{site.url}{raw}"]
