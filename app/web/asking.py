"""What an address asks for: a search, a range of weeks, a top, two days to compare."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import Depends, Query

from app.queries.brand_page import Asked

Id = Annotated[int | None, Query(ge=1, le=2**31)]


def asked(
    search: Id = None,
    weeks: Annotated[int, Query(ge=0, le=520)] = 13,
    top: Literal["10", "20"] = "10",
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> Asked:
    """The question of a page's address; weeks=0 is the whole record."""
    return Asked(search, weeks, int(top), first, last)


def today_in(zone: str) -> date:
    """The local day of a brand's home market."""
    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


AskedDep = Annotated[Asked, Depends(asked)]
