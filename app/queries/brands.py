"""Which brands there are, and what each owns."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from app.errors import NotFound
from app.models import Brand, OwnedSite
from app.queries.rows import BrandRow
from app.queries.weights import rank_weights
from app.scoring.markets import market
from app.scoring.reputation import Weights
from app.types import OwnedSite as Site


def brands(session: Session, workspace: int | None = None) -> tuple[BrandRow, ...]:
    """All brands by name; those of one workspace when it is given."""
    return _rows(session, _scoped(workspace))


def brands_of(session: Session, ids: Sequence[int]) -> tuple[BrandRow, ...]:
    """Those brands, by name."""
    return _rows(session, select(Brand).where(col(Brand.id).in_(ids)))


def _rows(session: Session, query: SelectOfScalar[Brand]) -> tuple[BrandRow, ...]:
    found = session.exec(query.order_by(col(Brand.name))).all()
    sites: dict[int, list[Site]] = {}
    of_these = query.with_only_columns(col(Brand.id))
    for site in session.exec(
        select(OwnedSite).where(col(OwnedSite.brand_id).in_(of_these)).order_by(col(OwnedSite.id))
    ):
        sites.setdefault(site.brand_id, []).append(Site(site.host, site.path))
    weights = {home: rank_weights(session, home) for home in {brand.workspace_id for brand in found}}
    return tuple(_row(brand, sites.get(brand.id or 0, ()), weights[brand.workspace_id]) for brand in found)


def brand(session: Session, key: str, workspace: int | None = None) -> BrandRow:
    """The brand of that slug or name; NotFound says which there are."""
    query = _scoped(workspace)
    found = session.exec(query.where((col(Brand.slug) == key) | (col(Brand.name) == key))).first()
    if found is None:
        names = ", ".join(brand.slug for brand in session.exec(query.order_by(col(Brand.slug))).all()) or "none yet"
        raise NotFound(f"no brand {key!r}; brands: {names}")
    return brand_row(session, found)


def count_brands(session: Session) -> int:
    """How many there are, of all workspaces."""
    return session.exec(select(func.count()).select_from(Brand)).one()


def _scoped(workspace: int | None) -> SelectOfScalar[Brand]:
    query = select(Brand)
    return query if workspace is None else query.where(Brand.workspace_id == workspace)


def brand_row(session: Session, found: Brand) -> BrandRow:
    """A brand with its home market's calendar."""
    return _row(found, owned_sites(session, found.id or 0), rank_weights(session, found.workspace_id))


def _row(found: Brand, sites: Sequence[Site], weights: Weights) -> BrandRow:
    home = market(found.home_market)
    return BrandRow(
        id=found.id or 0,
        workspace_id=found.workspace_id,
        name=found.name,
        slug=found.slug,
        home_market=found.home_market,
        zone=home.zone,
        week_start=home.week_start,
        weekend=tuple(home.weekend),
        target=found.target,
        main_search=found.main_search,
        owned=tuple(site.host + site.path for site in sites),
        weights=weights,
    )


def owned_sites(session: Session, brand_id: int) -> tuple[Site, ...]:
    """The sites a brand owns."""
    rows = session.exec(
        select(OwnedSite.host, OwnedSite.path).where(OwnedSite.brand_id == brand_id).order_by(col(OwnedSite.id))
    ).all()
    return tuple(Site(host, path) for host, path in rows)
