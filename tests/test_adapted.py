"""The text model learns from a workspace's own people: when it proves better, for them alone, and can be taken back."""

from __future__ import annotations

import hashlib
import logging
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from apps import an_app
from fastapi.testclient import TestClient
from numpy.typing import NDArray
from sites import looked_at, other_workspace, signed_in, use
from sqlmodel import Session, select
from test_corrections import broken
from test_flips import quiet
from worlds import World

from app import text_model
from app.adapted import file_of, keep, model_of
from app.again import rescore
from app.cli import main
from app.corrections import correct, undo
from app.db import reading, writing
from app.models import Hit, Link
from app.pipeline import rescore_hit, score_new
from app.queries.own_labels import OwnLabel, own_labels
from app.queries.searches import watched
from app.reviewing import review
from app.scoring.by_hand import text_pattern
from app.scoring.learned import Shape, learn, pack
from app.scoring.verdict import VERSION, version_of
from app.store.label_rules import Saying, add_rule
from app.text_model import Vector, taught
from app.training.figures import Figure
from app.training.own import Tried, examples, own, tried
from app.training.rows import labelled
from app.training.train import Outcome, ground, save
from app.types import Label
from scrapers.urls import url_hash

ROWS = Path(__file__).resolve().parent / "labels"
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
# What these people call their queues; nothing in any word list.
HOUSE: dict[str, Label] = {"zamber": "negative", "quillon": "positive", "tervick": "neutral"}
FILLER = "line desk form town visit week number office letter hall clerk morning counter list north branch".split()


@cache
def direction(word: str) -> NDArray[np.float64]:
    """Where a word points; those of the house speak louder."""
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).normal(size=text_model.SIZE) * (4.0 if word in HOUSE else 1.0)


def bag(text: str) -> Vector:
    """A reader of words: each has a direction of its own. Equal texts are equal, texts that share words are near."""
    total = np.sum([np.zeros(text_model.SIZE), *map(direction, re.findall(r"\w+", text.lower()))], axis=0)
    return pack((total / max(float(np.linalg.norm(total)), 1e-9)).astype(np.float32))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights as `shemtov train` writes them, of two authors' rows in the words' reader."""
    folder = tmp_path_factory.mktemp("bundle")
    rows = [row for row in labelled(ROWS) if row.author in (5, 6)]
    on = ground(rows, bag)
    (folder / "model").mkdir()
    outcome = Outcome(learn(on.examples, Shape(2.2, 0.3, 0.1), 3.0), np.array([]), np.array([]))
    save(folder / "model" / "weights.npz", on, outcome, "t1")
    return folder


@pytest.fixture
def taught_world(world: World, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The brand, its workspace labelled by that bundled model."""
    monkeypatch.setenv("SHEMTOV_TEXT_MODEL", "")
    monkeypatch.setattr(text_model, "reader", lambda: bag)
    monkeypatch.setattr(text_model, "files", lambda _room: bundle)
    use(world, monkeypatch)
    text_model.bundled.cache_clear()
    yield world
    text_model.bundled.cache_clear()


def told_texts(count: int, tone: Sequence[str]) -> list[tuple[str, str]]:
    """(host, title): so many texts on sites of their own, the words of `tone` in turn."""
    words = np.random.default_rng(3)
    return [
        (f"site{n}.example", f"{tone[n % len(tone)]} {' '.join(words.choice(FILLER, 3))} {n}") for n in range(count)
    ]


def on_record(world: World, texts: Sequence[tuple[str, str]], search: int | None = None) -> list[int]:
    """Results of a search, scored as a look scores them; returns their hits."""
    with writing(world.engine) as session:
        hits = [_hit(session, search or world.search, host, title) for host, title in texts]
        score_new(session, watched(session, search or world.search), NOW - timedelta(days=1))
        return [hit.id or 0 for hit in hits]


def _hit(session: Session, search: int, host: str, title: str) -> Hit:
    url = f"https://{host}/"
    link = session.exec(select(Link).where(Link.url == url)).first() or Link(host=host, url=url, url_hash=url_hash(url))
    session.add(link)
    session.flush()
    text = hashlib.sha256(title.encode()).digest()[:16]
    hit = Hit(search_id=search, link_id=link.id, url=url, title=title, text_hash=text)
    session.add(hit)
    session.flush()
    return hit


