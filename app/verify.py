"""Whether the record is true: the invariants I1 to I5, I7 and I8, proven from the rows and the raw pages, not believed.

I1 each planned slot has exactly one final state
I2 an ok parse has ranks 1..n without hole or double
I3 every fetch's raw answer exists and matches its SHA-256, or is marked expired and its cleaned copy does; what
   expired has no file (app.prove_archive)
I4 shares and figures counted anew (app.recount) = those served; raw pages read anew and hits scored anew = stored rows
   of today's version
I5 a look that does not count is in no share
I7 what was printed is as it was (app.prove)
I8 what was forgotten is nowhere in the rows (app.prove_archive)
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from app.models import Attempt, Hit, Link, Parse, Result, Search, Snapshot
from app.pipeline import verdict_of
from app.prove import Finding, printed_reports
from app.prove_archive import kept_forgotten, raw_pages
from app.queries.blobs import BlobDamaged, pages
from app.queries.history import history
from app.queries.hits import linked_hits
from app.queries.rows import COUNTED, History
from app.queries.searches import watched
from app.queries.share import share
from app.recount import figures_again
from app.types import LABELS
from scrapers import registry
from scrapers.parse import parse as read_pages

LATE = timedelta(days=1)


def verify(session: Session, blobs: Path, now: datetime) -> list[Finding]:
    """All of them, in order. Reads everything; writes nothing."""
    return [
        final_states(session, now),
        whole_ranks(session),
        raw_pages(session, blobs),
        same_again(session, blobs),
        only_good_counts(session),
        printed_reports(session, blobs),
        kept_forgotten(session),
    ]


def final_states(session: Session, now: datetime) -> Finding:
    """I1."""
    found = Finding("I1", "each planned slot has exactly one final state")
    finished = set()
    for snapshot in session.exec(select(Snapshot)).all():
        if snapshot.state is None:
            if snapshot.due <= now:
                found.notes["due and still to be looked at"] += 1
            found.expect(snapshot.due + LATE > now, f"snapshot {snapshot.id} was due {snapshot.due} and has no state")
            continue
        finished.add(snapshot.id)
        proven = snapshot.state not in COUNTED or snapshot.current_parse is not None
        found.expect(proven, f"snapshot {snapshot.id} is {snapshot.state} without a parse")
    for attempt in session.exec(select(Attempt).where(Attempt.state != "done")).all():
        found.expect(attempt.snapshot_id not in finished, f"attempt {attempt.id} still runs on a finished snapshot")
    return found


def whole_ranks(session: Session) -> Finding:
    """I2."""
    found = Finding("I2", "an ok parse has ranks 1..n without hole or double")
    ranks: dict[int, list[tuple[int, int | None]]] = {}
    rows = session.exec(
        select(Result.parse_id, Result.rank, Hit.link_id).join(Hit, col(Hit.id) == col(Result.hit_id))
    ).all()
    for parse_id, rank, link in rows:
        ranks.setdefault(parse_id, []).append((rank, link))
    for parse in session.exec(select(Parse).where(Parse.state == "ok")).all():
        got = sorted(ranks.get(parse.id or 0, []))
        whole = [rank for rank, _ in got] == list(range(1, parse.n + 1))
        found.expect(whole, f"parse {parse.id}: ranks are not 1..{parse.n}")
        found.expect(len({link for _, link in got}) == len(got), f"parse {parse.id}: a link stands twice")
    return found


def same_again(session: Session, blobs: Path) -> Finding:
    """I4."""
    found = Finding("I4", "counted, read and scored again, the record is the same")
    for search in session.exec(select(Search)).all():
        _shares_again(session, search, found)
    figures_again(session, found)
    _pages_again(session, blobs, found)
    _verdicts_again(session, found)
    return found


def only_good_counts(session: Session) -> Finding:
    """I5."""
    found = Finding("I5", "a look that does not count is in no share")
    for search in session.exec(select(Search)).all():
        days = _history(session, search)
        if days is None:
            continue
        states = dict(session.exec(select(Snapshot.id, Snapshot.state).where(Snapshot.search_id == search.id)).all())
        for top in (10, 20):
            shares = share(days, top)
            for i, day in enumerate(days.days):
                good = states.get(days.snapshots[i]) in COUNTED
                silent = shares.n[i] is None and all(getattr(shares, label)[i] is None for label in LABELS)
                found.expect(good or silent, f"search {search.id}: {day} counts in the share of {top}")
    return found


def _shares_again(session: Session, search: Search, found: Finding) -> None:
    """The served share of each day against a plain count of its rows in the database."""
    days = _history(session, search)
    if days is None:
        return
    counted = Counter(
        (snapshot, rank <= 10, label)
        for snapshot, rank, label in session.exec(
            select(Snapshot.id, Result.rank, Hit.label)
            .join(Result, col(Result.parse_id) == col(Snapshot.current_parse))
            .join(Hit, col(Hit.id) == col(Result.hit_id))
            .where(Snapshot.search_id == search.id, Result.rank <= 20)
        ).all()
    )
    for top in (10, 20):
        served = share(days, top)
        for i, day in enumerate(days.days):
            for label in LABELS:
                value = getattr(served, label)[i]
                if value is not None:
                    key = days.snapshots[i]
                    rows = counted[key, True, label] + (counted[key, False, label] if top == 20 else 0)
                    found.expect(value == rows, f"search {search.id}: {day} {label} of {top}: {value}, rows say {rows}")


def _pages_again(session: Session, blobs: Path, found: Finding) -> None:
    rows = session.exec(
        select(Parse, Attempt.source, Snapshot.search_id)
        .join(Snapshot, col(Snapshot.current_parse) == col(Parse.id))
        .join(Attempt, col(Attempt.id) == col(Parse.attempt_id))
    ).all()
    for parse, source, search_id in rows:
        about = watched(session, search_id)
        if parse.parser_version != registry.parser_version(source, about.search.engine):
            found.notes["read by an older parser version"] += 1
            continue
        try:
            serp = read_pages(source, pages(session, blobs, parse.attempt_id), about.request())
        except BlobDamaged:
            continue  # I3 has said so
        stored = session.exec(
            select(Result.rank, Link.url, Hit.title, Hit.snippet)
            .join(Hit, col(Hit.id) == col(Result.hit_id))
            .join(Link, col(Link.id) == col(Hit.link_id))
            .where(Result.parse_id == parse.id)
            .order_by(col(Result.rank))
        ).all()
        again = [(r.rank, r.link, r.title, r.snippet) for r in serp.results]
        found.expect([tuple(row) for row in stored] == again, f"parse {parse.id}: its raw page reads otherwise today")


def _verdicts_again(session: Session, found: Finding) -> None:
    """Each verdict of the version that would speak today, and each that was or should be given by hand, against what
    it would be now."""
    for search in session.exec(select(Search)).all():
        about = watched(session, search.id or 0)
        for hit, link in linked_hits(session, about.search.id):
            verdict = verdict_of(about, hit, link)
            if hit.version != verdict.version and "human" not in (hit.evidence_kind, verdict.kind):
                found.notes["scored by older rules"] += 1
                continue
            evidence = [asdict(piece) for piece in verdict.evidence]
            same = (verdict.label, verdict.rule, evidence) == (hit.label, hit.rule, hit.evidence)
            found.expect(same, f"hit {hit.id}: scores otherwise today")


def _history(session: Session, search: Search) -> History | None:
    slots = session.exec(
        select(Snapshot.slot).where(Snapshot.search_id == search.id).order_by(col(Snapshot.slot))
    ).all()
    if not slots:
        return None
    return history(session, search.id or 0, date.fromisoformat(slots[0][:10]), date.fromisoformat(slots[-1][:10]))
