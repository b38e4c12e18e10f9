"""Documents that would keep an HTML parser busy for seconds: told from their bytes, before a tree is built.

Building a tree costs the square of its depth and of the attributes of one tag. A page somebody laid out is never
further out of balance than a few hundred tags, and holds tens of thousands of spaces only inside a script.
"""

from __future__ import annotations

import re

MOST_UNCLOSED = 10_000
MOST_SPACES = 20_000
_CHUNK = 65_536
_LONG_TAG = re.compile(rb"<[a-zA-Z][^<>]{40000,}")


def is_hostile(body: bytes) -> bool:
    """Nested ten thousand deep, or a tag of twenty thousand attributes: no page anybody laid out."""
    unclosed = 0
    for start in range(0, len(body), _CHUNK):
        chunk = body[start : start + _CHUNK]
        unclosed += chunk.count(b"<") - 2 * chunk.count(b"</")
        if unclosed > MOST_UNCLOSED:
            return True
    return any(
        found[0].count(b" ") > MOST_SPACES and not _in_script(body, found.start()) for found in _LONG_TAG.finditer(body)
    )


def _in_script(body: bytes, at: int) -> bool:
    """What looks like a tag in a script is a comparison."""
    return body.rfind(b"<script", 0, at) > body.rfind(b"</script", 0, at)
