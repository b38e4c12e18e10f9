"""Writes verdicts: the current one on the hit, every one ever as an event."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from app.models import Hit, VerdictEvent
from app.types import Verdict


def set_verdict(session: Session, hit: Hit, verdict: Verdict, actor: str, now: datetime) -> bool:
    """Give a hit its verdict; False (and nothing written) when it has just that one already."""
    evidence = [asdict(piece) for piece in verdict.evidence]
    new = (verdict.label, verdict.kind, verdict.rule, evidence, verdict.confidence, verdict.version)
    if (hit.label, hit.evidence_kind, hit.rule, hit.evidence, hit.confidence, hit.version) == new:
        return False
    session.add(
        VerdictEvent(
            hit_id=hit.id or 0,
            old=hit.label,
            new=verdict.label,
            evidence_kind=verdict.kind,
            rule=verdict.rule,
            evidence=evidence,
            confidence=verdict.confidence,
            version=verdict.version,
            actor=actor,
            at=now,
        )
    )
    hit.label, hit.evidence_kind, hit.rule, hit.evidence, hit.confidence, hit.version = new
    session.add(hit)
    session.flush()
    return True
