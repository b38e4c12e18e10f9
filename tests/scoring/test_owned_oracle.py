"""Ownership against another reader of URLs: what httpx would connect to decides whose page it is."""

from __future__ import annotations

import os

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scoring.owned import owned
from app.types import OwnedSite

SITE = [OwnedSite("nativ.co.il")]
PIECES = st.sampled_from(
    ["nativ.co.il", "nativ", ".co.il", "evil.com", "www.", "help.", "@", ":", ":443", "/", "\\", "?", "#", ".", "-", "%2e", "%40",
     "//", "\t", " ", "\u3002", "\uff0e", "\u0430", "xn--", "user:pass@", "[::1]", "https://", "javascript:", "0x7f.1", "\u200b"]
)  # fmt: skip
URLS = st.lists(PIECES, min_size=1, max_size=6).map("".join).map(lambda rest: f"https://{rest}")


def holds(url: str) -> None:
    """Nobody's page is called the brand's: httpx connects to the owned host or below it, or refuses the URL."""
    if owned(url, SITE) is None:
        return
    try:
        there = httpx.URL(url.strip().replace("\t", "")).host.rstrip(".")  # browsers drop both before they read
    except httpx.InvalidURL:
        return
    assert there == "nativ.co.il" or there.endswith(".nativ.co.il"), url


@given(URLS)
@settings(max_examples=3000)
def test_what_is_owned_is_where_a_client_goes(url: str) -> None:
    """Three thousand URLs made of what attacks are made of."""
    holds(url)


@pytest.mark.reliability
@pytest.mark.skipif("RELIABILITY" not in os.environ, reason="a minute long: make reliability")
@given(URLS)
@settings(max_examples=20_000)
def test_what_is_owned_is_where_a_client_goes_at_length(url: str) -> None:
    """Twenty thousand of them."""
    holds(url)
