"""Turns saved pages and provider JSON into snapshots, exactly as a capture would have made them.

Row by row: what is good is committed, what is bad is named, nothing is half-written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from app.db import writing
from app.errors import AppError, BadInput, Conflict
from app.files import find_file, read_page_file
from app.models import Brand, Snapshot
from app.pipeline import Surroundings, take_in
from app.queries.brands import brand_row
from app.queries.searches import watched
from app.queries.snapshots import answers_of
from app.schedule import slot_at
from app.scoring.markets import markets
from app.sources import default_sources
from app.store.archive import remove_files
from app.store.attempts import keep_page, start
from app.store.searches import add_search, check_engine
from app.store.snapshots import plan
from app.types import Progress
from scrapers import registry
from scrapers.types import RawPage

Row = dict[str, Any]
_KEY = re.compile(rb"""(\bapi_?key(?:=|"\s*:\s*"))[^&"\\\s#]+""", re.I)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one row, or of the rows that are pages of one look. state None: an error, said in reason."""

    path: str
    snapshot_id: int | None
    state: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Saved:
    """One manifest row, checked: a page, where it came from and when it was seen (aware). A page without a body stands
    in the file of that path."""

    path: Path
    source: str
    engine: str
    phrase: str
    hl: str
    gl: str
    device: str
    seen: datetime
    page: RawPage

    def load(self) -> RawPage:
        """The page with its body, read from disk only when its turn comes; BadInput when it cannot be. Some providers
        write the key they were asked with into their answer: it is masked, as in what we ask ourselves."""
        if self.page.body:
            return self.page
        body = read_page_file(self.path)
        return replace(self.page, body=_KEY.sub(rb"\1***", body) if self.source in registry.PROVIDERS else body)

    def look(self) -> tuple[datetime, str, str, str, str, str, str]:
        """Rows that share this are pages of one look."""
        return self.seen, self.source, self.engine, self.phrase, self.hl, self.gl, self.device


def import_rows(
    world: Surroundings, brand_id: int, rows: Iterable[Row | Saved | str], folder: Path,
    progress: Progress = lambda done, total: None,
) -> Iterator[Imported]:  # fmt: skip
    """Import a manifest's rows (or pages already checked, app.rank_lists); yields one line for each look made, each
    row refused, in the order of capture.
    progress: looks made or refused, of all there are."""
    with writing(world.engine) as session:
        zone = brand_row(session, session.get_one(Brand, brand_id)).zone
    looks: dict[tuple[Any, ...], list[Saved]] = {}
    for row in rows:
        try:
            saved = row if isinstance(row, Saved) else saved_page(row, folder, zone, world.now())
            looks.setdefault(saved.look(), []).append(saved)
        except AppError as wrong:
            yield Imported(str(row.get("path", "")) if isinstance(row, dict) else "", None, None, wrong.message)
    for number, look in enumerate(sorted(looks, key=lambda key: key[0]), 1):
        pages = sorted(looks[look], key=lambda saved: saved.page.page_no)
        try:
            with writing(world.engine) as session:
                yield import_look(session, world, brand_id, pages)
        except AppError as wrong:
            yield Imported(str(pages[0].path), None, None, wrong.message)
        progress(number, len(looks))
    with writing(world.engine) as session:  # an imported page may show what was forgotten
        remove_files(session, world.blobs, world.now())


def import_look(session: Session, world: Surroundings, brand_id: int, pages: list[Saved]) -> Imported:
    """One look made of saved pages: recorded, read, judged, scored and compared in one transaction."""
    first = pages[0]
    numbers = [saved.page.page_no for saved in pages]
    if len(set(numbers)) < len(numbers):
        raise BadInput(f"{first.path}: two pages with the same page_no for one moment")
    bodies = [saved.load() for saved in pages]
    brand = session.get_one(Brand, brand_id)
    search = add_search(
        session, brand, phrase=first.phrase, engine=first.engine, hl=first.hl, gl=first.gl, device=first.device,
        market=market_of(first.hl, first.gl, brand.home_market), sources=default_sources(first.engine), active=False,
    )  # fmt: skip
    about = watched(session, search.id or 0)
    slot = slot_at(first.seen, about.brand.zone)
    snapshot = plan(session, search.id or 0, slot, "import", first.seen)
    if snapshot.state is not None:
        return _known(session, snapshot, first, bodies)
    now = world.now()
    attempt_id = start(session, snapshot.id or 0, first.source, now, now)
    for page in bodies:
        keep_page(session, world.blobs, attempt_id, page, first.seen)
    state, _ = take_in(session, about, snapshot.id or 0, attempt_id, first.source, bodies, now)
    session.refresh(snapshot)
    return Imported(str(first.path), snapshot.id, state, snapshot.reason)


def _known(session: Session, snapshot: Snapshot, first: Saved, bodies: list[RawPage]) -> Imported:
    """The same page again is no news; another page for the same moment is refused."""
    if {page.sha256() for page in bodies} != answers_of(session, snapshot.id or 0):
        raise Conflict(f"{first.path}: another page of this search is stored for {snapshot.slot}")
    return Imported(str(first.path), snapshot.id, snapshot.state, "already there")


def saved_page(row: Row | str, folder: Path, zone: str, now: datetime) -> Saved:
    """A manifest row, checked; BadInput says what is wrong with it in one line."""
    if isinstance(row, str):
        raise BadInput(row)
    path = find_file(_text(row, "path"), folder)
    source = _text(row, "engine").lower()
    hl, gl = _text(row, "hl").lower(), _text(row, "gl").upper()
    engine = engine_of(source, hl, gl, path)
    device = device_of(str(row.get("device") or "desktop"), path)
    seen = moment(_text(row, "captured_at"), zone, now, path)
    page = RawPage(
        body=b"", final_url=_optional(row, "final_url", str), fetched_at=seen,
        http_status=_optional(row, "http_status", int), page_no=_optional(row, "page_no", int) or 1,
        content_type="application/json" if ".json" in path.suffixes else None,
    )  # fmt: skip
    return Saved(path, source, engine, _text(row, "phrase"), hl, gl, device, seen, page)


def engine_of(source: str, hl: str, gl: str, path: Path | str) -> str:
    """Whose page a source brings; BadInput when nobody knows it, or it serves no such place."""
    if source not in registry.SOURCES:
        raise BadInput(f"{path}: unknown engine or provider {source!r} (known: {', '.join(registry.SOURCES)})")
    if source == "practice":
        raise BadInput(f"{path}: the practice world is not imported")
    engine = registry.source(source).ENGINE
    try:
        check_engine(engine, hl, gl)
    except BadInput as wrong:
        raise BadInput(f"{path}: {wrong.message}") from wrong
    return engine


def device_of(told: str, path: Path | str) -> str:
    """desktop or mobile, BadInput for anything else."""
    if told.lower() not in ("desktop", "mobile"):
        raise BadInput(f"{path}: device is desktop or mobile, not {told!r}")
    return told.lower()


def moment(text: str, zone: str, now: datetime, path: Path | str) -> datetime:
    """When a page was seen, aware: a bare date is midnight, a time without zone is the brand's. Not in the future."""
    try:
        seen = datetime.combine(date.fromisoformat(text), time()) if len(text) == 10 else datetime.fromisoformat(text)
        seen = seen if seen.tzinfo else seen.replace(tzinfo=ZoneInfo(zone))
        seen = seen.astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise BadInput(f"{path}: captured_at {text!r} is no date (write 2026-11-21 or 2026-11-21T06:00)") from wrong
    if seen > now:
        raise BadInput(f"{path}: captured_at {text} lies in the future")
    if seen.year < 1995:
        raise BadInput(f"{path}: captured_at {text} is before there were search engines")
    return seen


def market_of(hl: str, gl: str, home: str) -> str:
    """The market of a language and country; the brand's home market when no pack covers it."""
    return next((m.code for m in markets().values() if (m.hl, m.gl.upper()) == (hl, gl)), home)


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{row.get('path', 'a row')}: no {name}")
    return value.strip()


def _optional(row: Row, name: str, kind: type) -> Any:
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, kind) or isinstance(value, bool) or (isinstance(value, float) and math.isnan(value)):
        raise BadInput(f"{row.get('path', 'a row')}: {name} is {value!r}")
    return value
