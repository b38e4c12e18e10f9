"""A result's rating: from its row of stars in any language, else from a line that names one."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from scrapers.blocks import rating_in, split_date, text_of
from scrapers.engines.google.column import words
from scrapers.engines.google.fields import is_listed
from scrapers.engines.google.selectors import RATING_LINES, STARS
from scrapers.types import Rating

MOST_LINE = 80
_NUMBER = r"\d{1,3}(?:[.,]\d{1,2})?"
_VALUE = re.compile(rf"(?<![\d.,$€£₪])({_NUMBER})\s*(?:/\s*(10|100|5)|(%))?")
_AMOUNT = r"(\d[\d.,\s\u00a0\u202f]*|\d)\s?([KM]|tys\.?|mln|אלף)?\+?"
_IN_BRACKETS = re.compile(rf"\(\s*{_AMOUNT}\s*\)", re.I)
_IN_WORDS = re.compile(
    rf"(?<![\d.,]){_AMOUNT}\s+(?:google\s+)?(?:reviews?|votes?|ratings?|opini\w*|głos\w*|recenzj\w*|ביקורות|חוות דעת|"
    r"הצבעות|דירוגים|rezension\w*|bewertung\w*|stimmen|avis|reseñas|opiniones|votos|voti|recensioni|beoordelingen|stemmen)",
    re.I,
)
_TIMES = {"k": 1_000, "tys": 1_000, "אלף": 1_000, "m": 1_000_000, "mln": 1_000_000}


def rating_of(block: LexborNode, cell: LexborNode | None) -> Rating | None:
    """The rating under a title: from its stars, else from a line that names one."""
    for stars in block.css(STARS)[:3]:
        found = rating_at(stars)
        if found is not None and not is_listed(stars, block):
            return found
    lines = [text_of(node) for node in block.css(RATING_LINES)[:3]]
    if cell is not None:
        text = words(cell)
        lines.append(text[: len(text) - len(split_date(text)[1])])
    return next((found for text in lines if (found := rating_in(text)) is not None), None)


def rating_at(stars: LexborNode) -> Rating | None:
    """The rating beside a row of stars ("8.7/10 (1,957,975)"), else what the row itself says ("4.5 out of 5")."""
    label = [float(n.replace(",", ".")) for n in re.findall(_NUMBER, stars.attrs.get("aria-label") or "")]
    line = _line_of(stars)
    said = _VALUE.search(line.split("(")[0])
    if said is not None:
        value = float(said[1].replace(",", "."))
        scale = 100.0 if said[3] else float(said[2]) if said[2] else max([*label[1:2], 5.0])
    elif len(label) >= 2:
        value, scale = label[0], max(label[1], 5.0)
    else:
        return None
    return Rating(value, scale, _votes(line)) if 0 <= value <= scale else None


def _line_of(stars: LexborNode) -> str:
    """The text the stars stand in: the nearest element that says something."""
    above = stars.parent
    for _ in range(4):
        if above is None or len(text_of(above)) >= 3:
            break
        above = above.parent
    wider = above.parent if above is not None else None
    if wider is not None and "(" not in text_of(above) and len(text_of(wider)) <= MOST_LINE:
        above = wider
    return text_of(above)


def _votes(line: str) -> int | None:
    found = _IN_BRACKETS.search(line) or _IN_WORDS.search(line)
    if found is None:
        return None
    amount, times = found[1].strip(), _TIMES.get((found[2] or "").lower().rstrip("."), 1)
    if times > 1 and re.fullmatch(_NUMBER, amount):
        return round(float(amount.replace(",", ".")) * times)
    digits = re.sub(r"\D", "", amount)
    return int(digits) if times == 1 and digits and len(digits) < 10 else None
