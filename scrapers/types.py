"""The frozen words every scraper speaks: what is asked, what came back, what was read from it.

Nothing here knows brands, databases or verdicts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

Device = Literal["desktop", "mobile"]
State = Literal["ok", "empty", "partial", "blocked", "consent", "suspect", "error"]
BlockKind = Literal["captcha", "rate_limit", "access_denied", "js_wall", "consent", "quota", "key_refused"]


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is asked of an engine. `phrase` None means it is not known (a saved page without a note).

    hl is a language code ("he"), gl a country code ("IL"), depth the organic results wanted (10 or 20).
    as_of travels in time; only the practice world can, every real source ignores it.
    """

    engine: str
    phrase: str | None = None
    hl: str | None = None
    gl: str | None = None
    location: str | None = None
    device: Device = "desktop"
    depth: int = 10
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """One HTTP request a source wants made: GET unless `form` or `json` (JSON text) is given (then POST).

    secrets are the parts of it that must never be kept or shown: masked in the address and in the answer, and no part
    of how a Fetch is printed. locale ("he-IL") is what a browser is set to, seconds what is left of the look; capture
    fills both in. Plain HTTP does without a locale.
    """

    url: str = field(repr=False)  # some providers take their key in it
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = None
    json: str | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    locale: str | None = None
    seconds: float | None = None

    def within(self, deadline: float) -> float:
        """The seconds this fetch may take: a fetcher's own deadline, or what is left of the look when that is less."""
        return deadline if self.seconds is None else max(min(deadline, self.seconds), 0.001)


@dataclass(frozen=True, slots=True)
class Access:
    """How a source is reached: a base URL instead of its own (a practice site, a mirror), the key of a provider."""

    base_url: str | None = None
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RawPage:
    """One raw answer, as it came but for a provider's key of ours: stored before anybody reads it, in every state.

    `complete` is False when the transport knows that the body was cut off (size cap, reset, deadline).
    `failure` names what the transport saw instead of an answer (errors.py code), None when there was one.
    """

    body: bytes
    final_url: str | None = None
    http_status: int | None = None
    content_type: str | None = None
    page_no: int = 1
    fetched_at: datetime | None = None
    complete: bool = True
    failure: str | None = None

    def sha256(self) -> str:
        """The name under which the body is kept."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating an engine delivered as data or as a labelled piece of its markup: value of scale, from votes."""

    value: float
    scale: float = 5.0
    votes: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One organic entry. rank: 1-based among organic results; absolute_rank: among all blocks of the page.

    url is the link as the engine gave it, redirects unwrapped; link is its canonical form, the identity.
    unresolved is True when the link hides its target (google /goto?url=): then link is the identity of last
    resort (urls.unresolved_identity). date_text and votes stay out of identity. host is the link's, in A-labels.
    """

    rank: int
    url: str
    link: str
    title: str
    snippet: str = ""
    display_url: str = ""
    host: str = ""
    rating: Rating | None = None
    date_text: str | None = None
    page_no: int = 1
    absolute_rank: int | None = None
    unresolved: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """A non-organic block. What data holds, by kind; a part the page does not tell is left out, never guessed:

    ad                  title, url, text
    paa                 question, answer?, url?             one feature a question
    ai_overview         text?, sources: [{title, url}]
    featured_snippet    text, title?, url?                  the link is a result too when the page shows it as one
    top_stories, video, forums, images, carousel            items: [{title, url?, source?, date?}]
    local               items: [{title, value?, scale?, votes?, url?}]
    knowledge           title?, text?, value?, scale?, votes?, url?
    sitelinks           link: the canonical link of the result they stand under, items: [{title, url}]
    related             phrases: [...]

    value, scale and votes are a rating's. Texts are one line; urls are unwrapped and http(s) only.
    """

    kind: str
    absolute_rank: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signs:
    """What a page says about itself, read by its engine and weighed by the judge. None means "cannot be told".

    container   the engine's own results container stands on the page
    phrase      the phrase the page echoes (search box; a provider's echo)
    end         the engine's end-of-page sign (footer, pagination, closing tag) stands after the results
    more        the engine offers a next page
    hl, gl      language and country the page itself tells
    unread      result-like blocks (an outside link with its own heading) that are neither result, ad nor feature
    no_results  the engine's own no-results sign
    relaxed     the engine answered another phrase than ours (did-you-mean that replaced it, dropped quotes)
    block       why there are no results, looked for only when there are none
    failed      the source says that it failed itself: what it shows is no answer (a provider's own error)
    foreign     another engine's or another vertical's page, in words ("image search", "bing"), None when it is ours
    """

    container: bool = False
    phrase: str | None = None
    end: bool | None = None
    more: bool | None = None
    hl: str | None = None
    gl: str | None = None
    unread: int = 0
    no_results: bool = False
    relaxed: bool = False
    block: BlockKind | None = None
    failed: bool = False
    foreign: str | None = None


@dataclass(frozen=True, slots=True)
class Serp:
    """A page of results as read: one page of the engine, or several joined by scrapers.parse."""

    results: tuple[Result, ...] = ()
    features: tuple[Feature, ...] = ()
    signs: Signs = Signs()
    parser_version: str = ""
    pages: int = 1

    def with_version(self, version: str) -> Serp:
        return replace(self, parser_version=version)


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for a search: plain data, learned from its last 14 ok looks, so the judge reads no database.

    n: median number of organic results; snippet_share: median share of results with a snippet (0..1);
    urls: the URLs of the last ok look; looks: how many ok looks this was learned from (0 to 14).
    """

    n: float
    snippet_share: float
    urls: frozenset[str] = frozenset()
    looks: int = 0


@dataclass(frozen=True, slots=True)
class Standards:
    """What a source's page must hold before anything is learned about a search.

    enough: fewest organic results a whole page has (several pages: times their number); 0 where any number is
    ordinary, as for `site:` of a forum, whatever was learned.
    zero_counts: whether its no-results sign can be believed for an ordinary phrase (Bing shows it to crawlers).
    """

    enough: int
    zero_counts: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the judge looked at, for "how confirmed": passed None means it could not be checked."""

    name: str
    passed: bool | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a single look can say. reason: a code of errors.BY_CODE for a failure, else a plain sentence fragment."""

    state: State
    reason: str = ""
    unchecked: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
