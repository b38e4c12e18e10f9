"""How long a source rests after trouble, and when trouble is the operator's to hear of. Pure."""

from __future__ import annotations

from datetime import timedelta

from scrapers.errors import BY_CODE, SourceFailed

LONGEST = timedelta(days=1)
ALERT = 3  # looks in a row that were refused or failed
REFUSED_LATER = "a later page was refused: "


def trouble_of(outcome: str, reason: str) -> str | None:
    """Why a look gave trouble: a code of errors.BY_CODE, or "HTTP 503" and the like; None when it gave none."""
    if outcome in ("blocked", "consent", "error"):
        return reason
    if outcome == "partial" and reason.startswith(REFUSED_LATER):
        return reason.removeprefix(REFUSED_LATER)
    return None


def rest(code: str, trouble: int) -> timedelta:
    """The rest after so many looks in a row: that of the failure's class, doubled each time, up to a day.

    An error status is the source's own failure. Zero for what no rest mends (a gate that refused, no network).
    """
    doubled: int = 2 ** min(trouble - 1, 16)
    return min(BY_CODE.get(code, SourceFailed).suspend * doubled, LONGEST)
