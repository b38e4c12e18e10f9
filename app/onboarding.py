"""A new brand: what is asked for, checked and told before anything is written; then all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.errors import BadInput
from app.models import Brand, Workspace
from app.schedule import BadSchedule, looks_a_month, next_due
from app.schedule_words import normalise
from app.scoring.markets import Market, markets
from app.scoring.owned import NotOwnable, parse_owned
from app.settings import Settings
from app.sources import default_sources, monthly_cost, usable
from app.store.brands import MOST_NAME, add_brand, plain_text
from app.store.searches import MAX_PHRASE, add_search, check_engine
from app.types import OwnedSite, Problem, Purpose
from scrapers import registry
from scrapers.errors import SourceMissing

SCHEDULE = "06:00"
MOST_SITES = 200
WATCH_DEPTH = 10


@dataclass(frozen=True, slots=True)
class PlannedSearch:
    """A search that would be made. able: the sources that may be asked today, why_not: why the others may not;
    without an able one it asks nobody. looks: looks a month; cost: US dollars a month at the first able source, second
    looks not counted; refusal: why the engine cannot serve it, "" when it can. purpose watch: it only listens.
    """

    phrase: str
    engine: str
    hl: str
    gl: str
    market: str
    sources: tuple[str, ...]
    able: tuple[str, ...]
    why_not: tuple[str, ...]
    looks: int
    depth: int
    purpose: Purpose
    cost: float
    refusal: str = ""

    @property
    def asks_nobody(self) -> bool:
        return not self.able


@dataclass(frozen=True, slots=True)
class Plan:
    """A brand as it would be made; without problems it can be."""

    name: str
    sites: tuple[OwnedSite, ...]
    home: Market | None
    target: int
    depth: int
    searches: tuple[PlannedSearch, ...]
    schedule: str
    problems: tuple[Problem, ...]

    @property
    def cost(self) -> float:
        """US dollars a month."""
        return sum(search.cost for search in self.searches)

    @property
    def looks(self) -> int:
        """Looks a month."""
        return sum(search.looks for search in self.searches)

    @property
    def owns_nothing(self) -> bool:
        """Allowed, with a warning: nothing can be labelled owned."""
        return not self.sites


def plan_brand(
    name: str, owned: Sequence[str], codes: Sequence[str], chosen: Settings, *, engines: Sequence[str] = (),
    sources: Sequence[str] = (), phrases: Sequence[str] = (), depth: int = 20, target: int = 18, watch: bool = False,
    schedule: str = SCHEDULE,
) -> Plan:  # fmt: skip
    """What would be made of what was typed, home market first, with every problem found. Writes and asks nothing.
    watch: also searches that listen at the markets' complaint sites. schedule: of every search, as it was typed."""
    problems: list[Problem] = []
    clean = _text(name, "name", "a brand's name", MOST_NAME, problems)
    sites = _sites(owned, problems)
    packs = _packs(codes, problems)
    for source in sources:
        try:
            registry.source(source)
        except SourceMissing as unknown:
            problems.append(Problem("source", "unknown", source, str(unknown)))
    wanted = [_text(phrase, "phrase", "a phrase", MAX_PHRASE, problems) for phrase in phrases]
    for field, number, most in (("depth", depth, 100), ("target", target, 20)):
        if not 1 <= number <= most:
            problems.append(Problem(field, "range", str(number), f"{field} is 1 to {most}, not {number}"))
    home = packs[0] if packs else None
    stored = _schedule(schedule, home.weekend if home else (), problems)
    looks = looks_a_month(stored, home.weekend if home else ())
    found = tuple(
        _planned(pack, engine, phrase, sources, chosen, depth, looks)
        for pack in packs
        for engine in engines or [pack.engine]
        for phrase in wanted or (pack.phrases(clean) if clean else ())
    )
    if watch and clean:
        found += tuple(_listening(packs, engines, sources, clean, chosen, looks))
    problems += {search.refusal: Problem("engine", "refused", _asked(search), search.refusal)
                 for search in found if search.refusal}.values()  # fmt: skip
    return Plan(clean, sites, home, target, depth, found, stored, tuple(dict.fromkeys(problems)))


