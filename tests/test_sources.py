"""Which sources a search is given, in which order, and what is said when none of them is set up."""

from __future__ import annotations

import gzip
import json
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app.cli import main
from app.onboarding import plan_brand
from app.settings import Settings
from app.sources import access, default_sources, usable
from app.surroundings import Fetchers
from app.texts import texts
from app.texts.judge import said
from scrapers import registry
from scrapers.errors import SourceMissing
from scrapers.registry import PROVIDERS, SOURCES
from scrapers.types import SearchRequest

PAGES = Path(__file__).parent / "pages"
FOR_GOOGLE = ["serper", "dataforseo", "searchapi", "scaleserp", "serpapi", "searxng", "google"]


def test_providers_come_cheapest_first_then_an_own_instance_then_the_engine() -> None:
    """The order a new search keeps; an engine that only a provider shows has no direct look."""
    assert default_sources("google") == FOR_GOOGLE
    assert default_sources("bing") == ["searxng", "bing"]
    assert default_sources("brave")[:2] == ["brave_api", "searxng"]


def test_only_what_is_set_up_is_tried() -> None:
    """Two keys: these two, the cheaper first, whatever else is known."""
    chosen = Settings(serpapi_key="k", dataforseo_key="login:password")
    able, why_not = usable(default_sources("google"), chosen)
    assert able == ["dataforseo", "serpapi"]
    assert len(why_not) == 2


def test_what_is_missing_is_said_in_one_line_however_many_providers_there_are() -> None:
    """One sentence for all providers, one for the engine; a single source still names its own setting."""
    _, why_not = usable(FOR_GOOGLE, Settings())
    assert why_not == [
        "no provider is set up (serper, dataforseo, searchapi, scaleserp, serpapi, searxng): set SHEMTOV_SERPER_KEY, "
        "or another's",
        "looking at google directly is off: read docs/sources.md, then set SHEMTOV_DIRECT=google",
    ]
    assert len("no source: " + "; ".join(why_not)) < 300
    assert usable(["serpapi"], Settings())[1] == ["serpapi needs its key: set SHEMTOV_SERPAPI_KEY"]
    assert usable(["searxng"], Settings())[1] == ["searxng needs its address: set SHEMTOV_SEARXNG_URL"]


@pytest.mark.parametrize("lang", ["he", "pl"])
def test_every_such_sentence_is_said_in_the_readers_language(lang: str) -> None:
    """Stored as a look's reason, shown in Hebrew and Polish; nothing is left as it stands in the record."""
    mobile = SearchRequest("google", "x", "en", "US", device="mobile")
    sentences = [
        "no source: " + "; ".join(usable(FOR_GOOGLE, Settings())[1]),
        *usable(["searxng"], Settings())[1],
        registry.refusal("serper", SearchRequest("bing", "x", "en", "US")) or "",
        registry.refusal("serper", mobile) or "",
        registry.refusal("dataforseo", SearchRequest("google", "x", "en", "TV")) or "",
    ]
    for sentence in sentences:
        told = said(sentence, texts(lang))
        assert sentence
        assert told != sentence
        assert "set up" not in told
        assert "shows" not in told


def test_a_source_that_does_not_serve_a_market_is_not_promised_to_it() -> None:
    """The preview names who will be asked: not Brave for Israel, even with its key."""
    chosen = Settings(brave_api_key="k", searxng_url="http://searx.internal:8080/")
    plan = plan_brand("Nativ", [], ["il-he", "pl-pl"], chosen, sources=["brave_api", "searxng"])
    by_market = {search.market: search for search in plan.searches}
    assert by_market["il-he"].able == ("searxng",)
    assert by_market["il-he"].why_not == ("brave_api does not serve he-IL",)
    assert by_market["pl-pl"].able == ("brave_api", "searxng")


def test_an_address_may_end_in_a_slash() -> None:
    """What people copy from a browser works."""
    assert (
        access("searxng", Settings(searxng_url="http://searx.internal:8080/")).base_url == "http://searx.internal:8080"
    )


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_has_its_settings_and_says_which_is_missing(provider: str) -> None:
    """A key or an address, and a base URL; without, one clear sentence."""
    need = registry.needs(provider)
    assert f"{provider}_url" in Settings.model_fields
    assert (f"{provider}_key" in Settings.model_fields) == (need == "key")
    with pytest.raises(SourceMissing, match=f"set SHEMTOV_{provider.upper()}_{need.upper()}$"):
        access(provider, Settings())
    given = access(provider, Settings().model_copy(update={f"{provider}_{need}": "https://there.example"}))
    assert "https://there.example" in (given.key, given.base_url)


async def test_no_key_goes_through_a_browser() -> None:
    """Looking at everything through Chromium still asks providers over HTTP, where a key stays with its host."""
    async with AsyncExitStack() as stack:
        fetchers = Fetchers(Settings(), stack, browser=True)
        assert fetchers.of("bing") == fetchers._chromium
        assert {fetchers.of(name) for name in PROVIDERS} == {fetchers._http}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_parse_reads_every_providers_files(
    provider: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`shemtov parse PROVIDER file.json`: a line with its results, ratings and features."""
    folder = next(path.parent for path in sorted((PAGES / provider).glob("*/expected.json"))
                  if json.loads(path.read_text("utf-8"))["state"] == "ok")  # fmt: skip
    file = tmp_path / "page.json"
    file.write_bytes(gzip.decompress((folder / "page.json.gz").read_bytes()))
    phrase = json.loads((folder / "search.json").read_text("utf-8"))["phrase"]
    monkeypatch.setattr("sys.argv", ["shemtov", "parse", provider, str(file), "--query", phrase])
    with pytest.raises(SystemExit) as ended:
        main()
    line = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0
    assert (line["status"], line["parser_version"]) == ("ok", f"{provider}-{SOURCES[provider].VERSION}")
    assert len(line["results"]) >= 10
