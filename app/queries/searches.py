"""Which searches a brand has, and what a look at one of them asks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from app.errors import BadInput, NotFound
from app.models import Brand, Search
from app.queries.brands import brand_row, owned_sites
from app.queries.label_rules import rules_in_force
from app.queries.rows import BrandRow, SearchRow
from app.scoring.markets import market
from app.types import LabelRule, OwnedSite, Purpose
from scrapers.types import SearchRequest


@dataclass(frozen=True, slots=True)
class Watched:
    """A search with all that a look at it needs to know; rules: what people said, in force for its brand."""

    search: SearchRow
    brand: BrandRow
    sites: tuple[OwnedSite, ...]
    rules: tuple[LabelRule, ...]

    @property
    def listens(self) -> bool:
        """A watch search: its page is recorded and its changes are told, and it is in no share."""
        return self.search.purpose == "watch"

    def request(self, as_of: datetime | None = None) -> SearchRequest:
        """What is asked of the engine."""
        s = self.search
        return SearchRequest(
            engine=s.engine, phrase=s.phrase, hl=s.hl or None, gl=s.gl or None, location=s.location,
            device="mobile" if s.device == "mobile" else "desktop", depth=s.depth, as_of=as_of,
        )  # fmt: skip


def watched(session: Session, search_id: int, workspace: int | None = None) -> Watched:
    """The search of that id with its brand; NotFound also when it belongs to another workspace."""
    found = session.get(Search, search_id)
    owner = session.get_one(Brand, found.brand_id) if found else None
    if found is None or owner is None or workspace not in (None, owner.workspace_id):
        raise NotFound(f"no search {search_id}")
    brand = brand_row(session, owner)
    return Watched(search_row(found), brand, owned_sites(session, brand.id), rules_in_force(session, brand.id))


Zoned = Mapping[int, tuple[SearchRow, str]]


def zoned(session: Session, search_ids: Collection[int]) -> Zoned:
    """Searches by their ids, each with the time zone of its brand."""
    query = select(Search, Brand.home_market).join(Brand, col(Brand.id) == col(Search.brand_id))
    found = session.exec(query.where(col(Search.id).in_(search_ids))).all()
    return {search.id or 0: (search_row(search), market(home).zone) for search, home in found}


def counted_search(session: Session, search_id: int, workspace: int | None = None) -> SearchRow:
    """The search of that id, if its page is counted; BadInput when it only listens."""
    found = watched(session, search_id, workspace)
    if found.listens:
        raise BadInput(f"search {search_id} only listens: its page is not counted")
    return found.search


def every_search(session: Session) -> list[int]:
    """The ids of all searches of this installation, in their order."""
    return [one or 0 for one in session.exec(select(Search.id).order_by(col(Search.id))).all()]


def searches(session: Session, brand_id: int | None = None, purpose: Purpose | None = "share") -> tuple[SearchRow, ...]:
    """The searches of a brand (or all), in the order they were made. Those that only listen stand in no list of pages
    that are counted: whoever wants them asks for "watch", or for None, which is all."""
    query = select(Search).order_by(col(Search.id))
    if purpose is not None:
        query = query.where(Search.purpose == purpose)
    if brand_id is not None:
        query = query.where(Search.brand_id == brand_id)
    return tuple(search_row(found) for found in session.exec(query).all())


def search_row(found: Search) -> SearchRow:
    """A search as readers get it."""
    return SearchRow(
        id=found.id or 0,
        brand_id=found.brand_id,
        phrase=found.phrase,
        engine=found.engine,
        hl=found.hl,
        gl=found.gl,
        location=found.location or None,
        device=found.device,
        depth=found.depth,
        market=found.market,
        purpose=found.purpose,
        source_names=tuple(found.sources),
        active=found.active,
        next_due=found.next_due,
        schedule=found.schedule,
    )
