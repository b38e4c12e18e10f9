"""What kind of site a result stands on: a prior for the words, read from sites.toml. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from urllib.parse import unquote, urlsplit

from scrapers import urls

KINDS = ("complaint", "encyclopedia", "directory", "jobs", "comparison", "finance", "apps", "coupons")
_PARTS = re.compile(r"[-_.]")
NEUTRAL = frozenset(KINDS) - {"complaint"}


@lru_cache(maxsize=1)
def _known() -> tuple[Mapping[str, int], Mapping[str, int]]:
    """The hosts and the words of each kind, by its place among the kinds."""
    data = tomllib.loads((files("app.scoring") / "sites.toml").read_text(encoding="utf-8"))
    hosts: dict[str, int] = {}
    words: dict[str, int] = {}
    for place, kind in enumerate(KINDS):
        for known, names in ((hosts, data[kind]["hosts"]), (words, data[kind]["words"])):
            for name in names:
                known.setdefault(name, place)
    return hosts, words


def kind_of(url: str) -> str | None:
    """The kind of the site and path a URL names, None when it is none we know."""
    host = urls.host(url)
    if host is None:
        return None
    hosts, words = _known()
    labels = host.split(".")
    path = unquote(urlsplit(url).path).lower().split("/")
    named = {".".join(labels[cut:]) for cut in range(len(labels))} & hosts.keys()
    said = {part for label in labels[:-1] for part in (label, *label.split("-"))} | {part for part in path[:3] if part}
    said |= {part for segment in path[:2] for part in _PARTS.split(segment) if len(part) > 3}
    places = [hosts[name] for name in named] + [words[word] for word in said & words.keys()]
    return KINDS[min(places)] if places else None
