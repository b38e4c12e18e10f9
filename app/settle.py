"""From a single look to a snapshot's state: second looks wished for, and what their agreement proves.

A second look can confirm what only history made doubtful (most results new, fewer than usual): a real crisis looks
just so. It cannot confirm what the page itself made doubtful (another language, blocks left unread, another phrase):
the same parser would misread the same page twice. Nor can it confirm what no crisis does: a page that shares next to
nothing with the last good one (another query's, another country's: the same wrong way out serves it twice), one that
has hardly more than half of its results (a consent page with one, half a page), one without its snippets. History
binds for two weeks; a page that has looked otherwise for so long is what is usual now, short or new.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import Session

from app.models import Parse, Snapshot
from app.queries.due import twin
from app.queries.neighbours import good_before, quiet_before
from app.queries.usual import links, usual
from app.schedule import SECOND_LOOK_AFTER, slot_of
from app.store.agreements import keep_agreement
from app.store.snapshots import plan, revise
from scrapers.judge import LEARNED_FROM
from scrapers.types import Judgement, Usual

AGREEMENT = 0.7
HISTORY_CHECKS = frozenset({"Organic results", "With snippets", "New since last look"})
MOST_OF_IT = 0.6
KNOWN_URLS = 3
BINDS = timedelta(days=14)
EMPTY = "empty, unconfirmed"


def state_of(judged: Judgement) -> tuple[str, str]:
    """A snapshot's state after one look: an empty page is only suspected to be empty."""
    if judged.state == "empty":
        return "suspect", EMPTY
    return judged.state, judged.reason


def settle(session: Session, snapshot_id: int, judged: Judgement, now: datetime) -> None:
    """Plan the second look a doubtful first one asks for; weigh a second look against its first."""
    snapshot = session.get_one(Snapshot, snapshot_id)
    if snapshot.purpose == "second":
        confirm(session, snapshot)
    elif judged.state == "empty" and quiet_before(session, snapshot):
        stay_quiet(session, snapshot)
    elif snapshot.purpose in ("scheduled", "now") and judged.state in ("suspect", "empty"):
        wish_second_look(session, snapshot, now)


def stay_quiet(session: Session, snapshot: Snapshot) -> None:
    """A watch search that found nothing at its last good look finds nothing again: those two looks agree, and no
    third is needed."""
    revise(session, snapshot.id or 0, "empty_confirmed", "two looks agree", None)


def wish_second_look(session: Session, snapshot: Snapshot, now: datetime) -> None:
    """Plan another look at the same slot, ten minutes from now."""
    slot = slot_of(snapshot.slot, snapshot.fold)
    plan(session, snapshot.search_id, slot, "second", now + SECOND_LOOK_AFTER)


def confirm(session: Session, second: Snapshot) -> None:
    """Two looks that agree make both good: two empty pages, or 70 % of the URLs the same."""
    first = twin(session, second)
    if first is None or first.current_parse is None or second.current_parse is None:
        return
    one, two = session.get_one(Parse, first.current_parse), session.get_one(Parse, second.current_parse)
    urls, again = links(session, one.id or 0), links(session, two.id or 0)
    keep_agreement(session, one, two, urls, again)
    if one.state == two.state == "empty":
        _both(session, first, second, "empty_confirmed", "two looks agree")
    elif one.n and two.n and confirmable(one) and confirmable(two) and _agree(set(urls), set(again)):
        if not (_plausible(session, first, one) and _plausible(session, first, two)):
            return
        _both(session, first, second, "ok", "confirmed by a second look")


def confirmable(parse: Parse) -> bool:
    """A good page, or one whose every failed check is a question of history."""
    failed = {name for name, passed, _ in parse.checks if passed is False}
    return parse.state == "ok" or (parse.state == "suspect" and bool(failed) and failed <= HISTORY_CHECKS)


def _plausible(session: Session, look: Snapshot, parse: Parse) -> bool:
    """Whether agreement may prove a page: it is, for the most part, the page this search is known by."""
    past = usual(session, look.search_id, look.slot)
    before = good_before(session, look)
    if parse.state == "ok" or past is None or before is None:
        return True
    fresh = slot_of(look.slot).local - slot_of(before.slot).local <= BINDS
    whole = not fresh or past.looks < LEARNED_FROM or parse.n >= MOST_OF_IT * past.n
    known = not fresh or _knows(past, links(session, parse.id or 0))
    return whole and known and parse.snippets >= MOST_OF_IT * past.snippet_share * parse.n


def _knows(past: Usual, now: list[str]) -> bool:
    return len(past.urls & set(now)) >= min(KNOWN_URLS, max(len(past.urls) // 2, 1))


def _agree(first: set[str], second: set[str]) -> bool:
    return len(first & second) >= AGREEMENT * max(len(first), len(second))


def _both(session: Session, first: Snapshot, second: Snapshot, state: str, reason: str) -> None:
    for look in (first, second):
        if look.state != state:
            revise(session, look.id or 0, state, reason, None)
