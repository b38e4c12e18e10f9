"""Can what was read be believed? Pure: (raw pages, Serp, standards, Usual) -> state, reason, what was not checked.

ok needs positive proof. Results are looked for first; block signs count only when there are none, since good pages
contain block markers. "Enough" is learned per search; before five looks the source's own standard holds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from scrapers.linked import linked, links_in
from scrapers.types import Check, Judgement, RawPage, Result, SearchRequest, Serp, Standards, State, Usual

LEARNED_FROM = 5
USUAL_SHARE = 0.75
MOST_NEW = 0.6
LEAST_SNIPPETS = 0.5
UNREAD_SHARE = 0.2
MOST_BROKEN = 0.01
_AD_CLICK = re.compile(
    r"^https?://(?:[\w.-]+\.)?(?:google\.[a-z.]+/aclk|googleadservices\.com/|doubleclick\.net/|bing\.com/acli?c?k|"
    r"duckduckgo\.com/y\.js)",
    re.I,
)
_AD_TAG = re.compile(r"[?&](?:gclid|gbraid|wbraid|gad_source|msclkid)=", re.I)
_AD_WORD = re.compile(
    r"(?:sponsored|ads?|ממומן|בחסות|מודעה|sponsorowan[aey]|reklama|anzeige|gesponsert|sponsorisé|patrocinado)"
    r"\s*[·•|:]",
    re.I,
)
_WRAPPED = re.compile(
    r"^https?://(?:[\w-]+\.)*(?:google\.[a-z.]+/url|bing\.com/ck/a|duckduckgo\.com/l/)\W", re.I
)  # an engine's redirect that could not be unwrapped
_BROKEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
SAME_LANGUAGE = {"iw": "he", "nb": "no", "nn": "no", "fil": "tl", "in": "id", "ji": "yi"}
STATUS_BLOCKS = {401: "access_denied", 403: "access_denied", 418: "access_denied", 429: "rate_limit"}


def judge(
    pages: Sequence[RawPage], serp: Serp, request: SearchRequest, standards: Standards, usual: Usual | None = None
) -> Judgement:
    """The state of a single look."""
    if not pages:
        return Judgement("error", "nothing was fetched")
    checks = _checks(pages, serp, request, standards, usual)
    unchecked = tuple(check.name for check in checks if check.passed is None)
    state, reason = _without_results(pages, serp, standards) if not serp.results else _with_results(pages, serp, checks)
    return Judgement(state, reason, unchecked, checks)


def _without_results(pages: Sequence[RawPage], serp: Serp, standards: Standards) -> tuple[State, str]:
    first, signs = pages[0], serp.signs
    status = first.http_status or 200
    if first.failure is not None and not first.body:
        return "error", first.failure  # nobody answered: that is no refusal
    if signs.failed:
        return "error", "source_failed"
    if signs.block == "consent":
        return "consent", "consent"
    if signs.block is not None and (signs.block != "js_wall" or (first.complete and status < 400)):
        return "blocked", signs.block  # a wall is told by what is missing: no proof on a page that was cut or an error
    if status in STATUS_BLOCKS:
        return "blocked", STATUS_BLOCKS[status]
    if status >= 400:
        return "error", f"HTTP {status}"
    if first.failure is not None or not first.complete:
        return "partial", first.failure or "cut off"
    if signs.foreign is not None:
        return "suspect", f"another engine's or vertical's page: {signs.foreign}"
    if not signs.no_results:
        return "suspect", "layout changed: no results, and no sign that there are none"
    if not standards.zero_counts:
        return "suspect", "no results for an ordinary phrase"
    if signs.end is False:
        return "suspect", "no results, on a page that does not end"
    return "empty", "no results"


def _with_results(pages: Sequence[RawPage], serp: Serp, checks: tuple[Check, ...]) -> tuple[State, str]:
    failed = [check for check in checks if check.passed is False]
    cut = next((page for page in pages if page.failure is not None or not page.complete), None)
    if cut is not None:
        return "partial", f"page {cut.page_no}: {cut.failure or 'cut off'}"
    if serp.signs.failed:
        return "partial", "a later page was refused: source_failed"
    if serp.signs.block is not None:
        return "partial", f"a later page was refused: {serp.signs.block}"
    if any((page.http_status or 200) >= 400 for page in pages):
        return "partial", "a page came with an error status"
    if serp.signs.foreign is None and serp.signs.end is False:
        return "partial", "cut off: no end of page"
    if failed:
        return "suspect", "; ".join(f"{check.name}: {check.detail}" for check in failed)
    return "ok", ""


def _checks(
    pages: Sequence[RawPage], serp: Serp, request: SearchRequest, standards: Standards, usual: Usual | None
) -> tuple[Check, ...]:
    signs = serp.signs
    found = [
        Check("Results container", signs.container, "found" if signs.container else "not found"),
        Check("The engine asked", signs.foreign is None, signs.foreign or request.engine),
        _phrase(signs.phrase, request.phrase),
        Check("Answered as asked", not signs.relaxed, "answered another phrase" if signs.relaxed else "yes"),
        _enough(serp, standards, usual),
    ]
    if serp.results:
        found += [_snippets(serp, usual), _shape(serp), _resolved(serp), _free_of_ads(serp)]
    found += [
        _language(signs.hl, request.hl),
        _country(signs.gl, request.gl),
        Check("End-of-page sign", signs.end, {True: "found", False: "not found", None: "not told"}[signs.end]),
        Check("Blocks left unread", _few(signs.unread, serp), str(signs.unread)),
    ]
    if serp.results:
        found += [_known_read(pages, serp, request, usual), _news(serp, usual)]
    elif signs.block is not None:
        found.append(Check("Block marker", False, f"{signs.block}; read only because there were no results"))
    return tuple(found)


def _phrase(echoed: str | None, asked: str | None) -> Check:
    name = "Our phrase echoed"
    if asked is None:
        return Check(name, None, f"no phrase to compare with {echoed!r}" if echoed else "no phrase given")
    if echoed is None:
        return Check(name, False, "not on the page")
    return Check(name, same_phrase(echoed, asked), echoed)


def same_phrase(one: str, other: str) -> bool:
    """The same phrase but for case, quotes, width and runs of space."""
    return _folded(one) == _folded(other)


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\u05f3\u05f4\"'`´‘’“”„«»]", "", text)
    return re.sub(r"[\s+\u2010-\u2015-]+", " ", text).strip()


def _enough(serp: Serp, standards: Standards, usual: Usual | None) -> Check:
    name = "Organic results"
    n = len(serp.results)
    if not standards.enough:
        return Check(name, True, f"{n} (any number is enough here)")
    if usual is not None and usual.looks >= LEARNED_FROM:
        least = USUAL_SHARE * usual.n
        return Check(name, n >= least, f"{n} (usual {usual.n:g} over {usual.looks} looks, enough from {least:g})")
    least = standards.enough * max(len({result.page_no for result in serp.results}), 1)
    ended = serp.signs.more is False and serp.signs.end is not False and n > 0
    if ended:
        return Check(name, True, f"{n} (still learning, enough from {least}, the engine has no more)")
    return Check(name, n >= least, f"{n} (still learning, enough from {least})")


def _snippets(serp: Serp, usual: Usual | None) -> Check:
    share = sum(1 for result in serp.results if result.snippet) / len(serp.results)
    name = "With snippets"
    if usual is not None and usual.looks >= LEARNED_FROM:
        least = USUAL_SHARE * usual.snippet_share
        return Check(name, share >= least, f"{share:.0%} (usual {usual.snippet_share:.0%})")
    return Check(name, share >= LEAST_SNIPPETS, f"{share:.0%} (still learning)")


def _shape(serp: Serp) -> Check:
    """Title and address on every result, and hardly a character that is no text: a damaged page reads as a good one."""
    whole = sum(1 for result in serp.results if result.title and result.host)
    text = "".join(f"{result.title}{result.snippet}{result.url}" for result in serp.results)
    broken = len(_BROKEN.findall(text)) / max(len(text), 1)
    if whole == len(serp.results) and broken > MOST_BROKEN:
        return Check("Shape", False, f"broken characters: {broken:.0%}")
    return Check("Shape", whole == len(serp.results), f"title and address on {whole} of {len(serp.results)}")


def _resolved(serp: Serp) -> Check:
    """Tokens that hide every target are no identity; nor is an engine's redirect that its reader cannot unwrap."""
    hidden = sum(1 for result in serp.results if result.unresolved)
    wrapped = sum(1 for result in serp.results if _WRAPPED.match(result.url))
    told = len(serp.results) - hidden - wrapped
    return Check("Links that tell their target", told > 0 and _few(wrapped, serp), f"{told} of {len(serp.results)}")


