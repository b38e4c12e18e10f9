"""The spine: capture -> store raw -> parse -> judge -> score -> store -> compare, for one look.

Each stage can be run again from the stored stage before. A look that wants more (a second look) plans it as a
snapshot of its own; whoever runs what is due honours it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from app import compare, settle
from app.adapted import model_of
from app.db import reading, writing
from app.forgotten import silent
from app.kept_out import keep_out
from app.models import Hit, Link, Snapshot
from app.queries.due import tries
from app.queries.hits import labelled, link_of, linked_hits, verdict_kept
from app.queries.searches import Watched, watched
from app.queries.tombstones import remembered
from app.queries.usual import usual
from app.schedule import slot_of
from app.scoring.by_hand import by_hand, ruling
from app.scoring.features import Asked, Listener, TextModel
from app.scoring.verdict import score
from app.store.attempts import claim, end, keep_page, still_ours
from app.store.parses import add_parse, hash_of, one_at_a_time
from app.store.snapshots import finish
from app.store.sources import mind_attempt
from app.store.verdicts import set_verdict
from app.text_endpoint import Endpoint
from app.turns import means_of, turns, warn_of
from app.types import Verdict
from scrapers import registry
from scrapers.capture import GRACE, Fetcher, capture
from scrapers.errors import SourceMissing
from scrapers.judge import judge
from scrapers.parse import parse
from scrapers.types import Access, Judgement, Rating, RawPage, Serp

FINAL = ("ok", "empty", "suspect")
MOST_TRIES = 6
ASKING = 60.0  # seconds a look may take to ask a text model behind an endpoint


@dataclass(frozen=True)
class Surroundings:
    """What a look needs from outside: clock, network and disk are injected, so that a walk needs none of them."""

    engine: Engine
    blobs: Path
    now: Callable[[], datetime]
    access: Callable[[str], Access]
    fetcher: Callable[[str], Fetcher]
    deadline: float = 120.0
    budget: float | None = None  # US dollars a day (UTC), None: no limit
    spread: timedelta = timedelta()  # the longest that a planned look may start after its slot
    worker: str | None = None  # the id of the worker that looks, None: a command by itself


async def look(world: Surroundings, snapshot_id: int, sources: Sequence[str]) -> str:
    """Take a planned look: each source in turn until one can say what is there. Returns the snapshot's state, "" when
    it stays open for a source that rests."""
    with writing(world.engine) as session:
        about = watched(session, session.get_one(Snapshot, snapshot_id).search_id)
        snapshot, means = session.get_one(Snapshot, snapshot_id), means_of(session, world.now(), world.budget)
        able = turns(session, snapshot, about.search, about.brand.zone, sources, means)
        state = snapshot.state or ""
    if not able:
        return state
    for place, source in enumerate(able, 1):
        with reading(world.engine) as session:
            before = len(tries(session, snapshot_id))
        if before >= MOST_TRIES:
            break
        state, done = await attempt(world, snapshot_id, source, last=place == len(able))
        if done:
            return state
    with writing(world.engine) as session:
        finish(session, snapshot_id, "error", f"gave up after {MOST_TRIES} tries")
    return "error"


async def attempt(world: Surroundings, snapshot_id: int, source: str, *, last: bool) -> tuple[str, bool]:
    """One try at one source: (state, whether the snapshot is finished)."""
    # 1. claim: the try is on record before anything is asked
    with writing(world.engine) as session:
        snapshot = session.get_one(Snapshot, snapshot_id)
        about = watched(session, snapshot.search_id)
        model = model_of(about.brand.workspace_id)
        longest = world.deadline + GRACE + (ASKING if isinstance(model, Endpoint) else 0.0)
        now = world.now()
        until = now + timedelta(seconds=longest)
        attempt_id = claim(session, snapshot_id, source, now, until, world.worker)
    if attempt_id is None:  # it has its state, or somebody is at it
        return snapshot.state or "", True

    # 2. capture, each raw answer stored before it is read
    def keep(page: RawPage) -> None:
        with writing(world.engine) as session:
            keep_page(session, world.blobs, attempt_id, page, world.now(), registry.price(source))

    request = about.request(as_of=slot_of(snapshot.slot, snapshot.fold).instant(about.brand.zone))
    try:
        pages = await capture(
            source, request, world.access(source), world.fetcher(source), deadline=world.deadline, on_page=keep
        )
    except SourceMissing as missing:  # no browser, no key: nothing was asked, and that is on record too
        with writing(world.engine) as session:
            if not still_ours(session, attempt_id):
                return "", True
            end(session, attempt_id, "error", str(missing), world.now())
            return "error", last and finish(session, snapshot_id, "error", str(missing))
    if isinstance(model, Endpoint):  # before the transaction: none is held while others think
        with reading(world.engine) as session:
            asked = new_texts(session, about, source, pages)
        await model.prepare(asked, ASKING)
    # 3. to 7. in one transaction: the record is whole, or it is not there
    with writing(world.engine) as session:
        if not still_ours(session, attempt_id):  # we were given up for dead, and another worker took over
            return "", True
        taken = take_in(session, about, snapshot_id, attempt_id, source, pages, world.now(), last=last)
        warn_of(mind_attempt(session, attempt_id, about.search.engine, world.now()))
        return taken


def take_in(
    session: Session, about: Watched, snapshot_id: int, attempt_id: int, source: str, pages: Sequence[RawPage],
    now: datetime, *, last: bool = True,
) -> tuple[str, bool]:  # fmt: skip
    """Parse, judge, score, store and compare what a try brought; captures and imports alike."""
    one_at_a_time(session, about.search.id)
    snapshot = session.get_one(Snapshot, snapshot_id)
    serp, judged = read(session, about, snapshot, source, pages)
    end(session, attempt_id, judged.state, judged.reason, now)
    parse_id = add_parse(session, about.search.id, snapshot_id, attempt_id, serp, judged, now)
    score_new(session, about, now)
    stay_forgotten(session, about, parse_id, pages, now)
    if judged.state not in FINAL and not last:
        return judged.state, False
    state, reason = settle.state_of(judged)
    if finish(session, snapshot_id, state, reason, parse_id):
        settle.settle(session, snapshot_id, judged, now)
        compare.compare(session, snapshot_id, now)
    return session.get_one(Snapshot, snapshot_id).state or state, True


def read(
    session: Session, about: Watched, snapshot: Snapshot, source: str, pages: Sequence[RawPage]
) -> tuple[Serp, Judgement]:
    """What the raw pages say, and whether that can be believed."""
    request = about.request()
    serp = parse(source, pages, request)
    standards = registry.standards(source, request.engine)
    if about.listens:  # two results, or none, are an ordinary page of one site
        standards = replace(standards, enough=0)
    return serp, judge(pages, serp, request, standards, usual(session, about.search.id, snapshot.slot))


def score_new(session: Session, about: Watched, now: datetime) -> int:
    """Give every hit of the search that has no verdict yet its first one; returns how many."""
    fresh = linked_hits(session, about.search.id, fresh=True)
    for hit, link in fresh:
        rescore_hit(session, about, hit, link, now)
    return len(fresh)


def stay_forgotten(session: Session, about: Watched, parse_id: int, pages: Sequence[RawPage], now: datetime) -> None:
    """Take out of a new reading what was forgotten; what a person said of it holds for what stands for it."""
    for hit in keep_out(session, parse_id, pages, now):
        if hit.search_id == about.search.id:
            rescore_hit(session, about, hit, link_of(session, hit), now)


def rescore_hit(
    session: Session, about: Watched, hit: Hit, link: Link | None, now: datetime, actor: str = "rules"
) -> bool:
    """Give one hit today's verdict; True when that is another than it had."""
    return set_verdict(session, hit, verdict_of(about, hit, link), actor, now)


