"""A year of one search through the whole pipeline, with eight kinds of failure on known days: none is called ok.

Each failure is made as mean as it can be: HTTP 200, our phrase echoed, container and end of page in place, and the
second look ten minutes later sees just the same, as a wrong way out or a broken parser would.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import escape

import pytest
from sqlmodel import select
from worlds import PHRASES, World

from app.db import reading, writing
from app.models import Change, Parse, Search, Snapshot
from app.queries.history import history
from app.queries.share import share
from app.queries.usual import links
from app.runner import run_due
from app.verify import verify
from scrapers.practice.entries import Entry, worlds
from scrapers.practice.markup import Asked, google, google_nojs
from scrapers.urls import canonical

FIRST = date(2026, 1, 1)
LEARNING = 14
BLOCK = '<div class="MjjYud">'
ENGLISH = PHRASES["duckduckgo"][0]
PHRASE = PHRASES["google"][0]
Failure = Callable[[date, str], str]


def blocks(text: str) -> tuple[str, list[str], str]:
    """What stands before the results, each result, and what stands after the last."""
    before, *found = text.split(BLOCK)
    if not found:
        return text, [], ""
    last, end, rest = found[-1].partition("</div></div></div>")
    return (
        before,
        [BLOCK + one for one in (*found[:-1], last + "</div></div>")],
        end.removeprefix("</div></div>") + rest,
    )


def keep(text: str, number: int) -> str:
    before, found, after = blocks(text)
    return before + "".join(found[:number]) + after


def of_entries(text: str, entries: list[Entry], *, country: bool) -> str:
    """A page of other results, with our phrase in its box."""
    asked = Asked(PHRASE, "he", "IL", 1, 'id="pnnext"' in text)
    return (google if country else google_nojs)(entries, asked)


def captcha(_day: date, text: str) -> str:
    """A captcha nobody knows: an empty page that looks like a result page."""
    return keep(text, 0)


def consent(_day: date, text: str) -> str:
    """A consent page with one link that looks like a result, and nothing after it."""
    return keep(text, 1).replace('id="pnnext"', 'id="agree"')


def half(_day: date, text: str) -> str:
    """Half of each page's results, and the page ends as it should."""
    return keep(text, 5)


def no_snippets(_day: date, text: str) -> str:
    """All results, no texts below them."""
    return re.sub(r'<div class="VwiC3b">.*?</div>', "", text)


def wrong_country(day: date, text: str) -> str:
    """Another country's results, on a page that does not tell its country."""
    shown = worlds()[ENGLISH].page(day)
    return of_entries(text, shown[:10] if 'id="pnnext"' in text else shown[10:20], country=False)


def ads_as_results(day: date, text: str) -> str:
    """Four ads among the results, their marks gone: by turns with a click counter and with a tagged landing page."""
    link = (
        "https://www.googleadservices.com/pagead/aclk?sa=L&n={n}"
        if day.day % 2
        else "https://shop{n}.example/?gclid=Cj0K{n}"
    )
    before, found, after = blocks(text)
    ads = [
        f'{BLOCK}<div class="g"><div><a href="{escape(link.format(n=n))}"><h3>Shop {n}</h3><cite>shop{n}.example</cite></a></div>'
        f'<div class="VwiC3b"><span>Cheap offers of all kinds, number {n}, today only</span></div></div></div>'
        for n in range(4)
    ]  # fmt: skip
    return before + "".join([*ads, *found]) + after


def other_query(day: date, text: str) -> str:
    """Another phrase's results under ours."""
    shown = worlds()[PHRASES["bing"][0]].page(day)
    return of_entries(text, shown[:10] if 'id="pnnext"' in text else shown[10:20], country=True)


def drift(day: date, text: str) -> str:
    """A new layout for some of the results: their headings are none any more."""
    before, found, after = blocks(text)
    some = 3 + day.day % 5
    bent = [
        one.replace("<h3", "<div").replace("</h3", "</div") if n % 10 < some else one for n, one in enumerate(found)
    ]
    return before + "".join(bent) + after


KINDS: dict[str, Failure] = {
    failure.__name__: failure
    for failure in (captcha, consent, half, no_snippets, wrong_country, ads_as_results, other_query, drift)
}


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, 0, 30, tzinfo=UTC)


