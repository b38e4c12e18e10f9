"""How phrases are found: spelling that people use, and finds that point into the original."""

from __future__ import annotations

import pytest

from app.scoring.words import tone


@pytest.mark.parametrize(
    ("text", "lang", "spoken"),
    [
        ("שֵׁרוּת גָּרוּעַ", "he", "גָּרוּעַ"), ("והגרוע מכולם", "he", "והגרוע"), ("שירות מצויין", "he", "שירות מצויין"), ("כשהתלוננתי", "he", "כשהתלוננתי"),
        ("Zdecydowanie odradzam", "pl", "Zdecydowanie odradzam"), ("klotnia i lekcewazenie", "pl", "lekcewazenie"), ("OSZUŚCI!", "pl", "OSZUŚCI"),
        ("They don’t answer, a total rip–off", "en", "rip–off"),
    ],
)  # fmt: skip
def test_spelling_is_forgiven(text: str, lang: str, spoken: str) -> None:
    """Points, letters put in front, doubled letters, missing diacritics, capitals, typographic quotes and dashes."""
    assert spoken in [piece.text for piece in tone("", text, lang).evidence]


@pytest.mark.parametrize(
    ("text", "lang"),
    [("not helpful", "en"), ("nie pomogli", "pl"), ("לא מקצועיים", "he"), ("never once on time", "en")],
)
def test_negated_praise_is_complaint(text: str, lang: str) -> None:
    """A negation reaches over two words, in each language."""
    assert tone("", text, lang).score < 0


@pytest.mark.parametrize(
    "text", ["Not now. Helpful staff", "nie wiem (pomogli mi)", "not the one of last year, helpful"]
)
def test_a_negation_stops_at_its_sentence(text: str) -> None:
    """It does not reach over a full stop, a bracket or half a sentence."""
    assert tone("", text, "pl" if "nie" in text else "en").score > 0
