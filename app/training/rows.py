"""Labelled rows, as files of one author each, and what the rules and the registry say of them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.errors import BadInput
from app.scoring.features import Asked, Listener
from app.scoring.learned import Examples
from app.scoring.rows import score_row
from app.types import LABELS

FIELDS = ("id", "lang", "brand", "owned_domains", "url", "title", "gold", "kind")
KINDS = {
    "sarcasm": r"sarcasm|satire",
    "negation": r"negation",
    "complaint-site praise": r"complaint-site-praise|headline-negative-body-positive",
    "owned complaint words": r"(owned|official)[-_](complain|claims|cancel|billing|refund|feedback)",
    "regulator": r"regulator|ombudsman|comptroller|audit|consumer_office|foi",
    "question open": r"question-open|open-question|forum[-_]question$|qa_question|x_question",
    "question answered": r"question-answered|scam-answered|is-scam|reddit_answer",
    "phishing warning": r"phishing|scam_warning",
    "cancel plain": r"cancel-plain|cancel-template|how[-_]to[-_]cancel|template",
    "cancel hostile": r"cancel-hostile|hostile[-_]cancel",
    "news strike": r"strike",
    "news outage": r"outage",
    "news fine": r"fine",
    "news lawsuit": r"lawsuit|court|class-action|ruling|suit",
    "news award": r"award|ranking-first",
    "resolved": r"resolved",
    "look-alike": r"look-?alike",
    "story": r"^story|facebook|fb-|forum[-_](praise|thread)?$|^forum$|blog|reddit",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled result; author: the number in its file's name; kind: one of KINDS, or "other"."""

    id: str
    author: int
    lang: str
    gold: str
    kind: str
    asked: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """What stands fixed of a row before any model is trained: the rules' label, its source and confidence, and what a
    model would be asked (None where registry or rating decide)."""

    label: str
    decided: bool
    confidence: float
    source: str
    asked: Asked | None


def labelled(folder: Path) -> list[Row]:
    """All rows of author1.jsonl, author3.jsonl, ...; BadInput names the line that is no row."""
    found = []
    for file in sorted(folder.glob("author*.jsonl"), key=lambda path: _author(path)):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found.append(_row(line, _author(file), f"{file.name}:{number}"))
    if not found:
        raise BadInput(f"no author*.jsonl in {folder}")
    return found


def _author(file: Path) -> int:
    digits = re.fullmatch(r"author(\d+)", file.stem)
    if digits is None:
        raise BadInput(f"{file.name}: rows stand in author<number>.jsonl")
    return int(digits[1])


def _row(line: str, author: int, where: str) -> Row:
    try:
        row = json.loads(line)
    except ValueError as broken:
        raise BadInput(f"{where}: {broken}") from broken
    missing = [name for name in FIELDS if name not in row] if isinstance(row, dict) else list(FIELDS)
    if missing or row["gold"] not in LABELS:
        raise BadInput(
            f"{where}: " + (f"without {', '.join(missing)}" if missing else f"unknown label {row['gold']!r}")
        )
    asked = {
        "brand": {"name": row["brand"], "owned": row["owned_domains"]},
        **{name: row.get(name) for name in ("lang", "url", "title", "snippet", "rating")},
    }
    return Row(row["id"], author, row["lang"], row["gold"], kind_of(row["kind"]), asked)


def kind_of(written: str) -> str:
    """The hard kind an author's own word for a row belongs to."""
    return next((kind for kind, form in KINDS.items() if re.search(form, written)), "other")


def read(row: Row) -> Read:
    """What registry, rating and rules say of a row."""
    listener = Listener()
    score_row(row.asked, listener)
    alone = score_row(row.asked)
    if alone["label"] is None:
        raise BadInput(f"{row.id}: {alone['reason']}")
    source = (
        "owned" if alone["rule"].startswith("owned") else "rating" if alone["rule"].startswith("rating") else "text"
    )
    return Read(alone["label"], listener.heard is None, alone["confidence"], source, listener.heard)


def examples(rows: Sequence[Row], reads: Sequence[Read], vectors: NDArray[np.int8]) -> Examples:
    """Rows as a model learns them; every row needs something asked."""
    asked = [one.asked for one in reads if one.asked is not None]
    return Examples(
        vectors, np.array([one.features for one in asked], dtype=np.float64), np.array([row.gold for row in rows])
    )
