"""Heebo in two fixed weights, made from its variable file: for paper and for drawings, nothing else to fetch.

Chromium embeds what a page uses; matplotlib draws with the same files.
"""

from __future__ import annotations

import base64
import io
import tempfile
import unicodedata
from functools import lru_cache
from typing import IO

import fontpkg_heebo
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FAMILY = "Heebo"
WEIGHTS = (400, 700)
# Hints for screens and tables of the variable axis: paper needs neither.
NOT_NEEDED = ("prep", "gasp", "HVAR", "STAT")


@lru_cache(maxsize=2)
def truetype(weight: int) -> bytes:
    """One of the two weights as a TrueType file: every glyph, the same bytes each time."""
    if weight not in WEIGHTS:
        raise ValueError(f"Heebo stands here in 400 and 700, not in {weight}")
    variable = TTFont(fontpkg_heebo.ROOT / "files" / "Heebo[wght].ttf", recalcTimestamp=False)
    font = instancer.instantiateVariableFont(variable, {"wght": weight}, inplace=True, updateFontNames=True)
    for table in NOT_NEEDED:
        if table in font:
            del font[table]
    packed = io.BytesIO()
    font.save(packed)
    return packed.getvalue()


@lru_cache(maxsize=1)
def font_css() -> str:
    """The @font-face rules with the files inside, about 160 KB. Boxes of the page margin inherit no font from body:
    name Heebo inside @page as well."""
    return "".join(
        f"@font-face{{font-family:{FAMILY};font-weight:{weight};"
        f'src:url(data:font/ttf;base64,{base64.b64encode(truetype(weight)).decode()}) format("truetype")}}'
        for weight in WEIGHTS
    )


@lru_cache(maxsize=2)
def font_file(weight: int) -> IO[bytes]:
    """A weight as a file on disk for whoever needs a path (`.name`); it goes when the process ends."""
    file = tempfile.NamedTemporaryFile(prefix=f"heebo-{weight}-", suffix=".ttf")  # noqa: SIM115 - lives as long as the process
    file.write(truetype(weight))
    file.flush()
    return file


@lru_cache(maxsize=2)
def _advances(weight: int) -> dict[str, float]:
    """Character -> its width in em."""
    font = TTFont(io.BytesIO(truetype(weight)))
    widths, em = font["hmtx"].metrics, font["head"].unitsPerEm
    return {chr(code): widths[name][0] / em for code, name in font.getBestCmap().items()}


def advance(text: str, weight: int) -> float:
    """How wide a text is, in em, without kerning; what Heebo lacks is taken for an average letter, or for nothing when
    it is a mark nobody sees."""
    widths = _advances(weight)
    return sum(widths.get(c, 0.0 if unicodedata.category(c) == "Cf" else 0.6) for c in text)


@lru_cache(maxsize=32)
def subset(weight: int, characters: frozenset[str]) -> bytes:
    """A weight with only these characters, some 10 KB: for a drawing that carries its letters along."""
    font = TTFont(io.BytesIO(truetype(weight)), recalcTimestamp=False)
    options = Options(layout_features=[], hinting=False, notdef_outline=True, name_IDs=[1, 2])
    worker = Subsetter(options)
    worker.populate(unicodes=[ord(character) for character in characters])
    worker.subset(font)
    packed = io.BytesIO()
    font.save(packed)
    return packed.getvalue()
