"""The training report: which rows, which authors, how right, how sure. Markdown, in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from app.scoring.verdict import VERSION
from app.text_model import READER
from app.training.few import Few
from app.training.figures import Figure, Words, calibration, figure, threshold
from app.training.rows import KINDS
from app.training.train import Ground, Outcome
from app.training.trial import TAUGHT_ONLY, reported

BOUNDS = (0.3, 0.5, 0.6, 0.7, 0.8, 0.9)


def report(on: Ground, outcome: Outcome, version: str, few: Sequence[Few] = ()) -> str:
    """The whole report."""
    return "\n".join([*_head(on, outcome, version), *authors_table(on, outcome), *_more(on, outcome), *_few(few), ""])


def rules_alone(on: Ground) -> Words:
    """What registry, rating and rules say, without a model."""
    return np.array([one.label for one in on.seen])


def counted(on: Ground) -> NDArray[np.bool_]:
    """The rows figures are taken on."""
    return np.isin(on.authors, reported(on.authors))


def _head(on: Ground, outcome: Outcome, version: str) -> Iterator[str]:
    rows = Counter(row.author for row in on.rows)
    told = ", ".join(f"{author}: {n}" for author, n in sorted(rows.items()))
    shape = outcome.learned.shape
    yield from (
        f"# Text model {version}", "",
        f"Made by `shemtov train` from {len(on.rows)} rows (author: rows; {told}); {len(on.learnt)} of them",
        f"are learned from, the others are settled by registry or rating. Rules {VERSION}, reader {READER};",
        f"text {shape.text:g}, features {shape.seen:g}, ridge {shape.ridge:g}, heat {outcome.learned.heat:.1f}.", "",
        "Every author in turn is left out of everything: training, the choice of shape, the heat. Author",
        f"{TAUGHT_ONLY} wrote the first word lists too, is trained on and never reported. Brackets: 95 % bootstrap",
        "intervals. What the rules tell the model was chosen by the average below: expect a point less of new ones.",
        "",
    )  # fmt: skip


def authors_table(on: Ground, outcome: Outcome) -> Iterator[str]:
    """A row an author, a row a language, and the average of the authors."""
    rules, all_of_them = rules_alone(on), counted(on)
    langs = np.array([row.lang for row in on.rows])
    yield "| left out | rows | model and rules: macro-F1 | negatives found | rules alone | negatives found |"
    yield "|---|---|---|---|---|---|"
    both = []
    for author in reported(on.authors):
        here = on.authors == author
        both.append((figure(on.gold[here], outcome.said[here]), figure(on.gold[here], rules[here])))
        yield _line(f"author {author}", *both[-1])
    yield f"| average | | **{np.mean([m.f1 for m, _ in both]):.3f}** | | {np.mean([r.f1 for _, r in both]):.3f} | |"
    for lang in ("he", "pl", "en"):
        here = all_of_them & (langs == lang)
        yield _line(lang, figure(on.gold[here], outcome.said[here]), figure(on.gold[here], rules[here]))
    yield _line(
        "all", figure(on.gold[all_of_them], outcome.said[all_of_them]), figure(on.gold[all_of_them], rules[all_of_them])
    )


def _line(name: str, model: Figure, rules: Figure) -> str:
    return (
        f"| {name} | {model.rows} | {model.f1:.3f} [{model.low:.2f}, {model.high:.2f}] | {model.negative_recall:.2f} "
        f"| {rules.f1:.3f} [{rules.low:.2f}, {rules.high:.2f}] | {rules.negative_recall:.2f} |"
    )


def _more(on: Ground, outcome: Outcome) -> Iterator[str]:
    gold, told = on.gold, counted(on)
    wrong = int(np.sum((gold == "owned") != (outcome.said == "owned")))
    yield from ("", f"Owned results missed or invented: {wrong}.", "", "## Hard kinds: share of right labels", "")
    yield from ("| kind | rows | model and rules | rules alone |", "|---|---|---|---|")
    kinds, right, rules = np.array([row.kind for row in on.rows]), gold == outcome.said, gold == rules_alone(on)
    for kind in (*KINDS, "other"):
        here = told & (kinds == kind)
        yield f"| {kind} | {here.sum()} | {right[here].mean():.2f} | {rules[here].mean():.2f} |"
    yield from _sure(on, outcome, right & told)


def _sure(on: Ground, outcome: Outcome, right: NDArray[np.bool_]) -> Iterator[str]:
    told = counted(on)
    text = told & np.array([not one.decided for one in on.seen])
    yield from ("", "## How sure is sure", "", "Of what the model labels (neither registry nor rating):", "")
    yield from ("| shown as sure | rows | sure on average | right |", "|---|---|---|---|")
    for one in calibration(right[text], outcome.sure[text], BOUNDS):
        yield f"| {one.low:.0%} and up | {one.rows} | {one.sure:.0%} | {one.right:.0%} |"
    for name, of in (("of all results", told), ("of what the model labels", text)):
        level, share, precise = threshold(right[of], outcome.sure[of])
        yield from ("", f"Accepting from {level:.0%} on takes {share:.0%} {name}, {precise:.1%} of them right.")
    yield from ("", "| source | rows | right |", "|---|---|---|")
    for source in ("owned", "rating", "text"):
        here = told & np.array([one.source == source for one in on.seen])
        yield f"| {source} | {here.sum()} | {right[here].mean():.1%} |"


def _few(few: Sequence[Few]) -> Iterator[str]:
    if not few:
        return
    yield from ("", "## Learning from a team's own labels", "")
    yield "A model of the other authors, given n labels of the left-out author, tried on that author's other rows"
    yield "(mean of all authors and five draws; three labels, since owned ones need no text, and what a rating settles"
    yield "is left out; alone: those n labels and nothing else)."
    yield from ("", "| labels | with them | without | alone |", "|---|---|---|---|")
    for one in few:
        yield f"| {one.labels} | {one.with_them:.3f} | {one.without:.3f} | {one.alone:.3f} |"
