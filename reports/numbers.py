"""How the numbers are written, on page and paper alike: tiles, signed changes, the waterfall of the score. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.queries.numbers import Figures, Tone, Week
from app.queries.rows import HitRow
from app.texts import decimal, isolated
from app.types import Label

Words = Mapping[str, str]
TILES: tuple[tuple[Label, int], ...] = (("owned", 1), ("positive", 1), ("negative", -1))


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with its change against the week before. mark: the label it is about, "" for the score.

    before: a small word before the value ("rank"); detail: N and weighting; change says better or worse in words.
    """

    name: str
    mark: Label | str
    before: str
    value: str
    detail: str
    change: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of the waterfall: what a result gave, and the score it leads from and to (0 to 100)."""

    hit: HitRow
    points: float
    start: float
    end: float
    what: str


def tiles(week: Week, words: Words, lang: str) -> list[Tile]:
    """Highest negative, shares, score, promise gap; nothing is invented where too few were seen."""
    shares = [share_tile(week, label, better, words) for label, better in TILES]
    return [negative_tile(week, words), *shares, score_tile(week, words, lang), promise_tile(week, words)]


def negative_tile(week: Week, words: Words) -> Tile:
    """The rank of the first negative of the top 20."""
    if week.now is None:
        return Tile(words["highest_negative"], "negative", "", "–", "", words["never"], "")
    value = week.now.highest_negative
    change = words["no_last_week"]
    if week.before is not None:
        was = words["was_none"] if week.before.highest_negative is None else words["was_at"]
        change = (
            toned(was.format(rank=week.before.highest_negative), week.negative_tone, words)
            if week.negative_tone
            else words["no_change"]
        )
    name = words["highest_negative"]
    if value is None:
        return Tile(name, "negative", "", words["none"], words["in_top_20"], change, week.negative_tone)
    return Tile(name, "negative", words["rank"], str(value), words["in_top_20"], change, week.negative_tone)


def share_tile(week: Week, label: Label, better: int, words: Words) -> Tile:
    """The share of a label in the top, with N."""
    now = week.now
    if now is None or now.shares is None:
        seen = words["seen_only"].format(n=now.n, top=now.top) if now else words["never"]
        return Tile(words[label], label, "", "–", seen, "", "")
    figure = now.shares[label]
    detail = words["of_n"].format(count=figure.count, n=figure.n)
    moved = week.share_change(label)
    if moved is None:
        return Tile(words[label], label, "", f"{figure.percent}%", detail, words["no_last_week"], "")
    tone = tone_of(moved * better)
    change = toned(f"{signed(moved)} {words['points']}", tone, words) if moved else words["no_change"]
    return Tile(words[label], label, "", f"{figure.percent}%", detail, change, tone)


def score_tile(week: Week, words: Words, lang: str) -> Tile:
    """The reputation score, weighted by rank over the first ten."""
    if week.now is None or week.now.score is None:
        detail = words["seen_only"].format(n=seen_in_ten(week.now), top=10) if week.now else words["never"]
        return Tile(words["score"], "", "", "–", detail, "", "")
    moved, value = week.score_change, decimal(week.now.score, lang)
    detail = words["score_scope"].format(n=seen_in_ten(week.now))
    if moved is None:
        return Tile(words["score"], "", "", value, detail, words["no_last_week"], "")
    tone = tone_of(moved)
    change = toned(signed(moved, lang), tone, words) if moved else words["no_change"]
    return Tile(words["score"], "", "", value, detail, change, tone)


def promise_tile(week: Week, words: Words) -> Tile:
    """The promise gap: how many negatives of the top 10 stand below our promise of service."""
    name, found = words["promise"], week.promise
    if week.now is None or found is None:
        return Tile(name, "", "", "–", words["never"], "", "")
    if found.hit is None:
        return Tile(name, "", "", "–", words["promise_none"].format(n=found.n), "", "")
    if found.gap is None:
        return Tile(name, "", "", "–", words["seen_only"].format(n=found.n, top=10), "", "")
    change, tone = promise_change(week, words)
    return Tile(name, "", "", str(found.gap), words["promise_scope"].format(rank=found.rank, n=found.n), change, tone)


def promise_change(week: Week, words: Words) -> tuple[str, Tone]:
    """The change of the promise gap against the week before, in words."""
    moved = week.promise_change
    if week.before is None or moved is None:
        return words["no_last_week" if week.before is None else "promise_had_none"], ""
    tone = tone_of(-moved)
    return (toned(signed(moved), tone, words) if moved else words["no_change"]), tone


def seen_in_ten(figures: Figures | None) -> int:
    """How many of the first ten results were observed."""
    return sum(label is not None for label in figures.strip[:10]) if figures else 0


def headline_change(week: Week, words: Words) -> tuple[str, Tone]:
    """ "15 last week (−1)", with its tone; says so when there was no good look last week."""
    if week.before is None or week.before.good is None or week.good_change is None:
        return words["no_last_week"], ""
    change = signed(week.good_change) if week.good_change else words["no_change"]
    return words["last_week"].format(count=week.before.good, change=change), tone_of(week.good_change)


def waterfall(week: Week, words: Words) -> list[Bar]:
    """From last week's score to this week's, a bar a result; empty without a change."""
    if week.before is None or week.before.score is None:
        return []
    bars, at = [], week.before.score
    for step in week.steps:
        bars.append(Bar(step.hit, step.points, at, at + step.points, moved(step.from_rank, step.to_rank, words)))
        at += step.points
    return bars


def moved(before: int | None, now: int | None, words: Words) -> str:
    """What a result did, in words: entered at rank 4; from rank 9 to rank 6; left from rank 3; another label."""
    if before is None:
        return words["entered_at"].format(rank=now)
    if now is None:
        return words["left_from"].format(rank=before)
    if before == now:
        return words["relabelled_at"].format(rank=now)
    return words["from_to"].format(before=before, after=now)


def signed(value: float, lang: str = "en") -> str:
    """A change with its sign, kept together in a right-to-left line: "+2", "−1,5"."""
    size = decimal(abs(value), lang) if isinstance(value, float) else str(abs(value))
    sign = "\u2212" if value < 0 else "+" if value > 0 else ""
    return isolated(sign + size)


def tone_of(change: float) -> Tone:
    return "better" if change > 0 else "worse" if change < 0 else ""


def toned(change: str, tone: Tone, words: Words) -> str:
    """The change with the word for its direction: colour alone says nothing to many."""
    return f"{change} · {words[tone]}" if tone else change
