"""A chart as a picture that stands alone: title, what was searched, range, N and legend in the reader's language. Pure.

The drawing is SVG with its own style and typeface: no address, no script, nothing to fetch. reports.charts draws the
same elements as PNG, so the table of strokes below is the one place where a picture gets its colours.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.texts import direction
from app.types import LABELS
from reports.palette import LIGHT
from reports.svg import AXIS, MARKS, ROW_ABOVE, Plot, n
from reports.typeface import FAMILY, advance, subset

WIDTH, MARGIN = 1160, 24
MOST_NOTES = 8
ELLIPSIS = "…"
HATCHED = "M0 6l6-6M0 12l12-12M4 12l12-12M10 12l6-6"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Stroke:
    """How elements of a class are drawn: colours by their names in the palette, "" for none; width in pixels."""

    fill: str = ""
    line: str = ""
    width: float = 0.0
    dash: tuple[float, ...] = ()
    opacity: float = 1.0


STROKES: dict[str, Stroke] = {
    **{str(label): Stroke(label) for label in LABELS},
    **{f"heat {label}": Stroke(label, "paper", 0.6) for label in LABELS},
    "paper": Stroke("paper"),
    "mark": Stroke(line="on-fill", width=1.6),
    "hatch": Stroke(line="gap", width=1.2),
    "dashes": Stroke(line="on-fill", width=1.2, dash=(4, 3), opacity=0.8),
    "grid": Stroke(line="paper", width=1, opacity=0.45),
    "top-ten": Stroke(line="ink", width=2),
    "weekend": Stroke(line="gap-ink", width=6),
    "gap": Stroke(line="ink", width=1.4),
    "version": Stroke(line="accent", width=2, dash=(4, 3)),
    "note-line": Stroke(line="ink", width=1.6),
    "flag": Stroke("negative"),
    "frame": Stroke(line="gap-ink", width=1),
}
# Of text: colour and weight; what has no class is quiet.
TEXTS = {
    "": ("quiet", 400), "strong": ("ink", 700), "plain": ("ink", 400), "fresh": ("negative-text", 700),
    "mark-number": ("accent", 700),
}  # fmt: skip
AXIS_SIZE = 11


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line, by its own direction. kind: a key of TEXTS."""

    text: str
    size: float = 13
    kind: str = ""

    @property
    def width(self) -> float:
        return advance(self.text, TEXTS[self.kind][1]) * self.size


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands around a chart. title: the brand, then what the chart shows; lines: parts that a dot sets apart;
    legend: (symbol, word); notes: what the chart's numbers mean."""

    title: tuple[str, str]
    lines: tuple[tuple[str, ...], ...]
    legend: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


def picture(plot: Plot, caption: Caption, lang: str, height: int) -> str:
    """The whole drawing; height: of the chart's middle, in pixels. It is 1160 wide."""
    rtl, room = lang == "he", WIDTH - 2 * MARGIN
    y, parts = 50.0, []
    brand = fitted(Piece(caption.title[0], 22, "strong"), room * 0.6)
    parts.append(line([brand, Piece(caption.title[1], 15)], y, rtl, 12))
    for words in caption.lines:
        y += 22
        parts.append(line([fitted(Piece(word), room * 0.6) for word in dotted(words)], y, rtl, 6))
    y += 30
    parts.append(legend(caption.legend, y, rtl))
    y += 16
    parts.append(plot.placed(MARGIN, y, room, height))
    y += ROW_ABOVE * plot.above_rows + height + AXIS
    for note in shortened(caption.notes):
        y += 20
        parts.append(line([fitted(Piece(note, 12), room)], y, rtl, 0))
    return _document(plot.label, Markup("").join(parts), y + 24, lang)


def dotted(words: Sequence[str]) -> list[str]:
    """The parts of a line with a dot between each two."""
    return [part for word in words for part in ("·", word)][1:]


def shortened(notes: Sequence[str]) -> list[str]:
    """So many as a picture has room for."""
    return [*notes] if len(notes) <= MOST_NOTES else [*notes[:MOST_NOTES], ELLIPSIS]


def fitted(piece: Piece, room: float) -> Piece:
    """The piece, cut to the room there is."""
    text = piece.text
    if piece.width <= room:
        return piece
    while text and Piece(text + ELLIPSIS, piece.size, piece.kind).width > room:
        text = text[:-1]
    return Piece(text.rstrip() + ELLIPSIS, piece.size, piece.kind)


def line(pieces: Sequence[Piece], y: float, rtl: bool, space: float) -> Markup:
    """Pieces after each other from the reader's side; each is drawn on its own, so that none turns another around."""
    x, parts = float(WIDTH - MARGIN if rtl else MARGIN), []
    for piece in pieces:
        parts.append(_written(piece, x, y, rtl))
        x += (piece.width + space) * (-1 if rtl else 1)
    return Markup("").join(parts)


