"""How the readings of a page are written, on page and paper alike: promise, reach, volatility, voices, fates. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.queries.numbers import Fate, Week
from app.queries.reach import Climb
from app.queries.voices import Side, Voice, Voices
from app.scoring.reach import Fewer, Target
from app.texts import day, decimal, isolated, quoted, shown
from app.types import LABELS
from reports.numbers import Words, signed

SIDES: tuple[Side, ...] = ("critic", "ambassador", "own")


@dataclass(frozen=True, slots=True)
class Wish:
    """A thing to reach: in words, and the points it would bring ("" when it cannot be reached with what was seen)."""

    text: str
    points: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """A host as a row: its days of so many, its best rank, its presence, and the labels of its results in words."""

    voice: Voice
    days: str
    presence: str
    mix: str


def climbs_of(week: Week) -> tuple[Climb, ...]:
    """What would pass each negative of the top 10."""
    return week.reach.climbs if week.reach else ()


def climb_points(points: float | None, words: Words, lang: str) -> str:
    """Points a climb would bring, signed."""
    return "" if points is None else words["reach_points"].format(points=signed(points, lang) or "0")


def wishes(week: Week, target: int, words: Words, lang: str) -> list[Wish]:
    """One negative fewer in the top 10, and the brand's target; nothing without a score."""
    if week.now is None or week.now.score is None or week.reach is None:
        return []
    return [_fewer(week.reach.fewer, words, lang), _target(week.reach.target, target, words, lang)]


def _fewer(fewer: Fewer | None, words: Words, lang: str) -> Wish:
    if fewer is None:
        return Wish(words["reach_no_negative"], "")
    if fewer.points is None:
        text = words["reach_fewer_not"].format(
            rank=fewer.negative_rank, needed=fewer.needed, count=len(fewer.climbing)
        )  # fmt: skip
        return Wish(text, "")
    text = words["reach_fewer"].format(rank=fewer.negative_rank, ranks=ranks(fewer.climbing))
    return Wish(text, climb_points(fewer.points, words, lang))


def _target(target: Target | None, wanted: int, words: Words, lang: str) -> Wish:
    if target is None:
        return Wish(words["reach_reached"].format(target=wanted), "")
    text = words["reach_target"].format(target=wanted, missing=target.missing, ranks=ranks(target.instead_of))
    return Wish(text, climb_points(target.points, words, lang))


def ranks(found: tuple[int, ...]) -> str:
    """A list of ranks; it needs no direction of its own."""
    return ", ".join(map(str, found))


def speakers(voices: Voices, most: int, words: Words, lang: str) -> list[tuple[Side, list[Speaker]]]:
    """The sides with their hosts of the greatest presence, at most so many each."""
    return [(side, [_speaker(one, voices, words, lang) for one in voices.of(side)[:most]]) for side in SIDES]


def _speaker(voice: Voice, voices: Voices, words: Words, lang: str) -> Speaker:
    counts = {label: getattr(voice, label) for label in LABELS}
    mix = " · ".join(f"{words[label]} {count}" for label, count in counts.items() if count)
    days = words["of_n"].format(count=voice.days, n=voices.days)
    return Speaker(voice, days, decimal(voice.presence, lang), mix)


def fate_told(fate: Fate, words: Mapping[str, str], lang: str) -> str:
    """What became of a negative that left, in words."""
    return words[f"fate_{fate.kind}"].format(
        rank=fate.rank, day=isolated(day(fate.at, lang)), phrase=quoted(shown(fate.phrase))
    )  # fmt: skip
