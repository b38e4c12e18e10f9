"""What the rules tell a text model beyond words: where words stand, what a question is answered, which language it is."""

from __future__ import annotations

import numpy as np
import pytest

from app.scoring.features import features
from app.scoring.learned import SPOKEN, Examples, Shape
from app.scoring.lexicon import LANGUAGES
from app.scoring.verdict import score
from app.scoring.words import Tone, tone
from app.text_model import text_of


def seen(title: str, snippet: str, lang: str = "en") -> tuple[float, ...]:
    """The features of a result whose rules say neutral."""
    return features(tone(title, snippet, lang), None, None, "neutral", title, snippet)


def test_the_last_features_say_the_language() -> None:
    """By the letters of the text: an English page in a Hebrew search is an English text."""
    for text, lang in (("שירות", "he"), ("żółw", "pl"), ("service", "en")):
        assert seen(text, "")[-SPOKEN:] == tuple(float(lang == one) for one in LANGUAGES)


def test_where_words_stand_is_told_apart() -> None:
    """The same praise and complaint in another order is another result."""
    turned = (
        seen("Nativ", "Excellent at first. In the end a terrible mess."),
        seen("Nativ", "Terrible at first. In the end excellent."),
    )
    assert turned[0] != turned[1]
    assert seen("Is Nativ a scam?", "No. Ordered twice.") != seen("Is Nativ a scam?", "Who knows? Ordered twice.")


def test_evidence_counts_where_it_stands() -> None:
    """Of a field, from a place to a place."""
    said = tone("Terrible", "Excellent, then terrible", "en")
    assert (said.of("title"), said.of("snippet"), said.of("snippet", 5), said.of("snippet", 0, 5)) == (-2, 0, -2, 2)
    assert Tone(0.0, 0, (), frozenset(), False).of("title") == 0


def test_what_two_word_lists_hold_counts_once() -> None:
    """A Hebrew page in an English search is read with both lists, and 10/10 stands in both."""
    said = tone("", "שירות 10/10", "en")
    assert [one.text for one in said.evidence] == ["10/10"]


@pytest.mark.parametrize(
    ("title", "snippet", "lang", "label"),
    [
        ("Is Nativ any good?", "Excellent, would use again.", "en", "positive"), ("Is Nativ any good?", "Anyone? Is it reliable?", "en", "neutral"),
        ("Czy Nativ jest dobry?", "Okropna obsługa.", "pl", "negative"), ("Nativ", "Bravo. Excellent hold music, two weeks now.", "en", "negative"),
        ("Nativ", "Three weeks and still here at the door.", "en", "negative"), ("Nativ", "Answered within two minutes.", "en", "positive"),
        ("נתיב", "שלושה שבועות ועדיין אני כאן.", "he", "negative"), ("נתיב", "100 שקל", "he", "neutral"),
    ],
)  # fmt: skip
def test_what_stands_around_the_words_speaks_too(title: str, snippet: str, lang: str, label: str) -> None:
    """An answer under a question, praise that waited for weeks, weeks without an end, minutes; and no cut through a
    short word: a shekel is not easy."""
    assert score("Nativ", [], "https://forum.example/", title, snippet, None, lang).label == label


def test_a_text_lies_where_its_language_does_not_matter() -> None:
    """What all texts of a language share moves none of them: a shift of one language leaves every point where it was."""
    rng = np.random.default_rng(1)
    vectors = rng.integers(-40, 40, (6, 8)).astype(np.int8)
    spoken = np.repeat(np.eye(SPOKEN), 2, axis=0)
    shifted = vectors + np.array([0, 0, 30, 30, 0, 0], dtype=np.int8)[:, None]
    where = [
        Examples(one, spoken, np.array(["neutral"] * 6)).points(Shape(1.0, 1.0, 0.1)) for one in (vectors, shifted)
    ]
    assert np.allclose(where[0], where[1])
    assert np.allclose(np.linalg.norm(where[0], axis=1), 1)


def test_a_title_stays_on_its_line() -> None:
    """What stands below the first line is read alone as well: a title cannot push itself down there."""
    assert text_of("one\ntwo", "three").split("\n") == ["one two", "three"]
