"""What is usual for a search: learned from its last 14 ok looks before a slot, handed to the judge as plain data."""

from __future__ import annotations

from statistics import median

from sqlmodel import Session, col, select

from app.models import Hit, Link, Parse, Result, Snapshot
from scrapers.types import Usual

LOOKS = 14


def usual(session: Session, search_id: int, slot: str) -> Usual | None:
    """None before the first ok look. n and snippet share are medians; urls are those of the last ok look."""
    rows = session.exec(
        select(Parse.id, Parse.n, Parse.snippets)
        .join(Snapshot, col(Snapshot.current_parse) == col(Parse.id))
        .where(Snapshot.search_id == search_id, Snapshot.state == "ok", Snapshot.slot < slot, Parse.n > 0)
        .order_by(col(Snapshot.slot).desc(), col(Snapshot.id).desc())
        .limit(LOOKS)
    ).all()
    if not rows:
        return None
    return Usual(
        n=float(median(n for _, n, _ in rows)),
        snippet_share=float(median(snippets / n for _, n, snippets in rows)),
        urls=frozenset(links(session, rows[0][0] or 0)),
        looks=len(rows),
    )


def links(session: Session, parse_id: int) -> list[str]:
    """The canonical URLs of a parse, by rank."""
    return list(
        session.exec(
            select(Link.url)
            .join(Hit, col(Hit.link_id) == col(Link.id))
            .join(Result, col(Result.hit_id) == col(Hit.id))
            .where(Result.parse_id == parse_id)
            .order_by(col(Result.rank))
        ).all()
    )
