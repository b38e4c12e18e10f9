"""The colours of drawings that stand alone: those of the light page, by the names of its stylesheet."""

from __future__ import annotations

import re

LIGHT = {
    "paper": "#fff", "ink": "#1b2430", "quiet": "#566170", "line": "#d9dee5", "accent": "#5b3a8c", "gap": "#b4bcc7",
    "gap-ink": "#566170", "on-fill": "#fff", "owned": "#1f5fbf", "positive": "#3c9a67", "neutral": "#8a93a0",
    "negative": "#c8322e", "negative-text": "#a82522",
}  # fmt: skip


def coloured(style: str) -> str:
    """A stylesheet with its var(--name) filled in, since few programs that show drawings know variables."""
    return re.sub(r"var\(--([a-z-]+)\)", lambda name: LIGHT[name[1]], style)
