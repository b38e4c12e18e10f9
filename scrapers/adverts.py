"""Results whose address says that they are none: ads that lost their mark, redirects that nobody could unwrap. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scrapers.types import Result

_CLICK = re.compile(
    r"^https?://(?:[\w.-]+\.)?(?:google\.[a-z.]+/aclk|googleadservices\.com/|doubleclick\.net/|bing\.com/acli?c?k|"
    r"duckduckgo\.com/y\.js)",
    re.I,
)
_TAG = re.compile(r"[?&](?:gclid|gbraid|wbraid|gad_source|msclkid)=", re.I)
_WORD = re.compile(
    r"(?:sponsored|ads?|ממומן|בחסות|מודעה|sponsorowan[aey]|reklama|anzeige|gesponsert|sponsorisé|patrocinado)"
    r"\s*[·•|:]",
    re.I,
)
_WRAPPED = re.compile(r"^https?://(?:[\w-]+\.)*(?:google\.[a-z.]+/url|bing\.com/ck/a|duckduckgo\.com/l/)\W", re.I)


def ads_among(results: Sequence[Result]) -> set[str]:
    """The links of results that are ads. A click counter is proof; tags and words may be chance, but not twice."""
    sure = {result.link for result in results if _CLICK.match(result.url)}
    likely = {result.link for result in results if _TAG.search(result.url) or _says_ad(result)}
    return sure | likely if sure or len(likely) > 1 else set()


def is_wrapped(url: str) -> bool:
    """Whether an address is still an engine's redirect, so that nobody knows whose page it is."""
    return _WRAPPED.match(url) is not None


def _says_ad(result: Result) -> bool:
    return any(_WORD.match(text) for text in (result.title, result.snippet, result.display_url))
