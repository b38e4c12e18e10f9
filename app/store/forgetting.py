"""Writes over what names somebody: a result keeps its rank and its label and loses its words and its address.

A link is changed in its place, so that ranks, shares and changes stay whole. A link that comes again is led to the row
that stands for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from app.forgotten import GONE, HOST, Keyed, Plain, silent
from app.models import Feature, Hit, LabelRule, Link, Result, Tombstone, VerdictEvent
from app.scoring.by_hand import text_pattern
from scrapers.urls import url_hash

HUMAN = "human"  # its evidence is who said so and when: no word of a page


def add_tombstone(session: Session, plain: Plain, keyed: Keyed, actor: str, now: datetime) -> Tombstone:
    """The tombstone of what is forgotten; the one that stands there already when it was forgotten before."""
    digest = keyed.digest(plain.kind, plain.value)
    found = session.exec(select(Tombstone).where(Tombstone.kind == plain.kind, Tombstone.digest == digest)).first()
    made = found or Tombstone(
        at=now, actor=actor, kind=plain.kind, digest=digest, proof=keyed.digest("proof", ""),
        length=len(plain.value) if plain.kind == "text" else 0,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def add_counts(session: Session, tombstone: Tombstone, counts: dict[str, int]) -> None:
    """What was removed under it, the earlier times included."""
    names = {*tombstone.counts, *counts}
    tombstone.counts = {name: tombstone.counts.get(name, 0) + counts.get(name, 0) for name in sorted(names)}
    session.add(tombstone)
    session.flush()


def forget_link(session: Session, link: Link, keyed: Keyed) -> list[Hit]:
    """Take a link's address and the words of all its appearances away; the appearances as they stand then.

    Where a row stands for that address already (it came again), results are led there and the new rows go.
    """
    address = keyed.opaque(link.url)
    digest = url_hash(address)
    before = session.exec(select(Link).where(Link.url_hash == digest)).first()
    hits = session.exec(select(Hit).where(Hit.link_id == link.id)).all()
    _rules(session, link.url, address, keyed)
    if before is None:
        link.url, link.host, link.url_hash, link.unresolved = address, HOST, digest, False
        session.add(link)
        return [_silenced(session, hit, keyed) for hit in hits]
    stay = [_led(session, hit, before.id, keyed) for hit in hits]
    session.flush()
    session.delete(link)
    session.flush()
    return stay


def forget_features(session: Session, features: Sequence[Feature], keyed: Keyed) -> list[Hit]:
    """A block keeps its place and loses what it held; the questions and overviews among them, without their words."""
    for feature in features:
        feature.data = {}
        session.add(feature)
    session.flush()
    ids = {feature.hit_id for feature in features if feature.hit_id is not None}
    hits = session.exec(select(Hit).where(col(Hit.id).in_(ids)).order_by(col(Hit.id))).all() if ids else []
    return [_forgotten_text(session, hit, keyed) for hit in hits if not silent("", hit.title, hit.snippet)]


def _forgotten_text(session: Session, hit: Hit, keyed: Keyed) -> Hit:
    """A question or an overview without its words; what a person said of it stays said of whatever stands for it."""
    old, new = (text_pattern("", text) for text in (hit.text_hash, keyed.digest("hit", hit.text_hash)))
    rules = update(LabelRule).where(col(LabelRule.match) == "text", col(LabelRule.pattern) == old).values(pattern=new)
    session.connection().execute(rules)
    return _led(session, hit, None, keyed)


def forget_rules(session: Session, plain: Plain, now: datetime) -> int:
    """Host rules that name it end, and lose the name; those of one URL went with their link, or go now."""
    rules = session.exec(select(LabelRule)).all()
    found = [rule for rule in rules if _names(rule, plain)]
    for rule in found:
        rule.pattern, rule.revoked = HOST, rule.revoked or now
        session.add(rule)
    session.flush()
    return len(found)


def _names(rule: LabelRule, plain: Plain) -> bool:
    said_of = rule.pattern.rpartition(" ")[2]  # a rule of one text has its hash before the address
    address = said_of if rule.match in ("url", "text") else f"https://{said_of}"
    return not address.startswith(f"https://{HOST}") and plain.is_link(address)


def _rules(session: Session, url: str, address: str, keyed: Keyed) -> None:
    """What a person said of the result, or of one text of it, stays said of whatever stands for it."""
    of_it = or_(col(LabelRule.pattern) == url, col(LabelRule.pattern).endswith(f" {url}", autoescape=True))
    for rule in session.exec(select(LabelRule).where(col(LabelRule.match).in_(("url", "text")), of_it)).all():
        text = rule.pattern.rpartition(" ")[0]
        rule.pattern = f"{keyed.digest('hit', bytes.fromhex(text)).hex()} {address}" if text else address
        session.add(rule)
    session.flush()


def _silenced(session: Session, hit: Hit, keyed: Keyed) -> Hit:
    """A hit without its words. Its text hash is keyed, so that the same words find it again and nobody guesses them."""
    hit.text_hash = keyed.digest("hit", hit.text_hash)
    hit.url, hit.title, hit.snippet, hit.display_url = "", GONE, "", ""
    if hit.evidence_kind != HUMAN:
        hit.evidence = []
    for event in session.exec(select(VerdictEvent).where(VerdictEvent.hit_id == hit.id)).all():
        if event.evidence_kind != HUMAN:
            event.evidence = []
            session.add(event)
    session.add(hit)
    session.flush()
    return hit


def _led(session: Session, hit: Hit, link: int | None, keyed: Keyed) -> Hit:
    """The appearance that stands for a hit of a forgotten link, or of a text without one: the one that is there, or
    this one, silenced."""
    known = session.exec(
        select(Hit).where(
            Hit.search_id == hit.search_id, Hit.link_id == link, Hit.kind == hit.kind,
            Hit.text_hash == keyed.digest("hit", hit.text_hash),
        )
    ).first()  # fmt: skip
    if known is None:
        hit.link_id = link
        return _silenced(session, hit, keyed)
    for rows in (Result, Feature):
        led = update(rows).where(col(rows.hit_id) == hit.id).values(hit_id=known.id)
        session.connection().execute(led)
    session.connection().execute(delete(VerdictEvent).where(col(VerdictEvent.hit_id) == hit.id))
    session.delete(hit)
    session.flush()
    return known


def silence_strings(
    data: Any, links: frozenset[int], plain: Plain, beside: frozenset[int] = frozenset()
) -> tuple[Any, int]:
    """(JSON without what names it, how many pieces were changed): results of those links, what stood beside them by
    its hits, and any text that says it."""
    if isinstance(data, str):
        named = plain.in_text(data) or (data.startswith(("http://", "https://")) and plain.is_link(data))
        return (GONE, 1) if named else (data, 0)
    if isinstance(data, list):
        parts = [silence_strings(one, links, plain, beside) for one in data]
        return [part for part, _ in parts], sum(count for _, count in parts)
    if not isinstance(data, dict):
        return data, 0
    if (data.get("link_id") in links or data.get("hit_id") in beside) and "title" in data:
        return data | _silent(data), 1
    if "presence" in data and plain.of_host(str(data.get("host"))):  # one of those who speak
        return data | {"host": HOST}, 1
    pairs = {name: silence_strings(one, links, plain, beside) for name, one in data.items()}
    return {name: part for name, (part, _) in pairs.items()}, sum(count for _, count in pairs.values())


def _silent(data: dict[str, Any]) -> dict[str, Any]:
    evidence = data.get("evidence") if HUMAN in (data.get("kind"), data.get("evidence_kind")) else []
    words = {
        "url": "", "link": f"https://{HOST}/", "host": HOST, "title": GONE, "snippet": "", "text": "",
        "evidence": evidence,
    }  # fmt: skip
    return {name: word for name, word in words.items() if name in data}


def silence_column(session: Session, rows: Sequence[Any], name: str, plain: Plain) -> int:
    """Write over one text or JSON column of rows where it says it; how many did."""
    changed = 0
    for row in rows:
        value, count = silence_strings(getattr(row, name), frozenset(), plain)
        if count:
            setattr(row, name, value)
            session.add(row)
            changed += 1
    session.flush()
    return changed
