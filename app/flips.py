"""What today's rules would call otherwise: measured before anything is written, since the pages did not change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.db import reading
from app.models import Search
from app.pipeline import verdict_of
from app.queries.hits import linked_hits
from app.queries.searches import watched
from app.scoring.verdict import VERSION

MOST = 0.05  # of the labels on unchanged pages; more needs a person
EXAMPLES = 3
LONGEST = 100  # characters of an overview, which has no title


@dataclass(frozen=True, slots=True)
class Pair:
    """Labels that would change from old to new, with the titles of some of those results."""

    old: str
    new: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flips:
    """seen: results labelled by rules (never by people); flipped: those that today's rules of `version` would label
    otherwise; pairs: the most frequent first."""

    version: str
    seen: int
    flipped: int
    pairs: tuple[Pair, ...]

    @property
    def share(self) -> float:
        """The part that would flip, from 0 to 1."""
        return self.flipped / self.seen if self.seen else 0.0

    @property
    def too_many(self) -> bool:
        """Whether a person has to accept them first."""
        return self.share > MOST


def flips(engine: Engine, progress: Callable[[int, int], None]) -> Flips:
    """Every result on record scored by today's rules, and compared with its label; writes nothing."""
    with reading(engine) as session:
        ids = list(session.exec(select(Search.id).order_by(col(Search.id))).all())
    seen = 0
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], list[str]] = {}
    for number, search_id in enumerate(ids, 1):
        with reading(engine) as session:
            labels = _labels(session, search_id or 0)
        seen += len(labels)
        for old, new, title in labels:
            if old != new:
                counts[old, new] += 1
                examples.setdefault((old, new), []).append(title)
        progress(number, len(ids))
    pairs = tuple(
        Pair(old, new, count, tuple(dict.fromkeys(examples[old, new]))[:EXAMPLES])
        for (old, new), count in counts.most_common()
    )
    return Flips(VERSION, seen, sum(counts.values()), pairs)


def told(found: Flips) -> list[str]:
    """The measurement in lines: the share, then each pair of labels with some of its results."""
    lines = [
        f"rules {found.version}: {found.flipped} of {found.seen} labels on unchanged pages would change "
        f"({100 * found.share:.1f} %)"
    ]
    for pair in found.pairs:
        lines.append(f"{pair.old} becomes {pair.new}: {pair.count}")
        lines += [f"  {title}" for title in pair.examples]
    return lines


def _labels(session: Session, search_id: int) -> list[tuple[str, str, str]]:
    """(label, today's label, title) of a search's results that no person labelled."""
    about = watched(session, search_id)
    scored = (
        (hit, verdict_of(about, hit, link)) for hit, link in linked_hits(session, search_id) if hit.label is not None
    )
    return [
        (hit.label or "", verdict.label, hit.title or hit.snippet[:LONGEST])
        for hit, verdict in scored
        if "human" not in (hit.evidence_kind, verdict.kind)
    ]
