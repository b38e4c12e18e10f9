"""What people said stands above what the machine reads: which label rule speaks of a link. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from app.scoring.owned import home_host, path_segments, same_site
from app.types import Evidence, LabelRule, Scope, Verdict

VERSION = "h1"
NAMES: dict[Scope, str] = {
    "text": "by hand: exact text",
    "url": "by hand: exact result",
    "path": "by hand: path",
    "host": "by hand: host",
}
EVERYWHERE = ", all brands"
_EXACT: dict[Scope, int] = {"text": 3, "url": 2, "path": 1, "host": 0}


def ruling(link: str, host: str, rules: Sequence[LabelRule], text: bytes = b"") -> LabelRule | None:
    """The rule that decides an appearance (its canonical link, host and the hash of its text); None: none.

    The exact text comes before its URL, that before a path (the longer first), that before a host; then the brand's
    own rule before one of the whole workspace; then the newest.
    """
    speaking = [rule for rule in rules if speaks_of(rule, link, host, text)]
    return max(speaking, key=_weight, default=None)


def speaks_of(rule: LabelRule, link: str, host: str, text: bytes = b"") -> bool:
    """Whether a rule covers an appearance: that text, that URL, what lies below that path, or the same site
    (subdomains included, as for owned sites)."""
    if rule.match == "text":
        return text_pattern(link, text) == rule.pattern
    if rule.match == "url":
        return link == rule.pattern
    if rule.match == "host":
        return same_site(home_host(host), rule.pattern)
    site, *need = rule.pattern.split("/")
    return home_host(host) == site and path_segments(urlsplit(link).path, site)[: len(need)] == need


def text_pattern(link: str, text: bytes) -> str:
    """What a rule of one exact appearance is kept by."""
    return f"{text.hex()} {link}"


def paths_of(link: str, host: str) -> tuple[str, ...]:
    """The patterns of the paths a link lies in, the shortest first; none for a front page or a path that climbs."""
    site = home_host(host)
    parts = path_segments(urlsplit(link).path, site)
    if any("/" in part or not part.isprintable() for part in parts):
        return ()
    return tuple("/".join((site, *parts[:count])) for count in range(1, len(parts) + 1))


def by_hand(rule: LabelRule) -> Verdict:
    """The verdict a rule gives, with who said so and when as its evidence."""
    said = (("actor", rule.actor), ("date", rule.created.date().isoformat()))
    evidence = tuple(Evidence(field, 0, 0, text) for field, text in said if text)
    name = NAMES[rule.match] + (EVERYWHERE if rule.everywhere else "")
    return Verdict(rule.label, "human", name, 1.0, evidence, VERSION)


def _weight(rule: LabelRule) -> tuple[object, ...]:
    depth = rule.pattern.count("/") if rule.match == "path" else 0
    return _EXACT[rule.match], depth, not rule.everywhere, rule.created, rule.id
