"""The words by which a company promises service: found in three languages, where they stand, and nowhere else."""

from __future__ import annotations

from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given

from app.scoring.promises import promised

PROMISES = [
    ("שירות לקוחות – אצלנו השירות במקום הראשון | נתיב טלקום", "", ["השירות במקום הראשון"]),
    ("נתיב", "מוקד זמין 24 שעות ביממה, ואנחנו כאן בשבילכם.", ["24 שעות ביממה", "כאן בשבילכם"]),
    ("Obsługa klienta – Nativ Telecom | Jesteśmy dla Ciebie", "", ["Jesteśmy dla Ciebie"]),
    ("Nativ", "JESTESMY DLA PANSTWA calą dobę", ["JESTESMY DLA PANSTWA", "calą dobę"]),
    ("Customer Service | Nativ – We put service first", "", ["service first"]),
    ("Help", "Our team is here to help you around the clock.", ["here to help", "around the clock"]),
]
PLAIN = [
    ("שירות לקוחות של נתיב", "מספרי טלפון ושעות פעילות"),
    ("Obsługa klienta Nativ Telecom", "Formularz reklamacji usługi lub faktury."),
    ("Customer service – Nativ Telecom", "Phone numbers, live chat and opening hours."),
    ("Self-service firsthand", "We careful people"),
]


@pytest.mark.parametrize(("title", "snippet", "words"), PROMISES)
def test_a_promise_is_found_with_its_words(title: str, snippet: str, words: list[str]) -> None:
    """The evidence is the text itself, at the place it points to."""
    found = promised(title, snippet)
    assert [piece.text for piece in found] == words
    for piece in found:
        assert {"title": title, "snippet": snippet}[piece.field][piece.start : piece.end] == piece.text


@pytest.mark.parametrize(("title", "snippet"), PLAIN)
def test_a_name_of_a_page_is_no_promise(title: str, snippet: str) -> None:
    """The mere words customer service promise nothing, and a phrase inside a longer word is none."""
    assert promised(title, snippet) == ()


@given(st.text(max_size=80), st.text(max_size=80))
def test_evidence_points_into_the_text_whatever_it_is(title: str, snippet: str) -> None:
    """Hostile text too: spans are inside it and never overlap."""
    title += " service first "
    found = promised(title, snippet)
    assert any(piece.field == "title" for piece in found) or title[-17:-16].isalnum()
    for field, text in (("title", title), ("snippet", snippet)):
        ends = [(piece.start, piece.end) for piece in found if piece.field == field]
        assert all(text[start:end] for start, end in ends)
        assert all(one[1] <= other[0] for one, other in pairwise(ends))
