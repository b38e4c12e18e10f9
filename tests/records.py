"""A record written straight into a database: pages given as labels by rank, gaps as their state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from sqlmodel import Session

from app.models import Attempt, Brand, Hit, Link, Parse, Result, Search, Snapshot
from app.store.brands import add_brand, home_workspace
from app.types import Label

AT = datetime(2026, 11, 1, tzinfo=UTC)


def record_brand(session: Session, name: str, days: Mapping[date, Sequence[Label] | str], title: str = "") -> Brand:
    """A brand with one search and a look at 06:00 of each day. A day is its labels by rank, or a state that is a gap.

    A link stands for (rank, label), so that the same label at the same rank is the same result on every day.
    """
    brand = add_brand(session, home_workspace(session), name, "il-he", [])
    search = Search(brand_id=brand.id or 0, market="il-he", phrase=name, engine="google", hl="he", gl="IL")
    session.add(search)
    session.flush()
    brand.main_search = search.id
    session.add(brand)
    hits: dict[tuple[int, Label], int] = {}
    for day, page in sorted(days.items()):
        record_look(session, search.id or 0, day, page, hits, title)
    session.flush()
    return brand


def record_look(
    session: Session, search: int, day: date, page: Sequence[Label] | str, hits: dict[tuple[int, Label], int],
    title: str = "",
) -> Snapshot:  # fmt: skip
    """One look; hits is shared by the looks of a search."""
    state = page if isinstance(page, str) else "ok"
    look = Snapshot(
        search_id=search, slot=f"{day}T06:00:00", purpose="scheduled", due=AT, state=state,
        reason="captcha" if state == "blocked" else "",
    )  # fmt: skip
    session.add(look)
    session.flush()
    if isinstance(page, str):
        return look
    attempt = Attempt(snapshot_id=look.id or 0, no=1, source="google", state="done", started=AT, deadline=AT, ended=AT)
    session.add(attempt)
    session.flush()
    parse = Parse(
        snapshot_id=look.id or 0, attempt_id=attempt.id or 0, parser_version="google 1", state="ok", n=len(page), at=AT
    )
    session.add(parse)
    session.flush()
    for rank, label in enumerate(page, 1):
        if (rank, label) not in hits:
            hits[rank, label] = _hit(session, search, rank, label, title)
        session.add(Result(parse_id=parse.id or 0, rank=rank, hit_id=hits[rank, label], absolute_rank=rank))
    look.current_parse = parse.id
    session.add(look)
    session.flush()
    return look


def _hit(session: Session, search: int, rank: int, label: Label, title: str) -> int:
    url = f"https://e{search}.example/{rank}/{label}"
    link = Link(host=f"e{search}.example", url=url, url_hash=url.encode()[-16:].rjust(16) + bytes([search % 256]))
    session.add(link)
    session.flush()
    hit = Hit(
        search_id=search, link_id=link.id, url=url, title=title or f"{label} at {rank}", text_hash=b"x" * 16,
        label=label, evidence_kind="words", rule="test", confidence=0.7, version="test",
    )  # fmt: skip
    session.add(hit)
    session.flush()
    return hit.id or 0
