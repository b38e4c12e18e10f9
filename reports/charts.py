"""Our pictures as PNG, drawn by matplotlib from the same elements as the SVG: same rows, same places, same colours.

A slide wants pixels; matplotlib gives them in this process, where a Chromium would have to be started. It draws Hebrew
right to left by itself, and only ours: the few elements that reports.picture and the charts are made of.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from threading import Lock
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox, TransformedBbox

from reports.palette import LIGHT
from reports.picture import AXIS_SIZE, STROKES, TEXTS, Stroke
from reports.typeface import FAMILY, font_file

SCALE = 2
DOTS = 100  # pixels of the drawing in an inch of matplotlib's
POINT = 72 / DOTS
BASELINES = {"central": 0.36, "hanging": 0.74}  # of the letters' size, from the place a text is put to its baseline
TURNING = re.compile("[\u2066-\u2069\u200e\u200f]")
RIGHT_TO_LEFT = "\u200f"
_one_at_a_time = Lock()  # matplotlib's fonts are shared by all threads


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a nested picture lies: its corner, its size, and how its units are stretched, in pixels of the whole.

    cut: nothing of it is seen outside.
    """

    x: float
    y: float
    width: float
    height: float
    across: float = 1.0
    down: float = 1.0
    group: str = ""
    cut: bool = False


def png(svg: str) -> bytes:
    """The picture at twice its size; the same drawing gives the same bytes."""
    root = ElementTree.fromstring(svg)  # noqa: S314  our own drawing: outside text in it is escaped, and it has no DTD
    width, height = float(root.get("width") or 0), float(root.get("height") or 0)
    with _one_at_a_time:
        figure = Figure(figsize=(width / DOTS, height / DOTS), dpi=DOTS * SCALE, facecolor=LIGHT["paper"])
        FigureCanvasAgg(figure)
        _draw(figure, root, Frame(0, 0, width, height), width, height)
        packed = io.BytesIO()
        figure.savefig(packed, format="png", metadata={"Software": None})
    return packed.getvalue()


def _draw(figure: Figure, element: Element, frame: Frame, width: float, height: float) -> None:
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name == "svg":
            _draw(figure, child, _inside(child, frame), width, height)
        elif name == "g":
            _draw(figure, child, replace(frame, group=child.get("class") or frame.group), width, height)
        elif name == "path":
            _path(figure, child, frame, width, height)
        elif name == "text":
            _text(figure, child, frame, width, height)


def _inside(element: Element, frame: Frame) -> Frame:
    """The frame of a nested picture; its viewBox, if it has one, is stretched to it."""
    wide = _length(element.get("width"), frame.width, frame.width)
    high = _length(element.get("height"), frame.height, frame.height)
    x, y = _place(element, frame)
    box = element.get("viewBox")
    across, down = (wide / float(box.split()[2]), high / float(box.split()[3])) if box else (1.0, 1.0)
    return Frame(x, y, wide, high, across, down, frame.group, element.get("overflow") != "visible")


def _place(element: Element, frame: Frame) -> tuple[float, float]:
    x = frame.x + _length(element.get("x"), frame.width, 0) * frame.across
    return x, frame.y + _length(element.get("y"), frame.height, 0) * frame.down


def _length(text: str | None, whole: float, otherwise: float) -> float:
    if not text:
        return otherwise
    return float(text[:-1]) / 100 * whole if text.endswith("%") else float(text)


def _path(figure: Figure, element: Element, frame: Frame, width: float, height: float) -> None:
    stroke = _stroke(element.get("class") or "", frame.group)
    if stroke is None:
        return
    shift = re.match(r"translate\((-?[\d.]+)", element.get("transform") or "")
    to_page = Affine2D().translate(float(shift[1]) if shift else 0, 0).scale(frame.across, frame.down)
    to_page = to_page.translate(frame.x, frame.y).scale(1 / width, -1 / height).translate(0, 1)
    drawn = PathPatch(
        outline(element.get("d") or ""), transform=to_page + figure.transFigure,
        facecolor=LIGHT[stroke.fill] if stroke.fill else "none",
        edgecolor=LIGHT[stroke.line] if stroke.line else "none",
        linewidth=stroke.width * POINT, alpha=stroke.opacity, capstyle="butt", joinstyle="miter",
        linestyle=(0, tuple(part / stroke.width for part in stroke.dash)) if stroke.dash else "solid",
    )  # fmt: skip
    figure.add_artist(drawn, clip=frame.cut)
    if frame.cut:
        corners = (frame.x / width, 1 - (frame.y + frame.height) / height, frame.width / width, frame.height / height)
        drawn.set_clip_box(TransformedBbox(Bbox.from_bounds(*corners), figure.transFigure))


def _stroke(kind: str, group: str) -> Stroke | None:
    """As the stylesheet chooses: what a group says of a class goes before what is said of the class."""
    if not kind:
        return STROKES["gap"] if group == "gap" else None
    return STROKES.get(f"{group.split()[-1]} {kind}" if group else kind) or STROKES.get(kind)


def outline(path: str) -> Path:
    """An SVG path as matplotlib's."""
    pen = RecordingPen()
    parse_path(path, pen)
    points: list[tuple[float, float]] = []
    codes: list[int] = []
    for name, given in pen.value:
        code = {"moveTo": Path.MOVETO, "lineTo": Path.LINETO, "curveTo": Path.CURVE4, "closePath": Path.CLOSEPOLY}.get(
            name
        )
        if code is None:
            continue
        points += given or (points[-1],)
        codes += [int(code)] * max(len(given), 1)
    return Path(points, codes)


def _text(figure: Figure, element: Element, frame: Frame, width: float, height: float) -> None:
    colour, weight = TEXTS.get(element.get("class") or "", TEXTS[""])
    size = float(element.get("font-size") or AXIS_SIZE)
    x, y = _place(element, frame)
    y += BASELINES.get(element.get("dominant-baseline") or "", 0) * size
    rtl, words = element.get("direction") == "rtl", TURNING.sub("", element.text or "")
    sides = {"middle": "center", "end": "left" if rtl else "right"}
    figure.text(
        x / width, 1 - y / height, RIGHT_TO_LEFT + words if rtl else words, color=LIGHT[colour], parse_math=False,
        ha=sides.get(element.get("text-anchor") or "", "right" if rtl else "left"), va="baseline",
        fontproperties=_font(weight), fontsize=size * POINT,
    )  # fmt: skip


@lru_cache(maxsize=2)
def _font(weight: int) -> FontProperties:
    """Heebo, and what matplotlib brings along for the letters it lacks."""
    fontManager.addfont(font_file(weight).name)
    return FontProperties(family=[FAMILY, "DejaVu Sans"], weight=weight)
