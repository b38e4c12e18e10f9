"""Heebo in two fixed weights, made from its variable file: for paper and for drawings, nothing else to fetch.

Chromium embeds what a page uses; matplotlib draws with the same files.
"""

from __future__ import annotations

import base64
import io
import tempfile
from functools import lru_cache
from typing import IO

import fontpkg_heebo
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
