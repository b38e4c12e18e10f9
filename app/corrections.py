"""What people say of results: a correction labels past and future alike, and can be undone.

The label as it was then known stays in verdict_event; charts and changes show what is known today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.errors import BadInput, NotFound
from app.models import Brand, Hit, LabelRule
from app.pipeline import rescore_hit
from app.queries.covered import Covered, covered, machine_events
from app.queries.hits import link_of, shown_of_brand
from app.queries.label_rules import rule_of, rules_by_brand
from app.queries.searches import watched
from app.scoring.by_hand import by_hand, paths_of, ruling, text_pattern
from app.scoring.owned import home_host, parse_owned
from app.store.changes import rename_changes
from app.store.label_rules import Saying, add_rule, revoke
from app.store.verdicts import give_back, set_verdicts
from app.types import LABELS, SCOPES, Label, Scope
from app.types import LabelRule as Rule
from scrapers import urls


@dataclass(frozen=True, slots=True)
class Corrected:
    """The rule that was written (or stood already), and how many hits it gave another verdict."""

    rule: int
    changed: int


@dataclass(frozen=True, slots=True)
class Target:
    """What a correction is of. text: the hash of the appearance's text, None for an address. A question or an overview
    has link and host ""."""

    link: str
    host: str
    text: bytes | None = None


def correct(
    session: Session, brand_id: int, of: int | str, scope: Scope, label: Label, actor: str, now: datetime, *,
    everywhere: bool = False, path: str = "",
) -> Corrected:  # fmt: skip
    """Label by hand a result (a hit's id, or an address): its exact text, its URL, a path it lies in, or its host.

    On all searches of the brand; everywhere: of all brands of its workspace. path: which, as paths_of gives them;
    default the longest. BadInput for an address nobody can follow, or a host that cannot be owned; NotFound for a hit
    of another brand.
    """
    workspace = session.get_one(Brand, brand_id).workspace_id
    target = _of_hit(session, brand_id, of) if isinstance(of, int) else of_address(of)
    pattern = pattern_of(target, scope, label, path)
    return say(session, Saying(workspace, None if everywhere else brand_id, scope, pattern, label), actor, now)


def say(session: Session, saying: Saying, actor: str, now: datetime) -> Corrected:
    """Put a label rule in force, and label what it speaks of."""
    rule_id, new = add_rule(session, saying, actor, now)
    return Corrected(rule_id, _score_again(session, rule_id, actor, now) if new else 0)


def undo(session: Session, brand_id: int, rule_id: int, actor: str, now: datetime) -> int:
    """Revoke a rule of a brand or of its whole workspace. Returns how many hits changed.

    What it covered gets the label of the rules that remain, else the last automatic verdict, as it was. Undoing twice
    changes nothing; NotFound when the brand has no such rule.
    """
    found, brand = session.get(LabelRule, rule_id), session.get_one(Brand, brand_id)
    if found is None or found.workspace_id != brand.workspace_id or found.brand_id not in (None, brand_id):
        raise NotFound(f"no label rule {rule_id}")
    return take_back(session, rule_id, actor, now)


def take_back(session: Session, rule_id: int, actor: str, now: datetime) -> int:
    """The same for a rule that the caller may revoke."""
    return _score_again(session, rule_id, actor, now) if revoke(session, rule_id, now) else 0


def pattern_of(target: Target, scope: Scope, label: Label, path: str = "") -> str:
    """What a rule of that scope is kept by; BadInput when there is none, or when nobody can own it."""
    if label not in LABELS:
        raise BadInput(f"unknown label {label!r}; known: {', '.join(LABELS)}")
    if scope not in SCOPES:
        raise BadInput(f"a correction is of one of {', '.join(SCOPES)}, not of {scope!r}")
    if scope == "text":
        if target.text is None:
            raise BadInput("an exact text is that of a result: name the result, not an address")
        return text_pattern(target.link, target.text)
    if not target.link:
        raise BadInput("a question or an overview has no address of its own: label its text", "correct_beside")
    if scope == "url":
        return target.link
    pattern = _path(target, path) if scope == "path" else home_host(target.host)
    if label == "owned":
        _can_be_owned(pattern)
    return pattern


def of_address(typed: str) -> Target:
    """The target of an address as typed; BadInput when nobody can follow it."""
    found = urls.target(typed if "//" in typed else f"https://{typed}")
    if found is None:
        raise BadInput(f"{typed[:100]!r} is no address of a web page")
    return Target(found.link, found.host)


def _score_again(session: Session, rule_id: int, actor: str, now: datetime) -> int:
    """Everything a rule speaks of, labelled by the rules now in force; its entries and departures are named anew.

    Few statements whatever the number of hits: a host can stand on hundreds of searches.
    """
    row = session.get_one(LabelRule, rule_id)
    given, freed = _decided(session, row.workspace_id, covered(session, row, rule_of(row)))
    for rule, hits in given:
        verdict = by_hand(rule)
        set_verdicts(session, hits, verdict, [asdict(piece) for piece in verdict.evidence], actor, now)
    _free(session, freed, actor, now)
    changed = [hit for _, hits in given for hit in hits] + [one.hit for one in freed]
    rename_changes(session, changed)
    return len(changed)


def _decided(
    session: Session, workspace: int, found: Sequence[Covered]
) -> tuple[list[tuple[Rule, list[int]]], list[Covered]]:
    """The hits that get another verdict, by the rule that gives it; and those no rule speaks of any more."""
    rules = rules_by_brand(session, workspace, {one.brand for one in found})
    of_texts = any(rule.match == "text" for some in rules.values() for rule in some)
    decided: dict[tuple[int, int | None, bytes], Rule | None] = {}
    given: dict[int, tuple[Rule, list[int]]] = {}
    freed: list[Covered] = []
    for one in found:
        key = (one.brand, one.link, one.text if of_texts else b"")
        if key not in decided:
            decided[key] = ruling(one.url, one.host, rules[one.brand], one.text)
        rule = decided[key]
        if rule is None:
            freed += [one] if one.kind == "human" else []
        elif _differs(one, rule):
            given.setdefault(rule.id, (rule, []))[1].append(one.hit)
    return list(given.values()), freed


def _differs(one: Covered, rule: Rule) -> bool:
    verdict = by_hand(rule)
    new: tuple[Any, ...] = (verdict.label, verdict.kind, verdict.rule, verdict.version)
    evidence = [asdict(piece) for piece in verdict.evidence]
    return (one.label, one.kind, one.rule, one.version) != new or one.evidence != evidence


def _free(session: Session, freed: Sequence[Covered], actor: str, now: datetime) -> None:
    """Back to the last automatic verdict as it was; what was labelled by hand from its first day is scored now."""
    events = machine_events(session, [one.hit for one in freed])
    give_back(session, list(events.values()), actor, now)
    for one in freed:
        if one.hit not in events:
            about = watched(session, one.search)
            hit = session.get_one(Hit, one.hit)
            rescore_hit(session, about, hit, link_of(session, hit), now, actor)


def _of_hit(session: Session, brand_id: int, hit_id: int) -> Target:
    found = shown_of_brand(session, brand_id, hit_id)
    if found is None:
        raise NotFound(f"no result {hit_id} on a search of this brand")
    return Target(*found)


def _path(target: Target, wanted: str) -> str:
    paths = paths_of(target.link, target.host)
    if not paths or wanted not in ("", *paths):
        raise BadInput(f"{target.link[:100]!r} lies in no such path", "correct_no_path")
    return wanted or paths[-1]


def _can_be_owned(site: str) -> None:
    try:
        parse_owned(site)
    except ValueError as shared:
        raise BadInput(f"{shared}; or correct the one result", "correct_shared") from shared