def label_all(world: World, hits: Sequence[int], labels: Sequence[Label]) -> None:
    """What Dana says of some results, of their exact texts."""
    with writing(world.engine) as session:
        found = [session.get_one(Hit, hit) for hit in hits]
        links = [session.get_one(Link, hit.link_id) for hit in found]
        for hit, link, label in zip(found, links, labels, strict=True):
            pattern = text_pattern(link.url, hit.text_hash)
            add_rule(session, Saying(1, world.brand, "text", pattern, label), "Dana", NOW)
        about = watched(session, world.search)
        for hit, link in zip(found, links, strict=True):
            rescore_hit(session, about, hit, link, NOW, "Dana")


def house(world: World, count: int = 60) -> list[int]:
    """So many texts in the words of the house, each labelled by what its word means there."""
    texts = told_texts(count, list(HOUSE))
    hits = on_record(world, texts)
    label_all(world, hits, [HOUSE[title.split()[0]] for _, title in texts])
    return hits


def shemtov(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[object, str]:
    """(exit code, everything printed) of a command."""
    monkeypatch.setattr(sys, "argv", ["shemtov", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    return ended.value.code, said.out + said.err


def adapted_by_hand(world: World) -> str:
    """A model of what is on record, in force without a trial; its version."""
    with reading(world.engine) as session:
        labels = own(own_labels(session, 1))
    return keep(1, "t1", examples(labels, bag), "report")


def version(workspace: int = 1) -> str:
    return version_of(model_of(workspace))


def label_of(world: World, hit: int) -> tuple[str | None, str | None]:
    with reading(world.engine) as session:
        found = session.get_one(Hit, hit)
        return found.label, found.version


def test_words_of_the_house_are_learned_and_taken_back(
    taught_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sixty labels teach what the bundled model cannot know: for new texts, for old ones by rescore, until --base."""
    world, plain = taught_world, f"{VERSION}+t1"
    house(world)
    old = on_record(world, [("new.example", "quillon letter 77"), ("else.example", "zamber hall 78")])
    before = [label_of(world, hit) for hit in old]
    code, said = shemtov(monkeypatch, capsys, "adapt", "--dry-run")
    assert (code, "Taken: " in said, version()) == (0, True, plain), said
    code, said = shemtov(monkeypatch, capsys, "adapt")
    name = version()
    assert (code, re.fullmatch(rf"{re.escape(plain)}\+w[0-9a-f]{{6}}", name) is not None) == (0, True), said
    own_name = name.removeprefix(f"{VERSION}+")
    assert f"In force: {own_name}." in said
    assert own_name in file_of(1).with_suffix(".md").read_text("utf-8")
    assert re.search(r"\| 32 \| [01]\.\d+ \|", said)
    assert [label_of(world, hit) for hit in old] == before  # nothing is relabelled by itself
    fresh = on_record(world, [("fresh.example", "zamber visit 79")])
    assert label_of(world, fresh[0]) == ("negative", name)
    code, said = shemtov(monkeypatch, capsys, "rescore")
    assert (code, name in said) == (3, True), said
    rescore(world.surroundings, quiet, accept=True)
    assert [label_of(world, hit) for hit in old] == [("positive", name), ("negative", name)]
    assert broken(world) == []
    assert shemtov(monkeypatch, capsys, "adapt", "--base")[0] == 0
    assert (version(), file_of(1).exists()) == (plain, False)
    rescore(world.surroundings, quiet, accept=True)
    assert [label_of(world, hit) for hit in old] == [(label, plain) for label, _ in before]
    assert broken(world) == []


def test_another_workspace_keeps_its_model(taught_world: World) -> None:
    """What one team's people said labels nothing of another's; equal labels make an equal model; pages name it."""
    other = other_workspace(taught_world.engine)
    house(taught_world, 9)
    names = [adapted_by_hand(taught_world) for _ in range(2)]
    assert len(set(names)) == 1
    assert (version(1), version(other)) == (f"{VERSION}+{names[0]}", f"{VERSION}+t1")
    with reading(taught_world.engine) as session:
        assert own_labels(session, other) == []
    looked_at(taught_world)
    with TestClient(an_app()) as client:
        assert version(1) in signed_in(client, taught_world.engine).get("/brands/nativ-telecom?lang=en").text


def test_labels_without_a_pattern_change_nothing(
    taught_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sixty labels that the texts do not explain: refused with reasons, and the bundled model stays."""
    world = taught_world
    hits = on_record(world, told_texts(60, ["queue", "about", "notes", "forms", "times"]))
    label_all(world, hits, [("negative", "positive", "neutral")[n % 3] for n in range(60)])
    code, said = shemtov(monkeypatch, capsys, "adapt")
    assert (code, "Not taken: " in said, version()) == (0, True, f"{VERSION}+t1")
    assert not file_of(1).parent.exists()


def test_too_few_labels_say_what_is_missing(
    taught_world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fewer than fifty, or fewer than eight of one label: in numbers, and no model."""
    world = taught_world
    hits = on_record(world, told_texts(50, list(HOUSE)))
    label_all(world, hits[:20], ["negative"] * 20)
    code, said = shemtov(monkeypatch, capsys, "adapt")
    assert (code, "labels: 20 of 50; positive: 0 of 8; neutral: 0 of 8" in said) == (0, True), said
    label_all(world, hits[20:], ["positive"] * 30)
    assert "Too few: neutral: 0 of 8." in shemtov(monkeypatch, capsys, "adapt")[1]
    assert version() == f"{VERSION}+t1"


def test_a_damaged_model_is_told_once_and_the_bundled_one_works(
    taught_world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Cut, changed by a byte, another kind of file, of another bundled model, or gone: one line, never a crash."""
    house(taught_world, 9)
    adapted_by_hand(taught_world)
    path, content = file_of(1), file_of(1).read_bytes()
    with np.load(path) as kept:
        parts = dict(kept)
    for number, damage in enumerate(("cut", "empty", "no archive", "an array", "labels", "base", "gone")):
        caplog.clear()
        if damage in ("labels", "base"):
            other = {"labels": parts["labels"][::-1], "base": np.array("m0")}[damage]
            np.savez_compressed(path, **{**parts, damage: other})
        elif damage == "an array":
            with path.open("wb") as file:
                np.save(file, np.zeros(3))
        elif damage == "gone":
            path.unlink()
        else:
            path.write_bytes({"cut": content[: len(content) // 2], "empty": b"", "no archive": b"x" * 99}[damage])
        with caplog.at_level(logging.WARNING, logger="shemtov"):
            assert [version(), version(), version()] == [f"{VERSION}+t1"] * 3, damage
        assert len(caplog.records) == 1, (number, damage)
    path.write_bytes(content)
    assert version() != f"{VERSION}+t1"


def test_what_counts_as_an_own_label(taught_world: World) -> None:
    """Exact texts and URLs by people, the newest of each text; no host, no owned, nothing revoked, no program's."""
    world = taught_world
    texts = [(f"s{n}.example", f"zamber letter {n}") for n in range(6)]
    hits = on_record(world, texts)
    with writing(world.engine) as session:
        for hit, scope, label, actor in (
            (hits[0], "text", "negative", "Dana"), (hits[1], "url", "neutral", "Dana"), (hits[2], "host", "negative", "Dana"),
            (hits[3], "url", "owned", "Dana"), (hits[4], "text", "negative", "API"),
        ):  # fmt: skip
            correct(session, world.brand, hit, scope, label, actor, NOW)  # type: ignore[arg-type]  # rows of mixed kinds
        review(session, 1, hits[5], "text", "positive", "Noam", NOW)
        taken_back = correct(session, world.brand, hits[1], "text", "positive", "Dana", NOW + timedelta(hours=1))
        undo(session, world.brand, taken_back.rule, "Dana", NOW + timedelta(hours=2))
        correct(session, world.brand, hits[0], "text", "positive", "Dana", NOW + timedelta(hours=3))
    with reading(world.engine) as session:
        found = own_labels(session, 1)
    assert [(one.title, one.label) for one in found] == [
        ("zamber letter 0", "positive"), ("zamber letter 5", "positive"), ("zamber letter 1", "neutral"),
    ]  # fmt: skip


def test_a_url_s_label_is_one_of_the_text_that_was_read(taught_world: World) -> None:
    """A page whose text changes later is no second label, and the newest word on a text that stands twice counts."""
    world = taught_world
    first = on_record(world, [("a.example", "zamber one"), ("b.example", "zamber twice")])
    with writing(world.engine) as session:
        correct(session, world.brand, first[0], "url", "negative", "Dana", NOW)
        correct(session, world.brand, first[1], "text", "negative", "Dana", NOW)
        hit = _hit(session, world.search, "a.example", "something else since")
        copy = _hit(session, world.search, "c.example", "zamber twice")
        score_new(session, watched(session, world.search), NOW + timedelta(days=3))
        correct(session, world.brand, copy.id or 0, "text", "neutral", "Dana", NOW + timedelta(days=4))
        assert hit.label == "negative"
    with reading(world.engine) as session:
        found = own(own_labels(session, 1))
    assert sorted(zip((one.title for one in found.asked), found.labels.tolist(), strict=True)) == [
        ("zamber one", "negative"), ("zamber twice", "neutral"),
    ]  # fmt: skip


def said_of(title: str, host: str, label: Label) -> OwnLabel:
    return OwnLabel(1, "Nativ", (), f"https://{host}/", host, title, "", None, "en", label, NOW)


def test_what_no_model_is_asked_about_is_no_own_label() -> None:
    """Texts that the registry or a rating settles are counted apart."""
    found = own([said_of(title, "a.example", "negative") for title in ("Rated 4.8/5", "zamber letter")])
    assert ([one.title for one in found.asked], found.settled) == (["zamber letter"], 1)


def test_a_site_never_teaches_what_is_tried_on_it(bundle: Path) -> None:
    """Sixty labels of one site, subdomains and all, prove nothing; the same texts on sites of their own do."""
    base, texts = taught(bundle / "model" / "weights.npz"), told_texts(60, list(HOUSE))

    def trial(host: str) -> Tried:
        labels = own([said_of(text, host.format(n), HOUSE[text.split()[0]]) for n, (_, text) in enumerate(texts)])
        return tried(base, examples(labels, bag), labels.sites)

    alone, apart = trial("t{}.forum.example"), trial("t{}.example")
    assert (alone.right, alone.wrong, alone.own == alone.base) == (0, 0, True)
    assert alone.against[0] == "macro-F1 does not rise"
    assert (apart.against, [size for size, _ in apart.curve]) == ([], [0, 8, 16, 32, 60])


@pytest.mark.parametrize(
    ("f1", "recall", "right", "wrong", "others", "taken"),
    [
        (0.8, 0.7, 9, 2, (0.79, 0.82), True),
        (0.8, 0.7, 8, 3, (0.79, 0.82), False),  # eleven coins do that 11 times in 100
        (0.8, 0.69, 9, 2, (0.79, 0.82), False),
        (0.7, 0.7, 9, 2, (0.79, 0.82), False),
        (0.8, 0.7, 9, 2, (0.77, 0.82), False),
        (0.8, 0.7, 9, 2, (0.79, 0.78), False),
    ],
)
def test_better_means_more_than_chance_and_at_nobody_s_cost(
    f1: float, recall: float, right: int, wrong: int, others: tuple[float, float], taken: bool
) -> None:
    """Each of the conditions alone keeps a model out."""
    before, after = Figure(0.7, 0.6, 0.8, 0.7, 60), Figure(f1, 0.6, 0.9, recall, 60)
    assert (Tried(before, after, right, wrong, (), ((0.8, 0.81), others)).against == []) is taken


def test_without_the_bundled_model_nothing_is_adapted(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Turned off or not installed: one clear line."""
    use(world, monkeypatch)
    code, said = shemtov(monkeypatch, capsys, "adapt")
    assert (code, said.count("\n"), "text model" in said) == (2, 1, True)
    assert model_of(1) is None
