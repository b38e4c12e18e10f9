"""What the pages of a source yielded, look by look: what app.drift reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy
from sqlmodel import Session, col

from app.drift import Yield
from app.models import Attempt, Parse, Search, Snapshot

DAYS = timedelta(days=22)
READ = ("ok", "suspect")
LOOKS = 450  # of a source that is asked little, whatever time they took


def yields(session: Session, source: str, engine: str, now: datetime) -> list[Yield]:
    """The looks of the last 22 days, or the last 450 when those are more; oldest first.

    Pages that came and could be read: refused ones yield nothing and say so. Saved pages and searches that only
    listen are of another kind.
    """
    query = (
        sqlalchemy.select(
            col(Attempt.started), col(Snapshot.search_id), col(Parse.pages), col(Parse.n), col(Parse.unread),
            col(Parse.snippets), col(Parse.title_length),
        )
        .join(Parse, col(Parse.attempt_id) == col(Attempt.id))
        .join(Snapshot, col(Snapshot.current_parse) == col(Parse.id))
        .join(Search, col(Search.id) == col(Snapshot.search_id))
        .where(
            col(Attempt.source) == source, col(Search.engine) == engine, col(Search.purpose) == "share",
            col(Snapshot.purpose) != "import", col(Parse.state).in_(READ), col(Parse.unread).is_not(None),
            col(Attempt.started) <= now,
        )
        .order_by(col(Attempt.started).desc())
    )  # fmt: skip
    rows = session.connection().execute(query.where(col(Attempt.started) > now - DAYS)).all()
    if len(rows) < LOOKS:
        rows = session.connection().execute(query.limit(LOOKS)).all()
    return [
        Yield(at.astimezone(UTC).date(), search, pages or 1, n, unread or 0, snippets, title_length)
        for at, search, pages, n, unread, snippets, title_length in reversed(rows)
    ]
