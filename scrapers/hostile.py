"""Documents that would keep an HTML parser busy for seconds: told from samples of their bytes, before a tree is built.

Building a tree costs the square of its depth and of the attributes of one tag: fifty thousand of either take seconds,
a body of five megabytes could take minutes. A page somebody laid out closes what it opens within a few kilobytes, and
has long stretches without a tag only in its scripts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SAMPLE = 4096
STRIDE = 12_288
IN_A_ROW = 3
MOST_SPACES = 20_000
LEAST_TAGS = 20
_TAG = re.compile(rb"<[a-zA-Z][\w:-]*\s")


def is_hostile(body: bytes) -> bool:
    """Nested many thousands deep, or a tag of tens of thousands of attributes."""
    opened = bare = 0
    for at, tags, closed in _samples(body):
        opened = opened + 1 if tags >= LEAST_TAGS and 10 * closed <= tags else 0
        bare = bare + 1 if tags == 0 else 0
        if opened >= IN_A_ROW or (bare >= IN_A_ROW and bare % IN_A_ROW == 0 and _is_crowded_tag(body, at)):
            return True
    return False


def _samples(body: bytes) -> Iterator[tuple[int, int, int]]:
    """(where, tags, closing tags among them) of a stretch of the body every few kilobytes."""
    for at in range(0, len(body), STRIDE):
        sample = body[at : at + SAMPLE]
        tags = sample.count(b"<")
        yield at, tags, sample.count(b"</") if tags >= LEAST_TAGS else 0


def _is_crowded_tag(body: bytes, at: int) -> bool:
    """The stretch round that place is one tag with more spaces than any has; in a script it would be none."""
    start = max(body.rfind(b"<", 0, at), 0)
    if _TAG.match(body, start) is None:
        return False  # as most often: a comparison in a script
    end = body.find(b">", start)
    if body.count(b" ", start, end if end >= 0 else len(body)) <= MOST_SPACES:
        return False
    return body.rfind(b"<script", 0, at) <= body.rfind(b"</script", 0, at)
