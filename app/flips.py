"""What today's rules would call otherwise: measured before anything is written, since the pages did not change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session

from app.adapted import model_of
from app.db import reading
from app.pipeline import verdict_of
from app.queries.hits import linked_hits
from app.queries.searches import Watched, every_search, watched
from app.scoring.verdict import VERSION, version_of
from app.types import Progress

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
    """seen: results labelled by rules (never by people); flipped: those that today's rules would label otherwise
    (`version`: of the rules, with the text model behind them); pairs: the most frequent first."""

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


def flips(engine: Engine, progress: Progress) -> Flips:
    """Every result on record scored by today's rules, and compared with its label; writes nothing."""
    with reading(engine) as session:
        ids = every_search(session)
    seen = 0
    versions: set[str] = set()
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], list[str]] = {}
    for number, search_id in enumerate(ids, 1):
        with reading(engine) as session:
            about = watched(session, search_id)
            labels = _labels(session, about)
        versions.add(version_of(model_of(about.brand.workspace_id)))
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
    return Flips(", ".join(sorted(versions)) or VERSION, seen, sum(counts.values()), pairs)


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


def _labels(session: Session, about: Watched) -> list[tuple[str, str, str]]:
    """(label, today's label, title) of a search's results that no person labelled."""
    scored = (
        (hit, verdict_of(about, hit, link))
        for hit, link in linked_hits(session, about.search.id)
        if hit.label is not None
    )
    return [
        (hit.label or "", verdict.label, hit.title or hit.snippet[:LONGEST])
        for hit, verdict in scored
        if "human" not in (hit.evidence_kind, verdict.kind)
    ]
