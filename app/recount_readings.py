"""The readings counted anew, the plain way: promise gap, volatility, what it would take, who speaks.

app.queries reads them off column arrays; here they come from rows, lists and fractions. Both must agree to the digit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import sqlalchemy
from sqlmodel import Session, col

from app.models import Hit, Link, Result, Snapshot
from app.prove import Finding
from app.queries.numbers import Week
from app.queries.reach import Reach
from app.queries.voices import Voices
from app.scoring.promises import promised

LEAST = 8
SIGNS = {"owned": 1, "positive": 1, "neutral": 0, "negative": -1}


@dataclass(frozen=True, slots=True)
class Entry:
    """What stood at a rank."""

    link: int
    host: str
    title: str
    snippet: str
    label: str


Page = Mapping[int, Entry]
"""rank -> what stood there."""


def entries(
    session: Session, search_id: int, looks: Mapping[date, Snapshot], labels: Mapping[int, str]
) -> dict[date, Page]:
    """The page of each look that counts; labels: those given last, by hit."""
    days = {look.current_parse: day for day, look in looks.items()}
    found: dict[date, dict[int, Entry]] = {day: {} for day in looks}
    rows = (
        sqlalchemy.select(
            col(Result.parse_id), col(Result.rank), col(Hit.id), col(Link.id), col(Link.host), col(Hit.title),
            col(Hit.snippet),
        )
        .join(Hit, col(Hit.id) == col(Result.hit_id))
        .join(Link, col(Link.id) == col(Hit.link_id))
        .where(col(Hit.search_id) == search_id, col(Result.rank) <= 20)
    )  # fmt: skip
    for parse, rank, hit, link, host, title, snippet in session.connection().execute(rows):
        if parse in days:
            found[days[parse]][rank] = Entry(link or 0, host, title, snippet, labels.get(hit or 0, "neutral"))
    return dict(found)


def week_again(
    served: Week, pages: Mapping[date, Page], weights: Sequence[int], target: int, where: str, found: Finding
) -> None:
    """The readings of a week against its two pages."""
    now, before = (pages.get(figures.at) if figures else None for figures in (served.now, served.before))
    for name, gap, page in (("", served.promise, now), ("last week's ", served.promise_before, before)):
        again = _promise(page) if page is not None else None
        plain = (gap.n, gap.rank, gap.negatives, gap.gap) if gap else None
        found.expect(plain == again, f"{where}: {name}promise gap {plain} is served, the rows say {again}")
    _volatility(served, now, before, where, found)
    if now is not None and served.reach is not None:
        _reach(served.reach, now, weights, target, where, found)


def _promise(page: Page) -> tuple[int, int | None, tuple[int, ...], int | None]:
    ten = sorted((rank, one) for rank, one in page.items() if rank <= 10) if page else []
    at = next((rank for rank, one in ten if one.label == "owned" and promised(one.title, one.snippet)), None)
    if at is None:
        return len(ten), None, (), None
    below = tuple(rank for rank, one in ten if one.label == "negative" and rank > at)
    return len(ten), at, below, len(below) if len(ten) >= LEAST else None


def _volatility(served: Week, now: Page | None, before: Page | None, where: str, found: Finding) -> None:
    if now is None or before is None:
        found.expect(served.volatility is None, f"{where}: a volatility of less than two looks is served")
        return
    n = min(len(now), len(before))
    one, other = ([page[rank].link for rank in sorted(page)][:n] for page in (now, before))
    value = served.volatility.value if served.volatility else None
    if n < LEAST or value is None:
        found.expect(n < LEAST and value is None, f"{where}: volatility {value} is served, the looks share {n} ranks")
        return
    exact = 1 - _overlap(one, other)
    shown = served.volatility.percent if served.volatility else None
    close = abs(float(exact) - value) < 1e-6 and shown is not None and abs(100 * exact - shown) <= Fraction("0.5001")
    found.expect(close, f"{where}: volatility {value} ({shown}%) is served, the rows say {float(exact):.6f}")


def _overlap(one: list[int], other: list[int]) -> Fraction:
    """Rank-biased overlap as what each depth adds: (1-p) p^(d-1) of the shared part, the rest at the last depth's."""
    p, total = Fraction(9, 10), Fraction(0)
    shared = Fraction(0)
    for depth in range(1, len(one) + 1):
        shared = Fraction(len([link for link in one[:depth] if link in other[:depth]]), depth)
        total += (1 - p) * p ** (depth - 1) * shared
    return total + p ** len(one) * shared


