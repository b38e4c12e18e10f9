"""Every setting, and the only place that reads the environment (prefix SHEMTOV_, .env is read).

The README's table describes each one; a test keeps the two together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import BadInput


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHEMTOV_", env_file=".env", extra="ignore")

    data_dir: Path = Path("data")
    database_url: str = ""
    secret_key: str = ""
    public_url: str = ""
    chromium: str = ""
    text_model: Literal["", "off", "endpoint"] = ""
    text_endpoint_url: str = ""
    text_endpoint_key: str = Field("", repr=False)
    text_endpoint_model: str = ""
    text_endpoint_batch: int = Field(10, ge=1, le=20)
    text_endpoint_deadline: float = Field(20.0, gt=0, le=600)
    text_endpoint_dollars: float | None = Field(None, ge=0, allow_inf_nan=False)
    text_endpoint_price_in: float = Field(0.0, ge=0, allow_inf_nan=False)
    text_endpoint_price_out: float = Field(0.0, ge=0, allow_inf_nan=False)
    direct: str = ""
    serpapi_key: str = ""
    serpapi_url: str = ""
    serper_key: str = ""
    serper_url: str = ""
    dataforseo_key: str = ""
    dataforseo_url: str = ""
    searchapi_key: str = ""
    searchapi_url: str = ""
    scaleserp_key: str = ""
    scaleserp_url: str = ""
    brave_api_key: str = ""
    brave_api_url: str = ""
    searxng_url: str = ""
    google_url: str = ""
    bing_url: str = ""
    duckduckgo_url: str = ""
    brave_url: str = ""
    yahoo_url: str = ""
    ecosia_url: str = ""
    qwant_url: str = ""
    practice_url: str = ""
    fetch_deadline: float = 30.0
    look_deadline: float = 120.0
    max_bytes: int = 5_000_000
    spread_minutes: int = Field(0, ge=0, le=60)
    raw_days: int = Field(30, ge=0, le=36_500)
    looks_at_once: int = Field(4, ge=1, le=64)
    rates: str = ""
    dead_after: float = Field(10.0, ge=1, le=3600)
    stop_after: int = Field(25, ge=0, le=3600)
    ping_url: str = ""
    metrics_token: str = ""
    log: Literal["", "json"] = ""
    daily_budget: float | None = Field(None, ge=0, allow_inf_nan=False)

    @field_validator("daily_budget", "text_endpoint_dollars", mode="before")
    @classmethod
    def _no_limit(cls, dollars: object) -> object:
        return None if dollars == "" else dollars

    @field_validator("public_url")
    @classmethod
    def _origin(cls, url: str) -> str:
        return origin(url) if url else ""

    @model_validator(mode="after")
    def _endpoint(self) -> Settings:
        if self.text_model == "endpoint":
            check_endpoint(self)
        return self

    @property
    def database(self) -> str:
        """The database's URL; by default a SQLite file in the data directory."""
        url = self.database_url or f"sqlite:///{self.data_dir / 'shemtov.db'}"
        return re.sub(r"^postgres(?:ql)?://", "postgresql+psycopg://", url)

    @property
    def durable(self) -> str:
        """Where the durable engine keeps its tables: with the app's on PostgreSQL, else in a file of its own."""
        return self.database if self.on_postgresql else f"sqlite:///{self.data_dir / 'durable.db'}"

    @property
    def on_postgresql(self) -> bool:
        return self.database.startswith("postgresql")

    @property
    def blobs(self) -> Path:
        """Where raw pages are kept, as files named by their SHA-256."""
        return self.data_dir / "blobs"

    @property
    def direct_engines(self) -> frozenset[str]:
        """Engines the operator allows us to look at directly, having read their terms (docs/sources.md)."""
        return frozenset(name.strip() for name in self.direct.split(",") if name.strip())


def check_endpoint(chosen: Settings) -> None:
    """BadInput, in one sentence without the key, when no text model can be asked as it is set up."""
    if not re.fullmatch(r"https?://[^\s/?#@\\]+(/[^\s?#@\\]*)?", chosen.text_endpoint_url):
        raise BadInput("SHEMTOV_TEXT_ENDPOINT_URL is no base URL; write it as in http://127.0.0.1:11434/v1")
    if not re.fullmatch(r"[\w./:@+-]{1,100}", chosen.text_endpoint_model, re.A):
        raise BadInput("SHEMTOV_TEXT_ENDPOINT_MODEL is no name of a model; write it as the server lists it")
    if not re.fullmatch(r"[!-~]*", chosen.text_endpoint_key):
        raise BadInput("SHEMTOV_TEXT_ENDPOINT_KEY holds a sign that no key can have, such as a space or a line's end")
    if chosen.text_endpoint_dollars is not None and not chosen.text_endpoint_price_in + chosen.text_endpoint_price_out:
        raise BadInput("SHEMTOV_TEXT_ENDPOINT_DOLLARS caps nothing without SHEMTOV_TEXT_ENDPOINT_PRICE_IN and _OUT")


def requests_in_time(rates: str) -> dict[str, tuple[int, float]]:
    """ "google=1/30 serpapi=20/1": of each source, so many requests in any so many seconds. BadInput otherwise."""
    found = {}
    for word in rates.split():
        match = re.fullmatch(r"([a-z_]+)=(\d{1,5})/(\d{1,5}(?:\.\d+)?)", word)
        if match is None or not int(match[2]) or not float(match[3]):
            raise BadInput(f"SHEMTOV_RATES has {word!r}; write google=1/30 for one request in 30 seconds")
        found[match[1]] = (int(match[2]), float(match[3]))
    return found


def origin(url: str) -> str:
    """Scheme, host and port of the pages' own address, as browsers write them; BadInput for anything else."""
    wrong = BadInput(f"SHEMTOV_PUBLIC_URL is {url!r}; write scheme and host alone, as in https://shemtov.example.com")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as broken:
        raise wrong from broken
    rest = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in ("http", "https") or rest or not re.fullmatch(r"[a-z0-9.-]+", host):
        raise wrong
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once; BadInput names what is wrong with them, without what it says."""
    try:
        return Settings()
    except ValidationError as wrong:
        told = (f"SHEMTOV_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in wrong.errors())
        raise BadInput("; ".join(told)) from None  # the cause would show what was typed: it may be a key
