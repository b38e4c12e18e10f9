"""How much reading and judging a page costs against the bare floor: building its tree once. A ratio in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from statistics import median

from selectolax.lexbor import LexborHTMLParser

from scrapers import registry
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.practice.entries import worlds
from scrapers.practice.markup import Asked
from scrapers.practice.site import page_of
from scrapers.types import RawPage, SearchRequest

PHRASE = "נתיב טלקום שירות לקוחות"


def cost(work: Callable[[], object], rounds: int = 200) -> float:
    """Median CPU milliseconds of one call."""
    found = []
    for _ in range(rounds):
        start = time.process_time_ns()
        work()
        found.append((time.process_time_ns() - start) / 1e6)
    return median(found)


def main() -> None:
    """A page of ten results, padded with scripts to the size of a real one (800 KB)."""
    text = page_of("google", worlds()[PHRASE], date(2026, 11, 20), Asked(PHRASE, "he", "IL", 1, False))
    body = text.replace("</head>", "<script>" + "var x=1;" * 100_000 + "</script></head>").encode()
    page, request = RawPage(body, http_status=200), SearchRequest("google", PHRASE, "he", "IL")
    standards = registry.standards("google", "google")
    floor = cost(lambda: LexborHTMLParser(body))
    whole = cost(lambda: judge([page], parse("google", [page], request), request, standards))
    print(
        f"read and judge a page of {len(body) // 1000} KB: {whole:.1f} ms CPU, {whole / floor:.1f} times its bare tree"
    )


if __name__ == "__main__":
    main()
