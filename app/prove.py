"""What verify finds, and the proof of what was printed.

I7 a printed report's paper is as it was, and its frozen numbers agree among themselves
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError
from sqlmodel import Session

from app.queries.blobs import BlobDamaged, content
from app.queries.numbers import Figures, Week
from app.queries.reports import ReportRow, printed, printed_facts
from app.queries.week import GOOD
from app.queries.weekly import WeeklyFacts


@dataclass
class Finding:
    """One invariant: how many things were looked at, what is broken, and what else is worth saying."""

    name: str
    what: str
    checked: int = 0
    broken: list[str] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    def expect(self, holds: bool, problem: str) -> None:
        """Count one check; remember the problem when it does not hold."""
        self.checked += 1
        if not holds:
            self.broken.append(problem)


def printed_reports(session: Session, blobs: Path) -> Finding:
    """I7."""
    found = Finding("I7", "what was printed is as it was, and its numbers agree among themselves")
    for row in printed(session, limit=None):
        _paper(row, blobs, found)
        try:
            facts = printed_facts(session, row.id)
        except (ValidationError, KeyError):
            found.expect(False, f"report {row.id}: its frozen facts cannot be read")
            continue
        for holds, problem in agreements(facts):
            found.expect(holds, f"report {row.id}: {problem}")
        found.expect((facts.first, facts.search.id) == (row.week, row.search_id), f"report {row.id}: of another week")
    return found


def agreements(facts: WeeklyFacts) -> Iterator[tuple[bool, str]]:
    """(whether it holds, what is wrong otherwise) of each relation between the numbers of a paper."""
    week = facts.week
    for figures in filter(None, (week.now, week.before)):
        yield from _counted(figures)
    yield from _moved(week)
    if week.now is not None:
        shown = tuple(row.hit.label for row in week.results)
        yield shown == tuple(label for label in week.now.strip if label), "the strip is not the table of results"
        yield facts.points[-1].score == week.now.score, "the last week's point is not the week's score"
        yield facts.first <= week.now.at <= facts.last, "the week's look is of another week"
    yield len(facts.history.days) == len(facts.share.days) == 91, "the history is not 13 weeks long"
    yield week.quality.days[0] == facts.first, "quality speaks of other days"


def _counted(figures: Figures) -> Iterator[tuple[bool, str]]:
    ten = [label for label in figures.strip[: figures.top] if label]
    yield len(ten) == figures.n, f"{figures.at}: n is not what the strip holds"
    if figures.good is not None:
        good = sum(label in GOOD for label in figures.strip)
        yield good == figures.good, f"{figures.at}: the headline is not what the strip holds"
    if figures.shares is not None:
        counts = {label: share.count for label, share in figures.shares.items()}
        yield sum(counts.values()) == figures.n, f"{figures.at}: the counts do not sum to n"
        yield all(counts[label] == ten.count(label) for label in counts), f"{figures.at}: counts differ from the strip"


def _moved(week: Week) -> Iterator[tuple[bool, str]]:
    if week.score_change is not None:
        total = sum(step.points for step in week.steps)
        yield total == week.score_change, f"the parts sum to {total}, the score changed by {week.score_change}"
    else:
        yield not week.steps, "there are parts of a change that is none"


def _paper(row: ReportRow, blobs: Path, found: Finding) -> None:
    if row.sha256 is None:
        found.notes["papers taken away"] += 1
        return
    try:
        found.expect(len(content(blobs, row.sha256)) == row.size, f"report {row.id}: its paper has another size")
    except BlobDamaged as damage:
        found.expect(False, f"report {row.id}: {damage}")
