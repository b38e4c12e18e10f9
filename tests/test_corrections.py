"""What people say of results: it stands above the machine, covers past and future, and can be taken back."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, select
from worlds import World

from app.again import Again, reparse, rescore
from app.corrections import Corrected, correct, undo
from app.db import reading, writing
from app.errors import BadInput, NotFound
from app.models import Annotation, Change, Hit, LabelRule, Link, Search, VerdictEvent
from app.queries.annotations import annotation_rows
from app.queries.brands import brand
from app.queries.history import history
from app.queries.label_rules import rule_rows
from app.queries.share import share
from app.runner import run_due
from app.scoring.by_hand import by_hand, ruling
from app.store.annotations import add_annotation, remove_annotation
from app.store.brands import add_brand, home_workspace
from app.store.searches import add_search
from app.types import Label, Scope
from app.types import LabelRule as Rule
from app.verify import verify

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def looks(world: World, days: int = 2) -> None:
    """So many daily looks, from where the clock stands."""

    async def collect() -> None:
        async for _ in run_due(world.surroundings, lambda names: (list(names), [])):
            pass

    for _ in range(days):
        world.clock.at += timedelta(days=1)
        asyncio.run(collect())


def say(
    world: World, of: int | str, label: Label, scope: Scope = "url", now: datetime = NOW, brand_id: int | None = None
) -> Corrected:
    with writing(world.engine) as session:
        return correct(session, brand_id or world.brand, of, scope, label, "Dana", now)


def take_back(world: World, rule: int, now: datetime = NOW) -> int:
    with writing(world.engine) as session:
        return undo(session, world.brand, rule, "Noam", now)


def a_hit(world: World, label: Label) -> tuple[int, str, str]:
    """(hit, canonical URL, host) of the first hit with a label."""
    with reading(world.engine) as session:
        row = session.exec(
            select(Hit.id, Link.url, Link.host)
            .join(Link, col(Link.id) == col(Hit.link_id))
            .where(Hit.label == label)
            .order_by(col(Hit.id))
        ).first()
    assert row is not None
    return row[0] or 0, row[1], row[2]


def verdicts(world: World) -> dict[int, tuple[str | None, str | None, str | None, str | None]]:
    with reading(world.engine) as session:
        rows = session.exec(select(Hit).order_by(col(Hit.id))).all()
        return {h.id or 0: (h.label, h.evidence_kind, h.rule, h.version) for h in rows}


def broken(world: World) -> list[str]:
    with reading(world.engine) as session:
        found = verify(session, world.surroundings.blobs, world.clock.at)
    return [problem for finding in found for problem in finding.broken]


def read_again(world: World, how: str) -> Again:
    def quiet(_done: int, _of: int) -> None:
        return

    if how == "reparse":
        return reparse(world.surroundings, quiet, force=True)
    return rescore(world.surroundings, quiet)


def rule(number: int, match: Scope, pattern: str, label: Label, day: int) -> Rule:
    return Rule(number, match, pattern, label, "Dana", datetime(2026, 11, day, tzinfo=UTC))


HOSTS = [
    ("https://forum.example/t/1", "forum.example", True),
    ("https://help.forum.example/", "help.forum.example", True),
    ("https://notforum.example/", "notforum.example", False),
    ("https://forum.example.evil.example/", "forum.example.evil.example", False),
]


@pytest.mark.parametrize(("link", "host", "covered"), HOSTS)
def test_a_host_covers_what_lies_below_it_and_nothing_beside_it(link: str, host: str, covered: bool) -> None:
    """Whole labels, as for owned sites: subdomains yes, names that only end alike no."""
    assert (ruling(link, host, [rule(1, "host", "forum.example", "negative", 1)]) is not None) is covered


def test_nothing_lies_below_a_shared_platform() -> None:
    """A rule for wordpress.com speaks of wordpress.com, not of everybody's blog there."""
    rules = [rule(1, "host", "wordpress.com", "neutral", 1)]
    assert ruling("https://wordpress.com/x", "wordpress.com", rules) is not None
    assert ruling("https://angry.wordpress.com/x", "angry.wordpress.com", rules) is None


