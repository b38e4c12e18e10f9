"""Two looks of a search side by side. A look that does not count is never compared as if its page were empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from app.errors import BadInput, NotFound
from app.models import Snapshot
from app.queries.neighbours import good_before
from app.queries.rows import COUNTED, BrandRow, ResultRow, SearchRow, SnapshotRow
from app.queries.searches import watched
from app.queries.snapshots import results, snapshot_row

Kind = Literal["entered", "left", "moved", "relabelled", "same"]
KINDS: tuple[Kind, ...] = ("entered", "left", "moved", "relabelled", "same")


@dataclass(frozen=True, slots=True)
class Pair:
    """A result on the earlier and on the later look, None where it was absent."""

    before: ResultRow | None
    after: ResultRow | None

    @property
    def moved(self) -> bool:
        return self.before is not None and self.after is not None and self.before.rank != self.after.rank

    @property
    def relabelled(self) -> bool:
        """It reads otherwise than before, and has another label for it."""
        return self.before is not None and self.after is not None and self.before.hit.label != self.after.hit.label

    @property
    def kind(self) -> Kind:
        """What happened to it; one that moved under another label has moved."""
        if self.before is None:
            return "entered"
        if self.after is None:
            return "left"
        return "moved" if self.moved else "relabelled" if self.relabelled else "same"


@dataclass(frozen=True, slots=True)
class Diff:
    """The earlier look (None: there is no good one before) and the later. pairs: by the later rank, what left at the
    end; empty unless both looks count."""

    brand: BrandRow
    search: SearchRow
    before: SnapshotRow | None
    after: SnapshotRow
    pairs: tuple[Pair, ...]

    @property
    def comparable(self) -> bool:
        return self.before is not None and self.before.state in COUNTED and self.after.state in COUNTED


def diff(session: Session, snapshot_id: int, other: int | None, workspace: int | None = None) -> Diff:
    """A look and another of the same search, by default the last good one before it; the earlier stands first."""
    after = _look(session, snapshot_id)
    about = watched(session, after.search_id, workspace)
    before = good_before(session, after) if other is None else _look(session, other)
    if before is not None and before.search_id != after.search_id:
        raise NotFound(f"search {after.search_id} has no snapshot {other}")
    if before is not None and before.id == after.id:
        raise BadInput("a look is compared with another one, not with itself")
    if before is not None and _place(before) > _place(after):
        before, after = after, before
    both = before is not None and before.state in COUNTED and after.state in COUNTED
    return Diff(
        brand=about.brand,
        search=about.search,
        before=snapshot_row(session, before) if before else None,
        after=snapshot_row(session, after),
        pairs=paired(results(session, before), results(session, after)) if both and before else (),
    )


def paired(before: tuple[ResultRow, ...], after: tuple[ResultRow, ...]) -> tuple[Pair, ...]:
    """The results of two pages by link, in the order of the later one."""
    was = {row.hit.link_id: row for row in before}
    now = {row.hit.link_id for row in after}
    stayed = [Pair(was.get(row.hit.link_id), row) for row in after]
    return (*stayed, *(Pair(row, None) for row in before if row.hit.link_id not in now))


def _look(session: Session, snapshot_id: int) -> Snapshot:
    found = session.get(Snapshot, snapshot_id)
    if found is None:
        raise NotFound(f"no snapshot {snapshot_id}")
    return found


def _place(look: Snapshot) -> tuple[str, int, int]:
    return look.slot, look.fold, look.id or 0
