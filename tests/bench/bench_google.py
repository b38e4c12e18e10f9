"""Reading and judging Google's captured desktop pages against websearcher 0.12, one run, turn by turn.

websearcher needs CPython 3.12 or newer: one is looked for on PATH and in ~/.pyenv, and gets a throw-away environment
with websearcher and what scrapers/ imports, so that both run in the same interpreter on the same selectolax. Without
one, or without captured pages, this says "skipped".
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
CORPUS = ROOT.parent / "shared" / "serp-corpus"
NEEDS = ("websearcher==0.12.*", "selectolax", "beautifulsoup4", "lxml", "idna", "publicsuffixlist", "zstandard")
ROUNDS = 9


def interpreter() -> str | None:
    """A CPython of 3.12 or newer that starts."""
    pyenv = sorted(Path.home().glob(".pyenv/versions/3.1[2-9]*/bin/python3"))
    for name in filter(None, (shutil.which("python3.12"), *map(str, pyenv))):
        told = subprocess.run(
            [name, "-c", "import sys; print(sys.version_info >= (3, 12))"], capture_output=True, text=True
        )
        if told.stdout.strip() == "True":
            return name
    return None


def main() -> None:
    """Make the environment, measure in it, throw it away."""
    python = interpreter()
    if python is None or not CORPUS.is_dir():
        print("skipped:", "no CPython 3.12" if python is None else "no captured pages at ../shared/serp-corpus")
        return
    with tempfile.TemporaryDirectory(prefix="shemtov-bench-") as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        inside = str(Path(folder) / "bin" / "python")
        made = subprocess.run([inside, "-m", "pip", "install", "--quiet", *NEEDS], capture_output=True, text=True)
        if made.returncode:
            print("skipped: websearcher cannot be installed here:", made.stderr.strip().splitlines()[-1])
            return
        subprocess.run([inside, __file__, "--measure"], check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})


def milliseconds(work: Callable[[], object]) -> float:
    """CPU time of one call."""
    start = time.process_time_ns()
    work()
    return (time.process_time_ns() - start) / 1e6


def desktop_pages() -> list[tuple[str, bytes]]:
    """Every captured desktop results page of Google, the page without JavaScript included."""
    zstandard = importlib.import_module("zstandard")
    found = []
    for line in (CORPUS / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        page: dict[str, Any] = json.loads(line)
        if (page["engine"], page["kind"], page["device"]) == ("google", "serp", "desktop"):
            body = (CORPUS / page["file"]).read_bytes()
            packed = page["file"].endswith(".zst")
            found.append(
                (page["file"], zstandard.ZstdDecompressor().decompressobj().decompress(body) if packed else body)
            )
    return found


def measure() -> None:
    """Bytes to judged state, bytes to websearcher's dict, and two bare trees, in turns; medians of each page."""
    from bs4 import BeautifulSoup
    from selectolax.lexbor import LexborHTMLParser

    from scrapers import registry
    from scrapers.judge import judge
    from scrapers.parse import parse
    from scrapers.types import RawPage, SearchRequest

    websearcher = importlib.import_module("WebSearcher")
    request, standards = SearchRequest("google", None, depth=100), registry.standards("google", "google")

    def ours(body: bytes) -> int:
        page = RawPage(body)
        serp = parse("google", [page], request)
        judge([page], serp, request, standards)
        return len(serp.results)

    def theirs(body: bytes) -> int:
        results = websearcher.parse_serp(body.decode("utf-8", "replace"))["results"]
        return sum(1 for result in results if result["type"] == "general")

    ratios, both, floors = [], [], []
    for name, body in desktop_pages():
        works = (
            lambda b=body: ours(b), lambda b=body: theirs(b), lambda b=body: LexborHTMLParser(b),
            lambda b=body: BeautifulSoup(b, "lxml"),
        )  # fmt: skip
        found = (ours(body), theirs(body))
        rounds = [[milliseconds(work) for work in works[:3]] for _ in range(ROUNDS)]
        mine, other, tree = (median(times) for times in zip(*rounds, strict=True))
        soup = milliseconds(works[3])
        ratios.append(mine / other)
        both += [mine / other] if found[1] >= found[0] / 2 else []
        floors.append((mine, other, tree, soup))
        print(
            f"{mine:7.1f} ms {other:7.1f} ms  {mine / other:5.2f}  results {found[0]:2} {found[1]:2}  {Path(name).name}"
        )
    mine, other, tree, soup = (median(column) for column in zip(*floors, strict=True))
    print(
        f"median page: {mine:.1f} ms CPU, websearcher {other:.1f}; floors: selectolax {tree:.1f}, bs4+lxml {soup:.1f}"
    )
    print(f"median ratio {median(ratios):.2f} on {len(ratios)} pages")
    print(f"median ratio {median(both):.2f} on the {len(both)} whose results websearcher finds at least half of")


if __name__ == "__main__":
    measure() if "--measure" in sys.argv else main()
