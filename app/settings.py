"""Every setting, and the only place that reads the environment (prefix SHEMTOV_, .env is read).

The README's table describes each one; a test keeps the two together.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHEMTOV_", env_file=".env", extra="ignore")

    data_dir: Path = Path("data")
    database_url: str = ""
    secret_key: str = ""
    chromium: str = ""
    direct: str = ""
    serpapi_key: str = ""
    serpapi_url: str = ""
    google_url: str = ""
    bing_url: str = ""
    duckduckgo_url: str = ""
    practice_url: str = ""
    fetch_deadline: float = 30.0
    look_deadline: float = 120.0
    max_bytes: int = 5_000_000

    @property
    def database(self) -> str:
        """The database's URL; by default a SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir / 'shemtov.db'}"

    @property
    def blobs(self) -> Path:
        """Where raw pages are kept, as files named by their SHA-256."""
        return self.data_dir / "blobs"

    @property
    def direct_engines(self) -> frozenset[str]:
        """Engines the operator allows us to look at directly, having read their terms (docs/sources.md)."""
        return frozenset(name.strip() for name in self.direct.split(",") if name.strip())


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