def _reach(served: Reach, page: Page, weights: Sequence[int], target: int, where: str, found: Finding) -> None:
    signs = [SIGNS[page[rank].label] for rank in sorted(page)]
    if sum(rank <= 10 for rank in page) < LEAST:
        found.expect(not served.climbs and served.fewer is None, f"{where}: reach is served without a score")
        return
    negatives = [place for place, sign in enumerate(signs[:10]) if sign < 0]
    climbs = [(one.rank, one.from_rank, one.points) for one in served.climbs]
    again = [(place + 1, *_passing(signs, place, weights)) for place in negatives]
    found.expect(climbs == again, f"{where}: climbs {climbs} are served, the rows say {again}")
    if served.fewer and served.fewer.points is not None and negatives:
        moved = [sign for place, sign in enumerate(signs) if place + 1 not in served.fewer.climbing]
        moved[negatives[-1] : negatives[-1]] = [1] * len(served.fewer.climbing)
        points = _points(moved, weights) - _points(signs, weights)
        out = sum(sign < 0 for sign in moved[:10]) == len(negatives) - 1
        found.expect(out and served.fewer.points == points, f"{where}: one negative fewer brings {points}")
    missing = max(target - sum(sign > 0 for sign in signs), 0)
    shown = served.target.missing if served.target else 0
    found.expect(shown == missing, f"{where}: {shown} are said to be missing to the target, the rows say {missing}")


def _passing(signs: list[int], place: int, weights: Sequence[int]) -> tuple[int | None, float | None]:
    """(rank of the nearest good one below, the points when it stands above the negative at that place)."""
    below = [lower for lower in range(place + 1, len(signs)) if signs[lower] > 0]
    if not below:
        return None, None
    moved = [*signs[:place], 1, *signs[place : below[0]], *signs[below[0] + 1 :]]
    return below[0] + 1, _points(moved, weights) - _points(signs, weights)


def _points(signs: list[int], weights: Sequence[int]) -> float:
    return sum(weight * sign for weight, sign in zip(weights, signs, strict=False)) / 2


def voices_again(
    served: Voices, pages: Mapping[date, Page], weights: Sequence[int], where: str, found: Finding
) -> None:
    """Who speaks over those days, host by host."""
    hosts = {one.host for page in pages.values() for one in page.values()}
    again = {}
    for host in hosts:
        stood = [[(rank, one.label) for rank, one in page.items() if one.host == host] for page in pages.values()]
        days = [day for day in stood if day]
        if len(days) >= served.keeps:
            places = [place for day in days for place in day]
            held = Fraction(sum(weights[rank - 1] for rank, _ in places if rank <= 10), len(pages))
            counts = tuple(sum(label == name for _, label in places) for name in SIGNS)
            again[host] = (
                len(days),
                min(rank for rank, _ in places),
                float(int(10 * held + Fraction(1, 2))) / 10,
                counts,
            )
    plain = {
        one.host: (one.days, one.best, one.presence, (one.owned, one.positive, one.neutral, one.negative))
        for one in served.voices
    }
    found.expect(plain == again, f"{where}: voices {_unlike(plain, again)} are served otherwise than the rows say")
    for one in served.voices:
        good, bad = one.owned + one.positive, one.negative
        right = {"critic": bad > good, "own": good > bad and one.owned > one.positive,
                 "ambassador": good > bad and one.positive >= one.owned, "other": good == bad}[one.side]  # fmt: skip
        found.expect(right, f"{where}: {one.host} is no {one.side}")


def _unlike(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    return sorted(host for host in one.keys() | other.keys() if one.get(host) != other.get(host))
