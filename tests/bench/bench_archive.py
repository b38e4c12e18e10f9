"""What the archive weighs: real captured pages, compressed as they came and as their cleaned copies.

python tests/bench/bench_archive.py
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

import zstandard

from scrapers import registry
from scrapers.clean import cleaned
from scrapers.types import RawPage, SearchRequest

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "serp-corpus"
LEVEL = 6  # as app/store/blobs.py writes


def packed(body: bytes) -> int:
    """Bytes on disk."""
    return len(zstandard.ZstdCompressor(level=LEVEL).compress(body))


def main() -> None:
    """One line: how many pages, what they weigh raw, packed and cleaned, and how many stayed unreduced."""
    if not CORPUS.is_dir():
        sys.exit("no captured pages at ../shared/serp-corpus")
    sizes: Counter[str] = Counter()
    taken = 0.0
    for line in (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry["engine"] not in registry.SOURCES or not entry["file"].endswith((".html.zst", ".html")):
            continue
        body = (CORPUS / entry["file"]).read_bytes()
        body = zstandard.ZstdDecompressor().decompressobj().decompress(body) if entry["file"].endswith("zst") else body
        began = time.process_time()
        page = RawPage(body, content_type="text/html")
        copy = cleaned(entry["engine"], page, SearchRequest(entry["engine"], entry.get("query")))
        taken += time.process_time() - began
        sizes.update(pages=1, raw=len(body), packed=packed(body), clean=packed(copy or body), whole=copy is None)
        if copy is None and "-v" in sys.argv:
            print("whole", entry["file"], entry["kind"], len(body))
    print(
        f"{sizes['pages']} pages: {sizes['raw'] / 1e6:.1f} MB raw, {sizes['packed'] / 1e6:.2f} MB packed "
        f"({sizes['raw'] / sizes['packed']:.1f}:1), {sizes['clean'] / 1e6:.2f} MB cleaned and packed "
        f"({sizes['raw'] / sizes['clean']:.1f}:1), {sizes['whole']} stay whole, "
        f"{1000 * taken / sizes['pages']:.0f} ms a page"
    )


if __name__ == "__main__":
    main()