def test_the_exact_result_comes_before_its_host_and_the_newest_word_before_older_ones() -> None:
    """Exact before host however old it is; among equals the newest; no rule says nothing."""
    rules = [
        rule(1, "url", "https://a.example/x", "positive", 1),
        rule(2, "host", "a.example", "negative", 2),
        rule(3, "host", "a.example", "neutral", 3),
    ]
    exact, host = (ruling(link, "a.example", rules) for link in ("https://a.example/x", "https://a.example/y"))
    assert exact is not None
    assert host is not None
    assert (exact.id, host.id) == (1, 3)
    assert ruling("https://b.example/", "b.example", rules) is None
    said = by_hand(exact)
    assert (said.label, said.kind, said.rule, said.confidence) == ("positive", "human", "by hand: exact result", 1.0)
    assert [(piece.field, piece.text) for piece in said.evidence] == [("actor", "Dana"), ("date", "2026-11-01")]


def test_a_correction_recolours_the_past_and_leaves_what_was_known_on_record(world: World) -> None:
    """Every day's share counts the new label; the old one stays as an event with who changed it and when."""
    looks(world, 2)
    hit, _, _ = a_hit(world, "negative")
    before = verdicts(world)[hit]
    with reading(world.engine) as session:
        past = share(history(session, world.search, date(2026, 11, 2), date(2026, 11, 3)), 20)
    done = say(world, hit, "positive")
    assert done.changed >= 1
    assert verdicts(world)[hit] == ("positive", "human", "by hand: exact result", "h1")
    with reading(world.engine) as session:
        now = share(history(session, world.search, date(2026, 11, 2), date(2026, 11, 3)), 20)
        events = session.exec(
            select(VerdictEvent).where(VerdictEvent.hit_id == hit).order_by(col(VerdictEvent.id))
        ).all()
    assert [(n or 0) + 1 for n in now.negative] == list(past.negative)
    assert [(e.old, e.new, e.actor) for e in events] == [(None, before[0], "rules"), ("negative", "positive", "Dana")]
    assert events[1].at == NOW
    assert broken(world) == []


def test_saying_the_same_twice_is_saying_it_once(world: World) -> None:
    """No second rule, no second event, nothing changed."""
    looks(world, 1)
    hit, link, _ = a_hit(world, "negative")
    first = say(world, hit, "neutral")
    assert say(world, link, "neutral", now=NOW + timedelta(hours=1)) == Corrected(first.rule, 0)
    with reading(world.engine) as session:
        assert len(session.exec(select(LabelRule)).all()) == 1
        assert len(session.exec(select(VerdictEvent).where(VerdictEvent.actor == "Dana")).all()) == first.changed


def test_undo_brings_back_what_stood_below(world: World) -> None:
    """Two words of people, taken back one by one: first the older word, then the machine's verdict as it was."""
    looks(world, 1)
    hit, _, _ = a_hit(world, "negative")
    machine = verdicts(world)
    first = say(world, hit, "neutral")
    second = say(world, hit, "positive", now=NOW + timedelta(minutes=1))
    assert take_back(world, second.rule) == second.changed
    assert verdicts(world)[hit][:2] == ("neutral", "human")
    take_back(world, first.rule)
    assert verdicts(world) == machine
    assert take_back(world, first.rule) == 0
    assert broken(world) == []
    with reading(world.engine) as session:
        assert all(row.revoked == NOW for row in session.exec(select(LabelRule)).all())


def test_a_person_can_overrule_the_registry_of_owned_sites(world: World) -> None:
    """The brand's own page that only lists complaints: negative, because a person says so."""
    looks(world, 1)
    hit, _, _ = a_hit(world, "owned")
    say(world, hit, "negative")
    assert verdicts(world)[hit][0] == "negative"
    assert broken(world) == []