def legend(items: Sequence[tuple[str, str]], y: float, rtl: bool) -> Markup:
    """Symbol and word of each."""
    x, parts = float(WIDTH - MARGIN if rtl else MARGIN), []
    for kind, word in items:
        piece = Piece(word, 12)
        parts.append(_symbol(kind, x - 16 if rtl else x, y - 11))
        parts.append(_written(piece, x - 22 if rtl else x + 22, y, rtl))
        x += (22 + piece.width + 20) * (-1 if rtl else 1)
    return Markup("").join(parts)


def _written(piece: Piece, x: float, y: float, rtl: bool) -> Markup:
    """Text that begins at x for whoever reads the line, whatever its own direction."""
    turned = direction(piece.text) if any(c.isalpha() for c in piece.text) else "rtl" if rtl else "ltr"
    anchor = "start" if (turned == "rtl") == rtl else "end"
    return Markup('<text x="{}" y="{}" class="{}" font-size="{}" text-anchor="{}" direction="{}">{}</text>').format(
        n(x), n(y), piece.kind, n(piece.size), anchor, turned, piece.text
    )


def _symbol(kind: str, x: float, y: float) -> Markup:
    """16 by 12 pixels: a label's colour with its mark, a day that does not count, a line, a weekend, a flag."""
    inside = {
        "hatched": Markup('<path class="hatch" d="{}"/><path class="frame" d="M0 0h16v12H0z"/>').format(HATCHED),
        "line": Markup('<path class="top-ten" d="M0 6H16"/>'),
        "tick": Markup('<path class="weekend" d="M2 6h12"/>'),
        "flag": Markup('<path class="flag" d="M4 6l5-4v8z"/>'),
    }.get(kind)  # fmt: skip
    if inside is None:
        path = MARKS[kind].split(' d="')[1].split('"')[0]
        inside = Markup(
            '<path class="{}" d="M0 0h16v12H0z"/><svg x="4" y="2" width="8" height="8" viewBox="0 0 12 12">'
            '<path class="mark" d="{}"/></svg>'
        ).format(kind, path)
    return Markup('<svg x="{}" y="{}" width="16" height="12" overflow="visible">{}</svg>').format(n(x), n(y), inside)


def _document(label: str, body: Markup, height: float, lang: str) -> str:
    """Letters that no XML may hold are left out: one of them, and nothing would be shown."""
    characters = frozenset(body.striptags()) | frozenset(ELLIPSIS)
    root = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" xml:lang="{}" width="{}" height="{}" viewBox="0 0 {} {}" '
        'role="img" aria-label="{}"><style>{}</style><path class="paper" d="M0 0H{}V{}H0z"/>{}</svg>'
    ).format(lang, WIDTH, n(height), WIDTH, n(height), label, _style(characters), WIDTH, n(height), body)
    return NOT_XML.sub("", root)


def _style(characters: frozenset[str]) -> Markup:
    """Both tables as a stylesheet, with the letters that are needed."""
    faces = "".join(
        f"@font-face{{font-family:{FAMILY};font-weight:{weight};src:url(data:font/ttf;base64,"
        f"{base64.b64encode(subset(weight, characters)).decode()})}}"
        for weight in (400, 700)
    )
    rules = [
        f"text{{font-family:{FAMILY},Arial,sans-serif;fill:{LIGHT['quiet']}}}.plot text{{font-size:{AXIS_SIZE}px}}",
    ]
    rules += [
        f"text.{kind}{{fill:{LIGHT[colour]};font-weight:{weight}}}" for kind, (colour, weight) in TEXTS.items() if kind
    ]
    rules += ["path{fill:none;stroke:none;vector-effect:non-scaling-stroke}"]
    rules += [_rule(kind, stroke) for kind, stroke in sorted(STROKES.items(), key=lambda one: one[0].count(" "))]
    return Markup(faces + "".join(rules))  # noqa: S704  ours alone: two tables and letters as base64


def _rule(kind: str, stroke: Stroke) -> str:
    selector = "." + kind.replace(" ", " .") if kind != "gap" else ".gap path"
    said = [
        f"fill:{LIGHT[stroke.fill]}" if stroke.fill else "",
        f"stroke:{LIGHT[stroke.line]};stroke-width:{stroke.width:g}" if stroke.line else "",
        f"stroke-dasharray:{','.join(f'{part:g}' for part in stroke.dash)}" if stroke.dash else "",
        f"opacity:{stroke.opacity:g}" if stroke.opacity < 1 else "",
    ]
    return f"{selector}{{{';'.join(filter(None, said))}}}"
