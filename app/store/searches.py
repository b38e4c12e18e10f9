"""Adds searches, once each, and moves their next due moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from app.errors import BadInput
from app.models import Brand, Search
from app.store.brands import plain_text
from app.types import Purpose
from scrapers import registry
from scrapers.locales import unknown

MAX_PHRASE = 200


def add_search(
    session: Session,
    brand: Brand,
    *,
    phrase: str,
    engine: str,
    hl: str,
    gl: str,
    market: str,
    sources: Sequence[str],
    device: str = "desktop",
    depth: int = 20,
    active: bool = True,
    schedule: str = "06:00",
    next_due: datetime | None = None,
    purpose: Purpose = "share",
) -> Search:
    """The search of that identity, made when missing. BadInput when the engine cannot serve it. One that only listens
    (purpose watch) never becomes the brand's main one.

    A known search of another depth is the same search here: imports join the history that is being kept.
    """
    clean = plain_text(phrase, "a phrase", MAX_PHRASE)
    check_engine(engine, hl, gl)
    known = session.exec(
        select(Search).where(
            Search.brand_id == brand.id, Search.phrase == clean, Search.engine == engine, Search.hl == hl,
            Search.gl == gl, Search.device == device, Search.purpose == purpose,
        )
    ).first()  # fmt: skip
    if known is not None:
        return known
    search = Search(
        brand_id=brand.id or 0, market=market, phrase=clean, engine=engine, hl=hl, gl=gl, device=device, depth=depth,
        sources=list(sources), active=active, schedule=schedule, next_due=next_due, purpose=purpose,
    )  # fmt: skip
    session.add(search)
    session.flush()
    if brand.main_search is None and purpose == "share":
        brand.main_search = search.id
        session.add(brand)
    return search


def check_engine(engine: str, hl: str, gl: str) -> None:
    """BadInput when there is no such engine, or when it cannot serve that language and country."""
    if engine not in registry.ENGINES:
        raise BadInput(f"unknown engine {engine!r}; known: {', '.join(registry.ENGINES)}")
    nonsense = unknown(hl, gl)
    if nonsense:
        raise BadInput(nonsense)
    refusal = registry.source(engine).refuses(hl, gl)
    if refusal:
        raise BadInput(f"{engine} cannot serve {hl}-{gl}: {refusal}")