async def live(world: World, days: int) -> None:
    """Each day's look, and what it wishes for: eleven minutes and seven hours later."""
    for number in range(days):
        day = FIRST + timedelta(days=number)
        for after in (timedelta(0), timedelta(minutes=11), timedelta(hours=7)):
            world.clock.at = morning(day) + after
            async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
                pass


def injected(days: int, every: int) -> dict[date, str]:
    """A failure every so many days once something is learned, its kinds by turns."""
    bad = range(LEARNING, days, every)
    return {FIRST + timedelta(days=number): list(KINDS)[place % len(KINDS)] for place, number in enumerate(bad)}


def simulate(world: World, days: int, every: int) -> tuple[dict[date, str], dict[date, list[Snapshot]]]:
    """(failure by day, looks by day) of so many days."""
    planned = injected(days, every)
    world.practice.alter = lambda day, text: KINDS[planned[day]](day, text) if day in planned else text
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        search.next_due, search.schedule = morning(FIRST) - timedelta(seconds=30), "14:00"
        session.add(search)
    asyncio.run(live(world, days))
    looks: dict[date, list[Snapshot]] = {}
    with reading(world.engine) as session:
        for look in session.exec(select(Snapshot)).all():
            looks.setdefault(date.fromisoformat(look.slot[:10]), []).append(look)
    return planned, looks


def expect_a_true_record(world: World, days: int, every: int) -> None:
    planned, looks = simulate(world, days, every)
    caught = {
        kind: [day for day, one in planned.items() if one == kind and not any(is_wrong(world, s) for s in looks[day])]
        for kind in KINDS
    }
    for kind, right in caught.items():
        print(f"{kind:15} {len(right)} of {list(planned.values()).count(kind)} caught")
    clean = [day for day in looks if day not in planned]
    held = [day for day in clean if all(s.state != "ok" for s in looks[day])]
    print(f"{'clean days':15} {len(held)} of {len(clean)} held back")
    assert {kind: len(right) for kind, right in caught.items()} == {
        kind: list(planned.values()).count(kind) for kind in KINDS
    }
    assert len(held) < 0.02 * len(clean)
    nothing_is_silent(world, {day for day in planned if all(s.state != "ok" for s in looks[day])}, days)


def is_wrong(world: World, look: Snapshot) -> bool:
    """Called ok, and not just what the day's page truly held: a reader that sees through a failure is right."""
    true = [canonical(entry.url) for entry in worlds()[PHRASE].page(date.fromisoformat(look.slot[:10]))[:20]]
    with reading(world.engine) as session:
        return look.state == "ok" and links(session, look.current_parse or 0) != true


def nothing_is_silent(world: World, bad: set[date], days: int) -> None:
    """A bad day is in no share, a suspicion nobody confirmed is told, and the record proves itself."""
    last = FIRST + timedelta(days=days)
    with reading(world.engine) as session:
        shares = share(history(session, world.search, FIRST, last), 20)
        assert [day for day, n in zip(shares.days, shares.n, strict=True) if day in bad and n is not None] == []
        told = select(Snapshot.slot).join(Change, Change.snapshot_id == Snapshot.id).where(Change.kind == "unconfirmed")  # type: ignore[arg-type]
        doubted = select(Snapshot.slot).where(Snapshot.state == "suspect")
        assert set(session.exec(told).all()) == set(session.exec(doubted).all())
        reasons = session.exec(select(Parse.reason).where(Parse.state == "suspect")).all()
        assert all(reasons)
        findings = verify(session, world.surroundings.blobs, morning(last))
    assert [finding.broken for finding in findings if finding.broken] == []


@pytest.mark.slow
def test_seven_weeks_of_failures(world: World) -> None:
    """Each kind twice in seven weeks: all caught, and clean days are clean."""
    expect_a_true_record(world, days=LEARNING + 33, every=2)


@pytest.mark.reliability
@pytest.mark.long
def test_a_year_of_failures(world: World) -> None:
    """Each kind five times or more in a year: all caught, under 2 % of the clean days held back."""
    expect_a_true_record(world, days=365, every=7)
