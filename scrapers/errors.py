"""Why a look can fail. A closed vocabulary: failures are never data.

ScrapeError
├── FetchFailed            no usable answer arrived
│   ├── Unreachable        DNS, refused, reset
│   ├── DeadlinePassed     the overall deadline of the fetch passed
│   ├── TooLarge           the decoded body passed the size cap
│   ├── Forbidden          the outbound gate refused the address
│   └── BrowserCrashed     Chromium went away
├── Refused                the engine answered, but not with results
│   ├── Captcha
│   ├── RateLimited
│   ├── AccessDenied
│   ├── JavaScriptWall
│   ├── ConsentAsked
│   ├── QuotaSpent         a provider's plan or balance is used up
│   └── KeyRefused         a provider does not know the key
├── SourceFailed           the source says that it failed itself
└── SourceMissing          no source is set up for this engine

`code` is what is stored and shown; `suspend` is how long the exit rests before it may be tried again
(source: the suspend times SearXNG ships, facts measured by its operators).
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar


class ScrapeError(Exception):
    """Base of all failures of a look."""

    code: ClassVar[str] = "error"
    suspend: ClassVar[timedelta] = timedelta(0)


class FetchFailed(ScrapeError):
    code = "fetch_failed"


class Unreachable(FetchFailed):
    code = "unreachable"


class DeadlinePassed(FetchFailed):
    code = "deadline"


class TooLarge(FetchFailed):
    code = "too_large"


class Forbidden(FetchFailed):
    code = "address_refused"


class BrowserCrashed(FetchFailed):
    code = "browser_crashed"


class Refused(ScrapeError):
    code = "refused"


class Captcha(Refused):
    code = "captcha"
    suspend = timedelta(hours=1)


class RateLimited(Refused):
    code = "rate_limit"
    suspend = timedelta(minutes=3)


class AccessDenied(Refused):
    code = "access_denied"
    suspend = timedelta(minutes=3)


class JavaScriptWall(Refused):
    code = "js_wall"


class ConsentAsked(Refused):
    code = "consent"
    suspend = timedelta(hours=1)


class QuotaSpent(Refused):
    code = "quota"
    suspend = timedelta(hours=6)


class KeyRefused(Refused):
    code = "key_refused"
    suspend = timedelta(hours=6)


class SourceFailed(ScrapeError):
    code = "source_failed"
    suspend = timedelta(minutes=3)


class SourceMissing(ScrapeError):
    code = "no_source"


def _all(cls: type[ScrapeError]) -> dict[str, type[ScrapeError]]:
    found = {cls.code: cls}
    for child in cls.__subclasses__():
        found |= _all(child)
    return found


BY_CODE: dict[str, type[ScrapeError]] = _all(ScrapeError)
