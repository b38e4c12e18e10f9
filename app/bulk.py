"""Many brands of one file: planned like one, all problems told, made together; those that are there are left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.brand_files import TypedBrand
from app.errors import BadInput
from app.models import Workspace
from app.onboarding import Plan, make_brand, plan_brand
from app.queries.brands import brands
from app.queries.rows import BrandRow, SearchRow
from app.queries.searches import searches
from app.settings import Settings
from app.types import Progress

MOST_SEARCHES = 5000  # made in one write: while it runs, looks wait to be stored


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said of a brand of the file: what is wrong with it, or where it differs from the one on record."""

    line: int
    name: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bulk:
    """A file of brands: those that would be made, those on record already, and those that cannot be made."""

    new: tuple[Plan, ...]
    there: tuple[Told, ...]
    wrong: tuple[Told, ...]

    @property
    def looks(self) -> int:
        """Looks a month of the new ones."""
        return sum(plan.looks for plan in self.new)

    @property
    def cost(self) -> float:
        """US dollars a month of the new ones."""
        return sum(plan.cost for plan in self.new)


def plan_all(session: Session, typed: Sequence[TypedBrand], workspace: int, chosen: Settings) -> Bulk:
    """What would be made of a file; BadInput when that is too much at once. Writes and asks nothing."""
    known = {brand.name: brand for brand in brands(session, workspace)}
    watched: dict[int, list[SearchRow]] = {}
    for search in searches(session, purpose=None) if known else ():
        watched.setdefault(search.brand_id, []).append(search)
    new: dict[str, Plan] = {}
    lines: dict[str, int] = {}
    there, wrong, planned = [], [], 0
    for one in typed:
        plan = plan_brand(one.name, **({"owned": (), "codes": ()} | one.given), chosen=chosen)
        problems = [*one.wrong, *(problem.message for problem in plan.problems)]
        first = lines.setdefault(plan.name, one.line) if plan.name else one.line
        if plan.name and (plan.name in new or first != one.line):
            problems.append(f"{plan.name} stands in this file before{f', on line {first}' if first else ''}")
        if problems:
            wrong.append(Told(one.line, plan.name or one.name, tuple(problems)))
        elif plan.name in known:
            brand = known[plan.name]
            there.append(Told(one.line, plan.name, tuple(_differs(one, plan, brand, watched.get(brand.id, ())))))
        else:
            new[plan.name] = plan
            planned += len(plan.searches)
        if planned > MOST_SEARCHES:
            raise BadInput(f"the file asks for more than {MOST_SEARCHES} searches: split it")
    return Bulk(tuple(new.values()), tuple(there), tuple(wrong))


def make_all(
    session: Session, workspace: Workspace, bulk: Bulk, now: datetime, progress: Progress = lambda done, of: None
) -> None:
    """All new brands with their searches; Conflict when somebody made one of them meanwhile."""
    for number, plan in enumerate(bulk.new, 1):
        make_brand(session, workspace, plan, now)
        progress(number, len(bulk.new))


def _differs(typed: TypedBrand, plan: Plan, brand: BrandRow, kept: Sequence[SearchRow]) -> list[str]:
    """What the file says of a brand on record that the record does not."""
    known = {(search.phrase, search.engine, search.hl, search.gl, search.purpose): search for search in kept}
    asked = [known.get((s.phrase, s.engine, s.hl, s.gl, s.purpose)) for s in plan.searches]
    sites = sum(site.host + site.path not in brand.owned for site in plan.sites)
    others = sum(search is not None and search.schedule != plan.schedule for search in asked)
    told = [
        (asked.count(None), "searches of the file are not there"),
        (sites, "owned sites of the file are not there"),
        (others if "schedule" in typed.given else 0, "searches have another schedule"),
    ]
    found = [f"{count} {what}" for count, what in told if count]
    if "target" in typed.given and brand.target != plan.target:
        found.append(f"its target is {brand.target}, not {plan.target}")
    return found
