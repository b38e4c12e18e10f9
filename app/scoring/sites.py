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
NEUTRAL = frozenset(KINDS) - {"complaint"}


@lru_cache(maxsize=1)
def _kinds() -> Mapping[str, tuple[frozenset[str], tuple[str, ...]]]:
    data = tomllib.loads((files("app.scoring") / "sites.toml").read_text(encoding="utf-8"))
    return {kind: (frozenset(row["words"]), tuple(row["hosts"])) for kind, row in data.items()}


def kind_of(url: str) -> str | None:
    """The kind of the site and path a URL names, None when it is none we know."""
    host = urls.host(url)
    if host is None:
        return None
    path = unquote(urlsplit(url).path).lower()
    labels = host.split(".")[:-1]
    words = set(labels) | {part for label in labels for part in label.split("-")}
    words |= {segment for segment in path.split("/")[:3] if segment}
    words |= {part for segment in path.split("/")[:2] for part in re.split(r"[-_.]", segment) if len(part) > 3}
    for kind, (known, hosts) in _kinds().items():
        if any(host == name or host.endswith("." + name) for name in hosts) or known & words:
            return kind
    return None
