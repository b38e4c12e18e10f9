"""Writes what the reports of a workspace wear: a name, a colour that can be read on paper, a picture."""

from __future__ import annotations

import re
from pathlib import Path

from sqlmodel import Session

from app.errors import BadInput
from app.files import picture_kind
from app.models import Workspace
from app.store.blobs import keep
from app.store.brands import plain_text

MOST_LOGO = 500_000
LEAST_CONTRAST = 4.5
_COLOUR = re.compile("#[0-9a-f]{6}")


def sign(
    session: Session, workspace: Workspace, blobs: Path, *, name: str | None = None, accent: str | None = None,
    logo: bytes | None = None,
) -> None:  # fmt: skip
    """What is given replaces what was there, "" or b"" takes it off; BadInput for what cannot stand on paper."""
    if name is not None:
        workspace.report_name = _name(name) if name else None
    if accent is not None:
        workspace.accent = readable(accent) if accent else None
    if logo is not None:
        workspace.logo_id = keep(session, blobs, _picture(logo), "logo") if logo else None
    session.add(workspace)
    session.flush()


def _name(name: str) -> str:
    try:
        return plain_text(name, "the name on reports", 80)
    except BadInput as refused:
        raise BadInput(refused.message, "letterhead_name") from refused


def readable(accent: str) -> str:
    """The colour as "#rrggbb"; BadInput when it is none, or too pale to be read on white."""
    colour = accent.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise BadInput(f"{accent!r} is no colour; write #rrggbb, such as #1f5fbf", "letterhead_colour")
    contrast = 1.05 / (_luminance(colour) + 0.05)
    if contrast < LEAST_CONTRAST:
        raise BadInput(
            f"{colour} cannot be read on white: its contrast is {contrast:.1f}, at least {LEAST_CONTRAST} is needed",
            "letterhead_pale",
        )
    return colour


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, 0 to 1."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _picture(logo: bytes) -> bytes:
    if len(logo) > MOST_LOGO:
        raise BadInput(f"the logo has {len(logo):,} bytes; the most is {MOST_LOGO:,}", "letterhead_large")
    if picture_kind(logo) is None:
        raise BadInput(
            "the logo is neither a PNG nor a JPEG picture, whatever its file is called", "letterhead_picture"
        )
    return logo
