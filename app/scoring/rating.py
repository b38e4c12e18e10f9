"""Ratings: as data, or as people write them in three languages, brought to five. Pure."""

from __future__ import annotations

import re

from app.types import Evidence
from scrapers.types import Rating

NEGATIVE_TO = 2.6
POSITIVE_FROM = 4.0
# a number behind none of the marks before it: the digit stands first, so that the search leaps from digit to digit
_N = r"(\d(?<![\d.,/]\d)\d{0,2}(?:[.,]\d{1,2})?)"
_AMOUNT = r"(\d{1,3}(?:[.,]\d{1,2})?)"
_SCALE = r"\s*(?:/|\bout of\b|\bof\b|\bz\b|\bna\b|מתוך|ל-)\s*(5|10|100)(?![\d.,/%])"
_NO_PEOPLE = r"(?!\s*(?:klient|osób|customer|people|user|לקוחות|days|dni))"  # "9 of 10 customers" rates nobody
_WORD = r"(?:\brating|\brated|\bscore|\btrustscore|\bocena|\bśrednia|\boceny|\bnota|דירוג|ציון|מדורג\w*)"
_LINK = r"(?:\s+(?:of|is|was|ogólna|średnia|użytkowników|klientów|של|ממוצע|הוא|כללי))?\s*[:=]?\s*"
# each form with signs of which a text needs one, in small letters: most texts are not searched at all
_NAMED = ("rating", "rated", "score", "ocen", "średni", "nota", "דירוג", "ציון", "מדורג")
_GIVEN = ("★", "⭐", "star", "gwiazd", "כוכבים")
_FORMS = tuple(
    (re.compile(form, re.I), signs)
    for form, signs in (
        (_N + _SCALE + _NO_PEOPLE, ("5", "10")),
        (_WORD + _LINK + _AMOUNT + r"(?:\s*(?:/|z|out of|מתוך)\s*(5|10|100))?(?![\d%])", _NAMED),
        (r"(\d(?<![\d.,]\d)[.,]\d{1,2})\s*(?:★|⭐|stars?\b|gwiazd\w*|כוכבים)()", _GIVEN),
        (r"(?:★|⭐)\s*(\d[.,]\d{1,2})()(?!\d)", ("★", "⭐")),
        (r"([1-5](?<![\d.,]\d))\s*(?:stars?\b|gwiazdk\w*|כוכבים)()(?!\s*hotel)", _GIVEN),
        (r"^\s*[\"'(]?(\d[.,]\d)\s*\((?:\d[\d.,\s]*)\)()", ("(",)),
        (_WORD + _LINK + r"(\d{1,3}(?:[.,]\d)?)\s?%()", ("%",)),
        (r"(\d(?<![\d.,]\d)\d{0,2}(?:[.,]\d)?)\s?%()\s*(?:positive|pozytywn\w*|חיובי\w*)", ("%",)),
    )
)
_STARS = re.compile(r"[★☆⭐]{5}")
_SIGNS = re.compile(r"[\d★⭐]")


def to_five(rating: Rating) -> float | None:
    """A rating on the scale of five, None when it cannot be one."""
    if not rating.scale > 0 or not 0 <= rating.value <= rating.scale:
        return None
    return 5 * rating.value / rating.scale


def written(text: str, field: str) -> tuple[float, Evidence] | None:
    """The first rating a text writes out, of five, with where it stands; None without one."""
    if not _SIGNS.search(text):
        return None
    stars = _STARS.search(text)
    if stars and "☆" in stars[0]:
        return float(stars[0].count("★")), Evidence(field, stars.start(), stars.end(), stars[0])
    small = text.lower()
    for form, signs in _FORMS:
        if not any(sign in small for sign in signs):
            continue
        for found in form.finditer(text):
            value = float(found[1].replace(",", "."))
            scale = float(found[2]) if found[2] else _scale(value, found[0])
            five = to_five(Rating(value, scale))
            if five is not None and (value > 0 or found[2]):
                return five, Evidence(field, found.start(), found.end(), found[0])
    return None


def _scale(value: float, text: str) -> float:
    return 100.0 if "%" in text or value > 10 else 5.0 if value <= 5 else 10.0
