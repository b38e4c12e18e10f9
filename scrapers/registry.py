"""The one frozen registry of sources; names, versions and dispatch are derived from it (contract: scrapers)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

from scrapers.engines import bing, brave, duckduckgo, ecosia, google, qwant, yahoo
from scrapers.errors import SourceMissing
from scrapers.practice import source as practice
from scrapers.providers import brave_api, dataforseo, ranks, scaleserp, searchapi, searxng, serpapi, serper
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


_PROVIDERS: tuple[Source, ...] = (serpapi, serper, dataforseo, searchapi, scaleserp, brave_api, searxng)
SOURCES: Mapping[str, Source] = MappingProxyType(
    {m.NAME: m for m in (google, bing, duckduckgo, brave, yahoo, ecosia, qwant, *_PROVIDERS, practice)}
)
_READ: Mapping[str, Source] = MappingProxyType({**SOURCES, ranks.NAME: ranks})  # what can be read, and not asked too
ENGINES: tuple[str, ...] = tuple(name for name, source in SOURCES.items() if name == source.ENGINE)
PROVIDERS: tuple[str, ...] = tuple(provider.NAME for provider in _PROVIDERS)


def source(name: str) -> Source:
    """The source of that name, or one clear error that lists those there are."""
    if name not in _READ:
        raise SourceMissing(f"unknown engine or provider {name!r} (known: {', '.join(SOURCES)})")
    return _READ[name]


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


def shows(name: str, engine: str) -> bool:
    """Whether a source shows that engine's page; the practice site imitates any."""
    known = source(name)
    return name == practice.NAME or engine in getattr(known, "ENGINES", (known.ENGINE,))


def needs(name: str) -> str:
    """What a source has to be given before it can be asked: "key", "url" of an own instance, or "" for neither."""
    return getattr(source(name), "NEEDS", "key" if name in PROVIDERS else "")


def price(name: str) -> float:
    """US dollars a request of one page costs, by the source's published list."""
    return getattr(source(name), "PRICE", 0.0)


def refusal(name: str, request: SearchRequest) -> str | None:
    """Why a source cannot answer a search as it is asked, in one sentence; None when it can.

    Another engine's page, another country's or another device's is never served in its place.
    """
    if not shows(name, request.engine):
        return f"{name} shows no page of {request.engine}"
    if request.device not in getattr(source(name), "DEVICES", (request.device,)):
        return f"{name} shows no page as seen on {request.device}"
    if source(name).refuses(request.hl, request.gl):
        return f"{name} does not serve {request.hl}-{request.gl}"
    return None


def onward(name: str) -> Callable[[RawPage, SearchRequest, Access], Fetch | None] | None:
    """How a source asks for the page after one it brought, when only that page can say; None: by its number."""
    found: Callable[[RawPage, SearchRequest, Access], Fetch | None] | None = getattr(source(name), "onward", None)
    return found


def pause(name: str) -> float:
    """Fewest seconds between two requests to a source."""
    return float(getattr(source(name), "PAUSE", 5.0))


def canary(name: str) -> str | None:
    """The ordinary phrase a source is now and then watched with, None when it has none."""
    return getattr(source(name), "CANARY", None)


def needs_browser(name: str) -> bool:
    """Whether a source shows its results only to a real browser (google, since 2025)."""
    return getattr(source(name), "TRANSPORT", "http") == "browser"