def _free_of_ads(serp: Serp) -> Check:
    """An ad that lost its mark looks like a result. Its click counter gives it away, tags and words only in pairs."""
    sure = {result.link for result in serp.results if _AD_CLICK.match(result.url)}
    likely = {result.link for result in serp.results if _AD_TAG.search(result.url) or _says_ad(result)}
    found = sure | likely if sure or len(likely) > 1 else set()
    return Check("Results that are no ads", not found, f"{len(serp.results) - len(found)} of {len(serp.results)}")


def _says_ad(result: Result) -> bool:
    return any(_AD_WORD.match(text) for text in (result.title, result.snippet, result.display_url))


def _few(unread: int, serp: Serp) -> bool:
    """So many blocks may be left unread; more, and the reader has lost its way."""
    return unread < max(2, UNREAD_SHARE * len(serp.results))


def _known_read(pages: Sequence[RawPage], serp: Serp, request: SearchRequest, usual: Usual | None) -> Check:
    """Results of the last look that the page still links to, but that were not read from it: a layout that changed.

    The number of results does not show it where pages are followed until the depth is full. Beyond the last result
    of a look that reached its depth nothing is expected to be read.
    """
    name = "Known results read"
    if usual is None or not usual.urls:
        return Check(name, None, "no look before")
    read = {result.link for result in serp.results}
    missing = set(usual.urls - read)
    passed_over: set[str] = set()
    if not _few(len(missing), serp):
        shown = set(links_in([dict(feature.data) for feature in serp.features]))
        passed_over = (missing - shown) & _before_the_end(pages, serp, request)
    kept = len(usual.urls & read)
    return Check(name, _few(len(passed_over), serp), f"{kept} of {kept + len(passed_over)}")


