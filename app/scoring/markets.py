"""Market packs: the service phrases, calendar and engine of a market, one toml file each. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Market:
    """hl, gl: language and country; zone: IANA name; week_start and weekend: 0 = Monday .. 6 = Sunday.

    main: phrase templates that become searches of a new brand, the first its main one; more: others worth adding.
    complaint_sites: hosts for watch searches.
    """

    code: str
    name: str
    hl: str
    gl: str
    zone: str
    week_start: int
    weekend: tuple[int, ...]
    engine: str
    main: tuple[str, ...]
    more: tuple[str, ...]
    complaint_sites: tuple[str, ...]

    def phrases(self, brand: str) -> list[str]:
        """The phrases of a new brand's searches."""
        return [template.replace("{brand}", brand) for template in self.main]


@lru_cache(maxsize=1)
def markets() -> Mapping[str, Market]:
    """Every market pack by its code."""
    found = {}
    for file in sorted((files("app.scoring") / "markets").iterdir(), key=lambda item: item.name):
        if file.name.endswith(".toml"):
            row = tomllib.loads(file.read_text(encoding="utf-8"))
            row |= {name: tuple(row[name]) for name in ("weekend", "main", "more", "complaint_sites")}
            found[row["code"]] = Market(**row)
    return MappingProxyType(found)


def market(code: str) -> Market:
    """The market of that code; ValueError lists those there are."""
    if code not in markets():
        raise ValueError(f"unknown market {code!r}; known: {', '.join(markets())}")
    return markets()[code]
