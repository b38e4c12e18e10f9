"""The practice world, set up and run: an invented brand, three searches, twelve weeks of looks and one of today.

Every look goes the way of a real one (capture, store raw, parse, judge, score, store, compare); only the clock of the
past is simulated, and the pages come from the practice site. A second run adds what is missing and nothing twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from app.clock import clock
from app.db import engine, reading, writing
from app.models import Brand, Search, Snapshot
from app.pipeline import Surroundings, look
from app.queries.brand_page import Asked, brand_page
from app.queries.due import open_snapshots
from app.queries.numbers import BrandPage
from app.schedule import Slot, next_due, slots
from app.scoring.markets import market
from app.scoring.owned import parse_owned
from app.settings import settings
from app.store.brands import add_brand, home_workspace
from app.store.searches import add_search
from app.store.snapshots import plan
from app.surroundings import surroundings
from app.types import Progress
from app.verify import verify

BRAND = "Nativ Telecom"
OWNED = ("nativ-telecom.example", "social.example/nativtelecom", "video.example/@nativ-telecom")
SEARCHES = (
    ("נתיב טלקום שירות לקוחות", "google", "il-he"),
    ("Nativ Telecom obsługa klienta", "bing", "pl-pl"),
    ("Nativ Telecom customer service", "duckduckgo", "en-us"),
)
WEEKS = 12
LATER = timedelta(minutes=11)


class Clock:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


async def run_demo(progress: Callable[[str], Progress]) -> list[str]:
    """Bring the practice world up to now; returns what to tell a person."""
    now = clock()
    with writing() as session:
        searches = set_up(session, now)
    past, today = planned(now)
    show = progress("looks of twelve weeks, over HTTP")
    at = Clock(now)
    todo = missing(searches, past)
    async with surroundings(frozenset({"practice"}), at) as world:
        for number, (search_id, slot, moment) in enumerate(todo, 1):
            at.at = moment
            await take(world, search_id, slot, at)
            show(number, len(todo))
    todo = missing(searches, today)
    show = progress("today's looks, through Chromium")
    async with surroundings(frozenset({"practice"}), at, browser=True) as world:
        for number, (search_id, slot, _) in enumerate(todo, 1):
            at.at = max(clock(), now)
            await take(world, search_id, slot, at)
            show(number, len(todo))
    return list(story(now))


def set_up(session: Session, now: datetime) -> list[int]:
    """The invented brand with its three searches, made once; their next slot is tomorrow's."""
    workspace = home_workspace(session)
    brand = session.exec(select(Brand).where(Brand.name == BRAND)).first()
    if brand is None:
        brand = add_brand(session, workspace, BRAND, "il-he", [parse_owned(site) for site in OWNED])
    found = []
    for phrase, used, code in SEARCHES:
        pack = market(code)
        search = add_search(
            session, brand, phrase=phrase, engine=used, hl=pack.hl, gl=pack.gl, market=code, sources=["practice"],
        )  # fmt: skip
        search.next_due = next_due(search.schedule, market("il-he"), now)
        session.add(search)
        found.append(search.id or 0)
    return found


def planned(now: datetime) -> tuple[list[tuple[Slot, datetime]], list[tuple[Slot, datetime]]]:
    """(the slots of the twelve weeks before today, today's slot if it has come), with their instants."""
    home = market("il-he")
    midnight = now.astimezone(ZoneInfo(home.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    whole = [(slot, slot.instant(home.zone)) for slot in slots("06:00", home, midnight - timedelta(weeks=WEEKS), now)]
    today = midnight.date()
    return [s for s in whole if s[0].local.date() < today], [s for s in whole if s[0].local.date() == today]


def missing(searches: list[int], wanted: list[tuple[Slot, datetime]]) -> list[tuple[int, Slot, datetime]]:
    """The looks that are not on record yet, in the order of time."""
    with reading() as session:
        done = set(
            session.exec(
                select(Snapshot.search_id, Snapshot.slot).where(
                    Snapshot.purpose == "scheduled", col(Snapshot.state).is_not(None)
                )
            ).all()
        )
    return [(s, slot, at) for slot, at in wanted for s in searches if (s, slot.text()) not in done]


async def take(world: Surroundings, search_id: int, slot: Slot, at: Clock) -> None:
    """One scheduled look, and the second look it may wish for."""
    with writing(world.engine) as session:
        snapshot_id = plan(session, search_id, slot, "scheduled", at()).id or 0
    await look(world, snapshot_id, ("practice",))
    at.at += LATER
    with reading(world.engine) as session:
        wishes = [s for s in open_snapshots(session, at()) if session.get_one(Snapshot, s).purpose == "second"]
    for wish in wishes:
        await look(world, wish, ("practice",))


def story(now: datetime) -> Iterator[str]:
    """What was found, in a few lines, and where everything is."""
    today = now.astimezone(ZoneInfo(market("il-he").zone)).date()
    with reading() as session:
        slug = session.exec(select(Brand.slug).where(Brand.name == BRAND)).one()
        pages = [
            brand_page(session, slug, Asked(search, WEEKS + 1), today)
            for search in session.exec(
                select(Search.id).join(Brand).where(Brand.name == BRAND).order_by(col(Search.id))
            )
        ]
        findings = verify(session, settings().blobs, now)
    yield ""
    yield f"{BRAND}: an invented brand on the practice site, {WEEKS} weeks of daily looks"
    for page in pages:
        yield from told(page)
    broken = sum(len(found.broken) for found in findings)
    verdict = "every invariant holds" if not broken else f"{broken} BROKEN"
    yield f"Record: {verdict} ({sum(f.checked for f in findings)} checks, I1 to I7)"
    yield f"Database: {engine().url.render_as_string()}   Raw pages: {settings().blobs}"
    yield f"Next: shemtov serve, shemtov verify, shemtov report {slug}, shemtov export --brand {slug}"


def told(page: BrandPage) -> Iterator[str]:
    """One search in two lines."""
    now = page.week.now
    gaps = Counter(state for state in page.history.states if state and state not in ("ok", "empty_confirmed"))
    good = (
        f"{now.good} of {now.n20} are ours or good (target {page.brand.target})"
        if now and now.good is not None
        else "no good look yet"
    )
    lowest = next((row for row in page.week.results if row.hit.label == "negative"), None)
    yield f"  {page.search.phrase} [{page.search.engine} {page.search.hl}-{page.search.gl}]: {good}"
    counted = sum(page.history.counted(day) for day in range(len(page.history.days)))
    gap_text = ", ".join(f"{count} {state}" for state, count in sorted(gaps.items())) or "no gap"
    worst = f"highest negative at {lowest.rank}: {lowest.hit.title}" if lowest else "no negative in sight"
    yield f"    {counted} days seen, {gap_text}; {worst}"