@pytest.mark.parametrize("scope", ["url", "host"])
def test_what_comes_later_is_labelled_by_the_rules_in_force(world: World, scope: Scope) -> None:
    """A result not seen yet, corrected by its address: its first verdict is the person's."""
    looks(world, 1)
    _, link, host = a_hit(world, "negative")
    with writing(world.engine) as session:
        search = session.get_one(Search, world.search)
        other = add_brand(session, home_workspace(session), "Other", "il-he", [])
        same = add_search(
            session, other, phrase=search.phrase, engine="google", hl="he", gl="IL", market="il-he",
            sources=["practice"], next_due=world.clock.at,
        )  # fmt: skip
        other_id, same_id = other.id or 0, same.id or 0
    assert say(world, link, "owned" if scope == "url" else "positive", scope, brand_id=other_id).changed == 0
    looks(world, 1)
    with reading(world.engine) as session:
        rows = session.exec(
            select(Hit.search_id, Hit.label, Hit.evidence_kind)
            .join(Link, col(Link.id) == col(Hit.link_id))
            .where(Link.url == link if scope == "url" else Link.host == host)
        ).all()
    assert {kind for search_id, _, kind in rows if search_id == same_id} == {"human"}
    assert "human" not in {kind for search_id, _, kind in rows if search_id == world.search}
    assert broken(world) == []


@pytest.mark.parametrize("how", ["rescore", "reparse"])
def test_reading_the_archive_again_keeps_what_people_said(world: World, how: str) -> None:
    """Rescore and reparse change no verdict: human labels stand above today's rules too."""
    looks(world, 2)
    hit, _, _ = a_hit(world, "negative")
    say(world, hit, "positive")
    before = verdicts(world)
    again = read_again(world, how)
    assert again.seen > 0
    assert again.problems == ()
    assert verdicts(world) == before
    assert broken(world) == []


def test_changes_tell_the_corrected_label_unless_they_were_sent(world: World) -> None:
    """A negative that entered becomes an entry like others; what somebody was told stays as it was told."""
    looks(world, 1)
    for _ in range(30):
        looks(world, 1)
        with reading(world.engine) as session:
            found = session.exec(select(Change).where(Change.kind == "negative_entered").order_by(col(Change.id))).all()
        if len({change.hit_id for change in found}) >= 2:
            break
    first, second = found[0], next(change for change in found if change.hit_id != found[0].hit_id)
    with writing(world.engine) as session:
        told = session.get_one(Change, second.id)
        told.claimed_at = told.sent_at = NOW
        session.add(told)
    for change in (first, second):
        say(world, change.hit_id or 0, "neutral")
    with reading(world.engine) as session:
        kinds = {
            hit: [c.kind for c in session.exec(select(Change).where(Change.hit_id == hit, Change.snapshot_id == look))]
            for hit, look in ((first.hit_id, first.snapshot_id), (second.hit_id, second.snapshot_id))
        }
    assert kinds == {first.hit_id: ["entered"], second.hit_id: ["negative_entered"]}


def test_verify_finds_a_label_that_nobody_said(world: World) -> None:
    """A hit coloured by hand in the database, and one whose rule was taken away behind our back, break I4."""
    looks(world, 1)
    hit, _, _ = a_hit(world, "negative")
    done = say(world, hit, "positive")
    with writing(world.engine) as session:
        kept = session.get_one(LabelRule, done.rule)
        kept.label = "neutral"
        session.add(kept)
    assert broken(world) == [f"hit {hit}: scores otherwise today"]
    with writing(world.engine) as session:
        session.delete(session.get_one(LabelRule, done.rule))
    assert broken(world) == [f"hit {hit}: scores otherwise today"]


