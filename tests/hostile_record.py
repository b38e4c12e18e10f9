"""Two records that differ in nothing but text: one full of attacks, and its harmless twin."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from hostile import Attack, of
from sites import looked_at
from sqlmodel import Session, col, select
from worlds import Clock, PracticeWorld, World

from app.corrections import correct
from app.db import migrate, open_engine, writing
from app.models import Brand, Hit, Search
from app.onboarding import make_brand, plan_brand
from app.pipeline import Surroundings
from app.settings import Settings
from app.store.annotations import add_annotation
from app.store.brands import home_workspace
from app.store.workspaces import sign
from scrapers.parse import MOST_SNIPPET, MOST_TITLE
from scrapers.practice.entries import Entry
from scrapers.practice.markup import Asked, google
from scrapers.types import Access, Fetch, RawPage

DAYS, BOTH = 10, 2
BLOCKED, ECHOED = 3, (2, 5)
OWNED = ("nativ-telecom.example", "social.example/nativtelecom")
# What labels a result stands in front of its snippet, the same in both records.
TONES = ("", "Excellent friendly help. ", "", "Terrible scam, avoid. ")
RAW = "<script>alert(1)</script><img src=http://{trap}/raw onerror=alert(1)><meta http-equiv=refresh content='0;url=http://{trap}/'>"


@dataclass
class Record:
    """A record and how to find one's way in it. slugs: of its brands, the one with the looks first."""

    world: World
    trap: str
    hostile: bool
    slugs: tuple[str, ...] = ()

    def said(self, attack: Attack) -> str:
        return attack.said(self.trap, hostile=self.hostile)

    @property
    def person(self) -> str:
        return self.said(of("person")[0])


