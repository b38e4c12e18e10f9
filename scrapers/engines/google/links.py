"""Whether a link leads outside, and where: enough for a card of a feature; results take urls.target, with identity."""

from __future__ import annotations

from urllib.parse import urlsplit

from scrapers.urls import host, unwrap

OWN_HOSTS = ("google.", "images.google.")
OWN_PATHS = ("/search", "/images", "/imgres", "/aclk", "/webhp", "/preferences", "/advanced_search")


def outside(href: str) -> tuple[str, str] | None:
    """(unwrapped URL, its host without www.), None for Google's own searches and for what nobody would trust."""
    if href.startswith(("/", "#")) and not href.startswith(("//", "/url?")):
        return None
    url = unwrap(href.strip())
    url = "https:" + url if url.startswith("//") else url
    name = (host(url) or "").removeprefix("www.")
    return (url, name) if name and not is_own(name, url) else None


def is_own(name: str, url: str) -> bool:
    """Google's own searches, verticals and ads are no results; its products can be."""
    return name.startswith(OWN_HOSTS) and urlsplit(url).path in OWN_PATHS
