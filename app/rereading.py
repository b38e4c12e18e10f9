"""What reading the archive again changed: two readings of a look compared, all looks of a source summed up. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One result of a reading."""

    rank: int
    link: str
    title: str
    snippet: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a look, with the state the look had by it."""

    snapshot: int
    source: str
    parser_version: str
    state: str
    reason: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What another reading of one look changed: results by link, texts of results that are in both."""

    snapshot: int
    source: str
    was: str
    now: str
    reason: str
    added: int
    removed: int
    moved: int
    titles: int
    snippets: int

    @property
    def weight(self) -> tuple[bool, int, int]:
        """How bad it is: a state that changed, then results that did, then texts."""
        return self.was != self.now, self.added + self.removed + self.moved, self.titles + self.snippets


@dataclass
class Tally:
    """All looks of one source that had one state before: how many were read again, and what changed."""

    source: str
    state: str
    looks: int = 0
    changed: int = 0
    added: int = 0
    removed: int = 0
    moved: int = 0
    titles: int = 0
    snippets: int = 0
    states: Counter[str] = field(default_factory=Counter)
    worst: list[Difference] = field(default_factory=list)

    def add(self, found: Difference) -> None:
        self.looks += 1
        if not any(found.weight):
            return
        self.changed += 1
        for name in ("added", "removed", "moved", "titles", "snippets"):
            setattr(self, name, getattr(self, name) + getattr(found, name))
        if found.was != found.now:
            self.states[f"{found.was} -> {found.now}"] += 1
        self.worst = sorted([*self.worst, found], key=lambda one: one.weight, reverse=True)[:MOST_EXAMPLES]

    def as_data(self) -> dict[str, Any]:
        """As a report file holds it."""
        return asdict(self) | {"states": dict(self.states)}


def difference(old: Reading, new: Reading) -> Difference:
    """Compare two readings of one look."""
    before, after = {row.link: row for row in old.rows}, {row.link: row for row in new.rows}
    both = [(before[link], after[link]) for link in before if link in after]
    return Difference(
        old.snapshot, old.source, old.state, new.state, new.reason,
        added=len(after.keys() - before.keys()),
        removed=len(before.keys() - after.keys()),
        moved=sum(was.rank != now.rank for was, now in both),
        titles=sum(was.title != now.title for was, now in both),
        snippets=sum(was.snippet != now.snippet for was, now in both),
    )  # fmt: skip


def told(tallies: Sequence[Tally]) -> list[str]:
    """The tallies as lines for a person, what changed most first within a source."""
    lines = []
    for tally in sorted(tallies, key=lambda one: (one.source, -one.changed, one.state)):
        lines.append(f"{tally.source} {tally.state}: {tally.looks} read again, {tally.changed} changed")
        if not tally.changed:
            continue
        lines += [f"  {change}: {number} looks" for change, number in tally.states.most_common()]
        lines.append(
            f"  results: {tally.added} added, {tally.removed} removed, {tally.moved} moved; "
            f"texts: {tally.titles} titles, {tally.snippets} snippets"
        )
        lines += [f"  {example(one)}" for one in tally.worst]
    return lines


def example(one: Difference) -> str:
    """One look that changed, in one line."""
    state = f"{one.was} -> {one.now}" if one.was != one.now else one.was
    reason = f" ({one.reason})" if one.was != one.now and one.reason else ""
    return (
        f"snapshot {one.snapshot}: {state}{reason}, +{one.added} -{one.removed} results, {one.moved} moved, "
        f"{one.titles} titles, {one.snippets} snippets"
    )
