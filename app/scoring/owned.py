"""Which results are the brand's own: host labels and whole path segments, never a substring. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import parse_qs, unquote, urlsplit

from app.types import OwnedSite
from scrapers import urls

PLATFORMS = frozenset(
    "facebook.com instagram.com x.com twitter.com linkedin.com youtube.com youtu.be tiktok.com threads.net threads.com "
    "pinterest.com reddit.com t.me telegram.me wa.me whatsapp.com medium.com substack.com github.com gitlab.com "
    "wikipedia.org google.com play.google.com apps.apple.com apple.com microsoft.com amazon.com ebay.com allegro.pl "
    "trustpilot.com glassdoor.com indeed.com tripadvisor.com yelp.com booking.com wordpress.com blogspot.com "
    "blogger.com tumblr.com vimeo.com quora.com zap.co.il wixsite.com wix.com linktr.ee bsky.app mastodon.social "
    "snapchat.com discord.com discord.gg twitch.tv soundcloud.com spotify.com gowork.pl opineo.pl ceneo.pl "
    "wykop.pl olx.pl yahoo.com bing.com duckduckgo.com docs.google.com sites.google.com issuu.com "
    "slideshare.net".split()
)
SAME_HOST = {
    "twitter.com": "x.com",
    "mobile.twitter.com": "x.com",
    "youtu.be": "youtube.com",
    "threads.com": "threads.net",
}
SHARED_PREFIX = frozenset(
    {"groups", "watch", "hashtag", "search", "events", "marketplace", "explore", "p", "posts", "status", "story.php"}
)


class NotOwnable(ValueError):
    """Why a site cannot be owned, in one line; code: no_host, suffix or shared."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def parse_owned(text: str) -> OwnedSite:
    """An owned site as typed: "example.co.il", "https://facebook.com/brand/", "x.com/brandhelp".

    NotOwnable says in one line why it cannot be owned: a public suffix, a shared platform without a profile, junk.
    """
    typed = text.strip()
    address = typed if re.match(r"^[a-z][a-z0-9+.-]*://", typed, re.I) else f"https://{typed}"
    host = urls.host(address)
    if host is None:
        raise NotOwnable("no_host", f"owned site {typed[:100]!r} is no host (write example.com or facebook.com/brand)")
    parts = urlsplit(address)
    site_host = home_host(host)
    if urls.is_public_suffix(site_host) or urls.registrable_domain(site_host) is None:
        raise NotOwnable("suffix", f"owned site {typed[:100]!r} is a public suffix: nobody owns it")
    path = "/".join(path_segments(parts.path, site_host))
    if _platform(site_host) and (not path or path.split("/")[0] in SHARED_PREFIX):
        advice = f"add the brand's profile, such as {site_host}/brand"
        raise NotOwnable("shared", f"owned site {typed[:100]!r} is shared by many: {advice}")
    identity = _app_id(parts.query)
    if identity:
        path = f"{path}?id={identity}"
    return OwnedSite(site_host, f"/{path}" if path else "")


def owned(url: str, sites: Sequence[OwnedSite]) -> OwnedSite | None:
    """The owned site a URL belongs to, None when it is nobody's we know."""
    host = urls.host(url)
    if host is None:
        return None
    here = home_host(host)
    return next((site for site in sites if _covers(site, here, url)), None)


def same_site(here: str, site: str) -> bool:
    """Whether a host is that site or lies below it; nothing lies below a shared platform."""
    return here == site or (here.endswith("." + site) and not _platform(site))


def _covers(site: OwnedSite, here: str, url: str) -> bool:
    if not same_site(here, site.host):
        return False
    if not site.path:
        return True
    parts = urlsplit(url)
    wanted, _, identity = site.path.lstrip("/").partition("?id=")
    if identity and _app_id(parts.query) != identity:
        return False
    need = path_segments(wanted, site.host)
    return path_segments(parts.path, site.host)[: len(need)] == need


@lru_cache(maxsize=20_000)  # one correction asks it of thousands of results
def home_host(host: str) -> str:
    """The host as registered: without www., m. or the language label of a platform; twitter.com as x.com."""
    for prefix in ("www.", "m.", "mobile."):
        rest = host.removeprefix(prefix)
        if rest != host and urls.registrable_domain(rest):
            host = rest
    domain = urls.registrable_domain(host) or host
    if domain in ("facebook.com", "linkedin.com", "instagram.com", "youtube.com") and host.count(".") == 2:
        host = domain  # he-il.facebook.com, pl.linkedin.com
    return SAME_HOST.get(host, host)


def _platform(host: str) -> bool:
    return host in PLATFORMS or (urls.registrable_domain(host) in PLATFORMS and host not in ("blog.google.com",))


def path_segments(path: str, host: str) -> list[str]:
    """The parts of a path as they are compared: unquoted, and without case on platforms, whose profiles have none."""
    found = [unquote(part) for part in path.split("/") if part and part != "."]
    if ".." in found:
        return ["\0"]  # a path that climbs covers nothing and is covered by nothing
    return [part.casefold() for part in found] if _platform(host) else found


def _app_id(query: str) -> str | None:
    return next(iter(parse_qs(query).get("id", [])), None)
