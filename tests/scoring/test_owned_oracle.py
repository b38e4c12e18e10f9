"""Ownership against two other readers of URLs: what httpx and urllib3 would connect to decides whose page it is."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
import urllib3
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scoring.owned import owned
from app.types import OwnedSite

SITE = [OwnedSite("nativ.co.il")]
PIECES = st.sampled_from(
    ["nativ.co.il", "nativ", ".co.il", "evil.com", "www.", "help.", "@", ":", ":443", "/", "\\", "?", "#", ".", "-", "%2e", "%40",
     "//", "\t", " ", "\u3002", "\uff0e", "\u0430", "xn--", "user:pass@", "[::1]", "https://", "javascript:", "0x7f.1", "\u200b"]
)  # fmt: skip
SOME = st.lists(PIECES, max_size=3).map("".join)
AROUND = st.one_of(st.tuples(st.just(""), SOME), st.tuples(SOME, SOME))  # half of them begin with the brand's host
URLS = AROUND.map(lambda around: f"https://{around[0]}nativ.co.il{around[1]}")


def by_httpx(url: str) -> str | None:
    """The host httpx would connect to, None for a URL it refuses."""
    try:
        return httpx.URL(url).raw_host.decode("ascii")  # as sent: its reading for people fails on broken punycode
    except httpx.InvalidURL:
        return None


def by_urllib3(url: str) -> str | None:
    """The host urllib3 would connect to, None for a URL it refuses."""
    try:
        return urllib3.util.parse_url(url).host
    except urllib3.exceptions.LocationParseError:
        return None


CLIENTS: tuple[Callable[[str], str | None], ...] = (by_httpx, by_urllib3)


def holds(url: str) -> None:
    """Nobody's page is called the brand's: each client connects to the owned host or below it, or refuses the URL."""
    if owned(url, SITE) is None:
        return
    asked = url.strip().replace("\t", "")  # browsers drop both before they read
    for client in CLIENTS:
        there = client(asked)
        if there is not None:
            there = there.rstrip(".").lower()
            assert there == "nativ.co.il" or there.endswith(".nativ.co.il"), (client.__name__, url)


def test_the_clients_can_say_no() -> None:
    """Both see through the oldest trick, and both read the brand's own page as the brand's: they are no yes-men."""
    for client in CLIENTS:
        assert client("https://nativ.co.il@evil.com/") == "evil.com"
        assert client("https://help.nativ.co.il/nativ") == "help.nativ.co.il"
    assert owned("https://nativ.co.il@evil.com/", SITE) is None
    assert owned("https://help.nativ.co.il/nativ", SITE) == SITE[0]


@given(URLS)
@settings(max_examples=3000)
def test_what_is_owned_is_where_a_client_goes(url: str) -> None:
    """Three thousand URLs made of what attacks are made of."""
    holds(url)


@pytest.mark.reliability
@pytest.mark.long
@given(URLS)
@settings(max_examples=20_000)
def test_what_is_owned_is_where_a_client_goes_at_length(url: str) -> None:
    """Twenty thousand of them."""
    holds(url)