def new_texts(session: Session, about: Watched, source: str, pages: Sequence[RawPage]) -> list[Asked]:
    """What a text model will be asked about these pages: results without a label, and never what was forgotten."""
    serp, keyed = parse(source, pages, about.request()), remembered(session)
    known = labelled(session, about.search.id)
    rows = []
    for one in serp.results:
        words = (one.title, one.snippet, one.display_url)
        gone = keyed is not None and (keyed.is_link(one.link) or any(map(keyed.in_text, words)))
        if gone or (one.link, hash_of(one)) in known:
            continue
        value, scale = (one.rating.value, one.rating.scale) if one.rating else (None, None)
        hit = Hit(
            search_id=about.search.id, url=one.url, title=one.title, snippet=one.snippet, text_hash=hash_of(one),
            rating=value, scale=scale,
        )  # fmt: skip
        rows.append((hit, Link(host=one.host, url=one.link, url_hash=b"")))
    return heard(about, rows)


def heard(about: Watched, rows: Iterable[tuple[Hit, Link | None]]) -> list[Asked]:
    """What a text model is asked when these are labelled: neither what people, registry nor ratings decide."""
    found = []
    for hit, link in rows:
        listener = Listener()
        verdict_of(about, hit, link, listener)
        found.append(listener.heard)
    return [one for one in found if one is not None]


def verdict_of(about: Watched, hit: Hit, link: Link | None, model: TextModel | None = None) -> Verdict:
    """Today's verdict of a hit: what a person said of its text or its link, else what the scorer reads. model: another
    than the installation's."""
    url, host = (link.url, link.host) if link else ("", "")
    said = ruling(url, host, about.rules, hit.text_hash)
    if said is not None:
        return by_hand(said)
    if hit.label and silent(host, hit.title, hit.snippet):
        return verdict_kept(hit)  # its words are gone: what they said of it stays
    return score(
        about.brand.name, about.sites, hit.url, hit.title, hit.snippet, rating_of(hit), about.search.hl or None,
        model or model_of(about.brand.workspace_id),
    )  # fmt: skip


def rating_of(hit: Hit) -> Rating | None:
    """The rating a hit carries as data."""
    return Rating(hit.rating, hit.scale or 5.0) if hit.rating is not None else None
