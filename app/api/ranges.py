"""The range of days a caller asks for: both ends included, never more than is reasonable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import BeforeValidator

from app.errors import BadInput

MOST_DAYS = 800
# A literal number takes no text, and an address holds nothing else.
Top = Annotated[Literal[10, 20], BeforeValidator(int), Query(description="how many of the first results are counted")]


@dataclass(frozen=True, slots=True)
class Range:
    first: date
    last: date


async def day_range(
    first: Annotated[
        date | None, Query(alias="from", description="first local day, default 90 days before the last")
    ] = None,
    last: Annotated[date | None, Query(alias="to", description="last local day, default today")] = None,
) -> Range:
    """The days from first to last; 400 when they are turned around or too many. (async: nothing here waits, and no
    thread is needed.)"""
    end = last or datetime.now(UTC).date() + timedelta(days=1)
    try:
        start = first or end - timedelta(days=90)
    except OverflowError as wrong:
        raise BadInput("that day is out of range") from wrong
    if start > end:
        raise BadInput(f"from {start} lies after to {end}")
    if (end - start).days >= MOST_DAYS or end.year > 9000:
        raise BadInput(f"at most {MOST_DAYS} days at a time")
    return Range(start, end)


RangeDep = Annotated[Range, Depends(day_range)]
