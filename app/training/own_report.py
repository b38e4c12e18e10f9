"""The report of a workspace's adapted model: how many labels, what they are worth, taken or not. Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from app.scoring.learned import TONES
from app.training.figures import Figure
from app.training.own import CHANCE, ENOUGH, LOST, OF_EACH, Own, Tried


def counted(of: Own) -> Iterator[str]:
    """How many labels there are, and what is missing."""
    counts = Counter(of.labels.tolist())
    told = ", ".join(f"{label} {counts[label]}" for label in TONES)
    yield f"Labels of your own: {len(of.labels)} texts ({told}); {len(set(of.sites))} sites."
    if of.settled:
        yield f"Not counted: {of.settled} that registry or rating settle; no text model is asked about them."
    if of.missing:
        yield f"Too few: {'; '.join(of.missing)}. Adapting takes {ENOUGH} texts with {OF_EACH} of each label."


def report(of: Own, found: Tried, base: str, version: str) -> str:
    """The whole report."""
    return "\n".join([*_head(base, version), *counted(of), *_figures(found), *_curve(found), *_why(found), ""])


def _head(base: str, version: str) -> Iterator[str]:
    yield from (f"# Text model {version}", "", f"The bundled model {base}, and your own labels beside its rows.", "")


def _figures(found: Tried) -> Iterator[str]:
    (f1, negatives), (own_f1, own_negatives) = found.others
    yield from (
        "", "Every label was tried by a model that learned nothing of its site; a fifth of the sites is left out in",
        "turn. People label first what is unsure or wrong: on a whole page both models are better than here.",
        "Brackets: 95 % bootstrap intervals.", "",
        "| | macro-F1 | negatives found |", "|---|---|---|",
        _line("bundled", found.base), _line("adapted", found.own), "",
        f"Right with your labels and wrong without: {found.right}; the other way round: {found.wrong}.",
        f"A model that is no better does as well {found.chance:.1%} of the time.", "",
        f"On the bundled rows, authors left out: macro-F1 {f1:.3f} without your labels, {own_f1:.3f} with them;",
        f"negatives found {negatives:.2f} and {own_negatives:.2f}.",
    )  # fmt: skip


def _line(name: str, one: Figure) -> str:
    return f"| {name} | {one.f1:.3f} [{one.low:.2f}, {one.high:.2f}] | {one.negative_recall:.2f} |"


def _curve(found: Tried) -> Iterator[str]:
    yield from ("", "| own labels | macro-F1 |", "|---|---|")
    yield from (f"| {size} | {f1:.3f} |" for size, f1 in found.curve)
    first, last = found.curve[0][1], found.curve[-1][1]
    yield ""
    if last <= first:
        yield "More of your labels did not help: the curve ends no higher than it starts."
    elif found.chance > CHANCE:
        yield f"The curve ends {last - first:.3f} higher than it starts, which may be chance."
    else:
        yield f"The curve ends {last - first:.3f} higher than it starts."


def _why(found: Tried) -> Iterator[str]:
    yield ""
    if found.against:
        yield f"Not taken: {'; '.join(found.against)}."
    else:
        yield (
            f"Taken: macro-F1 rises by more than chance ({CHANCE:.0%}), no fewer negatives are found, and the bundled"
            f" rows lose no more than {LOST:.0%}."
        )