class HostilePages(PracticeWorld):
    """A search engine whose results were all written by somebody who means harm, or by nobody."""

    def __init__(self, record_of: Record | None, first: date) -> None:
        super().__init__()
        self.record = record_of
        self.first = first

    async def fetch(self, fetch: Fetch, page_no: int) -> RawPage:
        query = {key: values[0] for key, values in parse_qs(urlsplit(fetch.url).query).items()}
        number = (date.fromisoformat(query["as_of"]) - self.first).days
        if number == BLOCKED:
            return await super().fetch(fetch, page_no)
        assert self.record is not None
        text = self.page(query["q"], number, Asked(query["q"], query["hl"], query["gl"], page_no, page_no == 1))
        final = of("final_url")[number % 3]
        return RawPage(text.encode("utf-8", "replace"), self.record.said(final), 200, "text/html", page_no)

    def page(self, phrase: str, number: int, asked: Asked) -> str:
        """One page of a day: ten results that can be followed, and some that cannot."""
        assert self.record is not None
        found = entries(self.record)
        start = -(number // 2) + (0 if phrase.startswith("Watched") else len(found) - 20)
        shown = [found[(start + place) % len(found)] for place in range(20)][10 * asked.page - 10 : 10 * asked.page]
        nowhere = [f"https://nowhere{place}.example/" for place, _ in enumerate(of("url", refused=True))]
        refused = [Entry(url, f"Leads nowhere: {url}", "A result that leads nowhere at all") for url in nowhere]
        echo = asked
        if number in ECHOED:
            echo = replace(asked, phrase=self.record.said(of("echo")[ECHOED.index(number)]))
        text = google([*shown, *refused[asked.page - 1 :: 2]], echo)
        for url, bad in zip(nowhere, of("url", refused=True), strict=True):
            text = text.replace(f'href="{url}"', f'href="{escape(self.record.said(bad))}"')
        shows = iter(self.record.said(one) for one in of("display_url") * 20)
        text = re.sub("<cite>.*?</cite>", lambda _: f"<cite>{escape(next(shows))}</cite>", text, flags=re.S)
        return text.replace("</body>", RAW.format(trap=self.record.trap) + "</body>") if self.record.hostile else text


def entries(record: Record) -> list[Entry]:
    """An entry for each hostile title, every one with another hostile snippet and address."""
    titles, snippets, links = of("title"), of("snippet"), of("url", refused=False)
    found = []
    for place, title in enumerate(titles):
        snippet = snippets[(place + 7) % len(snippets)]
        url = record.said(links[place]) if place < len(links) else f"https://site{place}.example/page"
        if place % 8 == 6 and place >= len(links):
            url = f"https://nativ-telecom.example/page{place}"
        found.append(Entry(url, record.said(title), TONES[place % 4] + record.said(snippet)))
    return found


def a_record(folder: Path, trap: str, *, hostile: bool) -> Record:
    """Ten days of looks at one search up to today, two at another, with everything that people can say of them."""
    folder.mkdir(parents=True)
    engine = open_engine(f"sqlite:///{folder / 'shemtov.db'}")
    migrate(on=engine)
    now = (datetime.now(UTC) - timedelta(hours=12)).replace(hour=12, minute=0, second=0, microsecond=0)
    clock = Clock(now - timedelta(days=DAYS))
    pages = HostilePages(None, (clock.at + timedelta(days=1)).date())
    pages.modes = {pages.first + timedelta(days=BLOCKED): "captcha"}
    access = Access("http://practice.example")
    world = World(
        engine, Surroundings(engine, folder / "blobs", clock, lambda _: access, pages.of, 30), pages, clock, 0, 0
    )
    record = pages.record = Record(world, trap, hostile)
    with writing(engine) as session:
        world.brand, world.search = _brand(session, record, 0)
    for number in range(DAYS):
        looked_at(world)
        if number + 1 == BOTH:
            with writing(engine) as session:
                session.get_one(Search, world.search + 1).active = False
    with writing(engine) as session:
        for place in range(1, len(of("brand", refused=False))):
            _brand(session, record, place)
        _say(session, record, now)
        record.slugs = tuple(session.exec(select(Brand.slug).order_by(col(Brand.id))).all())
    return record


def _brand(session: Session, record: Record, place: int) -> tuple[int, int]:
    """A brand made as the form makes one: (its id, its main search)."""
    phrases = [f"Watched phrase {place}", record.said(of("phrase", refused=False)[0])]
    sites = [*OWNED, *(record.said(one) for one in of("owned", refused=False))]
    plan = plan_brand(
        record.said(of("brand", refused=False)[place]),
        sites,
        ["en-us"],
        Settings(),
        sources=["practice"],
        phrases=phrases,
    )
    brand = make_brand(session, home_workspace(session), plan, record.world.clock.at)
    search = session.exec(select(Search.id).where(Search.brand_id == brand.id).order_by(col(Search.id))).first()
    return brand.id or 0, search or 0


def _say(session: Session, record: Record, now: datetime) -> None:
    """Annotations, labels by hand and the name on reports."""
    brand, wide = record.world.brand, record.said(of("person")[1])
    for place, note in enumerate(of("annotation", refused=False)):
        add_annotation(session, brand, (now - timedelta(days=place + 1)).date(), record.said(note), wide, now)
    written = entries(record)
    for entry in written:  # a provider's JSON is not read as HTML: its marks of direction come through
        for hit in session.exec(select(Hit).where(Hit.url == entry.url)).all():
            hit.title, hit.snippet = entry.title[:MOST_TITLE], entry.snippet[:MOST_SNIPPET]
    for place in (0, 1, 4, 5, 6, 8, 11, 20):
        entry = written[place]
        found = session.exec(select(Hit.id).where(Hit.url == entry.url)).first()
        correct(session, brand, found or 0, "host" if place == 1 else "url", "negative", wide, now)
    sign(session, home_workspace(session), record.world.surroundings.blobs, name=record.said(of("report")[0]))


@contextmanager
def a_trap() -> Iterator[tuple[str, list[bytes]]]:
    """(address, who called): a listener nobody may ever call."""
    called: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def wait() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    called.append(connection.recv(200))

        threading.Thread(target=wait, daemon=True).start()
        yield f"127.0.0.1:{listening.getsockname()[1]}", called
        listening.shutdown(socket.SHUT_RDWR)
