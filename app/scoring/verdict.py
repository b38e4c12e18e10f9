"""A result's label with its evidence: owned > rating > text > neutral (human labels stand above, elsewhere). Pure.

Confidences are the shares of right answers by kind of evidence, measured on 1,050 labelled results of seven authors,
most of them written to be hard: many words are no surer than one, since whole stories are told with the words of the
other side, and "no word spoke" is right one time in four, since complaints come in plain words too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.scoring.features import Asked, TextModel, features
from app.scoring.owned import owned
from app.scoring.rating import NEGATIVE_TO, POSITIVE_FROM, to_five, written
from app.scoring.sites import NEUTRAL, kind_of
from app.scoring.words import LANGUAGES, Tone, language, tone
from app.types import Evidence, Label, OwnedSite, Verdict
from scrapers.types import Rating
from scrapers.urls import host

VERSION = "s3"
ENOUGH = 1.0
LOUD = 2.5
WAITED = frozenset({"weeks", "still"})
_NO = re.compile(r"(?:^|(?<=[:.?!–—-] ))(?:no|nope|nie|לא)(?= אחי)?(?=[.,!;])", re.I)
CONFIDENCE = {
    "owned": 0.99, "rating": 0.95, "context": 0.87, "site": 0.78, "one": 0.56, "some": 0.46, "many": 0.41,
    "question": 0.65, "none": 0.23,
}  # fmt: skip


def score(
    brand: str, sites: Sequence[OwnedSite], url: str, title: str, snippet: str, rating: Rating | None,
    lang: str | None, model: TextModel | None = None,
) -> Verdict:  # fmt: skip
    """The label of one result for one brand; a text model, if any, reads what neither registry nor rating settles."""
    version = version_of(model)
    site = owned(url, sites)
    if site is not None:
        where = site.host + site.path
        return Verdict(
            "owned", "owned", f"owned:{where}", CONFIDENCE["owned"], (Evidence("url", 0, 0, where),), version
        )
    found = _rated(rating, title, snippet)
    rated = _by_rating(found, version)
    if rated is not None:
        return rated
    spoken = spoken_in(title + snippet, lang)
    said = tone(title, snippet, spoken, _names(brand, sites))
    kind = kind_of(url)
    ruled = _by_rules(said, snippet, kind)
    if model is None:
        return ruled
    seen = features(said, kind, found[0] if found else None, ruled.label, title, snippet)
    return _by_model(model, Asked(title, snippet, seen), said) or ruled


def version_of(model: TextModel | None) -> str:
    """The version of a verdict: the rules' own, and the model's behind it where one was asked."""
    return f"{VERSION}+{model.version}" if model else VERSION


def spoken_in(text: str, lang: str | None) -> str:
    """The language a result is read in: the search's, when it is one of ours, else what its letters say."""
    return lang if lang in LANGUAGES else language(text)


def _by_model(model: TextModel, asked: Asked, said: Tone) -> Verdict | None:
    """What the model takes the text for, None when it has no answer. Evidence is what it quotes; of one that quotes
    nothing the words that spoke, and "model" is the source without any."""
    guess = model(asked)
    if guess is None:
        return None
    by = guess.by or model.version
    kind = "words" if said.words and not guess.evidence else "model"
    return Verdict(
        guess.label, kind, f"model:{by}", round(guess.probability, 3), guess.evidence or said.evidence[:8],
        f"{VERSION}+{by}",
    )  # fmt: skip


def _by_rules(said: Tone, snippet: str, kind: str | None) -> Verdict:
    return _by_answer(said, snippet) or _by_text(said, snippet, kind)


def _names(brand: str, sites: Sequence[OwnedSite]) -> list[str]:
    """What is a name and no word: the brand, its hosts."""
    return [
        brand,
        *(site.host for site in sites),
        *((host(f"https://{site.host}") or "").split(".")[0] for site in sites),
    ]


