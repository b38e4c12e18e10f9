"""Templates into pages: escaping always on, every text in the reader's language, outside text made harmless."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from app import texts as say
from app.queries.rows import COUNTED
from app.scoring import reputation, verdict
from app.texts.judge import said
from app.types import LABELS
from app.web.access import Viewer
from reports.numbers import signed

SYMBOLS = {"owned": "⌂", "positive": "+", "neutral": "○", "negative": "−"}
MARKS = {
    label: Markup('<svg viewBox="0 0 12 12" class="mark-icon" aria-hidden="true"><path d="{}"/></svg>').format(path)
    for label, path in {
        "owned": "M1 6l5-4.5L11 6M2.5 5.5V10.5h7V5.5",
        "positive": "M6 1.5v9M1.5 6h9",
        "neutral": "M6 2a4 4 0 1 0 .01 0z",
        "negative": "M1.5 6h9",
    }.items()
}


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Templates with escaping always on."""
    made = Environment(
        loader=PackageLoader("app.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "shown": say.shown,
        "direction": say.direction,
        "link": safe_link,
        "signed": signed,
        "apart": apart,
    }
    made.globals |= {
        "own_names": say.OWN_NAMES,
        "labels": LABELS,
        "counted": COUNTED,
        "marks": MARKS,
        "symbols": SYMBOLS,
        "weights": reputation.WEIGHTS,
        "score_version": reputation.VERSION,
        "rules_version": verdict.VERSION,
    }
    return made


def render(name: str, lang: str, viewer: Viewer | None, **values: Any) -> str:
    """One page in one language; viewer: who is signed in, None on the pages before that."""
    words = say.texts(lang)
    return environment().get_template(name).render(
        t=words, lang=lang, rtl=lang == "he", viewer=viewer, day=lambda d: say.day(d, lang),
        moment=lambda m: say.moment(m, lang), reason=lambda text, check="": said(text, words, check), **values,
    )  # fmt: skip


def apart(value: date, lang: str) -> str:
    """A date that a right-to-left line does not turn around, inside a sentence."""
    return say.isolated(say.day(value, lang))


def safe_link(url: str) -> str:
    """An address that may be followed: http and https only, otherwise nothing."""
    plain = say.shown(url).strip()
    try:
        return plain if urlsplit(plain).scheme in ("http", "https") else ""
    except ValueError:
        return ""
