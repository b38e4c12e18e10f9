"""How many results a second are labelled: by the rules alone, and texts a second read by the language model.

The bare floor takes the same texts apart into words in small letters and does nothing with them.

A year of 1,650 daily searches shows 12 million results; what stays on a page is read once: 26 times fewer, measured.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT.parent))

from app.scoring.owned import parse_owned  # noqa: E402
from app.scoring.verdict import score  # noqa: E402
from app.text_model import reader, text_of  # noqa: E402
from scrapers.types import Rating  # noqa: E402

YEAR = 1650 * 365 * 20 // 26


def main() -> None:
    """Print both rates, and what a year costs."""
    rows = [json.loads(line) for file in sorted(ROOT.glob("labels/*.jsonl")) for line in file.read_text().splitlines()]
    asked = [
        (row["brand"], [parse_owned(site) for site in row["owned_domains"]], row["url"], row["title"], row["snippet"],
         Rating(row["rating"], 5) if row.get("rating") is not None else None, row["lang"])
        for row in rows
    ]  # fmt: skip
    score("Warm", [], "https://warm.example/", "up", "", None, "en")
    score("Warm", [], "https://warm.example/", "שלום", "żółw", None, "pl")
    first = rate(asked)  # words and hosts are seen for the first time
    best = max(rate(asked) for _ in range(5))
    bare = max(rate(asked, floor) for _ in range(5))
    sys.stdout.write(
        f"rules alone: {best:,.0f} results a second of one core ({first:,.0f} at first sight), {bare / best:.1f} times a "
        f"bare floor of {bare:,.0f}\n"
    )
    read = reader()
    if read is None:
        sys.stdout.write("no language model here (the extra `learn`)\n")
        return
    start = time.process_time()
    for row in rows[::12]:
        read(text_of(row["title"], row["snippet"]))
    texts = len(rows[::12]) / (time.process_time() - start)
    sys.stdout.write(
        f"language model: {texts:,.0f} texts a second; a year of 1,650 searches: {YEAR / texts / 3600:,.1f} h\n"
    )


def rate(asked: list[tuple[Any, ...]], each: Callable[..., object] = score) -> float:
    """Results a second of one core's time."""
    start = time.process_time()
    for one in asked:
        each(*one)
    return len(asked) / (time.process_time() - start)


def floor(_brand: str, _sites: object, _url: str, title: str, snippet: str, *_: object) -> list[str]:
    """The least anybody could do with a result's words."""
    return re.findall(r"\w+", f"{title} {snippet}".lower())


if __name__ == "__main__":
    main()
