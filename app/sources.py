"""Where looks may come from here: which sources are allowed and set up, and how each is reached."""

from __future__ import annotations

from collections.abc import Sequence

from app.settings import Settings
from scrapers import registry
from scrapers.errors import SourceMissing
from scrapers.types import Access


def access(name: str, settings: Settings) -> Access:
    """How a source is reached; SourceMissing says in one line what to set when it may not be."""
    registry.source(name)
    if name == "practice":
        return Access(base_url=settings.practice_url or None)
    url = getattr(settings, f"{name}_url", "") or None
    key = getattr(settings, f"{name}_key", "") or None
    if name not in registry.ENGINES:
        if key is None:
            raise SourceMissing(f"{name} needs its key: set SHEMTOV_{name.upper()}_KEY")
        return Access(base_url=url, key=key)
    if url is None and name not in settings.direct_engines:
        raise SourceMissing(f"looking at {name} directly is off: read docs/sources.md, then set SHEMTOV_DIRECT={name}")
    return Access(base_url=url)


def default_sources(engine: str) -> list[str]:
    """The order in which a new search's sources are tried: providers of the engine's page first, then itself."""
    providers = [s.NAME for s in registry.SOURCES.values() if engine == s.ENGINE and engine != s.NAME]
    return [*providers, engine]


def usable(names: Sequence[str], settings: Settings) -> tuple[list[str], list[str]]:
    """(names that can be used now, the reasons why the others cannot)."""
    able, reasons = [], []
    for name in names:
        try:
            access(name, settings)
            able.append(name)
        except SourceMissing as missing:
            reasons.append(str(missing))
    return able, reasons
