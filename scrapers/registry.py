"""The one frozen registry of sources; names, versions and dispatch are derived from it (contract: scrapers)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from scrapers.engines import bing, duckduckgo, google
from scrapers.errors import SourceMissing
from scrapers.practice import source as practice
from scrapers.providers import serpapi
from scrapers.types import Access, Fetch, RawPage, SearchRequest, Serp, Standards


class Source(Protocol):
    """The shape every module in engines/ and providers/ has."""

    NAME: str
    ENGINE: str
    VERSION: int
    ENOUGH: int

    def refuses(self, hl: str | None, gl: str | None) -> str | None: ...
    def fetch(self, request: SearchRequest, page_no: int, access: Access) -> Fetch: ...
    def read(self, raw: RawPage, request: SearchRequest) -> Serp: ...


SOURCES: Mapping[str, Source] = MappingProxyType(
    {module.NAME: module for module in (google, bing, duckduckgo, serpapi, practice)}
)
ENGINES: tuple[str, ...] = tuple(name for name, source in SOURCES.items() if name == source.ENGINE)


def source(name: str) -> Source:
    """The source of that name, or one clear error that lists those there are."""
    if name not in SOURCES:
        raise SourceMissing(f"unknown engine or provider {name!r} (known: {', '.join(SOURCES)})")
    return SOURCES[name]


def parser(name: str, engine: str) -> Source:
    """Who reads what a source brings: itself, or the engine whose markup the practice site imitates."""
    return source(engine) if name == practice.NAME else source(name)


def parser_version(name: str, engine: str) -> str:
    """The version, as "google-1": stamped on every parse."""
    reader = parser(name, engine)
    return f"{reader.NAME}-{reader.VERSION}"


def standards(name: str, engine: str) -> Standards:
    """What a page of that source must hold before anything is learned."""
    reader = parser(name, engine)
    return Standards(reader.ENOUGH, getattr(reader, "ZERO_COUNTS", True))


def pause(name: str) -> float:
    """Fewest seconds between two requests to a source."""
    return float(getattr(source(name), "PAUSE", 5.0))


def price(name: str) -> float:
    """What one request costs, in US dollars."""
    return float(getattr(source(name), "PRICE", 0.0))


def canary(name: str) -> str | None:
    """The ordinary phrase a source is now and then watched with, None when it has none."""
    return getattr(source(name), "CANARY", None)


def needs_browser(name: str) -> bool:
    """Whether a source shows its results only to a real browser (google, since 2025)."""
    return getattr(source(name), "TRANSPORT", "http") == "browser"
