"""The clock of this process. Whoever must be able to live in another moment is given one instead."""

from __future__ import annotations

from datetime import UTC, datetime


def clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)
