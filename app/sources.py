"""Where looks may come from here: which sources are allowed and set up, and how each is reached."""

from __future__ import annotations

from collections.abc import Sequence

from app.settings import Settings
from scrapers import registry
from scrapers.capture import pages_for
from scrapers.errors import SourceMissing
from scrapers.types import Access


def access(name: str, settings: Settings) -> Access:
    """How a source is reached; SourceMissing says in one line what to set when it may not be."""
    registry.source(name)
    if name == "practice":
        return Access(base_url=settings.practice_url or None)
    url = getattr(settings, f"{name}_url", "").rstrip("/") or None
    key = getattr(settings, f"{name}_key", "") or None
    if name in registry.PROVIDERS:
        if registry.needs(name) == "key" and key is None:
            raise SourceMissing(f"{name} needs its key: set SHEMTOV_{name.upper()}_KEY")
        if registry.needs(name) == "url" and url is None:
            raise SourceMissing(f"{name} needs its address: set SHEMTOV_{name.upper()}_URL")
        return Access(base_url=url, key=key)
    if url is None and name not in settings.direct_engines:
        raise SourceMissing(f"looking at {name} directly is off: read docs/sources.md, then set SHEMTOV_DIRECT={name}")
    return Access(base_url=url)


def default_sources(engine: str) -> list[str]:
    """The order in which a new search's sources are tried, of those that are set up when its look is taken.

    Providers under contract first, the cheapest before the dearer; then an instance of one's own, which asks the engine
    as we would; then the engine itself.
    """
    providers = [name for name in registry.PROVIDERS if registry.shows(name, engine)]
    providers.sort(key=lambda name: (registry.needs(name) != "key", registry.price(name)))
    return [*providers, engine] if engine in registry.SOURCES else providers


def monthly_cost(looks: int, able: Sequence[str], depth: int) -> float:
    """US dollars for so many looks at the first source that may be asked, second looks not counted."""
    return looks * registry.price(able[0]) * pages_for(able[0], depth) if able else 0.0


def usable(names: Sequence[str], settings: Settings) -> tuple[list[str], list[str]]:
    """(names that can be used now, the reasons why the others cannot: providers that are not set up share one)."""
    able, missing = [], {}
    for name in names:
        try:
            access(name, settings)
            able.append(name)
        except SourceMissing as reason:
            missing[name] = str(reason)
    absent = [name for name in missing if name in registry.PROVIDERS]
    if len(absent) < 2:
        return able, list(missing.values())
    setting = f"SHEMTOV_{absent[0].upper()}_{registry.needs(absent[0]).upper()}"
    together = f"no provider is set up ({', '.join(absent)}): set {setting}, or another's"
    return able, [together, *(reason for name, reason in missing.items() if name not in absent)]
