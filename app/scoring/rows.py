"""A row of `shemtov score --batch`: a dictionary in, a dictionary out, always."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.scoring.features import TextModel
from app.scoring.owned import parse_owned
from app.scoring.verdict import score
from app.types import OwnedSite
from scrapers.types import Rating


def score_row(row: Mapping[str, Any], model: TextModel | None = None) -> dict[str, Any]:
    """The label of one row, or {"label": None, "rule": "error", "reason": ...}. Never raises."""
    try:
        brand, sites = _brand(row)
        verdict = score(
            brand,
            sites,
            _text(row, "url"),
            _text(row, "title"),
            _text(row, "snippet", needed=False),
            _rating(row),
            _lang(row),
            model,
        )
    except ValueError as wrong:
        return {"label": None, "confidence": 0.0, "rule": "error", "reason": str(wrong), "evidence": []}
    return {
        "label": verdict.label,
        "confidence": verdict.confidence,
        "rule": verdict.rule,
        "model": verdict.rule.removeprefix("model:") if verdict.rule.startswith("model:") else None,
        "version": verdict.version,
        "evidence": [asdict(piece) for piece in verdict.evidence],
    }


def _brand(row: Mapping[str, Any]) -> tuple[str, list[OwnedSite]]:
    brand = row.get("brand")
    if not isinstance(brand, dict) or not isinstance(brand.get("name"), str) or not brand["name"].strip():
        raise ValueError('brand needs a name: {"brand": {"name": ..., "owned": [...]}}')
    listed = brand.get("owned") or []
    if not isinstance(listed, list) or not all(isinstance(site, str) for site in listed):
        raise ValueError("brand.owned is a list of sites")
    return brand["name"], [parse_owned(site) for site in listed]


def _text(row: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    value = row.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or (needed and not value.strip()):
        raise ValueError(f"{name} is missing or no text")
    return value


def _lang(row: Mapping[str, Any]) -> str | None:
    value = row.get("lang")
    if value is not None and not isinstance(value, str):
        raise ValueError("lang is a language code")
    return value.split("-")[0].lower() if value else None


def _rating(row: Mapping[str, Any]) -> Rating | None:
    """A number is of five; otherwise value and scale (5 when left out) and votes."""
    given = row.get("rating")
    if given is None:
        return None
    parts = given if isinstance(given, dict) else {"value": given}
    value, scale = _number(parts.get("value"), "rating"), _number(parts.get("scale") or 5, "rating.scale")
    if not scale > 0 or not 0 <= value <= scale:
        raise ValueError(f"rating {value:g} does not fit a scale of {scale:g}")
    return Rating(value, scale)


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} is no number")
    return float(value)
