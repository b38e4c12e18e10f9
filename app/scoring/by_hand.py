"""What people said stands above what the machine reads: which label rule speaks of a link. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.scoring.owned import home_host, same_site
from app.types import Evidence, LabelRule, Verdict

VERSION = "h1"
NAMES = {"url": "by hand: exact result", "host": "by hand: host"}


def ruling(link: str, host: str, rules: Sequence[LabelRule]) -> LabelRule | None:
    """The rule that decides a canonical link on a host: an exact one before a host's, then the newest; None: none."""
    speaking = (rule for rule in rules if speaks_of(rule, link, host))
    return max(speaking, key=lambda rule: (rule.match == "url", rule.created, rule.id), default=None)


def speaks_of(rule: LabelRule, link: str, host: str) -> bool:
    """Whether a rule covers a link: the same URL, or the same site (subdomains included, as for owned sites)."""
    return link == rule.pattern if rule.match == "url" else same_site(home_host(host), rule.pattern)


def by_hand(rule: LabelRule) -> Verdict:
    """The verdict a rule gives, with who said so and when as its evidence."""
    said = (("actor", rule.actor), ("date", rule.created.date().isoformat()))
    evidence = tuple(Evidence(field, 0, 0, text) for field, text in said if text)
    return Verdict(rule.label, "human", NAMES[rule.match], 1.0, evidence, VERSION)