def _rated(rating: Rating | None, title: str, snippet: str) -> tuple[float, Evidence] | None:
    """The rating of a result, of five: as data, else as written in its title or snippet."""
    if rating is not None and (five := to_five(rating)) is not None:
        return five, Evidence("rating", 0, 0, f"{rating.value:g}/{rating.scale:g}")
    return written(title, "title") or written(snippet, "snippet")


def _by_rating(found: tuple[float, Evidence] | None, version: str) -> Verdict | None:
    """A rating decides alone when it is low or high; in between the text does."""
    if found is None:
        return None
    value, evidence = found
    if value <= NEGATIVE_TO:
        return Verdict("negative", "rating", f"rating<={NEGATIVE_TO}", CONFIDENCE["rating"], (evidence,), version)
    if value >= POSITIVE_FROM:
        return Verdict("positive", "rating", f"rating>={POSITIVE_FROM}", CONFIDENCE["rating"], (evidence,), version)
    return None


def _by_answer(said: Tone, snippet: str) -> Verdict | None:
    """ "Is X a scam?" answered with no is a good word; the answer's tone is the label, not the question's."""
    answer = _NO.search(snippet) if said.question and said.score < 0 else None
    if answer is None:
        return None
    evidence = Evidence("snippet", answer.start(), answer.end(), answer[0])
    return Verdict("positive", "words", "context:answered-no", CONFIDENCE["some"], (evidence,), VERSION)


def _by_text(said: Tone, snippet: str, kind: str | None) -> Verdict:
    """The words, with the kind of site as a prior and the contexts that change what words mean."""
    value = said.score + _hints(said) - (1.0 if kind == "complaint" else 0.0)
    if "phishing" in said.contexts:
        return _neutral("context:third-party", "site", said)
    if "resolved" in said.contexts:
        return _verdict("positive", "context:resolved", said, "context")
    if said.question and "answer" in said.contexts and said.complaint < LOUD:
        return _verdict("positive", "context:answered", said, "context")
    if said.question and "?" not in snippet and abs(told := said.of("snippet")) >= ENOUGH:
        return _verdict("positive" if told > 0 else "negative", "context:answered", said)
    if "satire" in said.contexts and (said.complaint > 0 or said.contexts & WAITED):
        return _verdict("negative", "context:satire", said, "one")
    if "hostile" in said.contexts and value < LOUD:
        return _verdict("negative", "context:hostile", said, "context")
    if "topic" in said.contexts and abs(value) < LOUD:
        return _neutral("context:topic", "site", said)
    if kind in NEUTRAL and abs(value) < LOUD:
        return _neutral(f"site:{kind}", "site", said)
    if said.question and value > -LOUD and value < LOUD:
        return _neutral("context:question", "question", said)
    if value <= -ENOUGH:
        return _verdict("negative", f"words:{value:+.2g}", said)
    if value >= ENOUGH:
        return _verdict("positive", f"words:{value:+.2g}", said)
    return _neutral("none" if not said.words else f"words:{value:+.2g}", "none", said)


def _hints(said: Tone) -> float:
    """What is said around the words: weeks of waiting weigh on a complaint, minutes and prizes speak for praise."""
    seen = said.contexts
    if "weeks" in seen:
        return -(float("still" in seen) + float(said.complaint > 0))
    if said.complaint > 0:
        return 0.0
    return float("minutes" in seen) + float("award" in seen and "court" not in seen)


def _verdict(label: Label, rule: str, said: Tone, strength: str = "") -> Verdict:
    strength = strength or ("many" if said.words >= 3 else "some" if said.words == 2 else "one")
    return Verdict(label, "words", rule, CONFIDENCE[strength], said.evidence[:8], VERSION)


def _neutral(rule: str, confidence: str, said: Tone) -> Verdict:
    return Verdict(
        "neutral",
        "site" if rule.startswith("site") else "words",
        rule,
        CONFIDENCE[confidence],
        said.evidence[:8],
        VERSION,
    )
