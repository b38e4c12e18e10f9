"""How many results a second are labelled: by the rules alone, and texts a second read by the language model.

A year of 1,650 daily searches shows 12 million results; what stays on a page is read once: 26 times fewer, measured.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

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
    best = 0.0
    for _ in range(5):
        start = time.process_time()
        for one in asked:
            score(*one)
        best = max(best, len(asked) / (time.process_time() - start))
    sys.stdout.write(f"rules alone: {best:,.0f} results a second of one core\n")
    read = reader()
    if read is None:
        sys.stdout.write("no language model here (the extra `learn`)\n")
        return
    start = time.process_time()
    for row in rows[::12]:
        read(text_of(row["title"], row["snippet"]))
    rate = len(rows[::12]) / (time.process_time() - start)
    sys.stdout.write(
        f"language model: {rate:,.0f} texts a second; a year of 1,650 searches: {YEAR / rate / 3600:,.1f} h\n"
    )


if __name__ == "__main__":
    main()
