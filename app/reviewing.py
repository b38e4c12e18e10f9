"""An answer in the label queue: a correction like any other, kept beside the automatic label it stands against."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from app.corrections import correct
from app.errors import BadInput, NotFound
from app.models import Hit, Link, Review, VerdictEvent
from app.pipeline import verdict_of
from app.queries.covered import machine_events
from app.queries.hits import link_of
from app.queries.reviews import audited
from app.queries.searches import Watched, watched
from app.scoring.audit import drawn, lot
from app.store.reviews import add_review
from app.types import Label, Scope

NARROW = ("text", "url")


def review(session: Session, workspace: int, hit_id: int, scope: Scope, label: Label, actor: str, now: datetime) -> int:
    """Label a result of the queue by hand, its exact text or its URL; returns the answer's id.

    It is an audit when the result was drawn by chance and was not audited before: later answers are not blind. What
    stands beside the results is never drawn: the audit says how right the labels of results are.
    NotFound for a result of another workspace.
    """
    if scope not in NARROW:
        raise BadInput(f"in the queue a label is of one of {', '.join(NARROW)}, not of {scope!r}")
    hit = session.get(Hit, hit_id)
    if hit is None:
        raise NotFound(f"no result {hit_id}")
    about, link = watched(session, hit.search_id, workspace), link_of(session, hit)
    blind = link is not None and drawn(lot(about.brand.id, link.url, hit.text_hash))
    item = (about.brand.id, hit.link_id, hit.text_hash)
    blind = blind and item not in audited(session, workspace)
    automatic, version = _automatic(session, about, hit, link)
    done = correct(session, about.brand.id, hit_id, scope, label, actor, now)
    answer = Review(
        hit_id=hit_id, rule_id=done.rule, label=label, automatic=automatic, version=version, audit=blind, actor=actor,
        at=now,
    )  # fmt: skip
    return add_review(session, answer)


def _automatic(session: Session, about: Watched, hit: Hit, link: Link | None) -> tuple[str, str]:
    """(label, version) the machine gave, whatever people said above it."""
    event = machine_events(session, [hit.id or 0]).get(hit.id or 0)
    if event is not None:
        row = session.get_one(VerdictEvent, event)
        return row.new, row.version
    verdict = verdict_of(replace(about, rules=()), hit, link)
    return verdict.label, verdict.version