def make_brand(session: Session, workspace: Workspace, plan: Plan, now: datetime) -> Brand:
    """The brand of a plan with all its searches; BadInput with every problem when it has any, Conflict when there is
    one of that name."""
    if plan.problems or plan.home is None:
        raise BadInput("; ".join(problem.message for problem in plan.problems))
    brand = add_brand(session, workspace, plan.name, plan.home.code, plan.sites)
    brand.target = plan.target
    for search in plan.searches:
        add_search(
            session, brand, phrase=search.phrase, engine=search.engine, hl=search.hl, gl=search.gl,
            market=search.market, depth=search.depth, sources=search.sources, purpose=search.purpose,
            schedule=plan.schedule,
            next_due=next_due(plan.schedule, plan.home, now),
        )  # fmt: skip
    return brand


def _planned(
    pack: Market, engine: str, phrase: str, sources: Sequence[str], chosen: Settings, depth: int,
    looks: int, purpose: Purpose = "share",
) -> PlannedSearch:  # fmt: skip
    try:
        check_engine(engine, pack.hl, pack.gl)
        refusal = ""
    except BadInput as refused:
        refusal = refused.message
    known = [name for name in sources or default_sources(engine) if name in registry.SOURCES]
    refusing = {name for name in known if registry.source(name).refuses(pack.hl, pack.gl)}
    able, why_not = usable([name for name in known if name not in refusing], chosen)
    why_not += [f"{name} does not serve {pack.hl}-{pack.gl}" for name in known if name in refusing]
    return PlannedSearch(
        phrase, engine, pack.hl, pack.gl, pack.code, tuple(known), tuple(able), tuple(why_not), looks, depth, purpose,
        monthly_cost(looks, able, depth), refusal,
    )  # fmt: skip


def _listening(
    packs: Sequence[Market], engines: Sequence[str], sources: Sequence[str], name: str, chosen: Settings, looks: int
) -> Iterator[PlannedSearch]:
    """A search of each complaint site. Where an engine's "no results" cannot be believed there is none: it would never
    be quiet."""
    for pack in packs:
        for engine in engines or [pack.engine]:
            if engine not in registry.ENGINES or not registry.standards(engine, engine).zero_counts:
                continue
            for host in pack.complaint_sites:
                yield _planned(pack, engine, f"{name} site:{host}", sources, chosen, WATCH_DEPTH, looks, "watch")


def _asked(search: PlannedSearch) -> str:
    return f"{search.engine} {search.hl}-{search.gl}"


def _text(typed: str, field: str, what: str, most: int, problems: list[Problem]) -> str:
    try:
        return plain_text(typed, what, most)
    except BadInput as wrong:
        problems.append(Problem(field, "text", typed, wrong.message))
        return ""


def _schedule(typed: str, weekend: tuple[int, ...], problems: list[Problem]) -> str:
    try:
        return normalise(typed, weekend)
    except BadSchedule as wrong:
        problems.append(Problem("schedule", wrong.code, wrong.value, str(wrong)))
        return SCHEDULE


def _sites(typed: Sequence[str], problems: list[Problem]) -> tuple[OwnedSite, ...]:
    found: dict[OwnedSite, None] = {}
    lines = [line for line in typed if line.strip()]
    if len(lines) > MOST_SITES:
        problems.append(
            Problem("owned", "many", str(len(lines)), f"{len(lines)} owned sites; the most is {MOST_SITES}")
        )
    for line in lines[:MOST_SITES]:
        try:
            found[parse_owned(line)] = None
        except NotOwnable as wrong:
            problems.append(Problem("owned", wrong.code, line.strip()[:100], str(wrong)))
    return tuple(found)


def _packs(codes: Iterable[str], problems: list[Problem]) -> list[Market]:
    known = markets()
    for code in codes:
        if code not in known:
            message = f"unknown market {code!r}; known: {', '.join(known)}"
            problems.append(Problem("market", "unknown", code, message))
    found = [known[code] for code in dict.fromkeys(codes) if code in known]
    if not codes:
        problems.append(Problem("market", "none", "", f"a brand needs a home market; known: {', '.join(known)}"))
    return found