@pytest.mark.parametrize("of", ["javascript:alert(1)", "https://a b.example/", "", "http://10.0.0.1/", "x" * 5000])
def test_what_is_no_address_is_refused(world: World, of: str) -> None:
    """Bad input is one clear error, and no rule is written."""
    with pytest.raises(BadInput, match="no address"):
        say(world, of, "neutral")
    with reading(world.engine) as session:
        assert session.exec(select(LabelRule)).all() == []


def test_a_platform_cannot_be_made_owned_and_another_brands_result_cannot_be_reached(world: World) -> None:
    """facebook.com belongs to nobody's brand; a hit or a rule of another brand is not there."""
    looks(world, 1)
    with pytest.raises(BadInput, match="shared by many"):
        say(world, "https://facebook.com/nativ", "owned", "host")
    hit, _, _ = a_hit(world, "negative")
    mine = say(world, hit, "neutral")
    with writing(world.engine) as session:
        stranger = add_brand(session, home_workspace(session), "Stranger", "il-he", []).id or 0
    with pytest.raises(NotFound):
        say(world, hit, "positive", brand_id=stranger)
    with pytest.raises(NotFound), writing(world.engine) as session:
        undo(session, stranger, mine.rule, "Dana", NOW)


def test_the_list_says_how_much_each_rule_covers(world: World) -> None:
    """The newest first; a host's rule counts what exacter rules leave it."""
    looks(world, 1)
    hit, link, host = a_hit(world, "negative")
    broad = say(world, hit, "neutral", "host")
    exact = say(world, hit, "positive", now=NOW + timedelta(minutes=1))
    with reading(world.engine) as session:
        rows = rule_rows(session, world.brand)
    assert [(row.rule.id, row.rule.pattern) for row in rows] == [(exact.rule, link), (broad.rule, host)]
    assert [row.covers for row in rows] == [1, broad.changed - 1]


def test_an_annotation_is_kept_by_day_and_removed_without_being_lost(world: World) -> None:
    """In the range of days that is asked; removing hides it, once, and only from its own brand."""
    with writing(world.engine) as session:
        ids = [
            add_annotation(session, world.brand, day, text, "Dana", NOW)
            for day, text in ((date(2026, 11, 9), "קמפיין חדש"), (date(2026, 11, 2), "Outage"))
        ]
        assert add_annotation(session, world.brand, date(2026, 11, 2), " Outage ", "Noam", NOW) == ids[1]
        assert [row.text for row in annotation_rows(session, world.brand)] == ["Outage", "קמפיין חדש"]
        assert [row.id for row in annotation_rows(session, world.brand, date(2026, 11, 3), date(2026, 11, 9))] == [
            ids[0]
        ]
        assert remove_annotation(session, world.brand + 1, ids[0], NOW) is False
        assert remove_annotation(session, world.brand, ids[0], NOW) is True
        assert remove_annotation(session, world.brand, ids[0], NOW) is False
        assert [row.id for row in annotation_rows(session, world.brand)] == [ids[1]]
        assert session.get_one(Annotation, ids[0]).removed == NOW


@pytest.mark.parametrize(
    ("text", "day", "said"),
    [
        ("", date(2026, 11, 9), "is empty"),
        ("x" * 201, date(2026, 11, 9), "201 characters"),
        ("a\u202eb", date(2026, 11, 9), "control characters"),
        ("x", date(9999, 1, 1), "no chart"),
        ("x", date(1900, 1, 1), "no chart"),
    ],
)
def test_an_annotation_nobody_could_read_is_refused(world: World, text: str, day: date, said: str) -> None:
    """Empty, too long, control characters, a day far away: one clear error each."""
    with writing(world.engine) as session, pytest.raises(BadInput, match=said):
        add_annotation(session, world.brand, day, text, "Dana", NOW)
    with reading(world.engine) as session:
        assert annotation_rows(session, brand(session, "nativ-telecom").id) == ()
