"""Three hundred captures through Chromium weigh no more than ten, and nothing is left when they end."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from padded import addresses, padded_site
from watched import Weight, family, weight

from scrapers.browser import BrowserFetcher
from scrapers.types import Fetch

WEIGHED = 40  # times: often enough that each third meets a moment with no renderer to spare


async def captured(base: str, path: str, count: int) -> list[Weight]:
    """The weights after every few captures."""
    found = []
    async with BrowserFetcher(allowed=frozenset({urlsplit(base).netloc}), executable=path) as browser:
        for number, url in enumerate(addresses(base, count), 1):
            page = await browser(Fetch(url, locale="he-IL"))
            assert (page.failure, page.complete) == (None, True)
            if number % (count // WEIGHED) == 0:
                found.append(weight())
        assert browser.browser is not None
        assert browser.browser.contexts == []
        assert browser.proxy is not None
        assert browser.proxy.open == set()
    return found


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("count", [40, pytest.param(300, marks=[pytest.mark.reliability, pytest.mark.long])])
async def test_captures_do_not_add_up(count: int, chromium_path: str) -> None:
    """From the second third to the last: memory of Python, driver and browser, open files and processes stand still.

    Their least counts: Chromium holds a renderer more now and then, a leak never lets go.
    """
    before = family()
    with padded_site() as base:
        found = await captured(base, chromium_path, count)
    third = len(found) // 3
    early, late = found[third : 2 * third], found[2 * third :]
    grown = {
        what: min(getattr(one, what) for one in late) - min(getattr(one, what) for one in early)
        for what in ("python", "driver", "browser", "files", "processes")
    }
    print(f"{count} captures, grown by {grown}")
    for what, most in {"python": 15, "driver": 25, "browser": 60, "files": 60, "processes": 1}.items():
        assert grown[what] <= most, grown
    assert family() == before