def _before_the_end(pages: Sequence[RawPage], serp: Serp, request: SearchRequest) -> set[str]:
    """Where the pages lead; on the page that filled the depth, only above its last result."""
    links: set[str] = set()
    last = serp.results[-1] if len(serp.results) >= request.depth else None
    for page in pages:
        places = linked(page.body)
        end = places.get(last.link) if last is not None and page.page_no == last.page_no else None
        links |= {link for link, place in places.items() if end is None or place < end}
    return links


def _language(told: str | None, asked: str | None) -> Check:
    name = "Language"
    if not told or not asked:
        return Check(name, None, _untold(told, asked))
    return Check(name, _language_code(told) == _language_code(asked), f"asked {asked}, the page says {told}")


def _untold(told: str | None, asked: str | None) -> str:
    return f"asked {asked}, the page tells none" if asked else f"asked none, the page tells {told or 'none'}"


def _language_code(text: str) -> str:
    code = text.lower().split("-")[0]
    return SAME_LANGUAGE.get(code, code)


def _country(told: str | None, asked: str | None) -> Check:
    name = "Country"
    if not told or not asked:
        return Check(name, None, _untold(told, asked))
    return Check(name, told.upper() == asked.upper(), f"asked {asked.upper()}, the page says {told.upper()}")


def _news(serp: Serp, usual: Usual | None) -> Check:
    """Most of a page is new: a crisis, or another page. On one shorter than usual a quarter gone is enough."""
    name = "New since last look"
    if usual is None or not usual.urls:
        return Check(name, None, "no look before")
    now = {result.link for result in serp.results}
    new, gone = len(now - usual.urls), len(usual.urls - now)
    told = f"{new} of {len(serp.results)}"
    if new and usual.looks >= LEARNED_FROM and len(serp.results) < usual.n:
        kept = len(usual.urls) - gone
        return Check(name, kept >= USUAL_SHARE * min(len(usual.urls), usual.n), f"{told}, {gone} gone")
    return Check(name, new <= MOST_NEW * len(serp.results), told)
